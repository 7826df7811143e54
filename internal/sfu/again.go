package sfu

import (
	"time"

	"noom/internal/sfu/nack"
)

// Browsers ask for sound again, but know no RTX for it: they take the packet itself. Sealing it a second time is out of the
// question: were a byte of it another now (a copy more, a level less), two packets would be sealed under one number, which gives
// away the key that AES-GCM authenticates with (RFC 7714 §8.1). So the last packets of such a slot are kept as they left.

const (
	// againKept is how many packets are kept: those of the time within which they are of use, and a few.
	againKept = 16
	// againMost is the longest packet kept, in bytes: a voice with two copies. One of music can be asked for in vain.
	againMost = 448
)

// again are the last packets of a slot as they left, by sequence number modulo againKept.
type again [againKept]leftPacket

type leftPacket struct {
	at     time.Time // zero: none
	output uint16
	size   uint16
	data   [againMost]byte
}

// keep keeps a sealed packet.
func (sl *slot) keep(now time.Time, output uint16, sealed []byte) {
	if sl.again == nil {
		sl.again = new(again)
	}
	p := &sl.again[output%againKept]
	p.at, p.output, p.size = now, output, 0
	if len(sealed) <= againMost {
		p.size = uint16(copy(p.data[:], sealed))
	}
}

// resendSealed answers a NACK for one packet of a slot without RTX, unless the answer would come too late.
func (r *Router) resendSealed(now time.Time, sl *slot, output uint16, out *Out) {
	p := sl.peer
	if sl.again == nil {
		r.counts.NotKept++
		return
	}
	kept := &sl.again[output%againKept]
	switch {
	case kept.output != output || kept.size == 0:
		r.counts.NotKept++
		return
	case now.Sub(kept.at) > nack.Sound:
		r.counts.TooOld++
		return
	case int(kept.size) > p.repair:
		r.counts.RepairLimited++
		return
	}
	memory := r.memoryForRepair(now, sl, output, out)
	if memory == nil {
		return
	}
	size := copy(memory, kept.data[:kept.size])
	r.push(p, size, out)
	sl.sentAgain++
	r.countRepair(p, size)
}
