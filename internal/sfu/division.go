package sfu

import (
	"time"

	"noom/internal/sfu/allot"
	"noom/internal/sfu/layer"
)

const (
	// caution is how much room there must be for a larger layer than is sent, in percent of all that would be sent then: pictures vary
	// by a tenth. cautionFirst is that for something instead of nothing, which is worth a try; cautionAfter for either, for some time
	// after such was too much: cautionLeast, and each time that it happens again twice as long, up to cautionMost.
	caution, cautionFirst     = 110, 100
	cautionAfter              = 130
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
	// soundHeaders is what of a stream of sound is not copied with it, in bit/s: browsers make 50 packets a second.
	soundHeaders = 50 * 8 * (12 + wireOverhead)
)

// division is how a peer's estimate is divided among its pictures.
type division struct {
	order []*slot      // in the order of the wishes
	wants []allot.Want // and what they come to
	to    []int
	first failure   // of smallest layers
	more  failure   // of larger ones
	rose  time.Time // when a picture last rose
}

// failure is that something was too much.
type failure struct {
	at   time.Time     // when it last was
	wary time.Duration // for how long after that
	room int           // that there was then
}

// divide settles which layer each of the peer's pictures may have, as far as its path is estimated. aim heeds it.
func (r *Router) divide(now time.Time, p *peer, out *Out) {
	if !p.receives() { // nothing is known of a path that is not there yet
		return
	}
	d := &p.division
	rate, limited := p.bandwidth.Limit(now)
	if !p.numbered || !limited {
		r.unlimit(now, p, out)
		return
	}
	d.wants, d.to = d.wants[:0], d.to[:0]
	for _, sl := range d.order {
		d.wants, d.to = append(d.wants, sl.want()), append(d.to, layer.None)
	}
	voices, copies := p.voices()
	whole := allot.Whole(d.wants)
	paced := p.bandwidth.Known() && !p.bandwidth.Trying() && rate-voices-copies < whole*caution/100
	room := rate - voices
	if !paced { // or sound goes without copies
		room -= copies
	}
	care := allot.Caution{First: d.first.caution(now, room, cautionFirst), More: d.more.caution(now, room, caution)}
	allot.Divide(room, care, d.wants, d.to)
	if room < whole*plenty/100 {
		d.step(now)
	}
	if p.bandwidth.Trying() {
		d.keep()
	}
	settled := !p.bandwidth.Trying() && !p.bandwidth.Overused() // else there is less only for a moment
	for i, sl := range d.order {
		w := &d.wants[i]
		if had := min(int(sl.had), w.Best); settled && d.to[i] < had {
			if had == w.Next(layer.None) {
				d.first.note(now, room)
			} else {
				d.more.note(now, room)
			}
		}
		if settled {
			sl.had = int8(d.to[i])
		}
		sl.most = int8(d.to[i])
		sl.rest(now, d.to[i] == layer.None && w.Next(layer.None) != layer.None, out)
	}
	if p.paced = paced; !paced {
		r.release(now, p, out)
	}
	p.bandwidth.Want((whole + voices + copies) * max(care.First, care.More) / 100)
	r.awaitProbe(now, p)
}

// unlimit lets the peer have everything, as nothing is known of its path.
func (r *Router) unlimit(now time.Time, p *peer, out *Out) {
	p.paced = false
	r.release(now, p, out)
	for _, sl := range p.division.order {
		sl.most = layer.Max
		sl.rest(now, false, out)
	}
}

// note notes that something was too much. What comes of one cause within a second counts once.
func (f *failure) note(now time.Time, room int) {
	past := now.Sub(f.at)
	f.room = room
	if past < time.Second {
		return
	}
	if f.wary *= 2; past > 2*f.wary {
		f.wary = cautionLeast
	}
	f.wary = min(max(f.wary, cautionLeast), cautionMost)
	f.at = now
}

// caution is how much room there must be to try again, in percent; usual where nothing has failed, or on what is another path by now.
func (f *failure) caution(now time.Time, room, usual int) int {
	if now.Sub(f.at) < f.wary && room < f.room*plenty/100 {
		return cautionAfter
	}
	return usual
}

// keep leaves everything that is seen at its smallest layer at least: to see what comes of sending less is not worth a picture.
func (d *division) keep() {
	for i := range d.wants {
		if w := &d.wants[i]; d.to[i] == layer.None && w.Now != layer.None {
			d.to[i] = min(w.Next(layer.None), w.Now)
		}
	}
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

// voices is what the peer's sound takes, in bit/s, and what its copies take in addition where there is room for them.
func (p *peer) voices() (rate, copies int) {
	some := false
	for _, sl := range p.audio {
		if t := sl.track; t != nil && t.source != nil {
			some = true
			takes := int(t.source.streams[0].pace.rate)
			rate += takes
			copies += sl.copiesWithRoom() * max(0, takes-soundHeaders)
		}
	}
	if some {
		rate = max(rate, voiceRate)
	}
	return rate, copies
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
