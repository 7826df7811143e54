package sfu

import (
	"encoding/binary"
	"time"

	"noom/internal/sfu/codec"
	"noom/internal/sfu/rtpx"
)

// Sound may come with copies of what was said just before (RFC 2198). They end here: a packet that was lost on the way in is
// restored from the copy, and goes on as itself; the newest goes on as if it had come alone. Copies on the way out are made anew
// for each receiver that takes them, from what is kept: so those who hear somebody without RED, or a packet that was restored,
// have copies too, nobody gets copies of another speaker's words, and who loses much gets more of them.

const (
	// maxCopies is how many copies a packet carries at most.
	maxCopies = 2
	// copiesBack is how many packets back they are looked for: some may never have come.
	copiesBack = 4
	// redundantMost is how large a packet of sound may become by its copies, in bytes of payload: one of music stays alone
	// rather than grow beyond what every path takes.
	redundantMost = 1000
	// lossy is from which share of packets lost, of 256, a receiver gets two copies: at 6 % one of 280 packets is lost together
	// with the only one that has its copy.
	lossy = 16
)

// redundancy is the sound in hand with copies in front: made when the first receiver wants it, for all who get as many.
type redundancy struct {
	looked bool
	count  int // of copies there are
	copies [maxCopies]codec.Block
	memory [maxCopies][redundantMost]byte
	size   [maxCopies]int // of what is made with so many copies, less one; 0: not yet
}

// restore takes the copies out of a packet of RED. What of them was lost on the way goes on first, as the packets they were
// sent in; then the packet in hand, as one of Opus. plain is as the packet was opened.
func (r *Router) restore(now time.Time, s *stream, a arrival, plain []byte, out *Out) {
	padding := r.packet.Padding
	header := len(plain) - len(r.packet.Payload) - padding
	if r.red.Parse(r.packet.Payload) != nil || s.source.owner.formats[r.red.PT].codec != Opus {
		r.counts.Malformed++
		r.note(now, s, a.recovered) // it came: another one would be no better
		r.leaveOut(now, s)
		return
	}
	sequence, timestamp := r.packet.Sequence, r.packet.Timestamp
	copies := r.red.Copies()
	for i, c := range copies {
		lost := sequence - uint16(len(copies)-i)
		if stamp := timestamp - uint32(c.Age); len(c.Data) > 0 && s.lacks(lost, stamp) {
			restored := append(r.restored[:0], plain[:header]...)
			restored[0] &^= 0x20 // padding
			restored[1] = r.red.PT
			binary.BigEndian.PutUint16(restored[2:], lost)
			binary.BigEndian.PutUint32(restored[4:], stamp)
			restored = append(restored, c.Data...)
			if r.packet.Parse(restored) == nil {
				r.ingest(now, s, arrival{codec: Opus, recovered: true, restored: true, level: a.level}, restored, out)
			}
		}
	}
	start := len(plain) - padding - len(r.red.Newest()) - header // the header moves over the copies
	copy(plain[start:start+header], plain[:header])
	plain = plain[start:]
	plain[1] = plain[1]&0x80 | r.red.PT
	if r.packet.Parse(plain) != nil {
		r.counts.Malformed++
		return
	}
	a.codec = Opus
	r.ingest(now, s, a, plain, out)
}

// lacks tells whether a packet of the stream is missing, which would have this timestamp: it lies beyond the newest, or is
// waited for. Copies of packets that were never numbered, or from before the stream began, are of no use.
func (s *stream) lacks(sequence uint16, timestamp uint32) bool {
	if s.kept == nil || s.missed == nil {
		return false
	}
	newest, ok := s.kept.Newest()
	if waits, _ := s.missed.Waits(sequence); !ok || int16(sequence-uint16(newest)) <= 0 && !waits {
		return false
	}
	// The packet before it tells whether the copies are numbered as we think.
	var before rtpx.Packet
	if kept, ok := s.kept.Get(sequence - 1); ok && before.Parse(kept.Data) == nil {
		return int32(timestamp-before.Timestamp) > 0
	}
	return true
}

