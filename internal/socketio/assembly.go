package socketio

// An assembly is a binary message whose attachments are still arriving. Its bytes are bounded by Config.MaxPayload, its
// attachments by maxAttachments; nothing but the next attachment may come before it is whole.
type assembly struct {
	message
	parts   [][]byte
	size    int  // bytes so far, text included
	refused bool // the sender is over its rate: see Limiter
}

// whole reports whether every announced attachment is there.
func (a *assembly) whole() bool { return len(a.parts) == a.attachments }

// add takes the next attachment.
func (a *assembly) add(data []byte, limit int) error {
	a.size += len(data)
	if a.size > limit {
		return errTooLarge
	}
	a.parts = append(a.parts, data)
	return nil
}
