package meeting

import (
	"maps"
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
	// waitedLately is how long one who waited may ask again whatever the neighbours did: a connection that is lost for longer
	// is given up by most. maxWaited bounds who is remembered for that; the others are like new ones.
	waitedLately = 2 * time.Minute
	maxWaited    = 1000
)

// turned is a browser that was refused.
type turned struct {
	times int
	until time.Time // when it may knock again
}

// turnAway notes that p, who waits no more, was refused.
func (t *turn) turnAway(p *member) {
	m := t.m
	delete(m.waited, p.Who)
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

// remember notes that p waited until now: when the connection is lost, the browser comes back as another session.
func (t *turn) remember(p *member) {
	m := t.m
	if len(m.waited) >= maxWaited {
		maps.DeleteFunc(m.waited, func(who Who, _ time.Time) bool { return !t.hasWaited(who) })
	}
	if len(m.waited) < maxWaited {
		m.waited[p.Who] = t.now
	}
}

func (t *turn) hasWaited(who Who) bool { return t.now.Before(t.m.waited[who].Add(waitedLately)) }

// patience refuses p, who would have to wait, if they were refused a moment ago, or held back with their neighbours. Who
// waits already, or did a moment ago, may ask again.
func (t *turn) patience(p *member, held time.Duration) *Error {
	if p.waiting != "" {
		return nil
	}
	if left := t.m.turned[p.Who].until.Sub(t.now); left > 0 {
		return tooSoon(left, ByRefusal, "You were not let in a moment ago. Wait before you ask again.")
	}
	if held > 0 && !t.hasWaited(p.Who) {
		return tooSoon(held, ByNeighbours, "Others from your network were not let in a moment ago. Wait before you ask.")
	}
	return nil
}

func tooSoon(wait time.Duration, why Reason, text string) *Error {
	return &Error{Code: Limited, Text: text, Reason: why, Retry: int(math.Ceil(wait.Seconds()))}
}
