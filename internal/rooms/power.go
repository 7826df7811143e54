package rooms

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"noom/internal/meeting"
	"noom/internal/store"
)

// errReactions refuses who reacts faster than anybody can see.
var errReactions = &meeting.Error{Code: meeting.Limited, Text: "You are reacting too fast."}

// errChanges refuses who changes faster than anybody can follow.
var errChanges = &meeting.Error{Code: meeting.Limited, Text: "You are changing this too fast.", Retry: 1}

// isChange tells whether a command changes what all others see of the one who gives it.
func isChange(c meeting.Command) bool {
	switch c.(type) {
	case meeting.Rename, meeting.Publish, meeting.Hand:
		return true
	}
	return false
}

// errTries refuses one who has to wait.
func errTries(wait time.Duration) *meeting.Error {
	return limited("Too many tries. Wait a moment.", wait)
}

func limited(text string, wait time.Duration) *meeting.Error {
	return &meeting.Error{Code: meeting.Limited, Text: text, Retry: int(math.Ceil(wait.Seconds()))}
}

// ID is the participant's id. It never changes.
func (s *Session) ID() meeting.ID { return s.id }

// Command carries out a command that the session's participant gives: the caller has set its ID. The reply comes when
// it is done, and for what the room keeps, when that is on the disk.
func (s *Session) Command(ctx context.Context, c meeting.Command, reply Reply[None]) {
	ask(ctx, s, unlessDone(reply), func(r *room, by *client) (None, error) {
		if isChange(c) && !by.changes.AllowN(r.rooms.now(), 1) {
			return None{}, errChanges
		}
		answer, err := r.apply(c)
		if err != nil {
			return None{}, err
		}
		done := func(err error) { reply(None{}, err) }
		switch keep := answer.(type) {
		case nil:
			r.deliver(by)
			done(nil)
			return None{}, nil
		case meeting.KeepSettings:
			return None{}, r.amend(amendment{setSettings(keep.Change), by, done})
		case meeting.KeepBan:
			ban := store.Ban{Who: keep.Who, Name: keep.Name, At: r.rooms.now().UnixMilli(), Link: keep.Link}
			return None{}, r.amend(amendment{addBan(ban), by, done})
		}
		return None{}, fmt.Errorf("rooms: command %T has the answer %T", c, answer)
	})
}

// MakeLink makes a further link to the room and replies with its key.
func (s *Session) MakeLink(ctx context.Context, role meeting.Role, reply Reply[string]) {
	ask(ctx, s, unlessDone(reply), func(r *room, c *client) (None, error) {
		if _, err := r.apply(meeting.MakeLink{ID: c.id, Role: role}); err != nil {
			return None{}, err
		}
		link := store.Link{ID: newID(linkIDLen), Role: role}
		key := r.rooms.keys.link(r.record.ID, link.ID)
		return None{}, r.amend(amendment{addLink(link), c, func(err error) {
			if err != nil {
				key = ""
			}
			reply(key, err)
		}})
	})
}

// React shows everybody a reaction.
func (s *Session) React(ctx context.Context, emoji string, reply Reply[None]) {
	ask(ctx, s, reply, func(r *room, c *client) (None, error) {
		if !c.reactions.AllowN(r.rooms.now(), 1) {
			return None{}, errReactions
		}
		_, err := r.apply(meeting.React{ID: c.id, Emoji: emoji})
		return None{}, err
	})
}

// join takes a client in, or says what it has to wait for. Wrong passcodes, and who was refused, are counted by where they
// come from.
func (r *room) join(c *client, name, passcode string) (Snapshot, error) {
	guess := passcode != "" && r.meeting.Door(c.id).Passcode
	tries, key := r.rooms.passcodes, try{c.from, r.name}
	if guess {
		if wait := tries.wait(r.rooms.now(), key); wait > 0 {
			return Snapshot{}, errTries(wait)
		}
	}
	held := r.rooms.knocks.wait(r.rooms.now(), key)
	answer, err := r.apply(meeting.Join{ID: c.id, Name: name, Passcode: passcode, Held: held, Busy: r.rooms.full()})
	if err != nil {
		var refusal *meeting.Error
		if guess && errors.As(err, &refusal) && refusal.Reason == meeting.ByPasscode {
			tries.take(r.rooms.now(), key)
		}
		return Snapshot{}, err
	}
	if w, ok := answer.(meeting.Waits); ok {
		return Snapshot{Wait: w.For}, nil
	}
	return Snapshot{Snapshot: answer.(meeting.Snapshot), Slots: c.slotStates()}, nil
}

// dismiss ends a client's session, if it has one now: it is told why, and its connection closed when the turn is over,
// after whatever acknowledgement still goes to it.
func (r *room) dismiss(e meeting.Dismissed) {
	c := r.client(e.ID)
	if e.Reason == meeting.EndRefused && !slices.Contains(r.turned, c.from) { // one click counts once, however many it sends away
		r.turned = append(r.turned, c.from)
		r.rooms.knocks.spend(r.rooms.now(), try{c.from, r.name}, 1)
	}
	if c.session != nil {
		r.parting = append(r.parting, r.tellEnd(c, e.Reason))
	}
}

// part ends a turn: the connections of those who were dismissed in it close.
func (r *room) part() {
	for _, link := range r.parting {
		link.Close()
	}
	r.parting, r.turned = nil, nil
}
