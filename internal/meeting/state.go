package meeting

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

// record takes in what the store keeps of the room.
func (t *turn) record(c Record) *Error {
	m := t.m
	m.banned = make(map[Who]bool, len(c.Banned))
	for _, who := range c.Banned {
		m.banned[who] = true
	}
	if c.Settings == m.settings {
		return nil
	}
	m.settings = c.Settings
	t.tellSettings()
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

// Door tells what stands between a session and the meeting.
func (m *Meeting) Door(id ID) Door { return Door{} }
