package codec

// H264Keyframe tells whether the payload begins a keyframe that can be decoded from here: it holds a sequence parameter
// set, which browsers send before each IDR picture (RFC 6184 §5.4–5.8: single NAL unit, STAP-A, FU-A).
func H264Keyframe(payload []byte) bool { panic("not written") }

// H264Size reads the picture's size in pixels from the sequence parameter set in the payload, if there is one.
func H264Size(payload []byte) (width, height uint16, ok bool) { panic("not written") }
