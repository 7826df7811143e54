package codec

// OpusDTX tells whether an Opus payload is one of silence (RFC 6716 §2.1.9: a frame of at most one byte behind the
// table-of-contents byte says that nothing was transmitted).
func OpusDTX(payload []byte) bool { panic("not written") }
