package socketio

import (
	"time"

	"golang.org/x/time/rate"
)

// limiter judges each message of one connection by two token buckets: what may pass, and how much beyond that is
// refused before the connection ends.
type limiter struct {
	events, refusals *rate.Limiter
}

type verdict int

const (
	pass   verdict = iota
	refuse         // answer `limited`
	expel          // end the connection
)

func newLimiter(c *Config) limiter {
	return limiter{
		events:   rate.NewLimiter(rate.Limit(c.EventRate), c.EventBurst),
		refusals: rate.NewLimiter(refusalRate, c.RefusalBurst),
	}
}

func (l limiter) judge(now time.Time) verdict {
	switch {
	case l.events.AllowN(now, 1):
		return pass
	case l.refusals.AllowN(now, 1):
		return refuse
	}
	return expel
}
