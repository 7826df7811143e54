package rtpx

import "encoding/binary"

// SenderReport is the sender's part of an SR (RFC 3550 §6.4.1).
type SenderReport struct {
	SSRC    uint32
	NTP     uint64
	RTP     uint32 // the same moment in the stream's clock
	Packets uint32
	Octets  uint32 // of payload
}

// ReportBlock says how one stream is received (RFC 3550 §6.4.1).
type ReportBlock struct {
	SSRC         uint32
	FractionLost uint8  // of 256, since the last report
	TotalLost    int32  // 24 bits, signed
	Highest      uint32 // cycles<<16 | highest sequence number
	Jitter       uint32 // in the stream's clock
	LastSR       uint32 // MiddleNTP of the last SR, 0 for none
	Delay        uint32 // since that SR, in 1/65536 s
}

// SenderReport gives the sender's part; ok only when Kind is SenderReportKind.
func (c *Control) SenderReport() (r SenderReport, ok bool) {
	if c.Kind != SenderReportKind {
		return SenderReport{}, false
	}
	return SenderReport{
		SSRC:    c.Sender,
		NTP:     binary.BigEndian.Uint64(c.body),
		RTP:     binary.BigEndian.Uint32(c.body[8:]),
		Packets: binary.BigEndian.Uint32(c.body[12:]),
		Octets:  binary.BigEndian.Uint32(c.body[16:]),
	}, true
}

// Blocks tells how many report blocks an SR or RR holds.
func (c *Control) Blocks() int {
	if c.Kind != SenderReportKind && c.Kind != ReceiverReportKind {
		return 0
	}
	return int(c.count)
}

// Block gives report block i < Blocks().
func (c *Control) Block(i int) ReportBlock {
	b := c.body[reportBlock*i:]
	if c.Kind == SenderReportKind {
		b = b[senderInfo:]
	}
	word := binary.BigEndian.Uint32(b[4:])
	return ReportBlock{
		SSRC:         binary.BigEndian.Uint32(b),
		FractionLost: uint8(word >> 24),
		TotalLost:    int32(word<<8) >> 8, // sign of 24 bits
		Highest:      binary.BigEndian.Uint32(b[8:]),
		Jitter:       binary.BigEndian.Uint32(b[12:]),
		LastSR:       binary.BigEndian.Uint32(b[16:]),
		Delay:        binary.BigEndian.Uint32(b[20:]),
	}
}

// Lost yields each sequence number that a NACK asks for: for seq := range c.Lost.
func (c *Control) Lost(yield func(sequence uint16) bool) {
	if c.Kind != NACK {
		return
	}
	for b := c.body; len(b) >= 4; b = b[4:] {
		first, mask := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		if !yield(first) {
			return
		}
		for i := uint16(1); mask != 0; i, mask = i+1, mask>>1 {
			if mask&1 != 0 && !yield(first+i) {
				return
			}
		}
	}
}

// Targets yields the SSRC and command number of each request in a FIR.
func (c *Control) Targets(yield func(ssrc uint32, number uint8) bool) {
	if c.Kind != FIR {
		return
	}
	for b := c.body; len(b) >= 8; b = b[8:] {
		if !yield(binary.BigEndian.Uint32(b), b[4]) {
			return
		}
	}
}

// Leaving yields each source that a Goodbye names.
func (c *Control) Leaving(yield func(ssrc uint32) bool) {
	if c.Kind != Goodbye {
		return
	}
	for i := range int(c.count) {
		if !yield(binary.BigEndian.Uint32(c.body[4*i:])) {
			return
		}
	}
}
