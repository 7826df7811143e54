package sfu

import (
	"encoding/binary"
	"time"

	"noom/internal/sfu/nack"
	"noom/internal/sfu/rtpx"
)

const (
	// repairShare: each byte of media lets a third of a byte be sent again, so that retransmissions are at most 25 % of
	// a viewer's traffic, whatever it asks for.
	repairShare = 3
	// repairMost is how much of that may be saved up, in bytes: a second of a large picture's loss.
	repairMost = 64 << 10
	// unknownRTT stands for a round trip nobody measured.
	unknownRTT = 50 * time.Millisecond
)

// resend answers a NACK for one packet from the stream's cache, over the slot's RTX SSRC (RFC 4588 §4).
func (r *Router) resend(now time.Time, sl *slot, output uint16, out *Out) {
	p := sl.peer
	if sl.numbering == nil {
		r.counts.NotKept++
		return
	}
	if sl.params.NACK {
		r.resendSealed(now, sl, output, out)
		return
	}
	g, ok := r.find(now, sl, output)
	if !ok {
		return
	}
	memory := r.memoryForRepair(now, sl, output, out)
	if memory == nil {
		return
	}
	r.unit = unit{now: now, stream: g.stream, packet: &r.packet, codec: g.codec}
	if g.codec == VP8 && r.unit.vp8.Parse(r.packet.Payload) != nil {
		r.counts.Unwritable++
		return
	}
	buf := rtpx.AppendHeader(memory[:0], rtpx.Header{
		Marker: r.packet.Marker, PayloadType: p.types[g.codec].RTX, Sequence: sl.repairs,
		Timestamp: r.packet.Timestamp + g.offset, SSRC: sl.params.RTX, CSRC: uint32(g.stream.source.track.number),
	}, nil)
	header := len(buf)
	buf = binary.BigEndian.AppendUint16(buf, output)
	if buf, ok = sl.appendPayload(buf, g, &r.unit); !ok {
		r.counts.Unwritable++
		return
	}
	size := r.seal(p, buf[:header], buf[header:], &sl.repair, out)
	if size == 0 {
		return
	}
	sl.repairs++
	r.countRepair(p, size)
}

// memoryForRepair is for a packet to be sent again, or nil when it was just sent again, or there is none.
func (r *Router) memoryForRepair(now time.Time, sl *slot, output uint16, out *Out) []byte {
	if sl.repeated(now, output) {
		r.counts.RepairRepeated++
		return nil
	}
	memory := out.memory()
	if memory == nil {
		r.counts.NoMemory++
	}
	return memory
}

// countRepair counts a packet that was sent again.
func (r *Router) countRepair(p *peer, size int) {
	p.repair -= size
	p.stats.Retransmitted++
	r.counts.Retransmitted++
}

// find gives the packet that a slot sent under a number, parsed into r.packet. ok is false where it may not be sent again. What is of no
// use any more is not: a keyframe is asked for instead, as the receiver will do when it gives up.
func (r *Router) find(now time.Time, sl *slot, output uint16) (g *generation, ok bool) {
	number, sequence, ok := sl.sequence.Lookup(output)
	g = &sl.past[number%generations]
	if !ok || g.number != number || g.stream == nil || g.stream.kept == nil {
		r.counts.NotKept++
		return nil, false
	}
	if sl.params.RTX == 0 || sl.peer.types[g.codec].RTX == 0 {
		r.counts.NoCodec++
		return nil, false
	}
	kept, ok := g.stream.kept.Get(sequence)
	switch {
	case !ok || r.packet.Parse(kept.Data) != nil:
		r.counts.NotKept++
	case now.Sub(kept.Arrived) > nack.Pictures+sl.roundTrip():
		r.counts.TooOld++
		r.heardLoss(now, sl)
	case len(kept.Data) > sl.peer.repair:
		r.counts.RepairLimited++
	default:
		return g, true
	}
	return nil, false
}

// appendPayload appends what the packet carries, as the slot numbers it. ok is false when it does not fit or
// belongs to no generation that is remembered.
func (sl *slot) appendPayload(buf []byte, g *generation, u *unit) (_ []byte, ok bool) {
	if len(buf)+len(u.packet.Payload)+1+sealOverhead > MTU { // the picture id may grow by a byte
		return buf, false
	}
	if u.codec == VP8 {
		return sl.munger.Append(buf, g.number, &u.vp8, u.packet.Payload)
	}
	return append(buf, u.packet.Payload...), true
}

// roundTrip is the receiver's, or what stands for it.
func (sl *slot) roundTrip() time.Duration {
	if sl.peer.rtt == 0 {
		return unknownRTT
	}
	return sl.peer.rtt
}

// repeated tells whether the packet was sent again within three quarters of the last round trip, and remembers that it is now. Browsers
// ask again after what they take for one, which is a little less than here as often as not; Chromium that sends nothing takes 100 ms.
func (sl *slot) repeated(now time.Time, output uint16) bool {
	soon := sl.roundTrip() * 3 / 4
	at := uint32(now.Sub(sl.peer.since) / time.Millisecond)
	last := &sl.resent[output%repeats]
	if last.valid && last.output == output && at-last.at < uint32(soon/time.Millisecond) {
		return true
	}
	*last = repeat{output: output, valid: true, at: at}
	return false
}
