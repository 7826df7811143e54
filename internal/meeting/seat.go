package meeting

import "slices"

// known gives the member with this id. The host only sends commands of sessions it has connected, but one may have
// expired while its command waited.
func (t *turn) known(id ID) (*member, *Error) {
	p, ok := t.m.members[id]
	if !ok {
		return nil, &Error{Code: NotFound, Text: "This session is over. Open the meeting again."}
	}
	return p, nil
}

// seatedMember gives the member with this id, who must be inside.
func (t *turn) seatedMember(id ID) (*member, *Error) {
	p, err := t.known(id)
	if err == nil && !p.isInside() {
		err = &Error{Code: Forbidden, Text: "Join the meeting first."}
	}
	return p, err
}

// join gives a seat, or to one who has it a fresh snapshot (the page was reloaded, or missed too much).
func (t *turn) join(c Join) *Error {
	p, err := t.known(c.ID)
	if err != nil {
		return err
	}
	name := p.Name
	if c.Name != "" {
		if name, err = PersonName(c.Name); err != nil {
			return err
		}
	}
	if p.isInside() {
		t.setName(p, name)
		t.effect(t.snapshot(p))
		return nil
	}
	if len(t.m.seated) >= MaxParticipants {
		return &Error{Code: Full, Text: "This meeting is full."}
	}
	t.m.lastSeat++
	p.Seat, p.Name, p.Joined, p.Tracks, p.Role = t.m.lastSeat, name, t.now.UnixMilli(), noTracks, t.m.roleOf(p)
	if len(t.m.seated) == 0 {
		t.m.state.StartedAt = p.Joined
	}
	t.m.seated = append(t.m.seated, p)
	t.effect(Entered{ID: p.ID, Seat: p.Seat})
	t.effect(t.snapshot(p))
	t.tellInside(p.ID, Joined{Participant: p.Participant})
	t.insideChanged()
	return nil
}

func (t *turn) snapshot(p *member) Snapshot {
	s := Snapshot{
		You: p.Participant, Participants: make([]Participant, 0, len(t.m.seated)-1), Chat: t.m.tail.copy(),
		Settings: t.m.settings.shownTo(p.Role), Meeting: t.m.state, Waiting: []Waiter{},
	}
	for _, other := range t.m.seated {
		if other != p {
			s.Participants = append(s.Participants, other.Participant)
		}
	}
	return s
}

func (t *turn) leave(c Leave) *Error {
	p, err := t.seatedMember(c.ID)
	if err != nil {
		return err
	}
	t.unseat(p, LeftByChoice)
	if p.lost.IsZero() {
		t.effect(Gone{ID: p.ID})
	} else {
		t.forget(p) // the connection ended while the command waited, and nobody will end it again
	}
	t.insideChanged()
	return nil
}

// unseat takes the seat away, with what was let out from there, and tells the others. The seat's number is never used
// again. The caller decides what becomes of the session, and then tells those outside.
func (t *turn) unseat(p *member, why LeftReason) {
	for kind := range kinds {
		if *p.Tracks.of(kind) != Off {
			t.effect(TrackSet{Seat: p.Seat, Kind: kind, State: Off})
		}
	}
	t.m.seated = slices.DeleteFunc(t.m.seated, func(q *member) bool { return q == p })
	p.Seat, p.Away, p.Tracks, p.Joined = 0, false, noTracks, 0
	t.tellInside(p.ID, Left{ID: p.ID, Reason: why})
}

func (t *turn) rename(c Rename) *Error {
	p, err := t.known(c.ID)
	if err != nil {
		return err
	}
	name, err := PersonName(c.Name)
	if err != nil {
		return err
	}
	t.setName(p, name)
	return nil
}

func (t *turn) setName(p *member, name string) {
	if name == p.Name {
		return
	}
	p.Name = name
	if p.isInside() {
		t.tellInside(p.ID, Updated{Participant: p.Participant})
		t.insideChanged()
	}
}

func (t *turn) publish(c Publish) *Error {
	p, err := t.seatedMember(c.ID)
	if err != nil {
		return err
	}
	if c.State == Muted && c.Kind != Microphone {
		return &Error{Code: Invalid, Text: "Only a microphone can be muted."}
	}
	state := p.Tracks.of(c.Kind)
	if *state == c.State {
		return nil
	}
	*state = c.State
	t.effect(TrackSet{Seat: p.Seat, Kind: c.Kind, State: c.State})
	t.tellInside(p.ID, Updated{Participant: p.Participant})
	return nil
}

// speak turns seats into ids. A seat that was given up a moment ago is left out.
func (t *turn) speak(c Speak) *Error {
	speaking := make([]ID, 0, len(c.Seats))
	for _, seat := range c.Seats {
		if i := slices.IndexFunc(t.m.seated, func(p *member) bool { return p.Seat == seat }); i >= 0 {
			speaking = append(speaking, t.m.seated[i].ID)
		}
	}
	t.tellInside("", Speaking{Speaking: speaking})
	return nil
}
