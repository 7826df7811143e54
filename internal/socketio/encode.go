package socketio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// encodeArgs makes the packets of an event or an acknowledgement: the text, then one packet for each []byte argument.
// textKind is kindEvent or kindAck and becomes its binary twin when there are any.
func encodeArgs(textKind byte, namespace string, id uint64, hasID bool, args []any) ([]packet, error) {
	var attachments []packet
	var body bytes.Buffer
	body.WriteByte('[')
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // nothing here goes into a page's source; <, > and & may stay one byte long
	for i, arg := range args {
		if i > 0 {
			body.WriteByte(',')
		}
		if data, ok := arg.([]byte); ok {
			fmt.Fprintf(&body, `{"_placeholder":true,"num":%d}`, len(attachments))
			attachments = append(attachments, packet{data: data, binary: true})
			continue
		}
		if err := encoder.Encode(arg); err != nil {
			return nil, fmt.Errorf("argument %d: %w", i, err)
		}
		body.Truncate(body.Len() - 1) // the encoder's newline
	}
	body.WriteByte(']')

	head := make([]byte, 0, len("4")+len("29-")+len(namespace)+1+20+body.Len())
	head = append(head, engineMessage)
	if len(attachments) > 0 {
		head = append(head, textKind+(kindBinaryEvent-kindEvent))
		head = strconv.AppendInt(head, int64(len(attachments)), 10)
		head = append(head, '-')
	} else {
		head = append(head, textKind)
	}
	head = appendNamespace(head, namespace)
	if hasID {
		head = strconv.AppendUint(head, id, 10)
	}
	text := packet{data: append(head, body.Bytes()...)}
	return append([]packet{text}, attachments...), nil
}

// encodeControl makes CONNECT, DISCONNECT or CONNECT_ERROR; data nil means none.
func encodeControl(kind byte, namespace string, data any) (packet, error) {
	text := appendNamespace([]byte{engineMessage, kind}, namespace)
	if data == nil {
		return packet{data: text}, nil
	}
	body, err := json.Marshal(data)
	if err != nil {
		return packet{}, fmt.Errorf("encoding %q for %s: %w", kind, namespace, err)
	}
	return packet{data: append(text, body...)}, nil
}

func appendNamespace(text []byte, namespace string) []byte {
	if namespace == "/" {
		return text
	}
	text = append(text, namespace...)
	return append(text, ',')
}
