package sfu

import (
	"time"

	"noom/internal/sfu/allot"
	"noom/internal/sfu/layer"
)

const (
	// caution is how much room there must be for a layer that is not sent yet, in percent of all that would be sent then:
	// pictures vary by a tenth. cautionAfter is that for some time after something was too much: cautionLeast, and each time that it
	// happens again twice as long, up to cautionMost.
	caution, cautionAfter     = 110, 130
	cautionLeast, cautionMost = 20 * time.Second, 5 * time.Minute
	// plenty is how much room there must be, in percent of all that is wanted, for everything to rise at once; and of the room that
	// was too little, for caution to end. With less, one
	// picture rises by one layer each stepTime, so that what it does to the path is seen before the next.
	plenty   = 150
	stepTime = 300 * time.Millisecond
	// restTime is how long a picture has to rest before anybody is told: what a path carries takes some round trips to find out.
	restTime = time.Second
	// voiceRate is kept for sound however little of it there is now: one who begins to speak must not wait.
	voiceRate = 50_000
)

// division is how a peer's estimate is divided among its pictures.
type division struct {
	order []*slot      // in the order of the wishes
	wants []allot.Want // and what they come to
	to    []int
	fell  time.Time     // when something was last too much
	wary  time.Duration // for how long after that
	room  int           // that there was then
	rose  time.Time     // when a picture last rose
}

// divide settles which layer each of the peer's pictures may have, as far as its path is estimated. aim heeds it.
func (r *Router) divide(now time.Time, p *peer, out *Out) {
	if !p.numbered {
		return
	}
	d := &p.division
	rate, limited := p.bandwidth.Limit(now)
	if !limited {
		for _, sl := range d.order {
			sl.most = layer.Max
			sl.rest(now, false, out)
		}
		return
	}
	d.wants, d.to = d.wants[:0], d.to[:0]
	for _, sl := range d.order {
		d.wants, d.to = append(d.wants, sl.want()), append(d.to, layer.None)
	}
	voices, whole := p.voices(), allot.Whole(d.wants)
	room, percent := rate-voices, caution
	if now.Sub(d.fell) < d.wary && room < d.room*plenty/100 { // else it is another path by now
		percent = cautionAfter
	}
	allot.Divide(room, percent, d.wants, d.to)
	if room < whole*plenty/100 {
		d.step(now)
	}
	for i, sl := range d.order {
		w := &d.wants[i]
		if d.to[i] < min(w.Now, w.Best) && !p.bandwidth.Trying() {
			d.fall(now, room)
		}
		sl.most = int8(d.to[i])
		sl.rest(now, d.to[i] == layer.None && w.Next(layer.None) != layer.None, out)
	}
	p.bandwidth.Want((whole + voices) * caution / 100)
	r.awaitProbe(now, p)
}

// fall notes that something was too much. What comes of one cause within a second counts once.
func (d *division) fall(now time.Time, room int) {
	past := now.Sub(d.fell)
	d.room = room
	if past < time.Second {
		return
	}
	if d.wary *= 2; past > 2*d.wary {
		d.wary = cautionLeast
	}
	d.wary = min(max(d.wary, cautionLeast), cautionMost)
	d.fell = now
}

// step holds back what may rise, but for one picture by one layer. Who sees nothing sees something at once.
func (d *division) step(now time.Time) {
	may := now.Sub(d.rose) >= stepTime
	for i := range d.wants {
		w := &d.wants[i]
		switch {
		case d.to[i] <= w.Now:
		case w.Now == layer.None:
			d.to[i] = w.Next(layer.None)
		case !may:
			d.to[i] = w.Now
		default:
			may, d.rose = false, now
			d.to[i] = w.Next(w.Now)
		}
	}
}

// voices is what the peer's sound takes, in bit/s.
func (p *peer) voices() (rate int) {
	some := false
	for _, sl := range p.audio {
		if t := sl.track; t != nil && t.source != nil {
			some = true
			rate += int(t.source.streams[0].pace.rate)
		}
	}
	if some {
		rate = max(rate, voiceRate)
	}
	return rate
}

// want is what the slot's picture comes to.
func (sl *slot) want() allot.Want {
	w := allot.Want{Best: layer.None, Now: layer.None}
	t := sl.track
	if t == nil || t.source == nil || t.state != On {
		return w
	}
	w.Screen = t.number.Kind() == Screen
	if sl.source == t.source {
		w.Now = sl.selector.Target()
	}
	for i := range t.source.layers {
		if s := &t.source.streams[i]; t.source.live(i) && sl.takes(s.codec) {
			w.Rates[i] = max(int(s.pace.rate), 1)
		}
	}
	w.Best = sl.best(t.source)
	return w
}

// rest tells the rooms that the picture in the slot rests for want of room, or rests no more.
func (sl *slot) rest(now time.Time, rests bool, out *Out) {
	var t Track
	switch {
	case !rests:
		sl.starved = time.Time{}
	case sl.starved.IsZero():
		sl.starved = now
	case now.Sub(sl.starved) >= restTime:
		t = sl.track.number
	}
	if sl.resting == t {
		return
	}
	sl.resting = t
	out.Events = append(out.Events, Event{Kind: SlotRests, Peer: sl.peer.id, Room: sl.peer.roomID(), Slot: sl.index, Track: t})
}
