package twcc

import "encoding/binary"

// symbol says what became of one packet (§3.1.1).
type symbol uint8

const (
	missing symbol = iota
	small          // received, the delta fits in one byte
	large          // received, the delta takes two
)

// Lengths in bytes: of a feedback packet without chunks and deltas (§3.1), and of the longest we write, which fits every
// path together with SRTCP's trailer and reports in the same compound.
const (
	fixedSize = 20
	mostSize  = 1100
)

// AppendFeedback appends one feedback packet from sender about media to dst. It is at most 1 100 bytes long: call it while
// Pending. It appends nothing when nothing is pending.
func (r *Recorder) AppendFeedback(dst []byte, sender, media uint32) []byte {
	if !r.pending {
		return dst
	}
	first := r.next
	reference := r.gather(first)

	start := len(dst)
	// RFC 4585 §6.1: version 2, feedback type 15 of the transport layer; the length comes last.
	dst = append(dst, 2<<6|15, 205, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, sender)
	dst = binary.BigEndian.AppendUint32(dst, media)
	dst = binary.BigEndian.AppendUint16(dst, uint16(first))
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(r.symbols)))
	dst = binary.BigEndian.AppendUint32(dst, uint32(reference)<<8|uint32(r.count))
	r.count++
	dst = appendChunks(dst, r.symbols)
	dst = r.appendDeltas(dst, first, reference*referenceTick)

	// RFC 3550 §6.4.1: the last byte of padding counts it.
	if pad := (4 - (len(dst)-start)%4) % 4; pad > 0 {
		dst[start] |= 0x20
		dst = append(append(dst, make([]byte, pad-1)...), byte(pad))
	}
	binary.BigEndian.PutUint16(dst[start+2:], uint16((len(dst)-start)/4-1))
	return dst
}

// gather fills the symbols from a first number on, as far as one packet can tell, and moves next behind them. It gives
// the reference time: that of the first arrival, in units of 64 ms, rounded down (§3.1).
func (r *Recorder) gather(first int64) (reference int64) {
	r.symbols, r.pending = r.symbols[:0], false
	size, last, started := fixedSize, int64(0), false
	for r.next = first; r.next <= r.newest; r.next++ {
		at, ok := r.at(r.next)
		s := missing
		if ok {
			if !started {
				started, reference = true, at/referenceTick
				last = reference * referenceTick
			}
			delta := at - last
			if delta != int64(int16(delta)) {
				r.pending = true // more than 8 s lie between: the rest needs another reference time
				return reference
			}
			s, last = large, at
			if delta == int64(uint8(delta)) {
				s = small
			}
		}
		// A chunk tells at least 7 packets; the last may tell fewer, and there are up to 3 bytes of padding.
		if size += int(s); size+2*(len(r.symbols)/7+1)+3 > mostSize {
			r.pending = true
			return reference
		}
		r.symbols = append(r.symbols, s)
	}
	return reference
}

// appendDeltas appends each arrival's distance from the one before (§3.1.5), the first from the reference time.
func (r *Recorder) appendDeltas(dst []byte, first, last int64) []byte {
	for i, s := range r.symbols {
		if s == missing {
			continue
		}
		at, _ := r.at(first + int64(i))
		if s == small {
			dst = append(dst, byte(at-last))
		} else {
			dst = binary.BigEndian.AppendUint16(dst, uint16(at-last))
		}
		last = at
	}
	return dst
}

// How many symbols each kind of chunk holds (§3.1.3, §3.1.4).
const (
	runMost   = 1<<13 - 1
	oneBits   = 14
	twoBits   = 7
	vector    = 1 << 15
	twoBitted = 1 << 14
)

// appendChunks appends the symbols in the kind of chunk that tells most of those that come next.
func appendChunks(dst []byte, symbols []symbol) []byte {
	for len(symbols) > 0 {
		run := runLength(symbols)
		if run >= oneBits || run == len(symbols) {
			dst = binary.BigEndian.AppendUint16(dst, uint16(symbols[0])<<13|uint16(run))
			symbols = symbols[run:]
			continue
		}
		if n := min(oneBits, len(symbols)); !anyLarge(symbols[:n]) {
			chunk := uint16(vector)
			for i, s := range symbols[:n] {
				chunk |= uint16(s) << (oneBits - 1 - i)
			}
			dst, symbols = binary.BigEndian.AppendUint16(dst, chunk), symbols[n:]
			continue
		}
		n := min(twoBits, len(symbols))
		chunk := uint16(vector | twoBitted)
		for i, s := range symbols[:n] {
			chunk |= uint16(s) << (2 * (twoBits - 1 - i))
		}
		dst, symbols = binary.BigEndian.AppendUint16(dst, chunk), symbols[n:]
	}
	return dst
}

// runLength counts how many symbols are like the first.
func runLength(symbols []symbol) int {
	n := 1
	for n < len(symbols) && n < runMost && symbols[n] == symbols[0] {
		n++
	}
	return n
}

func anyLarge(symbols []symbol) bool {
	for _, s := range symbols {
		if s == large {
			return true
		}
	}
	return false
}
