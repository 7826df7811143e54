// Package rtpx reads and writes RTP and RTCP in memory that others own. It keeps nothing and allocates nothing:
// a Packet is a view of the bytes it was parsed from, and everything written is appended to the caller's slice.
// The router calls it for each datagram.
package rtpx

import "errors"

// Packet is a view of one RTP packet (RFC 3550 §5.1). It borrows the bytes given to Parse.
type Packet struct {
	Marker      bool
	PayloadType uint8
	Sequence    uint16
	Timestamp   uint32
	SSRC        uint32
	// Payload is what the packet carries, without padding. It is empty, not nil, in a packet of padding alone.
	Payload []byte
	// Padding counts the bytes after the payload, the counting byte included.
	Padding int

	csrcs      []byte
	profile    uint16 // of the extension block, 0 when there is none
	extensions []byte // the extension block without its four bytes of header
}

// Why a packet is refused.
var (
	ErrShort   = errors.New("the packet ends inside its header")
	ErrVersion = errors.New("the packet is not of RTP version 2")
	ErrPadding = errors.New("the padding is longer than the packet")
)

// Parse reads a packet in the clear: padding is inside what SRTP encrypts, so decrypt first.
// For a packet still sealed use PeekSSRC.
func (p *Packet) Parse(data []byte) error { panic("not written") }

// PeekSSRC reads the SSRC and sequence number of a packet, sealed or not.
func PeekSSRC(data []byte) (ssrc uint32, sequence uint16, ok bool) { panic("not written") }

// CSRCs tells how many contributing sources the packet names, 0–15.
func (p *Packet) CSRCs() int { return len(p.csrcs) / 4 }

// CSRC gives contributing source i < CSRCs().
func (p *Packet) CSRC(i int) uint32 { panic("not written") }

// Extension finds a header extension element (RFC 8285 §4.2, §4.3) by its id, 1–255. The bytes lie within the
// packet, so writing to them changes it. nil: absent; an element of length 0 is not nil.
func (p *Packet) Extension(id uint8) []byte { panic("not written") }
