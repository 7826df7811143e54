package codec

// OpusDTX tells whether an Opus payload is one of silence (RFC 6716 §3.1: a frame of at most one byte behind the
// table-of-contents byte says that nothing was transmitted).
func OpusDTX(payload []byte) bool { return len(payload) <= 2 }
