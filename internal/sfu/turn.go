package sfu

import (
	"slices"
	"time"

	"noom/internal/sfu/codec"
	"noom/internal/sfu/rtpx"
)

// A turn goes receiver by receiver: the pictures that a batch of datagrams brought are gathered, and then each peer gets all of
// them at once. A peer's slots, its keys and the memory its packets leave from are then touched once per turn instead of once
// per packet, and its packets can leave before the next peer's are sealed, while the processor's caches still hold them.
// Measured with 200 viewers and five packets a turn: see docs/PERFORMANCE.md.
//
// A large picture for many takes long: while some have it, the next is gathered. Sound does not wait, it goes at once.

const (
	// gatherMost is how many packets are gathered at most, 300 KB of pictures. What comes beyond it waits until the turn before
	// has left, sound too.
	gatherMost = 256
	// packetsAtOnce is after how many sealed packets Forward lets the host send, and look at what has come: a third of a
	// millisecond's, 200 KiB of memory.
	packetsAtOnce = 128
)

// turns are the pictures that are being gathered, and those that are being forwarded.
type turns struct {
	gathering, leaving *gathered
	atOnce             int32 // packetsAtOnce
}

func newTurns() turns { return turns{&gathered{}, &gathered{turn: 1}, packetsAtOnce} }

