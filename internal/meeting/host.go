package meeting

import "slices"

const (
	// MaxSpotlight is how many people can be shown to all: a stage of four still shows faces.
	MaxSpotlight = 4
	// MaxTimer is a day, in seconds.
	MaxTimer = 24 * 60 * 60
	// maxGiven bounds the roles remembered in one meeting.
	maxGiven = 5000
)

// What hosts and cohosts do to others and to the meeting. Who may do what to whom is in rules.

func (t *turn) mute(c Mute) *Error {
	p, q, err := t.pair(c.ID, c.Target, silencing)
	if err != nil {
		return err
	}
	if t.silence(p, q, c.Kind) {
		t.tellInside("", Updated{Participant: q.Participant})
	}
	return nil
}

func (t *turn) muteAll(c MuteAll) *Error {
	p, err := t.actor(c.ID, silencingAll)
	if err != nil {
		return err
	}
	for _, q := range t.m.seated {
		if !q.Role.leads() && t.silence(p, q, Microphone) {
			t.tellInside("", Updated{Participant: q.Participant})
		}
	}
	return nil
}

// silence mutes q's microphone or turns another track off, and tells q. It reports whether there was something to do.
// The caller tells the others.
func (t *turn) silence(by, q *member, kind Kind) bool {
	state, to := q.Tracks.of(kind), Off
	if kind == Microphone {
		to = Muted
	}
	if *state == Off || *state == to {
		return false
	}
	t.setTrack(q, kind, to)
	t.tell(q, Silenced{By: by.present(), Track: kind.String()})
	return true
}

// setTrack lets out or holds back a track. The caller tells.
func (t *turn) setTrack(p *member, kind Kind, state TrackState) {
	*p.Tracks.of(kind) = state
	t.effect(TrackSet{Seat: p.Seat, Kind: kind, State: state})
}

// ask has somebody asked to turn a track on. It stays their decision.
func (t *turn) ask(c Ask) *Error {
	if c.Kind != Microphone && c.Kind != Camera {
		return &Error{Code: Invalid, Text: "One can ask for a microphone or a camera."}
	}
	p, q, err := t.pair(c.ID, c.Target, asking)
	if err != nil {
		return err
	}
	if c.Kind == Microphone {
		q.asked = true
	}
	t.tell(q, Asked{By: p.present(), Track: c.Kind.String()})
	return nil
}

// appoint gives a role for the rest of the meeting, to all windows of the browser. Making another a host is handing over.
func (t *turn) appoint(c Appoint) *Error {
	d := placing
	if c.Role.leads() {
		d = promoting
	}
	if !IsRole(c.Role) {
		return &Error{Code: Invalid, Text: "A role is host, cohost, speaker or viewer."}
	}
	p, q, err := t.pair(c.ID, c.Target, d)
	if err != nil {
		return err
	}
	if len(t.m.given) >= maxGiven {
		return &Error{Code: Full, Text: "Too many roles have been given in this meeting."}
	}
	t.m.given[q.Who] = c.Role
	t.setRoles(p, q.Who)
	if c.Role == Host {
		t.m.given[p.Who] = Cohost
		t.setRoles(p, p.Who)
	}
	return nil
}

// setRoles brings the sessions of a browser to the role they have now.
func (t *turn) setRoles(by *member, who Who) {
	for _, q := range t.byArrival() {
		if q.Who == who {
			t.setRole(by, q)
		}
	}
}

// setRole brings one session to the role it has now, and tells everybody.
func (t *turn) setRole(by, q *member) {
	was, is := q.Role, t.m.roleOf(q)
	if was == is {
		return
	}
	q.Role = is
	if !q.isInside() {
		if is.leads() && q.waiting != "" { // another window of theirs, which need not wait any more
			t.stopWaiting(q)
			t.tell(q, Admitted{})
		}
		return
	}
	if is == Viewer {
		for kind := range kinds {
			t.silence(by, q, kind)
			if *q.Tracks.of(kind) != Off { // a microphone, which is only muted
				t.setTrack(q, kind, Off)
			}
		}
	}
	t.tellInside("", Updated{Participant: q.Participant})
	if was.leads() != is.leads() {
		t.tell(q, SettingsChanged{Settings: t.m.settings.shownTo(is)})
		t.tell(q, WaitingChanged{Waiting: t.m.waitingFor(is)})
	}
	if is.leads() {
		t.callIn(WaitHost)
	}
}

func (t *turn) lock(c Lock) *Error {
	if _, err := t.actor(c.ID, locking); err != nil {
		return err
	}
	if t.m.state.Locked != c.Locked {
		t.m.state.Locked = c.Locked
		t.tellState()
	}
	return nil
}

func (t *turn) spotlight(c Spotlight) *Error {
	if _, err := t.actor(c.ID, spotlighting); err != nil {
		return err
	}
	if len(c.IDs) > MaxSpotlight {
		return &Error{Code: Invalid, Text: "At most 4 people can be in the spotlight."}
	}
	lit := make([]ID, 0, len(c.IDs))
	for _, id := range c.IDs {
		if q, ok := t.m.members[id]; !ok || !q.isInside() {
			return &Error{Code: NotFound, Text: "This person is not in the meeting."}
		}
		if !slices.Contains(lit, id) {
			lit = append(lit, id)
		}
	}
	if !slices.Equal(lit, t.m.state.Spotlight) {
		t.m.state.Spotlight = lit
		t.tellState()
	}
	return nil
}

func (t *turn) setTimer(c SetTimer) *Error {
	if _, err := t.actor(c.ID, timing); err != nil {
		return err
	}
	if c.Seconds < 0 || c.Seconds > MaxTimer {
		return &Error{Code: Invalid, Text: "A timer runs for up to 24 hours."}
	}
	if c.Seconds == 0 && t.m.state.Timer == nil {
		return nil
	}
	t.m.state.Timer = nil
	if c.Seconds > 0 {
		t.m.state.Timer = &Timer{EndsAt: t.now.UnixMilli() + int64(c.Seconds)*1000, Seconds: c.Seconds}
	}
	t.tellState()
	return nil
}

// changeSettings hands a change to the store; it holds, and is told, when Record brings it back.
func (t *turn) changeSettings(c ChangeSettings) *Error {
	d := settingMore
	if c.Change.forCohosts() {
		d = setting
	}
	if _, err := t.actor(c.ID, d); err != nil {
		return err
	}
	if _, err := c.Change.Apply(t.m.settings); err != nil {
		return err
	}
	t.effect(KeepSettings{Change: c.Change})
	return nil
}

func (t *turn) makeLink(c MakeLink) *Error {
	p, err := t.actor(c.ID, linking)
	switch {
	case err != nil:
		return err
	case !IsRole(c.Role):
		return &Error{Code: Invalid, Text: "A role is host, cohost, speaker or viewer."}
	case c.Role == Host && p.link != Host: // was handed this meeting, not the room
		return &Error{Code: Forbidden, Text: "Only who came by a host link may make another one.", Reason: ByRole}
	}
	t.effect(KeepLink{Role: c.Role})
	return nil
}

// byArrival lists all sessions in the order in which they came, so that a meeting can be replayed.
func (t *turn) byArrival() []*member {
	all := make([]*member, 0, len(t.m.members))
	for _, p := range t.m.members {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *member) int { return int(a.order) - int(b.order) })
	return all
}
