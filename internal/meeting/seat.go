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
		t.setName(p, p, name)
		t.effect(t.snapshot(p))
		return nil
	}
	if c.Busy && t.m.IsNew(p.ID) {
		return ErrBusy
	}
	p.Role = t.m.roleOf(p)
	hidden := t.m.Door(p.ID).Passcode
	wait, err := t.pass(p, c.Passcode, c.Held)
	if err != nil {
		return err
	}
	p.Name = name
	if wait != "" {
		t.wait(p, wait)
		if hidden {
			t.tell(p, Inside{Inside: t.m.inside})
		}
		t.effect(Waits{For: wait})
		return nil
	}
	t.enter(p)
	return nil
}

// enter gives a seat.
func (t *turn) enter(p *member) {
	t.stopWaiting(p)
	if p.Role.leads() { // in time for the snapshot
		t.callIn(WaitHost)
	}
	t.m.lastSeat++
	p.Seat, p.Joined, p.Tracks = t.m.lastSeat, t.now.UnixMilli(), noTracks
	t.m.know(p)
	if len(t.m.seated) == 0 {
		t.m.state.StartedAt = p.Joined
	}
	t.m.seated = append(t.m.seated, p)
	t.effect(Entered{ID: p.ID, Seat: p.Seat})
	t.effect(t.snapshot(p))
	t.tellInside(p.ID, Joined{Participant: p.Participant})
	t.insideChanged()
}

func (t *turn) snapshot(p *member) Snapshot {
	s := Snapshot{
		You: p.Participant, Participants: make([]Participant, 0, len(t.m.seated)-1), Chat: t.m.tail.seenBy(p.Who, t.m.Since(t.now)),
		Settings: t.m.settings.shownTo(p.Role), Meeting: t.m.shownState(t.now), Waiting: t.m.waitingFor(p.Role),
	}
	for _, other := range t.m.seated {
		if other != p {
			s.Participants = append(s.Participants, other.Participant)
		}
	}
	return s
}

func (t *turn) leave(c Leave) *Error {
	p, err := t.known(c.ID)
	if err == nil && p.waiting != "" {
		t.stopWaiting(p)
		return nil
	}
	if p, err = t.seatedMember(c.ID); err != nil {
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
	t.holdBack(p)
	t.m.seated = slices.DeleteFunc(t.m.seated, func(q *member) bool { return q == p })
	p.Seat, p.Away, p.Tracks, p.Joined, p.Hand, p.asked = 0, false, noTracks, 0, 0, false
	t.tellInside(p.ID, Left{ID: p.ID, Reason: why})
	if len(t.m.seated) == 0 {
		t.over()
		return
	}
	if i := slices.Index(t.m.state.Spotlight, p.ID); i >= 0 {
		t.m.state.Spotlight = slices.Delete(slices.Clone(t.m.state.Spotlight), i, i+1)
		t.tellState()
	}
}

// holdBack lets nothing more out of p's tracks.
func (t *turn) holdBack(p *member) {
	for kind := range kinds {
		if *p.Tracks.of(kind) != Off {
			t.effect(TrackSet{Seat: p.Seat, Kind: kind, State: Off})
		}
	}
}

func (t *turn) rename(c Rename) *Error {
	p, err := t.known(c.ID)
	q := p
	if err == nil && c.Target != "" && c.Target != c.ID {
		p, q, err = t.pair(c.ID, c.Target, renaming)
	}
	if err != nil {
		return err
	}
	name, err := PersonName(c.Name)
	if err != nil {
		return err
	}
	t.setName(p, q, name)
	return nil
}

// setName gives q the name that p wants.
func (t *turn) setName(p, q *member, name string) {
	if name == q.Name {
		return
	}
	q.Name = name
	switch {
	case q.isInside():
		t.tellChange(p, q)
		t.insideChanged()
	case q.waiting != "":
		t.waitingChanged()
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
	if *p.Tracks.of(c.Kind) == c.State {
		return nil
	}
	if err := t.sending(p, c.Kind, c.State); err != nil {
		return err
	}
	if c.Kind == Microphone && c.State == On {
		p.asked = false
	}
	t.setTrack(p, c.Kind, c.State)
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
