package signal

import (
	"bytes"
	"encoding/json"
	"math"

	"noom/internal/meeting"
	"noom/internal/rooms"
	"noom/internal/sfu"
)

// maxWishes bounds a view: more tracks than any peer has slots.
const maxWishes = 64

// decodeHello reads what a client says when it connects.
func decodeHello(auth []byte) (rooms.Hello, *meeting.Error) {
	var a struct {
		Room string      `json:"room"`
		Name string      `json:"name"`
		Key  meeting.Key `json:"key"`
		Last *uint64     `json:"last"`

		Browser string `json:"browser"`
		Link    string `json:"link"`
	}
	if refusal := decodeObject(auth, &a); refusal != nil {
		return rooms.Hello{}, refusal
	}
	return rooms.Hello{Room: a.Room, Name: a.Name, Key: a.Key, Last: a.Last, Browser: a.Browser, Link: a.Link}, nil
}

// decodeRequest reads an event's data. Unknown fields are ignored, so that newer clients meet older servers.
func decodeRequest(event string, data []byte) (request, *meeting.Error) {
	var r request
	switch event {
	case "offer":
		r = &offerRequest{}
	case "join":
		r = &joinRequest{}
	case "view":
		r = &viewRequest{}
	case "publish":
		r = &publishRequest{}
	case "chat":
		r = &chatRequest{}
	case "rename":
		r = &renameRequest{}
	case "leave":
		r = &leaveRequest{}
	default:
		return nil, &meeting.Error{Code: meeting.NotFound, Text: "The server does not know this request."}
	}
	if event != "offer" && len(data) > MaxMessage {
		return nil, invalid("This request is too long.")
	}
	if refusal := decodeObject(data, r); refusal != nil {
		return nil, refusal
	}
	return r, r.check()
}

// decodeObject reads a JSON object into v; absent data is an empty one.
func decodeObject(data []byte, v any) *meeting.Error {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return nil
	}
	if data[0] != '{' {
		return invalid("A request's data is an object.")
	}
	if err := json.Unmarshal(data, v); err != nil {
		return invalid("A request's data is not what it should be.") // json's own words name our types
	}
	return nil
}

func invalid(text string) *meeting.Error {
	return &meeting.Error{Code: meeting.Invalid, Text: text}
}

// The requests, as they come. What package meeting checks by itself is not checked here.
type (
	offerRequest struct {
		SDP string `json:"sdp"`
	}
	joinRequest struct {
		Name string `json:"name"`
	}
	viewRequest struct {
		Tracks []wishedTrack `json:"tracks"`
		wishes []sfu.Wish
	}
	publishRequest struct {
		Track string             `json:"track"`
		State meeting.TrackState `json:"state"`
		kind  meeting.Kind
	}
	chatRequest struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	renameRequest struct {
		Name string `json:"name"`
	}
	leaveRequest struct{}
)

type wishedTrack struct {
	Track  uint32  `json:"track"`
	Width  float64 `json:"width"` // a page's pixels are not always whole
	Height float64 `json:"height"`
}

func (r *offerRequest) check() *meeting.Error {
	if r.SDP == "" {
		return invalid("An offer needs its sdp.")
	}
	return nil
}

func (r *joinRequest) check() *meeting.Error { return nil }

func (r *viewRequest) check() *meeting.Error {
	if len(r.Tracks) > maxWishes {
		return invalid("A view has at most 64 tracks.")
	}
	r.wishes = make([]sfu.Wish, 0, len(r.Tracks))
	for _, w := range r.Tracks {
		track := sfu.Track(w.Track)
		if track.Seat() == 0 || track.Kind().Audio() {
			return invalid("A view is made of video tracks.")
		}
		r.wishes = append(r.wishes, sfu.Wish{Track: track, Width: pixels(w.Width), Height: pixels(w.Height)})
	}
	return nil
}

// pixels rounds a length to what a Wish can hold.
func pixels(f float64) uint16 {
	return uint16(math.Round(min(max(f, 0), math.MaxUint16)))
}

func (r *publishRequest) check() *meeting.Error {
	var ok bool
	if r.kind, ok = meeting.ParseKind(r.Track); !ok {
		return invalid("A track is microphone, camera, screen or screen-audio.")
	}
	switch r.State {
	case meeting.On, meeting.Muted, meeting.Off:
		return nil
	}
	return invalid("A track's state is on, muted or off.")
}

func (r *chatRequest) check() *meeting.Error   { return nil }
func (r *renameRequest) check() *meeting.Error { return nil }
func (r *leaveRequest) check() *meeting.Error  { return nil }
