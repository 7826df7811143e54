package meeting

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxPasscode = 64 // characters
	minSize     = 2  // of a meeting that is one
)

// Settings are the room's, and kept with it. A room that nobody made has those of Unmade.
type Settings struct {
	Made        bool     `json:"made"`        // somebody has made the room, and holds its host link
	Lobby       bool     `json:"lobby"`       // guests wait until they are let in
	WaitForHost bool     `json:"waitForHost"` // guests wait until a host or cohost is inside
	HasPasscode bool     `json:"hasPasscode"`
	Passcode    string   `json:"passcode"` // "" to all but hosts and cohosts
	Guests      Role     `json:"guests"`   // what they are who come without a key: Speaker or Viewer
	Share       Audience `json:"share"`    // who may share a screen
	Chat        Audience `json:"chat"`     // who may write
	Unmute      Audience `json:"unmute"`   // who may turn their own microphone on
	History     History  `json:"history"`  // how long the chat is kept
	Max         int      `json:"max"`      // participants, 2–500; hosts and cohosts get in beyond it
}

// Audience is who may do something: the protocol's word. Viewers never send, whatever the audience.
type Audience string

const (
	All    Audience = "all"
	Hosts  Audience = "hosts" // and cohosts
	Nobody Audience = "off"
)

// includes tells whether one of this role belongs to the audience.
func (a Audience) includes(r Role) bool { return a == All || a == Hosts && r.leads() }

// History is how long a room keeps its chat: the protocol's word.
type History string

const (
	UntilEnd History = "meeting" // until the meeting ends
	Month    History = "month"   // 30 days
	Forever  History = "forever"
)

// Unmade are the settings of a room that nobody made: nobody has power in it.
func Unmade() Settings {
	return Settings{Guests: Speaker, Share: All, Chat: All, Unmute: All, History: Month, Max: MaxParticipants}
}

// Fresh are the settings of a room that has just been made.
func Fresh() Settings {
	s := Unmade()
	s.Made, s.Lobby = true, true
	return s
}

// shownTo gives the settings as one of this role may see them.
func (s Settings) shownTo(r Role) Settings {
	if !r.leads() {
		s.Passcode = ""
	}
	return s
}

// SettingsChange names the settings that are to change; nil leaves one as it is. Its JSON is a part of the settings'.
type SettingsChange struct {
	Lobby       *bool     `json:"lobby,omitempty"`
	WaitForHost *bool     `json:"waitForHost,omitempty"`
	Passcode    *string   `json:"passcode,omitempty"` // "" takes it away
	Guests      *Role     `json:"guests,omitempty"`
	Share       *Audience `json:"share,omitempty"`
	Chat        *Audience `json:"chat,omitempty"`
	Unmute      *Audience `json:"unmute,omitempty"`
	History     *History  `json:"history,omitempty"`
	Max         *int      `json:"max,omitempty"`
}

// forCohosts tells whether the change keeps to what a cohost may set.
func (c SettingsChange) forCohosts() bool {
	return c.WaitForHost == nil && c.Passcode == nil && c.Guests == nil && c.History == nil && c.Max == nil
}

// Apply gives the settings with the change made, or says what is wrong with it.
func (c SettingsChange) Apply(s Settings) (Settings, *Error) {
	set(&s.Lobby, c.Lobby)
	set(&s.WaitForHost, c.WaitForHost)
	set(&s.Guests, c.Guests)
	set(&s.Share, c.Share)
	set(&s.Chat, c.Chat)
	set(&s.Unmute, c.Unmute)
	set(&s.History, c.History)
	set(&s.Max, c.Max)
	if c.Passcode != nil {
		code, err := passcode(*c.Passcode)
		if err != nil {
			return s, err
		}
		s.Passcode, s.HasPasscode = code, code != ""
	}
	return s, s.check()
}

func set[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

func (s Settings) check() *Error {
	switch {
	case s.Guests != Speaker && s.Guests != Viewer:
		return &Error{Code: Invalid, Text: "Guests are speakers or viewers."}
	case s.Share != All && s.Share != Hosts, s.Unmute != All && s.Unmute != Hosts:
		return &Error{Code: Invalid, Text: "Sharing and unmuting is for all or for hosts."}
	case s.Chat != All && s.Chat != Hosts && s.Chat != Nobody:
		return &Error{Code: Invalid, Text: "The chat is for all, for hosts, or off."}
	case s.History != UntilEnd && s.History != Month && s.History != Forever:
		return &Error{Code: Invalid, Text: "The chat is kept for the meeting, a month or forever."}
	case s.Max < minSize || s.Max > MaxParticipants:
		return &Error{Code: Invalid, Text: "A meeting is for 2 to 500 people."}
	}
	return nil
}

// passcode gives a passcode as it is kept and compared: NFC, trimmed, at most 64 characters that can be typed.
func passcode(s string) (string, *Error) {
	bad := &Error{Code: Invalid, Text: "A passcode has up to 64 characters, none of them a control character."}
	if len(s) > 4*maxPasscode*utf8.UTFMax || !utf8.ValidString(s) {
		return "", bad
	}
	code := strings.TrimSpace(norm.NFC.String(s))
	if utf8.RuneCountInString(code) > maxPasscode || strings.ContainsFunc(code, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", bad
	}
	return code, nil
}
