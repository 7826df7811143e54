package codec

import (
	"encoding/binary"
	"errors"
)

const (
	// MaxBlocks is how many blocks of a RED payload are read: browsers write two, and nine copies at most when told to.
	MaxBlocks = 10
	// MaxAge is the oldest that a copy may be, in ticks of the RTP clock: 14 bits of them (RFC 2198 §3), 341 ms of sound.
	MaxAge = 1<<14 - 1
	// MaxCopy is the longest copy, in bytes: 10 bits (RFC 2198 §3).
	MaxCopy = 1<<10 - 1

	copyHeader   = 4 // of each copy: F, block PT, timestamp offset, block length
	newestHeader = 1 // of the newest: F, block PT
)

// Block is one payload inside a RED payload.
type Block struct {
	Age  uint16 // ticks of the RTP clock before the packet's timestamp; 0: the newest
	Data []byte
}

// RED is a payload with copies of earlier ones in front of the newest (RFC 2198). It borrows the bytes given to Parse.
type RED struct {
	// PT is the payload type of all blocks: copies of another codec are of no use to anybody here.
	PT     uint8
	blocks [MaxBlocks]Block
	count  int
}

// ErrRED says that a payload is not RED as we read it: all blocks of one type, the oldest first, and the newest not empty.
var ErrRED = errors.New("the payload is not redundant audio data")

// Parse reads a payload.
func (r *RED) Parse(payload []byte) error {
	var sizes [MaxBlocks]int
	rest := payload
	for r.count = 0; ; r.count++ {
		if len(rest) == 0 || r.count == MaxBlocks {
			return ErrRED
		}
		pt := rest[0] & 0x7F
		if r.count > 0 && pt != r.PT {
			return ErrRED
		}
		r.PT = pt
		if rest[0]&0x80 == 0 {
			break
		}
		if len(rest) < copyHeader {
			return ErrRED
		}
		word := binary.BigEndian.Uint32(rest)
		age := uint16(word >> 10 & MaxAge)
		if age == 0 || r.count > 0 && age >= r.blocks[r.count-1].Age {
			return ErrRED
		}
		r.blocks[r.count].Age, sizes[r.count] = age, int(word&MaxCopy)
		rest = rest[copyHeader:]
	}
	rest = rest[newestHeader:]
	for i := range r.count {
		if len(rest) < sizes[i] {
			return ErrRED
		}
		r.blocks[i].Data, rest = rest[:sizes[i]:sizes[i]], rest[sizes[i]:]
	}
	if len(rest) == 0 {
		return ErrRED
	}
	r.blocks[r.count] = Block{Data: rest}
	return nil
}

// Copies are the earlier payloads, the oldest first. They hold until the next Parse.
func (r *RED) Copies() []Block { return r.blocks[:r.count] }

// Newest is the payload that the packet was sent for.
func (r *RED) Newest() []byte { return r.blocks[r.count].Data }

// AppendRED appends a RED payload: copies, the oldest first, and the newest. ok is false, and nothing appended, when a copy is
// too old or too long, or one is not older than the next.
func AppendRED(dst []byte, pt uint8, copies []Block, newest []byte) (out []byte, ok bool) {
	if len(copies) >= MaxBlocks || len(newest) == 0 {
		return dst, false
	}
	for i, c := range copies {
		if c.Age == 0 || c.Age > MaxAge || len(c.Data) > MaxCopy || i > 0 && c.Age >= copies[i-1].Age {
			return dst, false
		}
	}
	for _, c := range copies {
		dst = binary.BigEndian.AppendUint32(dst, 1<<31|uint32(pt&0x7F)<<24|uint32(c.Age)<<10|uint32(len(c.Data)))
	}
	dst = append(dst, pt&0x7F)
	for _, c := range copies {
		dst = append(dst, c.Data...)
	}
	return append(dst, newest...), true
}

// RetypeRED writes another payload type into all blocks of a payload that AppendRED made.
func RetypeRED(payload []byte, pt uint8) {
	for i := 0; i < len(payload); i += copyHeader {
		more := payload[i] & 0x80
		payload[i] = more | pt&0x7F
		if more == 0 {
			return
		}
	}
}
