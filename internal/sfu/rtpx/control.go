package rtpx

import "errors"

// Kind is what one RTCP packet of a compound says.
type Kind uint8

const (
	OtherControl       Kind = iota // REMB, APP, XR and what else we do not read
	SenderReportKind               // RFC 3550 §6.4.1
	ReceiverReportKind             // RFC 3550 §6.4.2
	SourceDescription              // RFC 3550 §6.5
	Goodbye                        // RFC 3550 §6.6
	NACK                           // RFC 4585 §6.2.1
	TransportFeedback              // draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1
	PLI                            // RFC 4585 §6.3.1
	FIR                            // RFC 5104 §4.3.1
)

// Control is a view of one RTCP packet. It borrows the bytes given to NextControl.
type Control struct {
	Kind Kind
	// Sender is the SSRC of who sent it (for Goodbye: the first source that leaves, 0 when none is named).
	Sender uint32
	// Media is the SSRC that feedback is about (RFC 4585 §6.1); 0 for FIR, which names its targets itself.
	Media uint32

	count uint8
	body  []byte // after the 4-byte header, without padding
}

// ErrControl says that a compound packet is not well formed.
var ErrControl = errors.New("the control packet does not fit its length")

// NextControl reads the first RTCP packet of a compound (RFC 3550 §6.1) and gives what follows it.
//
//	for len(data) > 0 {
//		if c, data, err = rtpx.NextControl(data); err != nil { break }
//	}
func NextControl(data []byte) (c Control, rest []byte, err error) { panic("not written") }

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
func (c *Control) SenderReport() (r SenderReport, ok bool) { panic("not written") }

// Blocks tells how many report blocks an SR or RR holds.
func (c *Control) Blocks() int { panic("not written") }

// Block gives report block i < Blocks().
func (c *Control) Block(i int) ReportBlock { panic("not written") }

// Lost yields each sequence number that a NACK asks for: for seq := range c.Lost.
func (c *Control) Lost(yield func(uint16) bool) { panic("not written") }

// Targets yields the SSRC and command number of each request in a FIR.
func (c *Control) Targets(yield func(ssrc uint32, number uint8) bool) { panic("not written") }

// Leaving yields each source that a Goodbye names.
func (c *Control) Leaving(yield func(ssrc uint32) bool) { panic("not written") }
