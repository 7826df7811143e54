package rtpx

import "encoding/binary"

// Header is what we write in front of a payload.
type Header struct {
	Marker      bool
	PayloadType uint8 // 0–127
	Sequence    uint16
	Timestamp   uint32
	SSRC        uint32
	CSRC        uint32 // 0: the packet names no contributing source
}

// Element is one header extension element to write (RFC 8285). Elements with ID 0 are left out, so that a peer
// which did not agree to an extension costs no branch at the caller.
type Element struct {
	ID   uint8
	Data []byte // at most 255 bytes; longer elements are left out
}

// AppendHeader appends the header with exactly these extension elements. The same elements give the same size,
// so packets of one frame stay equal for UDP GSO. One-byte elements are used where all fit (ids 1–14 with
// 1–16 bytes), else two-byte ones.
func AppendHeader(dst []byte, h Header, elements []Element) []byte {
	start := len(dst)
	second := h.PayloadType & 0x7F
	if h.Marker {
		second |= 0x80
	}
	dst = append(dst, 2<<6, second)
	dst = binary.BigEndian.AppendUint16(dst, h.Sequence)
	dst = binary.BigEndian.AppendUint32(dst, h.Timestamp)
	dst = binary.BigEndian.AppendUint32(dst, h.SSRC)
	if h.CSRC != 0 {
		dst[start] |= 1
		dst = binary.BigEndian.AppendUint32(dst, h.CSRC)
	}

	some, short := measure(elements)
	if !some {
		return dst
	}
	dst[start] |= 0x10
	block := len(dst)
	if short {
		dst = binary.BigEndian.AppendUint32(dst, oneByteProfile<<16)
		dst = appendOneByte(dst, elements)
	} else {
		dst = binary.BigEndian.AppendUint32(dst, twoByteProfile<<16)
		dst = appendTwoByte(dst, elements)
	}
	for (len(dst)-block)%4 != 0 {
		dst = append(dst, 0)
	}
	binary.BigEndian.PutUint16(dst[block+2:], uint16((len(dst)-block-4)/4))
	return dst
}

// measure tells whether there is something to write and whether one-byte elements do.
func measure(elements []Element) (some, short bool) {
	short = true
	for _, e := range elements {
		if e.absent() {
			continue
		}
		some = true
		if e.ID > 14 || len(e.Data) == 0 || len(e.Data) > 16 {
			short = false
		}
	}
	return some, short
}

func (e Element) absent() bool { return e.ID == 0 || len(e.Data) > 255 }

func appendOneByte(dst []byte, elements []Element) []byte {
	for _, e := range elements {
		if !e.absent() {
			dst = append(dst, e.ID<<4|uint8(len(e.Data)-1))
			dst = append(dst, e.Data...)
		}
	}
	return dst
}

func appendTwoByte(dst []byte, elements []Element) []byte {
	for _, e := range elements {
		if !e.absent() {
			dst = append(dst, e.ID, uint8(len(e.Data)))
			dst = append(dst, e.Data...)
		}
	}
	return dst
}
