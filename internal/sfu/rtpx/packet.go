// Package rtpx reads and writes RTP and RTCP in memory that others own. It keeps nothing and allocates nothing:
// a Packet is a view of the bytes it was parsed from, and everything written is appended to the caller's slice.
// The router calls it for each datagram.
package rtpx

import (
	"encoding/binary"
	"errors"
)

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

// fixedHeader is the length of the header that every packet has, in bytes (RFC 3550 §5.1).
const fixedHeader = 12

// The profiles of an extension block (RFC 8285 §4.2, §4.3). The low four bits of the second are free.
const (
	oneByteProfile = 0xBEDE
	twoByteProfile = 0x1000
)

// Why a packet is refused.
var (
	ErrShort   = errors.New("the packet ends inside its header")
	ErrVersion = errors.New("the packet is not of RTP version 2")
	ErrPadding = errors.New("the padding is longer than the packet")
)

// Parse reads a packet in the clear: padding is inside what SRTP encrypts, so decrypt first.
// For a packet still sealed use PeekSSRC.
func (p *Packet) Parse(data []byte) error {
	if len(data) < fixedHeader {
		return ErrShort
	}
	if data[0]>>6 != 2 {
		return ErrVersion
	}
	p.Marker = data[1]&0x80 != 0
	p.PayloadType = data[1] & 0x7F
	p.Sequence = binary.BigEndian.Uint16(data[2:])
	p.Timestamp = binary.BigEndian.Uint32(data[4:])
	p.SSRC = binary.BigEndian.Uint32(data[8:])

	rest := data[fixedHeader:]
	csrcs := int(data[0]&0x0F) * 4
	if len(rest) < csrcs {
		return ErrShort
	}
	p.csrcs, rest = rest[:csrcs], rest[csrcs:]

	p.profile, p.extensions = 0, nil
	if data[0]&0x10 != 0 {
		if len(rest) < 4 {
			return ErrShort
		}
		size := int(binary.BigEndian.Uint16(rest[2:])) * 4
		if len(rest)-4 < size {
			return ErrShort
		}
		p.profile = binary.BigEndian.Uint16(rest)
		p.extensions, rest = rest[4:4+size], rest[4+size:]
	}

	p.Padding = 0
	if data[0]&0x20 != 0 {
		// RFC 3550 §5.1: the last byte counts the padding, itself included, so it is never 0.
		if len(rest) == 0 || rest[len(rest)-1] == 0 || int(rest[len(rest)-1]) > len(rest) {
			return ErrPadding
		}
		p.Padding = int(rest[len(rest)-1])
	}
	p.Payload = rest[: len(rest)-p.Padding : len(rest)-p.Padding]
	return nil
}

// PeekSSRC reads the SSRC and sequence number of a packet, sealed or not.
func PeekSSRC(data []byte) (ssrc uint32, sequence uint16, ok bool) {
	if len(data) < fixedHeader || data[0]>>6 != 2 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(data[8:]), binary.BigEndian.Uint16(data[2:]), true
}

// CSRCs tells how many contributing sources the packet names, 0–15.
func (p *Packet) CSRCs() int { return len(p.csrcs) / 4 }

// CSRC gives contributing source i < CSRCs().
func (p *Packet) CSRC(i int) uint32 { return binary.BigEndian.Uint32(p.csrcs[4*i:]) }

// Extension finds a header extension element (RFC 8285 §4.2, §4.3) by its id, 1–255. The bytes lie within the
// packet, so writing to them changes it. nil: absent; an element of length 0 is not nil.
func (p *Packet) Extension(id uint8) []byte {
	switch {
	case id == 0:
		return nil
	case p.profile == oneByteProfile:
		return oneByteElement(p.extensions, id)
	case p.profile&0xFFF0 == twoByteProfile:
		return twoByteElement(p.extensions, id)
	}
	return nil
}

// oneByteElement walks elements of a 4-bit id and a 4-bit length less one (RFC 8285 §4.2).
func oneByteElement(block []byte, id uint8) []byte {
	for len(block) > 0 {
		found, size := block[0]>>4, int(block[0]&0x0F)+1
		if found == 0 { // padding has no length: one byte of it
			block = block[1:]
			continue
		}
		if found == 15 || len(block) < 1+size { // 15 ends the walk
			return nil
		}
		if found == id {
			return block[1 : 1+size : 1+size]
		}
		block = block[1+size:]
	}
	return nil
}

// twoByteElement walks elements of a byte of id and a byte of length (RFC 8285 §4.3).
func twoByteElement(block []byte, id uint8) []byte {
	for len(block) > 0 {
		if block[0] == 0 {
			block = block[1:]
			continue
		}
		if len(block) < 2 || len(block) < 2+int(block[1]) {
			return nil
		}
		size := int(block[1])
		if block[0] == id {
			return block[2 : 2+size : 2+size]
		}
		block = block[2+size:]
	}
	return nil
}
