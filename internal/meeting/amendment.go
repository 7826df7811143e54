package meeting

import "slices"

// maxReactors bounds whose the reactions of one kind to one message are. Beyond it nobody counts.
const maxReactors = 200

// change is what an amendment does.
type change uint8

const (
	editing change = iota
	erasing
	marking // with a reaction
)

// Amendment is what somebody wants to become of a message.
type Amendment struct {
	Seq uint64 // of the message

	change change
	text   string
	emoji  string
	on     bool

	by    Who
	leads bool // runs the meeting
	at    int64
}

// Apply judges the wish and gives the message as it is then. What was done before is done again without a change.
func (a Amendment) Apply(m Message) (Message, *Error) {
	if !m.SeenBy(a.by) {
		return m, errNoMessage
	}
	if m.Deleted {
		if a.change == erasing {
			return m, nil
		}
		return m, errNoMessage
	}
	switch a.change {
	case editing:
		return a.edit(m)
	case erasing:
		return a.erase(m)
	default:
		return a.mark(m)
	}
}

func (a Amendment) edit(m Message) (Message, *Error) {
	switch {
	case m.From.Who != a.by:
		return m, &Error{Code: Forbidden, Text: "Only who wrote a message may change it.", Reason: ByRole}
	case a.text == "" && m.File == nil:
		return m, errChatText
	case a.text == m.Text:
		return m, nil
	}
	m.Text, m.Edited = a.text, a.at
	return m, nil
}

func (a Amendment) erase(m Message) (Message, *Error) {
	if m.From.Who != a.by && !a.leads {
		return m, &Error{Code: Forbidden, Text: "Only who wrote a message, and hosts, may delete it.", Reason: ByRole}
	}
	return Message{ID: m.ID, Seq: m.Seq, From: m.From, To: m.To, At: m.At, Deleted: true}, nil
}

func (a Amendment) mark(m Message) (Message, *Error) {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Emoji == a.emoji })
	if a.on == (i >= 0 && slices.Contains(m.Reactions[i].By, a.by)) {
		return m, nil
	}
	m.Reactions = slices.Clone(m.Reactions) // others hold the message as it was
	switch {
	case !a.on:
		if len(m.Reactions[i].By) == 1 {
			m.Reactions = slices.Delete(m.Reactions, i, i+1)
			break
		}
		by := slices.Clone(m.Reactions[i].By)
		m.Reactions[i].By = slices.DeleteFunc(by, func(w Who) bool { return w == a.by })
	case i < 0:
		m.Reactions = append(m.Reactions, Reaction{Emoji: a.emoji, By: []Who{a.by}})
	case len(m.Reactions[i].By) >= maxReactors:
		return m, &Error{Code: Full, Text: "This message has too many reactions of this kind."}
	default:
		m.Reactions[i].By = append(slices.Clone(m.Reactions[i].By), a.by)
	}
	if len(m.Reactions) == 0 {
		m.Reactions = nil
	}
	return m, nil
}

// CheckReply says what is wrong with m answering another message. A public answer to a private message would tell that
// there is one.
func (m Message) CheckReply(to Message) *Error {
	if !to.SeenBy(m.From.Who) || to.Deleted {
		return errNoMessage
	}
	if to.To != nil && (m.To == nil || !to.SeenBy(m.To.Who)) {
		return &Error{Code: Invalid, Text: "A private message is answered privately."}
	}
	return nil
}
