package meeting

import (
	"encoding/base64"
	"encoding/binary"
)

// ID names a participant to the others; everybody in the meeting knows it.
type ID string

// Key proves to be the same participant after a lost connection; only its session knows it.
type Key string

const (
	idWords  = 1 // 64 bits: more than can be guessed
	keyWords = 3 // 192 bits: a secret, and worth a seat
)

// newID and newKey draw words of 64 bits until the name is new. Chance is unguessable, so they loop once.
func (m *Meeting) newID() ID {
	for {
		id := ID("p_" + m.draw(idWords))
		if _, taken := m.members[id]; !taken {
			return id
		}
	}
}

func (m *Meeting) newKey() Key {
	for {
		key := Key(m.draw(keyWords))
		if _, taken := m.keys[key]; !taken {
			return key
		}
	}
}

func (m *Meeting) draw(words int) string {
	b := make([]byte, 0, 8*words)
	for range words {
		b = binary.BigEndian.AppendUint64(b, m.chance())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Participant is a person or bot as the others see it.
type Participant struct {
	ID     ID     `json:"id"`
	Seat   uint32 `json:"seat"` // ≥ 1, never given to anyone else in the same meeting; 0 outside
	Name   string `json:"name"`
	Role   Role   `json:"role"`
	Who    Who    `json:"who"`  // the browser behind it
	Hand   int64  `json:"hand"` // when it was raised, in milliseconds since 1970; 0 while it is down
	Tracks Tracks `json:"tracks"`
	Away   bool   `json:"away"`     // its connection is lost and the seat kept
	Joined int64  `json:"joinedAt"` // milliseconds since 1970
}

// Present is somebody in the meeting, by name only.
type Present struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

func (p *member) present() Present { return Present{ID: p.ID, Name: p.Name} }

// Kind is what a track carries. A track's number is seat*4 + kind.
type Kind uint8

const (
	Microphone Kind = iota
	Camera
	Screen
	ScreenAudio
	kinds // how many there are
)

var kindNames = [kinds]string{"microphone", "camera", "screen", "screen-audio"}

// String is the kind's word in the protocol.
func (k Kind) String() string { return kindNames[k] }

// ParseKind reads the protocol's word for a kind.
func ParseKind(s string) (Kind, bool) {
	for k, name := range kindNames {
		if s == name {
			return Kind(k), true
		}
	}
	return 0, false
}

// TrackState is what a participant lets out of one of its tracks: the protocol's word.
type TrackState string

const (
	On    TrackState = "on"
	Muted TrackState = "muted" // only a microphone: it is there but silent
	Off   TrackState = "off"
)

// Tracks are the states of a participant's four tracks.
type Tracks struct {
	Microphone  TrackState `json:"microphone"`
	Camera      TrackState `json:"camera"`
	Screen      TrackState `json:"screen"`
	ScreenAudio TrackState `json:"screen-audio"`
}

// noTracks is what everybody enters with.
var noTracks = Tracks{Microphone: Off, Camera: Off, Screen: Off, ScreenAudio: Off}

func (t *Tracks) of(k Kind) *TrackState {
	switch k {
	case Microphone:
		return &t.Microphone
	case Camera:
		return &t.Camera
	case Screen:
		return &t.Screen
	default:
		return &t.ScreenAudio
	}
}
