package meeting

import (
	"slices"
	"time"
)

// connect opens a session or gives a known one its new connection.
func (t *turn) connect(c Connect) *Error {
	if t.m.isBanned(c.Who, c.Link) {
		return &Error{Code: Forbidden, Text: "You may not enter this room any more.", Reason: ByBan}
	}
	if p, ok := t.m.keys[c.Key]; ok {
		t.reconnect(p, c)
		return nil
	}
	name, err := PersonName(c.Name)
	if err != nil {
		return err
	}
	p := &member{
		Participant: Participant{ID: t.m.newID(), Name: name, Who: c.Who, Tracks: noTracks},
		key:         t.m.newKey(), link: c.Link, linkID: c.LinkID, order: t.m.arrivals + 1,
	}
	p.Role = t.m.roleOf(p)
	if len(t.m.members)-len(t.m.seated) >= MaxOutside && !p.Role.leads() {
		return &Error{Code: Full, Text: "Too many people are waiting to enter this meeting."}
	}
	t.m.arrivals++
	t.m.members[p.ID] = p
	t.m.keys[p.key] = p
	t.effect(Connected{ID: p.ID, Key: p.key})
	return nil
}

// isBanned tells whether a browser may not come in. Who holds the host link may, whatever was decided in a meeting.
func (m *Meeting) isBanned(who Who, link Role) bool {
	return (m.banned[who] || m.expelled[who]) && link != Host
}

// reconnect returns to a session. A connection that still lives is another tab with the same key: the newer one
// wins at once, so that a reload never leaves a ghost. The name stays the one the others know.
// A better link than the one it came by gives it that link's role.
func (t *turn) reconnect(p *member, c Connect) {
	if p.lost.IsZero() {
		t.effect(Replaced{ID: p.ID})
	}
	p.lost, p.going = time.Time{}, false
	t.effect(Connected{ID: p.ID, Key: p.key, Known: true, Joined: p.isInside()})
	if c.Link.rank() > p.link.rank() {
		p.link, p.linkID = c.Link, c.LinkID
		t.setRole(p, p)
	}
	if p.Away {
		p.Away = false
		t.tellInside(p.ID, Updated{Participant: p.Participant})
	}
}

// disconnect keeps the seat for a while. Who has no seat is forgotten at once: nothing is lost by coming anew.
func (t *turn) disconnect(c Disconnect) *Error {
	p, ok := t.m.members[c.ID]
	if !ok || !p.lost.IsZero() {
		return nil
	}
	if !p.isInside() {
		t.forget(p)
		return nil
	}
	p.lost = t.now
	p.Away = true
	t.tellInside(p.ID, Updated{Participant: p.Participant})
	return nil
}

// closing notes that a page goes: when its connection is gone too, the seat is kept only as long as a reload takes.
// Of one whose connection is gone already it says nothing: its time runs.
func (t *turn) closing(c Closing) *Error {
	p, err := t.known(c.ID)
	if err != nil {
		return err
	}
	p.going = p.going || p.lost.IsZero()
	return nil
}

// expire takes the seats of those who did not come back, and tells outside what is due.
func (t *turn) expire() *Error {
	before := len(t.m.seated)
	for _, p := range slices.Clone(t.m.seated) {
		if !p.lost.IsZero() && !t.now.Before(p.lost.Add(p.grace())) {
			t.unseat(p, LeftLost)
			t.forget(p)
		}
	}
	if len(t.m.seated) != before {
		t.insideChanged()
	}
	if t.isDue(t.m.insideDue) {
		t.tellOutside()
	}
	if t.isDue(t.m.waitingDue) {
		t.tellWaiting()
	}
	if t.isDue(t.m.reactionsDue) {
		t.tellReactions()
	}
	return nil
}

func (t *turn) isDue(due time.Time) bool { return !due.IsZero() && !t.now.Before(due) }

// forget ends a session that holds no seat.
func (t *turn) forget(p *member) {
	t.stopWaiting(p)
	delete(t.m.members, p.ID)
	delete(t.m.keys, p.key)
	t.effect(Gone{ID: p.ID, Forgotten: true})
}