// gathered is what waits for Forward.
type gathered struct {
	turn  int            // which of a peer's shares are of it
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

// share is one stream that a peer gets on one slot in this turn: from the unit first on, or if that is none from the one that
// came after the unit after.
type share struct {
	slot         *slot
	stream       *stream
	first, after int
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
func (r *Router) Gathered() bool { return r.turns.gathering.count == gatherMost }

// Forward gives what was gathered to those who take it, some of them. More is true when the host is to send what is in out,
// empty it and call again. Between two such calls it may call anything; RemovePeer drops what has not left yet.
func (r *Router) Forward(out *Out) (more bool) {
	t := r.turns.leaving
	if t.next == len(t.peers) { // the last turn has left, or what was left of it was cut
		t.empty()
		t = r.turns.gathering
		if t.count == 0 {
			return false
		}
		r.turns.gathering, r.turns.leaving = r.turns.leaving, t
		t.endChains()
	}
	for t.next < len(t.peers) {
		p := t.peers[t.next]
		t.next++ // first, so that a panic below does not come back
		r.forwardTo(p, t, out)
		if out.used >= r.turns.atOnce && t.next < len(t.peers) {
			return true
		}
	}
	t.empty()
	return r.turns.gathering.count > 0
}

// forwardTo gives one peer its shares.
func (r *Router) forwardTo(p *peer, t *gathered, out *Out) {
	shares := p.shares[t.turn]
	p.shares[t.turn] = shares[:0]
	for _, s := range shares {
		r.sender = s.stream.source.owner
		if s.slot.source != s.stream.source { // it has gone on to another track
			continue
		}
		for i := t.begin(s); i != none; i = t.units[i].next {
			switch u := &t.units[i]; {
			case p.paced && r.hold(p, &s, u, out):
			case u.skipped:
				s.slot.skip(s.stream, u.own.Sequence)
			default:
				r.forward(s.slot, u, out)
			}
		}
	}
	clear(shares) // or they would keep the caches of those who leave until a turn as large comes
}

// begin is the first unit of a share, or none.
func (t *gathered) begin(s share) int {
	if s.first == none {
		return t.units[s.after].next
	}
	return s.first
}

// endChains has the streams begin anew with what comes next.
func (t *gathered) endChains() {
	for i := range t.units[:t.count] {
		t.units[i].stream.first, t.units[i].stream.last = none, none
	}
}

// empty lets go of what was gathered.
func (t *gathered) empty() {
	for i := range t.units[:t.count] {
		t.units[i].unit = unit{}
	}
	clear(t.peers)
	t.count, t.peers, t.next = 0, t.peers[:0], 0
}

// abandonTurns drops what was gathered and not yet forwarded: a peer is removed in the middle of a turn, after a panic.
func (r *Router) abandonTurns() {
	r.turns.gathering.endChains()
	for _, t := range []*gathered{r.turns.gathering, r.turns.leaving} {
		if t.count == 0 {
			continue
		}
		r.counts.Abandoned += uint64(t.count)
		for _, p := range t.peers {
			clear(p.shares[t.turn][:cap(p.shares[t.turn])]) // also those in the middle of which a panic came
			p.shares[t.turn] = p.shares[t.turn][:0]
		}
		t.empty()
	}
}

// cut drops what was gathered of a stream: it restarts, and slots that turn to it anew must not begin with the numbers of before.
func (r *Router) cut(s *stream) {
	r.unhold(s)
	r.counts.Outdated += r.turns.leaving.cut(s)
	if s.first != none {
		r.counts.Outdated += r.turns.gathering.cut(s)
		s.first, s.last = none, none
	}
}

// cut counts what was due to those who get it no more.
func (t *gathered) cut(s *stream) (copies uint64) {
	waits := t.peers[t.next:]
	for _, p := range waits {
		p.shares[t.turn] = slices.DeleteFunc(p.shares[t.turn], func(sh share) bool {
			if sh.stream != s {
				return false
			}
			for i := t.begin(sh); i != none; i = t.units[i].next {
				if !t.units[i].skipped {
					copies++
				}
			}
			return true
		})
	}
	// Whoever gets nothing any more is found again with its next share.
	t.peers = t.peers[:t.next+len(slices.DeleteFunc(waits, func(p *peer) bool { return len(p.shares[t.turn]) == 0 }))]
	return copies
}

// pass gives sound to those who take it, at once, and keeps pictures until Forward.
func (r *Router) pass(u *unit, out *Out) {
	if !u.stream.source.kind.Audio() {
		r.gather(u, false)
		return
	}
	r.copies.begin()
	g := &r.single
	g.unit, g.own.Payload = *u, u.packet.Payload
	for _, sl := range u.stream.slots {
		r.forward(sl, g, out)
	}
	g.unit, g.own.Payload = unit{}, nil
}

// gather keeps the unit in hand until Forward.
func (r *Router) gather(u *unit, skipped bool) {
	t := r.turns.gathering
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
	g.keep(u)
	g.skipped, g.next = skipped, none
	s := u.stream
	if s.last != none {
		t.units[s.last].next = i
		s.last = i
		return
	}
	s.first, s.last = i, i
	for _, sl := range s.slots {
		t.give(share{slot: sl, stream: s, first: i})
	}
}

// keep copies the unit in hand.
func (u *gatheredUnit) keep(from *unit) {
	u.unit = *from
	u.own = rtpx.Packet{
		Marker: from.packet.Marker, PayloadType: from.packet.PayloadType, Sequence: from.packet.Sequence, Timestamp: from.packet.Timestamp,
		SSRC: from.packet.SSRC, Payload: u.room()[:copy(u.room(), from.packet.Payload)],
	}
	u.packet = &u.own
}

// give adds a share to those of its peer.
func (t *gathered) give(s share) {
	shares := &s.slot.peer.shares[t.turn]
	if len(*shares) == 0 {
		t.peers = append(t.peers, s.slot.peer)
	}
	*shares = append(*shares, s)
}

// joinTurn gives a slot that takes a stream from now on what is still to be gathered of it in this turn.
func (r *Router) joinTurn(s *stream, sl *slot) {
	t := r.turns.gathering
	if s.last == none || slices.ContainsFunc(sl.peer.shares[t.turn], func(other share) bool { return other.slot == sl && other.stream == s }) {
		return
	}
	t.give(share{slot: sl, stream: s, first: none, after: s.last})
}

// keyframeComing tells that a keyframe of the stream is on its way to the slot.
func (r *Router) keyframeComing(s *stream, sl *slot) bool {
	if sl.peer.held.keyframe(s, sl) {
		return true
	}
	for _, t := range []*gathered{r.turns.gathering, r.turns.leaving} {
		for _, sh := range sl.peer.shares[t.turn] {
			if sh.slot != sl || sh.stream != s {
				continue
			}
			for i := t.begin(sh); i != none; i = t.units[i].next {
				if t.units[i].keyframe {
					return true
				}
			}
		}
	}
	return false
}

// leaveOut has every slot that takes the stream leave out the packet in hand, so that receivers do not miss it.
func (r *Router) leaveOut(now time.Time, s *stream) {
	if s.source.kind.Audio() {
		for _, sl := range s.slots {
			sl.skip(s, r.packet.Sequence)
		}
	} else if len(s.slots) > 0 {
		r.gather(&unit{now: now, stream: s, packet: &r.packet}, true)
	}
}

// skip leaves a packet of the stream out of the slot's numbers.
func (sl *slot) skip(s *stream, sequence uint16) {
	if sl.numbering != nil && sl.selector.Current() == s.layer {
		sl.sequence.Drop(sequence)
	}
}
