package media

import (
	"testing"
	"time"
)

func TestAWorkerIsFullAfterSomeBadSecondsAndNotAgainBeforeItIsCalm(t *testing.T) {
	calm := second{busy: 0.3, lag: time.Millisecond, sent: 1000}
	busy := second{busy: 0.9, sent: 1000}
	late := second{busy: 0.6, inputs: 500, lag: 30 * time.Millisecond, sent: 1000}
	crowded := second{busy: 0.3, sent: 990, crowded: 30}
	woken := second{busy: 0.01, inputs: 3, lag: 30 * time.Millisecond, sent: 3}
	resting := second{busy: 0.2, inputs: 500, lag: 30 * time.Millisecond, sent: 1000}
	few := second{busy: 0.3, sent: 2, crowded: 2}
	between := second{busy: 0.8, inputs: 500, lag: 10 * time.Millisecond, sent: 1000}
	for _, c := range []struct {
		name    string
		seconds []second
		want    []bool
	}{
		{"calm", []second{calm, calm, calm, calm}, []bool{false, false, false, false}},
		{"a storm of two seconds", []second{busy, busy, calm, busy, busy}, []bool{false, false, false, false, false}},
		{"no time left", []second{busy, busy, busy}, []bool{false, false, true}},
		{"behind", []second{late, late, late}, []bool{false, false, true}},
		{"nothing can be sent", []second{crowded, crowded, crowded}, []bool{false, false, true}},
		{"one ill after another", []second{busy, late, crowded}, []bool{false, false, true}},
		{"neither full nor calm", []second{between, between, between, between}, []bool{false, false, false, false}},
		{"full stays so between", []second{busy, busy, busy, between, between, between, between, between, between}, []bool{false, false, true, true, true, true, true, true, true}},
		{"calm again", []second{busy, busy, busy, calm, calm, calm, calm, calm}, []bool{false, false, true, true, true, true, true, false}},
		{"not calm for long", []second{busy, busy, busy, calm, calm, calm, calm, busy, calm}, []bool{false, false, true, true, true, true, true, true, true}},
		{"a loop that rests and is woken late", []second{woken, woken, resting, resting, resting}, []bool{false, false, false, false, false}},
		{"two packets without room", []second{few, few, few}, []bool{false, false, false}},
		{"nothing to do at all", []second{{}, {}, {}}, []bool{false, false, false}},
	} {
		var g gauge
		for i, s := range c.seconds {
			if got := g.weigh(s); got != c.want[i] {
				t.Errorf("%s: after second %d full is %v", c.name, i, got)
			}
		}
	}
}

// loaded is a worker without a loop, and a clock of its own.
func loaded(t *testing.T) (*Engine, *worker) {
	t.Helper()
	e, err := New(Config{Listen: "127.0.0.1:0", Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.closeSockets() })
	e.opened = e.opened.Add(-grace)
	return e, e.workers[0]
}

func TestAWorkerWeighsItsTurns(t *testing.T) {
	e, w := loaded(t)
	now := time.Now() // the verdict is compared with the real clock
	turn := func(work, rest time.Duration) {
		w.turned(now, now.Add(work))
		now = now.Add(work + rest)
	}
	begin := now
	for now.Sub(begin) < 4*time.Second {
		turn(9*time.Millisecond, time.Millisecond)
	}
	if !e.Full() {
		t.Error("a loop that works nine tenths of the time is not full")
	}
	if w.isFull(now.Add(verdictLife + time.Second)) {
		t.Error("what nobody has renewed still holds")
	}
	for begin := now; now.Sub(begin) < 7*time.Second; {
		turn(time.Millisecond, 9*time.Millisecond)
	}
	if e.Full() {
		t.Error("a loop that rests is full")
	}
	for begin := now; now.Sub(begin) < 4*time.Second; {
		w.counts.lags.add(40 * time.Millisecond)
		turn(6*time.Millisecond, 4*time.Millisecond)
	}
	if !e.Full() {
		t.Error("a loop that is 40 ms behind is not full")
	}
	now = now.Add(time.Hour) // everybody leaves
	for range 2 {
		turn(time.Millisecond, time.Second)
	}
	if w.isFull(now) {
		t.Error("a loop that has rested for an hour is full at once")
	}
	e.opened = time.Now()
	w.meter.verdict.Store(int64(time.Since(e.opened) + time.Hour))
	if e.Full() {
		t.Error("those who come back after a restart are refused")
	}
}

