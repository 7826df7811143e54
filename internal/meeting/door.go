package meeting

import (
	"crypto/subtle"
	"slices"
	"time"
)

const (
	// MaxWaiting bounds who may wait to be let in: more than a host can look through.
	MaxWaiting = 200
	// waitingEvery is how often hosts hear who waits, at most: every telling is a whole list.
	waitingEvery = 250 * time.Millisecond
	// maxKnown bounds the browsers remembered in one meeting.
	maxKnown = 5000
	// busyRetry is when to ask a node again that had no room, in seconds: it weighs its load each second.
	busyRetry = 5
)

// ErrBusy refuses who comes new while the node has no room.
var ErrBusy = &Error{Code: Full, Text: "The server is busy. Try again in a moment.", Reason: ByLoad, Retry: busyRetry}

// IsNew tells whether a session would be more load than there was: who is inside, or was in this meeting and lost the
// connection, is none.
func (m *Meeting) IsNew(id ID) bool {
	p, ok := m.members[id]
	return ok && !p.isInside() && !m.known[p.Who]
}

// isExpected tells whether p may pass lobby, lock and passcode: hosts and cohosts, who was let in, and who was inside
// before and lost the connection.
func (m *Meeting) isExpected(p *member) bool {
	return p.Role.leads() || p.admitted || m.known[p.Who]
}

// waitFor is what p has to wait for, apart from lock and passcode.
func (m *Meeting) waitFor(p *member) WaitFor {
	switch {
	case m.isExpected(p):
		return ""
	case m.settings.WaitForHost && !slices.ContainsFunc(m.seated, func(q *member) bool { return q.Role.leads() }):
		return WaitHost
	case m.settings.Lobby:
		return WaitLobby
	}
	return ""
}

// Door tells what stands between a session and the meeting: nothing for one who is inside.
func (m *Meeting) Door(id ID) Door {
	p, ok := m.members[id]
	if !ok || p.isInside() || m.isExpected(p) {
		return Door{}
	}
	return Door{Waiting: m.waitFor(p), Passcode: m.settings.HasPasscode && !p.passed, Locked: m.state.Locked}
}

// pass takes p through the door, or says what p has to wait for, or why p may not enter.
func (t *turn) pass(p *member, code string, held time.Duration) (WaitFor, *Error) {
	m := t.m
	if !m.isExpected(p) {
		if m.state.Locked {
			return "", &Error{Code: Forbidden, Text: "The meeting is locked.", Reason: ByLock}
		}
		if err := m.checkPasscode(p, code); err != nil {
			return "", err
		}
	}
	size := m.settings.Max
	if p.Role.leads() {
		size = MaxParticipants
	}
	if len(m.seated) >= size {
		return "", &Error{Code: Full, Text: "This meeting is full.", Reason: BySize}
	}
	wait := m.waitFor(p)
	if wait == "" {
		return "", nil
	}
	if err := t.patience(p, held); err != nil {
		return "", err
	}
	if p.waiting == "" && len(m.waiters) >= MaxWaiting {
		return "", &Error{Code: Full, Text: "Too many people are waiting to be let in.", Reason: ByLobbySize}
	}
	return wait, nil
}

func (m *Meeting) checkPasscode(p *member, code string) *Error {
	if !m.settings.HasPasscode || p.passed {
		return nil
	}
	code, bad := passcode(code)
	if bad != nil || subtle.ConstantTimeCompare([]byte(code), []byte(m.settings.Passcode)) == 0 {
		return &Error{Code: Forbidden, Text: "The passcode is missing or wrong.", Reason: ByPasscode}
	}
	p.passed = true
	return nil
}

// wait puts p among those who wait.
func (t *turn) wait(p *member, wait WaitFor) {
	if p.waiting == "" {
		p.since = t.now.UnixMilli()
		t.m.waiters = append(t.m.waiters, p)
	}
	p.waiting = wait
	t.waitingChanged()
}

// stopWaiting takes p out of those who wait, if they do.
func (t *turn) stopWaiting(p *member) {
	if p.waiting == "" {
		return
	}
	p.waiting = ""
	t.remember(p)
	t.m.waiters = slices.DeleteFunc(t.m.waiters, func(q *member) bool { return q == p })
	t.waitingChanged()
}

// callIn has all who wait for this knock again.
func (t *turn) callIn(wait WaitFor) {
	for _, q := range slices.Clone(t.m.waiters) {
		if q.waiting == wait {
			t.stopWaiting(q)
			t.tell(q, Admitted{})
		}
	}
}

// admit lets people in who wait; Refuse sends them away. Those who no longer wait are passed over.
func (t *turn) admit(c Admit) *Error {
	if _, err := t.actor(c.ID, admitting); err != nil {
		return err
	}
	for _, q := range t.waitersAmong(c.IDs) {
		q.admitted = true
		t.m.know(q)
		delete(t.m.turned, q.Who)
		t.stopWaiting(q)
		t.tell(q, Admitted{})
		t.effect(LetIn{ID: q.ID})
	}
	return nil
}

func (t *turn) refuse(c Refuse) *Error {
	if _, err := t.actor(c.ID, admitting); err != nil {
		return err
	}
	for _, q := range t.waitersAmong(c.IDs) {
		t.expel(q, "", EndRefused)
		t.turnAway(q)
	}
	return nil
}

// waitersAmong gives those of the ids who wait; all for nil.
func (t *turn) waitersAmong(ids []ID) []*member {
	waiters := slices.Clone(t.m.waiters)
	if ids == nil {
		return waiters
	}
	return slices.DeleteFunc(waiters, func(q *member) bool { return !slices.Contains(ids, q.ID) })
}

// know remembers a browser that has been let in.
func (m *Meeting) know(p *member) {
	if len(m.known) < maxKnown {
		m.known[p.Who] = true
	}
}

// waitingFor lists who waits, as one of this role may see it.
func (m *Meeting) waitingFor(r Role) []Waiter {
	list := make([]Waiter, 0, len(m.waiters))
	if !r.leads() {
		return list
	}
	for _, q := range m.waiters {
		list = append(list, Waiter{ID: q.ID, Name: q.Name, Since: q.since})
	}
	return list
}

// waitingChanged tells hosts and cohosts who waits, now or when it is due.
func (t *turn) waitingChanged() {
	if due := t.m.waitingTold.Add(waitingEvery); t.now.Before(due) {
		t.m.waitingDue = due
		return
	}
	t.tellWaiting()
}

func (t *turn) tellWaiting() {
	t.m.waitingDue, t.m.waitingTold = time.Time{}, t.now
	t.tellThose(func(p *member) bool { return p.Role.leads() }, WaitingChanged{Waiting: t.m.waitingFor(Host)})
}
