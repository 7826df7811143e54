package signal

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// maxFrameID bounds a request's id on /ws, in bytes of JSON: it comes back with the answer.
const maxFrameID = 64

var errFrame = errors.New(`a frame is ["event", data, id]`)

// frame is one text frame of /ws from a client.
type frame struct {
	event string
	data  json.RawMessage // nil when left out
	id    json.RawMessage // a number or a string; nil when no answer is asked for
}

// parseFrame reads a client's frame: a JSON array of an event's name, its data and an id, the last two optional.
func parseFrame(text []byte) (frame, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) < 1 || len(parts) > 3 {
		return frame{}, errFrame
	}
	var f frame
	if parts[0][0] != '"' || json.Unmarshal(parts[0], &f.event) != nil || f.event == "" {
		return frame{}, errFrame
	}
	if len(parts) > 1 {
		f.data = parts[1]
	}
	if len(parts) > 2 && string(parts[2]) != "null" {
		if f.id = parts[2]; len(f.id) > maxFrameID || bytes.IndexByte([]byte(`{[tf`), f.id[0]) >= 0 {
			return frame{}, errFrame
		}
	}
	return f, nil
}

// eventFrame is [event, data, n]. Our event names need no escaping.
func eventFrame(event string, data []byte, n uint64) []byte {
	b := make([]byte, 0, len(event)+len(data)+26)
	b = append(b, `["`...)
	b = append(b, event...)
	b = append(b, `",`...)
	b = append(b, data...)
	b = append(b, ',')
	b = strconv.AppendUint(b, n, 10)
	return append(b, ']')
}

// ackFrame is ["ack", result, id]; id is null when a refusal could not know it.
func ackFrame(result any, id json.RawMessage) []byte {
	data, err := json.Marshal([]any{"ack", result, id})
	if err != nil { // our results are plain data, and id was JSON when it came
		panic("signal: encoding an acknowledgement: " + err.Error())
	}
	return data
}
