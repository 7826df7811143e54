package meeting

import "time"

// HistoryKept is how long a room that keeps its chat for a month does so.
const HistoryKept = 30 * 24 * time.Hour

// errNoMessage is also what a message is to those who may not see it.
var errNoMessage = &Error{Code: NotFound, Text: "This message is not there any more."}

// author gives the one inside who wants to write, if their role and the settings allow it.
func (t *turn) author(id ID) (*member, *Error) {
	p, err := t.actor(id, writing)
	if err == nil {
		err = t.m.mayWrite(p)
	}
	return p, err
}

func (m *Meeting) mayWrite(p *member) *Error {
	switch {
	case m.settings.Chat.includes(p.Role):
		return nil
	case m.settings.Chat == Nobody:
		return &Error{Code: Forbidden, Text: "The chat of this room is switched off.", Reason: BySettings}
	}
	return &Error{Code: Forbidden, Text: "Only hosts may write here.", Reason: BySettings}
}

// MayWrite says why one inside may not write, or send files; nil: they may.
func (m *Meeting) MayWrite(id ID) *Error {
	_, err := (&turn{m: m}).author(id)
	return err
}

// chat hands a message to the store. It is told to nobody before it is durable.
func (t *turn) chat(c Chat) *Error {
	p, err := t.author(c.ID)
	if err != nil {
		return err
	}
	if err := checkClientID(c.ClientID); err != nil {
		return err
	}
	text, err := chatText(c.Text, c.File != "")
	if err != nil {
		return err
	}
	m := Message{ID: c.ClientID, From: Sender{ID: p.ID, Name: p.Name, Who: p.Who}, Text: text, At: t.now.UnixMilli(), Reply: c.Reply}
	if c.To != "" {
		q, ok := t.m.members[c.To]
		switch {
		case !ok || !q.isInside():
			return &Error{Code: NotFound, Text: "This person is not in the meeting."}
		case q.Who == p.Who:
			return &Error{Code: Invalid, Text: "This is you."}
		}
		m.To = &Sender{ID: q.ID, Name: q.Name, Who: q.Who}
	}
	t.effect(Keep{Message: m, File: c.File})
	return nil
}

// stored tells a message that has become durable. It comes again when a sender repeats itself, and late when the
// store outlasted its caller's patience; told is told once. One of an earlier meeting, whose chat is not kept, is told to
// nobody.
func (t *turn) stored(c Stored) *Error {
	if t.m.settings.History == UntilEnd && (len(t.m.seated) == 0 || c.Message.At < t.m.state.StartedAt) {
		return nil
	}
	if t.m.tail.add(c.Message) {
		t.tellReaders(c.Message, Said{Message: c.Message})
	}
	return nil
}

// recall brings the room's earlier chat. Who joined before it was read is told now.
func (t *turn) recall(c Recall) *Error {
	for _, message := range c.Messages {
		if t.m.tail.add(message) {
			t.tellReaders(message, Said{Message: message})
		}
	}
	return nil
}

// amended tells what became of a message, which need not be among the newest.
func (t *turn) amended(c Amended) *Error {
	t.m.tail.replace(c.Message)
	t.tellReaders(c.Message, Amended{Message: c.Message})
	return nil
}

// tellReaders tells an event to those inside who may see a message.
func (t *turn) tellReaders(m Message, e Event) {
	t.tellThose(func(p *member) bool { return m.SeenBy(p.Who) }, e)
}

// amend hands a wish to change a message to the host, which knows the message. Amendment.Apply judges it.
func (t *turn) amend(id ID, d deed, a Amendment) *Error {
	p, err := t.actor(id, d)
	if err != nil {
		return err
	}
	a.by, a.leads, a.at = p.Who, p.Role.leads(), t.now.UnixMilli()
	t.effect(Amend{Amendment: a})
	return nil
}

func (t *turn) chatEdit(c ChatEdit) *Error {
	if _, err := t.author(c.ID); err != nil {
		return err
	}
	text, err := chatText(c.Text, true) // Apply knows whether there is a file
	if err != nil {
		return err
	}
	return t.amend(c.ID, writing, Amendment{Seq: c.Seq, change: editing, text: text})
}

func (t *turn) chatReact(c ChatReact) *Error {
	if !IsEmoji(c.Emoji) {
		return &Error{Code: Invalid, Text: "This is not one of the reactions."}
	}
	return t.amend(c.ID, reacting, Amendment{Seq: c.Seq, change: marking, emoji: c.Emoji, on: c.On})
}

// browse lets one inside read earlier messages.
func (t *turn) browse(c Browse) *Error {
	p, err := t.seatedMember(c.ID)
	if err != nil {
		return err
	}
	t.effect(Read{Since: t.m.Since(t.now), Who: p.Who})
	return nil
}

// Since is when the oldest message may have been said that is still shown, in milliseconds since 1970.
func (m *Meeting) Since(now time.Time) int64 {
	if m.settings.History == Month {
		return now.Add(-HistoryKept).UnixMilli()
	}
	return 0
}

// Holder gives the participant inside whose session has this key; false when there is none, or no more.
func (m *Meeting) Holder(key Key) (Participant, bool) {
	p, ok := m.keys[key]
	if !ok || !p.isInside() {
		return Participant{}, false
	}
	return p.Participant, true
}
