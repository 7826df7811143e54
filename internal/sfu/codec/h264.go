package codec

import "encoding/binary"

// NAL unit types (RFC 6184 §5.2, H.264 table 7-1).
const (
	nalSPS   = 7
	nalSTAPA = 24
	nalFUA   = 28
	nalType  = 0x1F
)

// H264Keyframe tells whether the payload begins a keyframe that can be decoded from here: it holds a sequence parameter
// set, which browsers send before each IDR picture (RFC 6184 §5.4–5.8: single NAL unit, STAP-A, FU-A).
func H264Keyframe(payload []byte) bool { return sequenceParameters(payload) != nil }

// H264Size reads the picture's size in pixels from the sequence parameter set in the payload, if there is one.
func H264Size(payload []byte) (width, height uint16, ok bool) {
	sps := sequenceParameters(payload)
	if len(sps) < 4 {
		return 0, 0, false
	}
	return readSPS(sps)
}

// sequenceParameters finds the sequence parameter set's NAL unit, or as much of it as the first fragment holds.
func sequenceParameters(payload []byte) []byte {
	if len(payload) == 0 {
		return nil
	}
	switch payload[0] & nalType {
	case nalSPS:
		return payload
	case nalSTAPA: // RFC 6184 §5.7.1: units behind 16 bits of length each
		for rest := payload[1:]; len(rest) >= 2; {
			size := int(binary.BigEndian.Uint16(rest))
			if size == 0 || len(rest) < 2+size {
				return nil
			}
			if rest[2]&nalType == nalSPS {
				return rest[2 : 2+size]
			}
			rest = rest[2+size:]
		}
	case nalFUA: // RFC 6184 §5.8: the start bit, then the unit's type; its bytes follow without their own header
		if len(payload) >= 2 && payload[1]&0x80 != 0 && payload[1]&nalType == nalSPS {
			return payload[1:]
		}
	}
	return nil
}
