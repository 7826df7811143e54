package meeting

import (
	"slices"
	"time"
)

// connect opens a session or gives a known one its new connection.
func (t *turn) connect(c Connect) *Error {
	if t.m.banned[c.Who] {
		return &Error{Code: Forbidden, Text: "You may not enter this room any more.", Reason: ByBan}
	}
	if p, ok := t.m.keys[c.Key]; ok {
		t.reconnect(p)
		return nil
	}
	name, err := PersonName(c.Name)
	if err != nil {
		return err
	}
	if len(t.m.members)-len(t.m.seated) >= MaxOutside {
		return &Error{Code: Full, Text: "Too many people are waiting to enter this meeting."}
	}
	t.m.arrivals++
	p := &member{
		Participant: Participant{ID: t.m.newID(), Name: name, Who: c.Who, Tracks: noTracks},
		key:         t.m.newKey(), link: c.Link, order: t.m.arrivals,
	}
	p.Role = t.m.roleOf(p)
	t.m.members[p.ID] = p
	t.m.keys[p.key] = p
	t.effect(Connected{ID: p.ID, Key: p.key})
	return nil
}

// reconnect returns to a session. A connection that still lives is another tab with the same key: the newer one
// wins at once, so that a reload never leaves a ghost. The name stays the one the others know.
func (t *turn) reconnect(p *member) {
	if p.lost.IsZero() {
		t.effect(Replaced{ID: p.ID})
	}
	p.lost = time.Time{}
	t.effect(Connected{ID: p.ID, Key: p.key, Known: true, Joined: p.isInside()})
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

// expire takes the seats of those who did not come back, and tells outside what is due.
func (t *turn) expire() *Error {
	before := len(t.m.seated)
	for _, p := range slices.Clone(t.m.seated) {
		if !p.lost.IsZero() && !t.now.Before(p.lost.Add(SeatGrace)) {
			t.unseat(p, LeftLost)
			t.forget(p)
		}
	}
	if len(t.m.seated) != before {
		t.insideChanged()
	}
	if due := t.m.insideDue; !due.IsZero() && !t.now.Before(due) {
		t.tellOutside()
	}
	return nil
}

// forget ends a session that holds no seat.
func (t *turn) forget(p *member) {
	delete(t.m.members, p.ID)
	delete(t.m.keys, p.key)
	t.effect(Gone{ID: p.ID, Forgotten: true})
}
