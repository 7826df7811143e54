package meeting

import (
	"slices"
	"time"
)

const (
	// reactionsEvery is how often reactions are told, at most: what comes together is told together.
	reactionsEvery = 100 * time.Millisecond
	// maxReactions bounds one telling. More in a tenth of a second are a blur on any screen, and dropped.
	maxReactions = 60
)

// emojis are what people react with.
var emojis = []string{"👍", "👏", "❤️", "😂", "😮", "🎉", "👋", "🙏"}

// IsEmoji tells whether this is one of the reactions.
func IsEmoji(s string) bool { return slices.Contains(emojis, s) }

// Flying is a reaction of somebody, which everybody sees for a moment.
type Flying struct {
	ID    ID     `json:"id"`
	Emoji string `json:"emoji"`
}

// hand raises one's own hand or lowers one.
func (t *turn) hand(c Hand) *Error {
	if c.Target == "" {
		c.Target = c.ID
	}
	d := loweringHand
	if c.Up {
		d = raisingHand
	}
	p, q, err := t.pair(c.ID, c.Target, d)
	if err != nil {
		return err
	}
	if p != q && c.Up { // not even in one's other window
		return errRole(p.Role)
	}
	if c.Up == (q.Hand != 0) {
		return nil
	}
	q.Hand = 0
	if c.Up {
		q.Hand = t.now.UnixMilli()
	}
	t.tellChange(p, q)
	return nil
}

// tellChange tells that p has changed something of q: q knows it already if they are the same.
func (t *turn) tellChange(p, q *member) {
	except := ID("")
	if p == q {
		except = p.ID
	}
	t.tellInside(except, Updated{Participant: q.Participant})
}

// react adds a reaction to those that are told next.
func (t *turn) react(c React) *Error {
	p, err := t.actor(c.ID, reacting)
	if err != nil {
		return err
	}
	if !IsEmoji(c.Emoji) {
		return &Error{Code: Invalid, Text: "This is not one of the reactions."}
	}
	m := t.m
	if len(m.reactions) < maxReactions {
		m.reactions = append(m.reactions, Flying{ID: p.ID, Emoji: c.Emoji})
	}
	if due := m.reactionsTold.Add(reactionsEvery); t.now.Before(due) {
		m.reactionsDue = due
		return nil
	}
	t.tellReactions()
	return nil
}

func (t *turn) tellReactions() {
	m := t.m
	m.reactionsDue, m.reactionsTold = time.Time{}, t.now
	t.tellInside("", Reacted{Reactions: m.reactions})
	m.reactions = nil
}
