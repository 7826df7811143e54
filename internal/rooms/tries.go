package rooms

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// passcodeEvery and passcodeBurst allow ten wrong passcodes a minute from one address in one room: a person
	// mistypes, a machine gets nowhere.
	passcodeEvery = 6 * time.Second
	passcodeBurst = 10
	// makeEvery and makeBurst bound the rooms made from one address: ten a minute, twenty at once.
	makeEvery = 6 * time.Second
	makeBurst = 20
	// knockEvery and knockBurst say how often a host may turn guests from one address away in one room before the next one
	// waits at the door: a browser is easily another one, an address is not. But a whole school has one, too: nobody waits
	// longer than knockMost for what others did.
	knockEvery = 30 * time.Second
	knockBurst = 4
	knockMost  = 2 * time.Minute
	// maxTries bounds how many addresses are remembered; about 100 bytes each. Beyond it strangers have to wait.
	maxTries = 10_000
)

// try is what is counted: an address, in a room or in none.
type try struct {
	from netip.Prefix
	room string
}

// Network is the part of an address that counts: an IPv6 network of /64 is one home.
func Network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // the zero Prefix for the zero Addr: all whose address is not known are one
	return p
}

// tries counts what may happen only so often. It may be used from any goroutine.
type tries struct {
	every time.Duration
	burst int
	most  time.Duration // what one has to wait at most; zero: for all that was spent
	max   int

	mu    sync.Mutex // a leaf: nothing is called while it is held
	until map[try]time.Time
	swept time.Time
}

func newTries(every time.Duration, burst int) *tries {
	return &tries{every: every, burst: burst, max: maxTries, until: make(map[try]time.Time)}
}

// wait is how long a try has to wait; zero: it may be made now.
func (t *tries) wait(now time.Time, key try) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.left(now, key)
}

// spend counts n tries that were made, whether or not they had to wait. Where there is no room for one more address they
// are not counted.
func (t *tries) spend(now time.Time, key try, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.until[key]; known || len(t.until) < t.max || t.sweep(now) {
		t.add(now, key, n)
	}
}

// forgive forgets what was counted.
func (t *tries) forgive(key try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.until, key)
}

// take makes a try, unless it has to wait: then it says how long.
func (t *tries) take(now time.Time, key try) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if left := t.left(now, key); left > 0 {
		return left
	}
	t.add(now, key, 1)
	return 0
}

// add counts n tries of a key for which there is room; mu is held.
func (t *tries) add(now time.Time, key try, n int) {
	until := t.until[key]
	if until.Before(now) {
		until = now
	}
	until = until.Add(time.Duration(n) * t.every)
	if latest := now.Add(time.Duration(t.burst-1)*t.every + t.most); t.most > 0 && until.After(latest) {
		until = latest
	}
	t.until[key] = until
}

// left is wait; mu is held. A key is free again when its time has come, and then need not be remembered.
func (t *tries) left(now time.Time, key try) time.Duration {
	until, known := t.until[key]
	switch {
	case known:
		return max(0, until.Sub(now)-time.Duration(t.burst-1)*t.every)
	case len(t.until) >= t.max && !t.sweep(now):
		return t.every
	}
	return 0
}

// sweep forgets who is free again, at most once a second, and reports whether there is room.
func (t *tries) sweep(now time.Time) bool {
	if now.Sub(t.swept) >= time.Second {
		t.swept = now
		for key, until := range t.until {
			if !until.After(now) {
				delete(t.until, key)
			}
		}
	}
	return len(t.until) < t.max
}
