package meeting

import (
	"math"
	"time"
)

const (
	// knockAfter is how long one who was refused waits before knocking again. Each further refusal doubles it, up to
	// knockAtMost: whoever is refused may have been mistaken for another, and hosts have a meeting to hold.
	knockAfter  = 30 * time.Second
	knockAtMost = 10 * time.Minute
	// maxTurned bounds the browsers that are remembered as refused. The one that may knock the soonest is forgotten first.
	maxTurned = 1000
)

// turned is a browser that was refused.
type turned struct {
	times int
	until time.Time // when it may knock again
}

// turnAway notes that p was refused.
func (t *turn) turnAway(p *member) {
	m := t.m
	was, known := m.turned[p.Who]
	if !known && len(m.turned) >= maxTurned {
		m.forgetTurned()
	}
	if t.now.After(was.until.Add(knockAtMost)) { // long enough ago to be another matter
		was = turned{}
	}
	wait := knockAfter << was.times
	if wait < knockAtMost {
		was.times++
	} else {
		wait = knockAtMost
	}
	was.until = t.now.Add(wait)
	m.turned[p.Who] = was
}

// forgetTurned makes room for one more.
func (m *Meeting) forgetTurned() {
	var soonest Who
	for who, q := range m.turned {
		if s, ok := m.turned[soonest]; !ok || q.until.Before(s.until) || q.until.Equal(s.until) && who < soonest {
			soonest = who
		}
	}
	delete(m.turned, soonest)
}

// patience refuses p, who would have to wait, if they were refused a moment ago, or held back with their neighbours. Who
// waits already may ask again.
func (t *turn) patience(p *member, held time.Duration) *Error {
	if p.waiting != "" {
		return nil
	}
	if left := t.m.turned[p.Who].until.Sub(t.now); left > 0 {
		return tooSoon(left, ByRefusal, "You were not let in a moment ago. Wait before you ask again.")
	}
	if held > 0 {
		return tooSoon(held, ByNeighbours, "Others from your network were not let in a moment ago. Wait before you ask.")
	}
	return nil
}

func tooSoon(wait time.Duration, why Reason, text string) *Error {
	return &Error{Code: Limited, Text: text, Reason: why, Retry: int(math.Ceil(wait.Seconds()))}
}
