package meeting

import (
	"slices"
	"time"
)

// State is what holds for the whole meeting while it lasts. Nothing of it is kept.
type State struct {
	Locked    bool   `json:"locked"`    // nobody new comes in but hosts and cohosts
	Spotlight []ID   `json:"spotlight"` // whom everybody is to see, at most MaxSpotlight
	Timer     *Timer `json:"timer"`     // null while none runs
	StartedAt int64  `json:"startedAt"` // when the first one entered, in milliseconds since 1970; 0 while nobody is inside
}

// Timer counts down for everybody.
type Timer struct {
	EndsAt  int64 `json:"endsAt"`  // milliseconds since 1970
	Seconds int   `json:"seconds"` // that it was set to
}

// quiet is a meeting's state before anybody enters.
func quiet() State { return State{Spotlight: []ID{}} }

// Door is what stands between a session and the meeting.
type Door struct {
	Waiting  WaitFor `json:"waiting"`
	Passcode bool    `json:"passcode"` // it has to be given with join
	Locked   bool    `json:"locked"`
}

// WaitFor is what somebody at the door has to wait for: the protocol's word; "" when they need not.
type WaitFor string

const (
	WaitLobby WaitFor = "lobby" // until a host or cohost lets them in
	WaitHost  WaitFor = "host"  // until a host or cohost is there
)

// Waiter is somebody who waits to be let in, as hosts and cohosts see them.
type Waiter struct {
	ID    ID     `json:"id"`
	Name  string `json:"name"`
	Since int64  `json:"since"` // milliseconds since 1970
}

// tellState tells everybody inside what holds for the meeting.
func (t *turn) tellState() { t.tellInside("", MeetingChanged{Meeting: t.m.shownState(t.now)}) }

// shownState is the state without a timer that ended a while ago.
func (m *Meeting) shownState(now time.Time) State {
	s := m.state
	if s.Timer != nil && now.UnixMilli() > s.Timer.EndsAt+timerShown.Milliseconds() {
		s.Timer = nil
	}
	return s
}

// timerShown is how long a timer that has ended is still told to newcomers.
const timerShown = time.Minute

// over ends the meeting: nobody is inside, and what is not kept is forgotten.
func (t *turn) over() {
	m := t.m
	m.state, m.reactions, m.reactionsDue = quiet(), nil, time.Time{}
	if m.settings.History == UntilEnd {
		m.tail.clear()
	}
	clear(m.given)
	clear(m.known)
	clear(m.expelled)
	clear(m.turned)
	for _, p := range m.members {
		p.Role, p.admitted = m.roleOf(p), false
	}
	t.effect(Over{})
}

// record takes in what the store keeps of the room.
func (t *turn) record(c Record) *Error {
	m := t.m
	forgiven := m.banned
	m.banned = make(map[Who]bool, len(c.Banned))
	for _, who := range c.Banned {
		m.banned[who] = true
		t.expelAll(who)
	}
	for who := range forgiven {
		if !m.banned[who] {
			delete(m.expelled, who)
		}
	}
	was := m.settings
	m.settings = c.Settings
	for _, p := range m.members {
		if p.linkID != "" && !slices.Contains(c.Links, p.linkID) {
			p.link = "" // it was revoked: who is inside keeps the role until they leave
		}
		p.passed = p.passed && m.settings.Passcode == was.Passcode
		if !p.isInside() {
			p.Role = m.roleOf(p)
		}
	}
	if m.settings == was {
		return nil
	}
	t.tellSettings()
	if was.HasPasscode && !m.settings.HasPasscode {
		t.insideChanged() // for those who could not know
	}
	if !m.settings.Lobby {
		t.callIn(WaitLobby)
	}
	if !m.settings.WaitForHost {
		t.callIn(WaitHost)
	}
	return nil
}

// tellSettings tells everybody inside the settings as they may see them.
func (t *turn) tellSettings() {
	leads := func(p *member) bool { return p.Role.leads() }
	t.tellThose(leads, SettingsChanged{Settings: t.m.settings})
	t.tellThose(func(p *member) bool { return !leads(p) }, SettingsChanged{Settings: t.m.settings.shownTo(Speaker)})
}

// roleOf gives a session's role: what it was given in this meeting, else what its link gives, else a guest's.
func (m *Meeting) roleOf(p *member) Role {
	if given, ok := m.given[p.Who]; ok {
		return given
	}
	if p.link != "" {
		return p.link
	}
	return m.settings.Guests
}
