package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Socket.IO 5 packet types (socket.io-protocol, "Packet types").
const (
	kindConnect      = '0'
	kindDisconnect   = '1'
	kindEvent        = '2'
	kindAck          = '3'
	kindConnectError = '4'
	kindBinaryEvent  = '5'
	kindBinaryAck    = '6'
)

// maxNamespace bounds a namespace's name, which is echoed when there is no such namespace.
const maxNamespace = 128

// maxIDDigits keeps acknowledgement numbers within what JavaScript counts exactly (2^53).
const maxIDDigits = 15

// A message is a Socket.IO packet in parts: <type>[<attachments>-][<namespace>,][<id>][<json>].
type message struct {
	kind        byte
	attachments int // announced binary packets that follow
	namespace   string
	id          uint64 // of the acknowledgement
	hasID       bool
	data        json.RawMessage // valid JSON or nil
}

var (
	errMessageEmpty   = errors.New("empty message")
	errMessageKind    = errors.New("message type not for a server")
	errAttachments    = errors.New("bad number of attachments")
	errNamespace      = errors.New("bad namespace")
	errID             = errors.New("bad acknowledgement number")
	errData           = errors.New("bad data")
	errReserved       = errors.New("reserved event name")
	errPlaceholder    = errors.New("placeholder without an attachment")
	errUnexpectedText = errors.New("text where an attachment was announced")
	errUnexpectedBin  = errors.New("attachment that nothing announced")
	errTooLarge       = errors.New("event too large")
	errNoNamespace    = errors.New("no namespace was opened in time")
)

// parseMessage reads a message that a client sent. Its memory is shared with text.
func parseMessage(text []byte) (message, error) {
	if len(text) == 0 {
		return message{}, errMessageEmpty
	}
	m := message{kind: text[0], namespace: "/"}
	rest := text[1:]
	if m.kind < kindConnect || m.kind > kindBinaryAck || m.kind == kindConnectError {
		return message{}, errMessageKind
	}
	var err error
	if m.kind == kindBinaryEvent || m.kind == kindBinaryAck {
		if m.attachments, rest, err = cutAttachments(rest); err != nil {
			return message{}, err
		}
	}
	if m.namespace, rest, err = cutNamespace(rest); err != nil {
		return message{}, err
	}
	if m.id, m.hasID, rest, err = cutID(rest); err != nil {
		return message{}, err
	}
	if len(rest) > 0 {
		m.data = json.RawMessage(rest)
	}
	return m, m.check()
}

func cutAttachments(text []byte) (n int, rest []byte, err error) {
	i := bytes.IndexByte(text[:min(len(text), 4)], '-')
	if i < 1 || !isDigits(text[:i]) {
		return 0, nil, errAttachments
	}
	n, err = strconv.Atoi(string(text[:i]))
	if err != nil || n > maxAttachments {
		return 0, nil, errAttachments
	}
	return n, text[i+1:], nil
}

func cutNamespace(text []byte) (name string, rest []byte, err error) {
	if len(text) == 0 || text[0] != '/' {
		return "/", text, nil
	}
	ns, rest, _ := bytes.Cut(text, []byte{','})
	ns, _, _ = bytes.Cut(ns, []byte{'?'}) // a query string, of older clients
	if len(ns) > maxNamespace {
		return "", nil, errNamespace
	}
	for _, b := range ns {
		if b < ' ' {
			return "", nil, errNamespace
		}
	}
	return string(ns), rest, nil
}

func cutID(text []byte) (id uint64, ok bool, rest []byte, err error) {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if n == 0 {
		return 0, false, text, nil
	}
	if n > maxIDDigits {
		return 0, false, nil, errID
	}
	id, err = strconv.ParseUint(string(text[:n]), 10, 64)
	return id, true, text[n:], err
}

func isDigits(b []byte) bool {
	return len(b) > 0 && !slices.ContainsFunc(b, func(c byte) bool { return c < '0' || c > '9' })
}

// check holds the message against what its type allows.
func (m message) check() error {
	switch m.kind {
	case kindConnect:
		if m.hasID || (m.data != nil && (m.data[0] != '{' || !json.Valid(m.data))) {
			return errData
		}
	case kindDisconnect:
		if m.hasID || m.data != nil {
			return errData
		}
	case kindAck, kindBinaryAck:
		if !m.hasID {
			return errID
		}
		fallthrough
	case kindEvent, kindBinaryEvent:
		if len(m.data) < 2 || m.data[0] != '[' {
			return errData
		}
	}
	return nil
}

// reserved are names that the client's library uses for itself.
var reserved = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}

// arguments splits an event's or an acknowledgement's data.
func (m message) arguments() ([]json.RawMessage, error) {
	var args []json.RawMessage
	if err := json.Unmarshal(m.data, &args); err != nil {
		return nil, fmt.Errorf("%w: %w", errData, err)
	}
	if m.kind != kindBinaryEvent && m.kind != kindBinaryAck {
		return args, nil
	}
	var tree any
	if err := json.Unmarshal(m.data, &tree); err != nil {
		return nil, fmt.Errorf("%w: %w", errData, err)
	}
	return args, checkPlaceholders(tree, m.attachments)
}

// event splits an event's data into its name and arguments.
func (m message) event() (name string, args []json.RawMessage, err error) {
	if args, err = m.arguments(); err != nil {
		return "", nil, err
	}
	// CVE-2023-32695: whatever is not a string is no name.
	if len(args) == 0 || args[0][0] != '"' || json.Unmarshal(args[0], &name) != nil {
		return "", nil, errData
	}
	if slices.Contains(reserved, name) {
		return "", nil, errReserved
	}
	return name, args[1:], nil
}

// checkPlaceholders holds every placeholder against the number of attachments (CVE-2022-2421: a number that was
// something else).
func checkPlaceholders(v any, attachments int) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := checkPlaceholders(e, attachments); err != nil {
				return err
			}
		}
	case map[string]any:
		if v["_placeholder"] == true {
			n, ok := v["num"].(float64)
			if !ok || n < 0 || n >= float64(attachments) || n != float64(int(n)) {
				return errPlaceholder
			}
			return nil
		}
		for _, e := range v {
			if err := checkPlaceholders(e, attachments); err != nil {
				return err
			}
		}
	}
	return nil
}
