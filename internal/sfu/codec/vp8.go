// Package codec reads the few bytes of a payload that tell a router what it forwards: VP8's payload descriptor (RFC 7741 §4.2)
// and keyframe header, H264's NAL unit types (RFC 6184 §5). It never looks at more: the rest may be encrypted end to end.
package codec

import "errors"

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

// Parse reads the descriptor of a VP8 payload and, where a frame begins, its header.
func (d *VP8) Parse(payload []byte) error { panic("not written") }
