package sfu

import (
	"encoding/binary"
	"time"

	"noom/internal/sfu/layer"
	"noom/internal/sfu/rtpx"
)

// forward gives the unit in hand to one slot: rewritten into the slot's numbers and sealed for its peer.
func (r *Router) forward(sl *slot, u *gatheredUnit, out *Out) {
	p := sl.peer
	if !p.receives() {
		return
	}
	if !sl.takes(u.codec) {
		r.counts.NoCodec++
		return
	}
	pass, switched := sl.selector.Offer(u.stream.layer, u.keyframe)
	if !pass {
		return
	}
	if !switched && u.codec != sl.past[sl.now%generations].codec { // the sender changed its codec
		if switched = u.keyframe; !switched {
			r.wantKeyframe(u.now, u.stream)
			return
		}
	}
	if switched {
		r.turn(sl, &u.unit, out)
	}
	sequence, ok := sl.sequence.Forward(u.packet.Sequence)
	if !ok {
		r.counts.Outdated++
		return
	}
	memory := out.memory()
	if memory == nil {
		r.counts.NoMemory++
		return
	}
	g := &sl.past[sl.now%generations]
	h := rtpx.Header{
		Marker: u.packet.Marker, PayloadType: p.types[u.codec].PT, Sequence: sequence,
		Timestamp: u.packet.Timestamp + g.offset, SSRC: sl.params.SSRC, CSRC: uint32(u.stream.source.track.number),
	}
	r.level[0] = u.level
	payload, ok := u.payloadFor(sl, g)
	if !ok {
		r.counts.Unwritable++
		return
	}
	if u.codec == Opus {
		if with, red := r.payloadWithCopies(sl, g, &u.unit); red {
			h.PayloadType, payload = p.types[RED].PT, with
		}
	}
	size := r.seal(p, rtpx.AppendHeader(memory[:0], h, r.elements(sl, u.codec)), payload, &sl.media, out)
	if size == 0 {
		return
	}
	sl.sent(u.now, size)
	if sl.params.NACK {
		sl.keep(u.now, sequence, memory[:size])
	}
	r.counts.PacketsForwarded++
	r.counts.BytesForwarded += uint64(size)
	p.repair = min(p.repair+size/repairShare, repairMost)
	sl.packets++
	sl.octets += uint32(len(payload))
	if ahead := int32(h.Timestamp - sl.stamp); ahead > 0 || sl.stamped.IsZero() {
		sl.stamp, sl.stamped = h.Timestamp, u.now
	}
}

// elements are the header extensions of a packet on a slot. Absent ones have id 0.
func (r *Router) elements(sl *slot, c Codec) []rtpx.Element {
	n := 0
	if c == Opus {
		r.element[0] = rtpx.Element{ID: sl.peer.params.Extensions.AudioLevel, Data: r.level[:]}
		n = 1
	}
	if sl.wide != 0 {
		binary.BigEndian.PutUint16(r.number[:], sl.peer.bandwidth.Next())
		r.element[n] = rtpx.Element{ID: sl.wide, Data: r.number[:]}
		n++
	}
	return r.element[:n]
}

// turn makes the unit's stream the slot's source, from this packet on.
func (r *Router) turn(sl *slot, u *unit, out *Out) {
	if sl.numbering == nil {
		sl.numbering = newNumbering(sl.chance)
	}
	first := sl.resume(u)
	sl.now = sl.sequence.Switch()
	sl.past[sl.now%generations] = generation{
		number: sl.now, stream: u.stream, codec: u.codec, first: u.packet.Timestamp, offset: first - u.packet.Timestamp,
	}
	sl.munger.Switch(sl.now)
	s := u.stream.source
	for i := range s.streams {
		if &s.streams[i] != u.stream && i != sl.selector.Target() {
			s.streams[i].drop(sl)
		}
	}
	sl.reports = u.now
	r.wake(sl.peer, u.now)
	sl.announce(s.track.number, first, out)
}

// resume gives the timestamp at which the slot goes on with the unit. Sound advances by one frame; pictures by the
// time that passed: between layers of one camera by what the sender's clock says, which knows no queues, else by arrival.
func (sl *slot) resume(u *unit) uint32 {
	if sl.stamped.IsZero() {
		return sl.stamp
	}
	if sl.params.Audio {
		return sl.stamp + frame20ms
	}
	elapsed := u.now.Sub(sl.stamped)
	old := &sl.past[sl.now%generations]
	if from := old.stream; from != nil && from.source == u.stream.source && from.times.reported && u.stream.times.reported {
		was, is := from.captured(sl.stamp-old.offset), u.stream.captured(u.packet.Timestamp)
		if d := is.Sub(was); d < elapsed+time.Second {
			elapsed = d
		}
	}
	if elapsed < 0 {
		elapsed = 0
	}
	return sl.stamp + max(ticks(elapsed, videoRate), leastStep)
}

// stampAt gives the slot's RTP timestamp at a time, for sender reports; ok is false while nothing is carried.
func (sl *slot) stampAt(at time.Time) (rtp uint32, ok bool) {
	g := &sl.past[sl.now%generations]
	if g.stream == nil || !g.stream.times.known || sl.selector.Current() == layer.None {
		return 0, false
	}
	return g.stream.times.stamp(at, g.stream.offset()) + g.offset, true
}
