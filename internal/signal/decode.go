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

// requests make an empty request for each event that a client may send.
var requests = map[string]func() request{
	"offer":   func() request { return &offerRequest{} },
	"join":    func() request { return &joinRequest{} },
	"leave":   func() request { return &leaveRequest{} },
	"closing": func() request { return &closingRequest{} },
	"view":    func() request { return &viewRequest{} },
	"network": func() request { return &networkRequest{} },
	"publish": func() request { return &publishRequest{} },
	"rename":  func() request { return &renameRequest{} },
	"hand":    func() request { return &handRequest{} },
	"react":   func() request { return &reactRequest{} },
	"chat":    func() request { return &chatRequest{} },

	"mute":        func() request { return &muteRequest{} },
	"mute_all":    func() request { return &muteAllRequest{} },
	"ask":         func() request { return &askRequest{} },
	"role":        func() request { return &roleRequest{} },
	"remove":      func() request { return &removeRequest{} },
	"admit":       func() request { return &admitRequest{} },
	"refuse":      func() request { return &refuseRequest{} },
	"chat_edit":   func() request { return &chatEditRequest{} },
	"chat_delete": func() request { return &chatDeleteRequest{} },
	"chat_react":  func() request { return &chatReactRequest{} },
	"history":     func() request { return &historyRequest{} },
	"lock":        func() request { return &lockRequest{} },
	"spotlight":   func() request { return &spotlightRequest{} },
	"timer":       func() request { return &timerRequest{} },
	"settings":    func() request { return &settingsRequest{} },
	"link":        func() request { return &linkRequest{} },
	"end":         func() request { return &endRequest{} },
}

// decodeRequest reads an event's data. Unknown fields are ignored, so that newer clients meet older servers.
func decodeRequest(event string, data []byte) (request, *meeting.Error) {
	fresh, ok := requests[event]
	if !ok {
		return nil, &meeting.Error{Code: meeting.NotFound, Text: "The server does not know this request."}
	}
	r := fresh()
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
		Name     string `json:"name"`
		Passcode string `json:"passcode"`
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
	renameRequest struct {
		Name string     `json:"name"`
		ID   meeting.ID `json:"id,omitempty"` // of another; empty: mine
	}
	networkRequest struct{}
	leaveRequest   struct{}
	closingRequest struct{}
	handRequest    struct {
		Up bool       `json:"up"`
		ID meeting.ID `json:"id,omitempty"`
	}
	reactRequest struct {
		Emoji string `json:"emoji"`
	}
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
	if refusal := parseTrack(r.Track, &r.kind); refusal != nil {
		return refusal
	}
	switch r.State {
	case meeting.On, meeting.Muted, meeting.Off:
		return nil
	}
	return invalid("A track's state is on, muted or off.")
}

func parseTrack(track string, kind *meeting.Kind) *meeting.Error {
	k, ok := meeting.ParseKind(track)
	if !ok {
		return invalid("A track is microphone, camera, screen or screen-audio.")
	}
	*kind = k
	return nil
}

func (r *renameRequest) check() *meeting.Error { return nil }
func (r *leaveRequest) check() *meeting.Error  { return nil }
func (r *handRequest) check() *meeting.Error   { return nil }
func (r *reactRequest) check() *meeting.Error  { return nil }

func (r *closingRequest) check() *meeting.Error { return nil }
func (r *networkRequest) check() *meeting.Error { return nil }
