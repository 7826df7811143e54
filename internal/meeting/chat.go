package meeting

import "slices"

const (
	// TailLen is how many messages a newcomer is shown.
	TailLen = 200
	// tailBytes bounds the text among them, so that a snapshot always fits a message: 200 of the longest would be 3 MB.
	tailBytes = 256 << 10
)

// chat hands a message to the store. It is told to nobody before it is durable.
func (t *turn) chat(c Chat) *Error {
	p, err := t.seatedMember(c.ID)
	if err != nil {
		return err
	}
	if err := checkClientID(c.ClientID); err != nil {
		return err
	}
	text, err := chatText(c.Text)
	if err != nil {
		return err
	}
	t.effect(Keep{Message: Message{ID: c.ClientID, From: Sender{ID: p.ID, Name: p.Name, Who: p.Who}, Text: text, At: t.now.UnixMilli()}})
	return nil
}

// stored tells a message that has become durable. It comes again when a sender repeats itself, and late when the
// store outlasted its caller's patience; told is told once.
func (t *turn) stored(c Stored) *Error {
	if t.m.tail.add(c.Message) {
		t.tellInside("", Said{Message: c.Message})
	}
	return nil
}

// recall brings the room's earlier chat. Who joined before it was read is told now.
func (t *turn) recall(c Recall) *Error {
	for _, message := range c.Messages {
		if t.m.tail.add(message) {
			t.tellInside("", Said{Message: message})
		}
	}
	return nil
}

// tail is the newest of the room's chat, in the order of Seq.
type tail struct {
	messages []Message
	bytes    int
	dropped  uint64 // the highest Seq that no longer fits
}

// add takes a message in and reports whether it is new.
func (l *tail) add(message Message) bool {
	i, known := slices.BinarySearchFunc(l.messages, message.Seq, func(m Message, seq uint64) int {
		switch {
		case m.Seq < seq:
			return -1
		case m.Seq > seq:
			return 1
		}
		return 0
	})
	if known || message.Seq <= l.dropped {
		return false
	}
	l.messages = slices.Insert(l.messages, i, message)
	l.bytes += len(message.Text)
	for len(l.messages) > TailLen || l.bytes > tailBytes {
		l.dropped = l.messages[0].Seq
		l.bytes -= len(l.messages[0].Text)
		l.messages = slices.Delete(l.messages, 0, 1)
	}
	return true
}

func (l *tail) copy() []Message { return append(make([]Message, 0, len(l.messages)), l.messages...) }
