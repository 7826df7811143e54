package meeting

import "slices"

// remove takes somebody's seat and session; with Ban their browser stays out for good.
func (t *turn) remove(c Remove) *Error {
	p, q, err := t.pair(c.ID, c.Target, removing)
	if err != nil {
		return err
	}
	t.forgetAdmission(q.Who)
	if !c.Ban {
		t.expel(q, LeftRemoved, EndRemoved)
		t.insideChanged()
		return nil
	}
	ban := KeepBan{Who: q.Who, Name: q.Name}
	if q.linkID != p.linkID {
		ban.Link = q.linkID
	}
	t.m.expelled[q.Who] = true
	t.expelAll(q.Who)
	t.effect(ban)
	return nil
}

// forgetAdmission has a browser knock like any guest: it does not come back past lock, lobby and passcode, nor as what it
// was made here.
func (t *turn) forgetAdmission(who Who) {
	delete(t.m.known, who)
	if t.m.given[who].leads() {
		delete(t.m.given, who)
	}
	for _, p := range t.m.members {
		if p.Who == who {
			p.admitted, p.passed = false, false
			if !p.isInside() {
				p.Role = t.m.roleOf(p)
			}
		}
	}
}

// expelAll ends all sessions of a browser that is banned.
func (t *turn) expelAll(who Who) {
	found := false
	for _, q := range t.byArrival() {
		if q.Who == who && q.link != Host {
			t.expel(q, LeftRemoved, EndBanned)
			found = true
		}
	}
	if found {
		t.insideChanged()
	}
}

// expel ends a session at once: its seat, its peer, its key. The caller tells those outside who is inside.
func (t *turn) expel(p *member, left LeftReason, why EndReason) {
	if p.isInside() {
		t.unseat(p, left)
	}
	t.effect(Dismissed{ID: p.ID, Reason: why})
	t.forget(p)
}

// end ends the meeting for all who are inside or wait.
func (t *turn) end(c End) *Error {
	if _, err := t.actor(c.ID, ending); err != nil {
		return err
	}
	t.dismiss(func(p *member) bool { return p.isInside() || p.waiting != "" })
	return nil
}

// dissolve ends every session of the room, which is no more.
func (t *turn) dissolve() { t.dismiss(func(*member) bool { return true }) }

// dismiss ends the sessions of which it is true. Those that go are not told of each other.
func (t *turn) dismiss(whom func(*member) bool) {
	for _, p := range t.byArrival() {
		if !whom(p) {
			continue
		}
		if p.isInside() {
			t.holdBack(p)
			t.m.seated = slices.DeleteFunc(t.m.seated, func(q *member) bool { return q == p })
		}
		t.effect(Dismissed{ID: p.ID, Reason: EndMeeting})
		t.forget(p)
	}
	t.over()
	t.insideChanged()
}
