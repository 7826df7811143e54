package meeting

import (
	"cmp"
	"slices"
)

const (
	// TailLen is how many messages a newcomer is shown.
	TailLen = 200
	// tailBytes bounds what is in them, so that a snapshot always fits a message: 200 of the longest would be 3 MB.
	tailBytes = 256 << 10
)

// tail is the newest of the room's chat, in the order of Seq.
type tail struct {
	messages []Message
	bytes    int
	dropped  uint64 // the highest Seq that no longer fits
}

// find gives a message's place, or where it would be.
func (l *tail) find(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(l.messages, seq, func(m Message, seq uint64) int { return cmp.Compare(m.Seq, seq) })
}

// add takes a message in and reports whether it is new.
func (l *tail) add(message Message) bool {
	i, known := l.find(message.Seq)
	if known || message.Seq <= l.dropped {
		return false
	}
	l.messages = slices.Insert(l.messages, i, message)
	l.bytes += message.Size()
	l.shorten()
	return true
}

// replace puts a message in the place of what it was, if it is here.
func (l *tail) replace(message Message) {
	i, known := l.find(message.Seq)
	if !known {
		return
	}
	l.bytes += message.Size() - l.messages[i].Size()
	l.messages[i] = message
	l.shorten()
}

// shorten drops the oldest that do not fit.
func (l *tail) shorten() {
	for len(l.messages) > TailLen || l.bytes > tailBytes {
		l.dropped = l.messages[0].Seq
		l.bytes -= l.messages[0].Size()
		l.messages = slices.Delete(l.messages, 0, 1)
	}
}

// clear forgets all that was said.
func (l *tail) clear() {
	if n := len(l.messages); n > 0 {
		l.dropped = l.messages[n-1].Seq
	}
	l.messages, l.bytes = nil, 0
}

// seenBy gives what a browser may see of it that was said since a time.
func (l *tail) seenBy(who Who, since int64) []Message {
	seen := make([]Message, 0, len(l.messages))
	for _, m := range l.messages {
		if m.At >= since && m.SeenBy(who) {
			seen = append(seen, m)
		}
	}
	return seen
}
