package socketio

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Engine.IO 4 packet types, as they stand on the wire. Noop ends a poll without saying anything.
const (
	engineOpen    = '0'
	engineClose   = '1'
	enginePing    = '2'
	enginePong    = '3'
	engineMessage = '4'
	engineUpgrade = '5'
	engineNoop    = '6'
)

// separator stands between the packets of a long-polling payload (engine.io-protocol, "HTTP long-polling"). It cannot be
// part of one: JSON escapes control characters.
const separator = '\x1e'

// A packet is one Engine.IO packet as it travels: text with its type in front, or the bare bytes of a binary message.
type packet struct {
	data   []byte
	binary bool
}

// barePacket is one that says nothing but its type.
func barePacket(kind byte) packet { return packet{data: []byte{kind}} }

var (
	errEmptyPacket = errors.New("empty packet")
	errPacketType  = errors.New("packet type not for a server")
	errNotUTF8     = errors.New("text is not UTF-8")
)

// parsePacket checks a packet that a client sent and returns its type and payload. A binary packet is a message.
// Opening, pinging and the empty packet are the server's to send, and upgrading is not part of the stream: see upgrade.
func parsePacket(p packet) (kind byte, payload []byte, err error) {
	if p.binary {
		return engineMessage, p.data, nil
	}
	if len(p.data) == 0 {
		return 0, nil, errEmptyPacket
	}
	// A peer's browser ends its own connection when it is sent text that is not UTF-8 (RFC 6455 §8.1), so a relay must
	// never carry any.
	if !utf8.Valid(p.data) {
		return 0, nil, errNotUTF8
	}
	kind, payload = p.data[0], p.data[1:]
	switch kind {
	case engineMessage:
		return kind, payload, nil
	case engineClose, enginePong:
		if len(payload) > 0 {
			return 0, nil, fmt.Errorf("packet type %q: %w", kind, errors.New("carries data"))
		}
		return kind, nil, nil
	}
	return 0, nil, errPacketType
}

// nextPacket cuts the first packet off a long-polling payload. It returns what follows the separator, and false when
// that was the last one. Binary packets are decoded into memory of their own; text shares the payload's.
func nextPacket(payload []byte) (p packet, rest []byte, more bool, err error) {
	head, rest, more := bytes.Cut(payload, []byte{separator})
	if len(head) == 0 {
		return packet{}, nil, false, errEmptyPacket
	}
	if head[0] != 'b' {
		return packet{data: head}, rest, more, nil
	}
	data, err := base64.StdEncoding.AppendDecode(nil, head[1:])
	if err != nil {
		return packet{}, nil, false, fmt.Errorf("binary packet: %w", err)
	}
	return packet{data: data, binary: true}, rest, more, nil
}

// appendPayload appends packets to a long-polling payload.
func appendPayload(payload []byte, packets []packet) []byte {
	for i, p := range packets {
		if i > 0 {
			payload = append(payload, separator)
		}
		if p.binary {
			payload = append(payload, 'b')
			payload = base64.StdEncoding.AppendEncode(payload, p.data)
		} else {
			payload = append(payload, p.data...)
		}
	}
	return payload
}

// polledSize is how many bytes the packet takes in a long-polling payload.
func (p packet) polledSize() int {
	if p.binary {
		return 2 + base64.StdEncoding.EncodedLen(len(p.data))
	}
	return 1 + len(p.data)
}
