package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"noom/internal/meeting"
)

// envelope is a chat message as it lies in the streams: sealed with a key of its own. To erase the message for good
// the key is erased; where its bytes still are then (in a block that JetStream has not rewritten, in a snapshot of the
// disk) does not matter any more.
type envelope struct {
	Key  slot   `json:"k"`
	Old  []slot `json:"x,omitempty"` // keys that this version makes void: erased right after it was written
	At   int64  `json:"t"`           // when the message was said, in milliseconds since 1970
	Once []byte `json:"n"`           // nonce: a key seals every version that does not change the text
	Box  []byte `json:"b"`
}

// errErased says that a message's key is gone.
var errErased = errors.New("the message has been erased")

// seal puts a message under a key.
func seal(at slot, k key, token string, m meeting.Message) (envelope, error) {
	box, err := boxOf(k)
	if err != nil {
		return envelope{}, err
	}
	m.Seq = 0 // it is the place in the stream
	text, err := json.Marshal(m)
	if err != nil {
		return envelope{}, fmt.Errorf("encoding a chat message: %w", err)
	}
	e := envelope{Key: at, At: m.At, Once: make([]byte, box.NonceSize())}
	_, _ = rand.Read(e.Once) // never fails: it ends the process instead
	e.Box = box.Seal(nil, e.Once, text, []byte(token))
	return e, nil
}

// open reads a sealed message of the room.
func (e envelope) open(k key, token string, seq uint64) (meeting.Message, error) {
	var m meeting.Message
	if k.erased() {
		return m, errErased
	}
	box, err := boxOf(k)
	if err != nil {
		return m, err
	}
	if len(e.Once) != box.NonceSize() {
		return m, fmt.Errorf("chat message %d: a nonce of %d bytes", seq, len(e.Once))
	}
	text, err := box.Open(nil, e.Once, e.Box, []byte(token))
	if err != nil {
		return m, fmt.Errorf("opening chat message %d: %w", seq, err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("decoding chat message %d: %w", seq, err)
	}
	m.Seq = seq
	return m, nil
}

func boxOf(k key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, fmt.Errorf("using a message's key: %w", err)
	}
	return cipher.NewGCM(block)
}

func decodeEnvelope(e entry) (envelope, error) {
	var v envelope
	if err := json.Unmarshal(e.data, &v); err != nil {
		return v, fmt.Errorf("decoding chat message %d: %w", e.seq, err)
	}
	return v, nil
}