func TestHalfAsManyMoreThanANodeCarriesAreRefusedAndLetInAgainWhenOthersHaveGone(t *testing.T) {
	_, w := loaded(t)
	const capacity = 100 // people, each a hundredth of the loop's time
	now := time.Now()
	inside, refused := 0, 0
	// live lets half a second pass, in turns of 10 ms, and one more knock at its end.
	live := func() (let bool) {
		for range 50 {
			work := 10 * time.Millisecond * time.Duration(inside) / capacity
			w.turned(now, now.Add(min(work, 10*time.Millisecond)))
			now = now.Add(10 * time.Millisecond)
		}
		if w.isFull(now) {
			refused++
			return false
		}
		inside++
		return true
	}
	for inside+refused < capacity*3/2 {
		live()
	}
	if inside < capacity*busyFull || inside >= capacity {
		t.Errorf("%d are inside of the %d that the node can carry", inside, capacity)
	}
	if live() {
		t.Errorf("after %d were refused, one more is let in", refused)
	}
	inside -= inside / 3
	for begin := now; !live(); {
		if now.Sub(begin) > (calmAfter+2)*time.Second {
			t.Fatalf("nobody is let in %v after a third has gone", now.Sub(begin))
		}
	}
}

func TestANodeIsFullWhenAllItsWorkersAre(t *testing.T) {
	e, err := New(Config{Listen: "127.0.0.1:0", Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.closeSockets() })
	e.opened = e.opened.Add(-grace)
	e.workers[0].meter.verdict.Store(int64(time.Since(e.opened) + time.Hour))
	if e.Full() {
		t.Error("full, although a worker has room")
	}
	if e.place() != e.workers[1] || e.place() != e.workers[1] {
		t.Error("a peer was placed on the worker that is full")
	}
	e.workers[1].meter.verdict.Store(int64(time.Since(e.opened) + time.Hour))
	if !e.Full() {
		t.Error("not full, although all workers are")
	}
	if e.place() == nil {
		t.Error("a peer of somebody inside finds no place")
	}
}

func TestALoopIsNotLateWhileItRests(t *testing.T) {
	due := time.Now()
	at := func(ms int) time.Time { return due.Add(time.Duration(ms) * time.Millisecond) }
	for name, c := range map[string]struct{ ended, began, now, want int }{
		"in time":                         {-9, 0, 0, 0},
		"the timer was late":              {-9, 1, 1, 0},
		"and then a batch came first":     {-9, 1, 3, 2},
		"due while the loop worked":       {4, 5, 5, 4},
		"and another turn came in before": {4, 5, 8, 7},
		"due in the middle of a turn":     {-9, -8, 2, 2},
	} {
		w := &worker{began: at(c.began), rested: at(c.began).Sub(at(c.ended)), now: at(c.now)}
		if got := w.waited(due); got != time.Duration(c.want)*time.Millisecond {
			t.Errorf("%s: waited %v, want %d ms", name, got, c.want)
		}
	}
}

func TestLagsGiveQuantiles(t *testing.T) {
	var l lags
	var before Lags
	l.add(time.Hour)
	l.addTo(&before)
	for i := range 1000 {
		l.add(time.Duration(i) * time.Microsecond)
	}
	var all Lags
	l.addTo(&all)
	all = all.Since(before)
	for _, c := range []struct {
		q         float64
		low, high time.Duration
	}{{0.5, 500, 640}, {0.99, 990, 1280}, {0.001, 1, 2}} {
		if got := all.Quantile(c.q) / time.Nanosecond; got < c.low*1000 || got > c.high*1000 {
			t.Errorf("quantile %v is %v", c.q, got)
		}
	}
	if (Lags{}).Quantile(0.5) != 0 || before.Quantile(1) < 10*time.Second {
		t.Error("the ends are wrong")
	}
	for d := time.Duration(0); d < 10*time.Second; d += d/7 + time.Microsecond {
		if top := bucketTop(bucketOf(d)); top <= d || top > d+d/4+2*time.Microsecond {
			t.Fatalf("%v falls below %v", d, top)
		}
	}
}
