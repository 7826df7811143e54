package sfu

import (
	"errors"
	"slices"
	"time"

	"noom/internal/sfu/layer"
)

// Adopt takes in a peer that another router has released. What it missed meanwhile is left in Out. The peer wins the address where
// it gets its media: the host does not let one move to which the address does not belong.
func (r *Router) Adopt(now time.Time, w *Moving, out *Out) error {
	p := w.peer
	if r.forwarding() {
		return errors.New("adopting a peer in the middle of a turn")
	}
	if r.peers[p.id] != nil || r.ufrags[p.params.LocalUfrag] != nil {
		return errors.New("adopting a peer: its id or ufrag is taken")
	}
	m := r.openRoom(w.room)
	r.peers[p.id], r.ufrags[p.params.LocalUfrag] = p, p
	r.order = append(r.order, p)
	p.addresses = slices.DeleteFunc(p.addresses, func(a address) bool {
		other := r.proven[a.at]
		if other != nil && a.at != p.address {
			return true
		}
		if other != nil {
			r.forget(other, a.at)
		}
		r.proven[a.at] = p
		return false
	})
	p.room = m
	m.peers = append(m.peers, p)
	for k, s := range p.sources {
		if s != nil && w.sends[k].taken {
			m.bringHome(s, p.seat, w.sends[k].workers)
		}
	}
	for i, sl := range p.slots {
		m.owe(w.slots[i].track, out)
		r.replant(m, sl, &w.slots[i])
	}
	for _, sl := range p.slots {
		r.catchUp(now, sl, out)
	}
	r.place(now, m, out)
	p.due = time.Time{}
	r.wake(p, now)
	return nil
}

// bringHome has a track live here whose source has moved here. Those who got it out of the pipe go on with the source itself.
func (m *room) bringHome(s *source, seat uint32, workers []int) {
	t := m.track(NewTrack(seat, s.kind))
	if t.local() { // another peer has taken the seat
		return
	}
	t.workers = workers
	if t.source == nil || !s.continues(t.source) {
		m.adopt(s, seat)
		return
	}
	for i := range s.streams {
		from, to := &t.source.streams[i], &s.streams[i]
		to.slots, from.slots = from.slots, nil
		if from.key.wanted {
			to.key.want()
		}
	}
	m.turnTo(s, t.source)
	t.source, s.track = s, t
}

// continues tells whether all streams that came out of a pipe are the source's.
func (s *source) continues(piped *source) bool {
	for i := range piped.streams {
		if from := &piped.streams[i]; from.kept != nil && from.ssrc != s.streams[i].ssrc {
			return false
		}
	}
	return true
}

// owe notes that a track is piped here since its receiver was released, so that it ends when nobody here wants it.
func (m *room) owe(n Track, out *Out) {
	t, kind := m.tracks[n], PipeWanted
	switch {
	case n == 0 || t != nil && (t.local() || t.piped):
		return
	case t == nil:
		kind = PipeUnwanted
	default:
		t.piped = true
	}
	out.Events = append(out.Events, Event{Kind: kind, Room: m.id, Track: n})
}

// replant has a slot go on with what it carried, as that comes here.
func (r *Router) replant(m *room, sl *slot, c *carrying) {
	t := m.tracks[c.track]
	selector := sl.selector
	reports := sl.reports
	sl.turnAway()
	if t != nil && t.state == On {
		sl.fill(t)
		if c.seen != nil && !t.local() {
			t.pipedSource().goOn(c.seen)
		}
	}
	if sl.numbering == nil {
		return
	}
	for i := range sl.past {
		sl.past[i].stream = m.stream(c.past[i])
	}
	current := selector.Current()
	if sl.track == nil || current == layer.None {
		return
	}
	if from := sl.past[sl.now%generations].stream; from != nil && from.source == t.source && from.layer == current {
		sl.source, sl.selector, sl.reports = t.source, selector, reports
		r.take(from, sl)
		if target := selector.Target(); target != layer.None {
			r.take(&t.source.streams[target], sl)
		}
	}
}

// goOn tells a piped source what another worker knew of it, as far as nothing has come of it yet.
func (s *source) goOn(from *sight) {
	for i := range from {
		v, to := &from[i], &s.streams[i]
		if v.ssrc == 0 {
			continue
		}
		s.layers = max(s.layers, i+1)
		if to.kept == nil {
			to.ssrc, to.codec, to.seen, to.times = v.ssrc, v.codec, v.seen, v.times
			to.start() // another SSRC is another stream
		}
		if to.ssrc != v.ssrc {
			continue
		}
		if to.width == 0 {
			to.width, to.height = v.width, v.height
		}
		if v.last != nil && len(to.slots) == 0 { // whoever takes the stream here may not have got these yet
			to.kept.Fill(v.last)
		}
	}
}

// stream finds a stream of another worker here, or nil.
func (m *room) stream(o origin) *stream {
	t := m.tracks[o.track]
	if t == nil || t.source == nil {
		return nil
	}
	s := &t.source.streams[o.layer]
	if s.kept == nil || s.ssrc != o.ssrc {
		return nil
	}
	return s
}

// catchUp gives a slot what came of its stream here and was not sent on it. The numbers that were sealed tell.
func (r *Router) catchUp(now time.Time, sl *slot, out *Out) {
	current := sl.selector.Current()
	if sl.source == nil || current == layer.None || !sl.peer.receives() {
		return
	}
	s := &sl.source.streams[current]
	newest, ok := s.kept.Newest()
	if !ok {
		return
	}
	for back := uint64(videoCache); back > 0; back-- {
		sequence := uint16(newest - back + 1)
		output, placed, ahead := sl.sequence.Placed(sequence)
		if ahead || placed && !sl.media.Sealed(output) {
			r.forwardKept(now, sl, s, sequence, out)
		}
	}
}

// forwardKept gives a packet to one slot as if it had just come.
func (r *Router) forwardKept(now time.Time, sl *slot, s *stream, sequence uint16, out *Out) {
	cached, ok := s.kept.Get(sequence)
	if !ok || r.packet.Parse(cached.Data) != nil {
		return
	}
	a := arrival{codec: s.codec, level: silence}
	if s.source.owner != nil {
		a.level = r.levelOf(s.source.owner)
	}
	if len(r.packet.Payload) == 0 || !r.read(now, s, a) {
		sl.skip(s, sequence)
		return
	}
	r.copies.begin()
	r.single.keep(&r.unit)
	r.forward(sl, &r.single, out)
	r.single.unit = unit{}
}
