package rtpx

import (
	"encoding/binary"
	"errors"
)

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

// RTCP packet types (RFC 3550 §12.1, RFC 4585 §6.1).
const (
	typeSR, typeRR, typeSDES, typeBYE = 200, 201, 202, 203
	typeTransport, typePayload        = 205, 206
)

// Feedback message types (RFC 4585 §6.2, §6.3, RFC 5104 §4.3).
const (
	formatNACK, formatTWCC = 1, 15
	formatPLI, formatFIR   = 1, 4
)

// The lengths of the parts of reports, in bytes (RFC 3550 §6.4).
const (
	senderInfo  = 20
	reportBlock = 24
)

// Control is a view of one RTCP packet. It borrows the bytes given to NextControl.
type Control struct {
	Kind Kind
	// Sender is the SSRC of who sent it (for Goodbye: the first source that leaves, 0 when none is named).
	Sender uint32
	// Media is the SSRC that feedback is about (RFC 4585 §6.1); 0 for FIR, which names its targets itself.
	Media uint32

	count uint8  // the five bits of the header: blocks, sources or feedback type
	body  []byte // what follows Sender, and Media in feedback; without padding
}

// ErrControl says that a compound packet is not well formed.
var ErrControl = errors.New("the control packet does not fit its length")

// NextControl reads the first RTCP packet of a compound (RFC 3550 §6.1) and gives what follows it. After an error
// nothing more can be read from the compound.
//
//	for len(data) > 0 {
//		if c, data, err = rtpx.NextControl(data); err != nil { break }
//	}
func NextControl(data []byte) (c Control, rest []byte, err error) {
	if len(data) < 4 || data[0]>>6 != 2 {
		return Control{}, nil, ErrControl
	}
	size := 4 + 4*int(binary.BigEndian.Uint16(data[2:]))
	if size > len(data) {
		return Control{}, nil, ErrControl
	}
	body := data[4:size]
	if data[0]&0x20 != 0 {
		if len(body) == 0 || body[len(body)-1] == 0 || int(body[len(body)-1]) > len(body) {
			return Control{}, nil, ErrControl
		}
		body = body[:len(body)-int(body[len(body)-1])]
	}
	c = Control{count: data[0] & 0x1F, body: body}
	if err := c.read(data[1]); err != nil {
		return Control{}, nil, err
	}
	return c, data[size:], nil
}

// read takes the common fields of a packet type from the body and checks that what the type promises is there.
func (c *Control) read(packetType uint8) error {
	var least int // bytes that must follow the fields taken here
	switch packetType {
	case typeSR:
		c.Kind, least = SenderReportKind, senderInfo+reportBlock*int(c.count)
	case typeRR:
		c.Kind, least = ReceiverReportKind, reportBlock*int(c.count)
	case typeBYE:
		return c.readGoodbye()
	case typeSDES:
		c.Kind = SourceDescription
		return nil
	case typeTransport, typePayload:
		return c.readFeedback(packetType)
	default:
		return nil
	}
	if len(c.body) < 4+least {
		return ErrControl
	}
	c.Sender, c.body = binary.BigEndian.Uint32(c.body), c.body[4:]
	return nil
}

// Information is what feedback says, behind its two SSRCs (RFC 4585 §6.1): nil for everything else.
func (c *Control) Information() []byte {
	switch c.Kind {
	case NACK, TransportFeedback, PLI, FIR:
		return c.body
	}
	return nil
}

func (c *Control) readGoodbye() error {
	c.Kind = Goodbye
	if len(c.body) < 4*int(c.count) {
		return ErrControl
	}
	if c.count > 0 {
		c.Sender = binary.BigEndian.Uint32(c.body)
	}
	return nil
}

func (c *Control) readFeedback(packetType uint8) error {
	if len(c.body) < 8 {
		return ErrControl
	}
	c.Sender, c.Media = binary.BigEndian.Uint32(c.body), binary.BigEndian.Uint32(c.body[4:])
	c.body = c.body[8:]
	switch {
	case packetType == typeTransport && c.count == formatNACK:
		c.Kind = NACK
	case packetType == typeTransport && c.count == formatTWCC:
		c.Kind = TransportFeedback
	case packetType == typePayload && c.count == formatPLI:
		c.Kind = PLI
	case packetType == typePayload && c.count == formatFIR:
		c.Kind, c.Media = FIR, 0 // RFC 5104 §4.3.1.2: the field is not used
	}
	return nil
}
