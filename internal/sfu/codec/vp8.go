// Package codec reads the few bytes of a payload that tell a router what it forwards: VP8's payload descriptor (RFC 7741 §4.2)
// and keyframe header, H264's NAL unit types (RFC 6184 §5). It never looks at more: the rest may be encrypted end to end.
// The router calls it for each packet; only Munger keeps state, and the router owns that.
package codec

import (
	"encoding/binary"
	"errors"
)

// VP8 is a VP8 payload descriptor (RFC 7741 §4.2). Absent numbers are 0; the Has fields tell.
type VP8 struct {
	Start        bool  // S: a partition starts here
	Partition    uint8 // PID
	NonReference bool  // N: the frame may be left out without harm
	HasPictureID bool
	PictureID    uint16 // 7 or 15 bits
	HasTL0PICIDX bool
	TL0PICIDX    uint8
	HasTID       bool
	TID          uint8 // temporal layer
	LayerSync    bool  // Y: depends on layer 0 only
	HasKEYIDX    bool
	KEYIDX       uint8
	// Size is the descriptor's length in bytes.
	Size int
	// Keyframe: the packet begins a keyframe; Width and Height, in pixels, come from its header (RFC 6386 §9.1).
	Keyframe      bool
	Width, Height uint16
}

// ErrShort says that a payload ends inside its descriptor.
var ErrShort = errors.New("the payload ends inside its descriptor")

// Bits of the descriptor (RFC 7741 §4.2), byte by byte.
const (
	bitX, bitN, bitS       = 0x80, 0x20, 0x10
	bitI, bitL, bitT, bitK = 0x80, 0x40, 0x20, 0x10
	bitM                   = 0x80 // the picture id has 15 bits
	bitY                   = 0x20
)

// Parse reads the descriptor of a VP8 payload and, where a frame begins, its header.
func (d *VP8) Parse(payload []byte) error {
	*d = VP8{}
	if len(payload) == 0 {
		return ErrShort
	}
	first := payload[0]
	d.NonReference, d.Start, d.Partition = first&bitN != 0, first&bitS != 0, first&0x07
	d.Size = 1
	if first&bitX != 0 {
		if err := d.parseExtension(payload); err != nil {
			return err
		}
	}
	if d.Start && d.Partition == 0 {
		d.parseFrame(payload[d.Size:])
	}
	return nil
}

// parseExtension reads what the X bit announces.
func (d *VP8) parseExtension(payload []byte) error {
	if len(payload) < 2 {
		return ErrShort
	}
	present := payload[1]
	d.Size = 2
	if present&bitI != 0 {
		if len(payload) < 3 {
			return ErrShort
		}
		d.HasPictureID, d.PictureID, d.Size = true, uint16(payload[2]), 3
		if payload[2]&bitM != 0 {
			if len(payload) < 4 {
				return ErrShort
			}
			d.PictureID, d.Size = binary.BigEndian.Uint16(payload[2:])&pictureMask, 4
		}
	}
	if present&bitL != 0 {
		if len(payload) <= d.Size {
			return ErrShort
		}
		d.HasTL0PICIDX, d.TL0PICIDX = true, payload[d.Size]
		d.Size++
	}
	if present&(bitT|bitK) != 0 {
		if len(payload) <= d.Size {
			return ErrShort
		}
		b := payload[d.Size]
		if d.HasTID = present&bitT != 0; d.HasTID {
			d.TID, d.LayerSync = b>>6, b&bitY != 0
		}
		if d.HasKEYIDX = present&bitK != 0; d.HasKEYIDX {
			d.KEYIDX = b & 0x1F
		}
		d.Size++
	}
	return nil
}

// parseFrame reads the header that a frame begins with (RFC 6386 §9.1): the lowest bit of the first byte is 0 in a
// keyframe, whose start code and size follow the 3 bytes of tag.
func (d *VP8) parseFrame(frame []byte) {
	if len(frame) < 10 || frame[0]&1 != 0 || frame[3] != 0x9D || frame[4] != 0x01 || frame[5] != 0x2A {
		return
	}
	d.Keyframe = true
	d.Width = binary.LittleEndian.Uint16(frame[6:]) & 0x3FFF // the upper two bits ask for scaling
	d.Height = binary.LittleEndian.Uint16(frame[8:]) & 0x3FFF
}

// append writes the descriptor with the picture id in 15 bits.
func (d *VP8) append(dst []byte) []byte {
	first := d.Partition
	if d.NonReference {
		first |= bitN
	}
	if d.Start {
		first |= bitS
	}
	var present, last uint8
	if d.HasPictureID {
		present |= bitI
	}
	if d.HasTL0PICIDX {
		present |= bitL
	}
	if d.HasTID {
		present |= bitT
		last |= d.TID << 6
		if d.LayerSync {
			last |= bitY
		}
	}
	if d.HasKEYIDX {
		present |= bitK
		last |= d.KEYIDX & 0x1F
	}
	if present == 0 {
		return append(dst, first)
	}
	dst = append(dst, first|bitX, present)
	if d.HasPictureID {
		dst = append(dst, bitM|byte(d.PictureID>>8), byte(d.PictureID))
	}
	if d.HasTL0PICIDX {
		dst = append(dst, d.TL0PICIDX)
	}
	if present&(bitT|bitK) != 0 {
		dst = append(dst, last)
	}
	return dst
}
