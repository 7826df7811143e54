package twcc

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// Feedback is a view of transport-wide feedback as a receiver of ours wrote it (§3.1). It borrows the bytes given to Parse.
type Feedback struct {
	// Reference is the time from which arrivals count, on the receiver's clock: 24 bits in units of ReferenceUnit.
	Reference uint32

	first  uint16
	count  int
	chunks []byte
	deltas []byte
}

// ReferenceUnit is the unit of Reference (§3.1).
const ReferenceUnit = referenceTick * tick

// Missing is the arrival of a packet that had not arrived.
const Missing = time.Duration(math.MinInt64)

// ErrFeedback says that feedback is not well formed.
var ErrFeedback = errors.New("the feedback does not fit its length")

// headSize is what stands in front of the chunks behind the two SSRCs, in bytes (§3.1).
const headSize = 8

// countMost is how many packets one feedback may tell of: seconds of a fast stream. A few bytes can claim 65 535.
const countMost = 4096

// Parse reads the feedback control information of one packet, which follows its SSRCs. After an error nothing of it may be used.
func (f *Feedback) Parse(data []byte) error {
	if len(data) < headSize {
		return ErrFeedback
	}
	f.first, f.count = binary.BigEndian.Uint16(data), int(binary.BigEndian.Uint16(data[2:]))
	f.Reference = binary.BigEndian.Uint32(data[4:]) >> 8
	f.chunks = data[headSize:]
	if f.count == 0 || f.count > countMost {
		return ErrFeedback
	}
	told, size, deltas := 0, 0, 0
	for told < f.count {
		if len(f.chunks) < size+2 {
			return ErrFeedback
		}
		c := chunk(binary.BigEndian.Uint16(f.chunks[size:]))
		size += 2
		n := min(c.len(), f.count-told)
		if n == 0 {
			return ErrFeedback
		}
		told += n
		for i := range n {
			s := c.at(i)
			if s > large {
				return ErrFeedback // reserved (§3.1.1)
			}
			deltas += int(s)
			if c>>15 == 0 {
				deltas += int(s) * (n - 1) // a run of one symbol
				break
			}
		}
	}
	f.chunks, f.deltas = f.chunks[:size], f.chunks[size:]
	// Some pad with zeros that they do not count.
	if spare := len(f.deltas) - deltas; spare < 0 || spare > 3 {
		return ErrFeedback
	}
	return nil
}

// Count is how many packets the feedback tells of.
func (f *Feedback) Count() int { return f.count }

// chunk tells what became of a row of packets (§3.1.2).
type chunk uint16

// len is how many packets the chunk can tell of; the last of a feedback tells of fewer.
func (c chunk) len() int {
	switch {
	case c&vector == 0:
		return int(c & runMost)
	case c&twoBitted == 0:
		return oneBits
	}
	return twoBits
}

func (c chunk) at(i int) symbol {
	switch {
	case c&vector == 0:
		return symbol(c >> 13 & 3)
	case c&twoBitted == 0:
		return symbol(c >> (oneBits - 1 - i) & 1)
	}
	return symbol(c >> (2 * (twoBits - 1 - i)) & 3)
}

// Packets yields each packet that the feedback tells of, in rising order of transport-wide numbers: when it arrived, counted from
// Reference, or Missing.
func (f *Feedback) Packets(yield func(number uint16, at time.Duration) bool) {
	number, left, deltas, at := f.first, f.count, f.deltas, time.Duration(0)
	for chunks := f.chunks; len(chunks) >= 2; chunks = chunks[2:] {
		c := chunk(binary.BigEndian.Uint16(chunks))
		n := min(c.len(), left)
		left -= n
		for i := range n {
			arrived := Missing
			switch c.at(i) {
			case small:
				at += time.Duration(deltas[0]) * tick
				arrived, deltas = at, deltas[1:]
			case large:
				at += time.Duration(int16(binary.BigEndian.Uint16(deltas))) * tick
				arrived, deltas = at, deltas[2:]
			}
			if !yield(number, arrived) {
				return
			}
			number++
		}
	}
}
