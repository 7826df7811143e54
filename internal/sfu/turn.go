package sfu

import (
	"slices"
	"time"

	"noom/internal/sfu/codec"
	"noom/internal/sfu/rtpx"
)

// A turn goes receiver by receiver: what a batch of datagrams brought is gathered, and then each peer gets all of it at once.
// A peer's slots, its keys and the memory its packets leave from are then touched once per turn instead of once per packet,
// and its packets can leave before the next peer's are sealed, while the processor's caches still hold them. Measured
// with 200 viewers and five packets a turn: see docs/PERFORMANCE.md.

const (
	// gatherMost is how many packets are gathered at most: as many as the host reads at once.
	gatherMost = 64
	// packetsAtOnce is after how many sealed packets Forward lets the host send: half a mebibyte of memory, which the second
	// cache of a processor core holds, and what fills a sendmmsg of bursts of five.
	packetsAtOnce = 320
)

// gathered is what waits for Forward.
type gathered struct {
	units []gatheredUnit // memory is made with the first and kept
	count int
	peers []*peer // who gets some of it, in the order in which they were found
	next  int     // of peers
}

// gatheredUnit is a packet of a stream, and the stream's next.
type gatheredUnit struct {
	unit
	own     rtpx.Packet // what unit.packet points to
	skipped bool        // to be left out of the slots' numbers
	next    int
	// memory has room in front of the payload for the longest descriptor: each receiver's own is written there in turn, and what
	// follows it is read for all of them.
	memory [codec.MaxDescriptor + MTU]byte
}

// share is one stream that a peer gets on one slot in this turn.
type share struct {
	slot   *slot
	stream *stream
}

// room is where the payload lies.
func (u *gatheredUnit) room() []byte { return u.memory[codec.MaxDescriptor:] }

// payloadFor is what the packet carries, as the slot numbers it. ok is false when it belongs to no generation that is remembered.
func (u *gatheredUnit) payloadFor(sl *slot, g *generation) (payload []byte, ok bool) {
	if u.codec != VP8 {
		return u.own.Payload, true
	}
	var memory [codec.MaxDescriptor]byte
	d, ok := sl.munger.AppendDescriptor(memory[:0], g.number, &u.vp8)
	if !ok || u.vp8.Size > len(u.own.Payload) {
		return nil, false
	}
	at := codec.MaxDescriptor + u.vp8.Size - len(d)
	copy(u.memory[at:], d)
	return u.memory[at : codec.MaxDescriptor+len(u.own.Payload)], true
}

// none ends a stream's chain of gathered units.
const none = -1

// Gathered tells that there is no room for another packet before Forward.
func (r *Router) Gathered() bool { return r.waiting.count == gatherMost }

// Forward gives what was gathered to those who take it. More is true when the host is to send what is in out, empty it and
// call again.
func (r *Router) Forward(out *Out) (more bool) {
	t := &r.waiting
	for t.next < len(t.peers) {
		p := t.peers[t.next]
		t.next++ // first, so that a panic below does not come back
		r.forwardTo(p, out)
		if out.used >= packetsAtOnce && t.next < len(t.peers) {
			return true
		}
	}
	r.finishTurn()
	return false
}

// forwardTo gives one peer its shares.
func (r *Router) forwardTo(p *peer, out *Out) {
	shares := p.shares
	p.shares = p.shares[:0]
	for _, s := range shares {
		r.sender = s.stream.source.owner
		for i := s.stream.first; i != none; i = r.waiting.units[i].next {
			if u := &r.waiting.units[i]; !u.skipped {
				r.forward(s.slot, u, out)
			} else if s.slot.numbering != nil && s.slot.selector.Current() == s.stream.layer {
				s.slot.sequence.Drop(u.own.Sequence)
			}
		}
	}
	clear(shares) // or they would keep the caches of those who leave until a turn as large comes
}

// finishTurn lets go of what was gathered.
func (r *Router) finishTurn() {
	t := &r.waiting
	for i := range t.units[:t.count] {
		t.units[i].stream.first, t.units[i].stream.last = none, none
		t.units[i].unit = unit{}
	}
	clear(t.peers)
	t.count, t.peers, t.next = 0, t.peers[:0], 0
}

// abandonTurn drops what was gathered and not yet forwarded: a peer is removed in the middle of a turn, after a panic.
func (r *Router) abandonTurn() {
	t := &r.waiting
	if t.count == 0 {
		return
	}
	r.counts.Abandoned += uint64(t.count)
	for _, p := range t.peers {
		clear(p.shares[:cap(p.shares)]) // also those in the middle of which a panic came
		p.shares = p.shares[:0]
	}
	r.finishTurn()
}

// cut drops what was gathered of a stream: it restarts, and slots that turn to it anew must not begin with the numbers of before.
func (r *Router) cut(s *stream) {
	if s.first == none {
		return
	}
	t := &r.waiting
	var units uint64
	for i := s.first; i != none; i = t.units[i].next {
		if !t.units[i].skipped {
			units++
		}
	}
	s.first, s.last = none, none
	waits := t.peers[t.next:]
	for _, p := range waits {
		before := len(p.shares)
		p.shares = slices.DeleteFunc(p.shares, func(sh share) bool { return sh.stream == s })
		r.counts.Outdated += units * uint64(before-len(p.shares))
	}
	// Whoever gets nothing any more is found again with its next share.
	t.peers = t.peers[:t.next+len(slices.DeleteFunc(waits, func(p *peer) bool { return len(p.shares) == 0 }))]
}

// gather keeps the unit in hand until Forward.
func (r *Router) gather(u *unit, skipped bool) {
	t := &r.waiting
	if t.units == nil {
		t.units = make([]gatheredUnit, gatherMost)
	}
	if t.count == len(t.units) {
		r.counts.NoMemory++
		return
	}
	i := t.count
	t.count++
	g := &t.units[i]
	g.unit, g.skipped, g.next = *u, skipped, none
	g.own = rtpx.Packet{
		Marker: u.packet.Marker, PayloadType: u.packet.PayloadType, Sequence: u.packet.Sequence, Timestamp: u.packet.Timestamp,
		SSRC: u.packet.SSRC, Payload: g.room()[:copy(g.room(), u.packet.Payload)],
	}
	g.packet = &g.own
	s := u.stream
	if s.last != none {
		t.units[s.last].next = i
		s.last = i
		return
	}
	s.first, s.last = i, i
	for _, sl := range s.slots {
		p := sl.peer
		if len(p.shares) == 0 {
			t.peers = append(t.peers, p)
		}
		p.shares = append(p.shares, share{sl, s})
	}
}

// keyframeGathered tells that a keyframe of the stream is on its way to those who take it.
func (r *Router) keyframeGathered(s *stream) bool {
	for i := s.first; i != none; i = r.waiting.units[i].next {
		if r.waiting.units[i].keyframe {
			return true
		}
	}
	return false
}

// skip leaves the packet in hand out of every slot that takes the stream, so that receivers do not miss it.
func (r *Router) skip(now time.Time, s *stream) {
	if len(s.slots) == 0 {
		return
	}
	r.gather(&unit{now: now, stream: s, packet: &r.packet}, true)
}
