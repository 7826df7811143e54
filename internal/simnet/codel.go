package simnet

import (
	"math"
	"time"
)

// RFC 8289 §4.2, §4.3: what may always wait, and for how long more may before it is dropped.
const (
	codelTarget   = 5 * time.Millisecond
	codelInterval = 100 * time.Millisecond
	codelMTU      = 1500
)

// codel is the state of controlled delay (RFC 8289 §5).
type codel struct {
	above    time.Duration // when what waits has been above the target for an interval; 0: it is not above
	dropping bool
	next     time.Duration // when the next is dropped
	count    int           // dropped since dropping began
	before   int           // the same, the time before
}

// shed drops what CoDel says should go before the next datagram is sent (§5.5, dodequeue and dequeue).
func (c *codel) shed(b *Bottleneck, now time.Duration) {
	if !c.dropping {
		if !c.late(b, now) {
			return
		}
		c.drop(b, now)
		c.late(b, now)
		c.dropping = true
		if delta := c.count - c.before; delta > 1 && now-c.next < 16*codelInterval {
			c.count = delta
		} else {
			c.count = 1
		}
		c.next, c.before = c.law(now), c.count
		return
	}
	if !c.late(b, now) {
		c.dropping = false
		return
	}
	for c.dropping && now >= c.next {
		c.drop(b, now)
		c.count++
		if !c.late(b, now) {
			c.dropping = false
			return
		}
		c.next = c.law(c.next)
	}
}

// late tells whether the first datagram may be dropped: waiting has been too long for an interval.
func (c *codel) late(b *Bottleneck, now time.Duration) bool {
	if b.head == len(b.waits) {
		c.above = 0
		return false
	}
	if now-b.waits[b.head].entered < codelTarget || b.bytes <= codelMTU {
		c.above = 0
		return false
	}
	if c.above == 0 {
		c.above = now + codelInterval
		return false
	}
	return now >= c.above
}

func (c *codel) drop(b *Bottleneck, now time.Duration) {
	w := b.take()
	b.drop(w.d, now-w.entered)
}

// law is the control law: the more was dropped, the sooner the next.
func (c *codel) law(from time.Duration) time.Duration {
	return from + time.Duration(float64(codelInterval)/math.Sqrt(float64(c.count)))
}