// payloadWithCopies is what the packet of sound in hand carries to the slot, and whether that is RED.
func (r *Router) payloadWithCopies(sl *slot, g *generation, u *unit) (payload []byte, red bool) {
	wanted := sl.copies()
	if wanted == 0 {
		return u.packet.Payload, false
	}
	c := &r.copies
	if !c.looked {
		c.look(u)
	}
	wanted = min(wanted, c.count)
	// Before its first packet the slot carried something else, under the very timestamps that older copies would have.
	for wanted > 0 && int32(u.packet.Timestamp-uint32(c.copies[c.count-wanted].Age)-g.first) < 0 {
		wanted--
	}
	pt := sl.peer.types[Opus].PT
	for ; wanted > 0; wanted-- {
		if payload = c.with(wanted, pt, u.packet.Payload); payload != nil {
			return payload, true
		}
	}
	return u.packet.Payload, false
}

// look finds what there is to copy in front of the unit, the oldest first.
func (c *redundancy) look(u *unit) {
	c.looked = true
	var found [maxCopies]codec.Block // the newest first
	last := uint16(0)
	for back := uint16(1); back <= copiesBack && c.count < maxCopies; back++ {
		var p rtpx.Packet
		kept, ok := u.stream.kept.Get(u.packet.Sequence - back)
		if !ok || p.Parse(kept.Data) != nil || len(p.Payload) == 0 || len(p.Payload) > codec.MaxCopy {
			continue
		}
		age := u.packet.Timestamp - p.Timestamp
		if age > codec.MaxAge || uint16(age) <= last {
			break
		}
		last = uint16(age)
		found[c.count] = codec.Block{Age: last, Data: p.Payload}
		c.count++
	}
	for i := range c.count {
		c.copies[i] = found[c.count-1-i]
	}
}

// with gives the payload with so many copies in front, for a receiver with this payload type of Opus; nil when that is too large.
func (c *redundancy) with(copies int, pt uint8, newest []byte) []byte {
	memory, size := &c.memory[copies-1], &c.size[copies-1]
	if *size == 0 {
		front := c.copies[c.count-copies : c.count]
		total := len(newest) + 1
		for _, f := range front {
			total += len(f.Data) + 4
		}
		if total > redundantMost {
			return nil
		}
		payload, ok := codec.AppendRED(memory[:0], pt, front, newest)
		if !ok {
			return nil
		}
		*size = len(payload)
	}
	payload := memory[:*size]
	if payload[0]&0x7F != pt {
		codec.RetypeRED(payload, pt)
	}
	return payload
}

// begin forgets the copies of the packet before.
func (c *redundancy) begin() {
	c.looked, c.count = false, 0
	clear(c.size[:])
}

// copies tells how many copies the slot's packets are to carry.
func (sl *slot) copies() int {
	if sl.peer.paced { // where there is no room for all pictures, what is lost was mostly too much
		return 0
	}
	return sl.copiesWithRoom()
}

// copiesWithRoom tells how many copies they are to carry where there is room for everything.
func (sl *slot) copiesWithRoom() int {
	switch {
	case !sl.redundant || sl.peer.types[RED].PT == 0:
		return 0
	case sl.lost >= lossy:
		return 2
	case sl.lost == 0 && sl.source != nil && sl.source.kind == ScreenAudio: // music as often as not, at twice a voice's rate
		return 0
	}
	return 1
}

// heardLost takes what share of the slot's packets a receiver reports as lost, of 256. What was sent again was lost too, though the report
// counts it as received: it came late, if at all. The share falls slowly, for loss comes in bursts.
func (sl *slot) heardLost(fraction uint8) {
	lost := uint32(fraction)
	if sent := sl.packets - sl.reported; sent > 0 {
		lost += sl.sentAgain << 8 / sent
	}
	sl.reported, sl.sentAgain = sl.packets, 0
	sl.lost = uint8(max(min(lost, 255), uint32(sl.lost)*7/8))
}
