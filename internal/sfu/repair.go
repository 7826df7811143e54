package sfu

import (
	"encoding/binary"
	"time"

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
	number, sequence, ok := sl.sequence.Lookup(output)
	g := &sl.past[number%generations]
	if !ok || g.number != number || g.stream == nil || g.stream.kept == nil {
		r.counts.NotKept++
		return
	}
	t := p.types[g.codec]
	if sl.params.RTX == 0 || t.RTX == 0 {
		r.counts.NoCodec++
		return
	}
	kept, ok := g.stream.kept.Get(sequence)
	if !ok || r.packet.Parse(kept.Data) != nil {
		r.counts.NotKept++
		return
	}
	if len(kept.Data) > p.repair {
		r.counts.RepairLimited++
		return
	}
	if sl.repeated(now, output) {
		r.counts.RepairRepeated++
		return
	}
	memory := out.memory()
	if memory == nil {
		r.counts.NoMemory++
		return
	}
	r.unit = unit{now: now, stream: g.stream, packet: &r.packet, codec: g.codec}
	if g.codec == VP8 && r.unit.vp8.Parse(r.packet.Payload) != nil {
		r.counts.Unwritable++
		return
	}
	buf := rtpx.AppendHeader(memory[:0], rtpx.Header{
		Marker: r.packet.Marker, PayloadType: t.RTX, Sequence: sl.repairs,
		Timestamp: r.packet.Timestamp + g.offset, SSRC: sl.params.RTX, CSRC: uint32(g.stream.source.track.number),
	}, r.elements(sl, g.codec))
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
	sl.sent(now, size)
	sl.repairs++
	p.repair -= size
	p.stats.Retransmitted++
	r.counts.Retransmitted++
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

// repeated tells whether the packet was sent again within the last round trip, and remembers that it is now.
func (sl *slot) repeated(now time.Time, output uint16) bool {
	rtt := sl.peer.rtt
	if rtt == 0 {
		rtt = unknownRTT
	}
	at := uint32(now.Sub(sl.peer.since) / time.Millisecond)
	last := &sl.resent[output%repeats]
	if last.valid && last.output == output && at-last.at < uint32(rtt/time.Millisecond) {
		return true
	}
	*last = repeat{output: output, valid: true, at: at}
	return false
}
