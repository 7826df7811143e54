package bwe

import "time"

const (
	// drained is how long the queue of a cut may take to go, in µs: so much less than the path carries is sent.
	drained = 1_000_000
	// cutLeast and cutMost bound by how much less.
	cutLeast, cutMost = 0.85, 0.3
	// share of the path's room that is used: the rest is for what varies.
	share = 0.95
	// settle is how long after a round trip the effect of a change is seen, in µs: pictures are switched by keyframes.
	settle = 250_000
	// cutsMost is how often less is sent because of a queue that does not go: then it is not ours.
	cutsMost = 3
	// growth is by how much an estimate that is used grows in a second (draft-ietf-rmcat-gcc-02 §5.5).
	growth = 0.08
	// beyond is how far above what arrives it may grow so: the rest is for probes to show.
	beyond = 1.05
	// full is the share of the estimate that counts as used.
	full = 0.8
	// silent is how long without feedback the path counts as broken, in µs, beside two round trips.
	silent = 800_000
)

// cut is what was done about a queue.
type cut struct {
	at     int64
	queue  int64
	count  int
	before float64 // the estimate
	room   float64 // what the path carried
}

// control acts on what the feedback showed.
func (c *Controller) control(now int64) {
	switch {
	case c.phase != draining && c.delay.over():
		c.loss.trial = trial{}
		c.cut = cut{before: c.estimate, room: c.estimate}
		c.lessen(now)
	case c.phase == draining:
		c.drain(now)
	case c.phase == steady && !c.probe.waits():
		c.grow(now)
	}
	c.steppedT = now
}

// carried is what arrives lately, and uses what leaves.
func (c *Controller) carried(over int64) (rate float64, ok bool) {
	return c.acked.rate(c.arrival, over)
}

func (c *Controller) uses(now, over int64) float64 {
	rate, _ := c.sent.rate(now, over)
	return rate
}

// lessen takes the estimate below what the path carries, so that the queue goes. What arrives is what it carries as long as
// enough is sent; where little is sent, that says little.
func (c *Controller) lessen(now int64) {
	carried, ok := c.carried(4 * bucket)
	if !ok {
		carried = c.estimate / 2
	}
	room := min(c.cut.room, carried)
	if c.uses(now, 6*bucket) < full*c.estimate {
		room = min(c.cut.room, max(carried, c.estimate/2))
	}
	c.phase = draining
	c.cut.at, c.cut.queue, c.cut.room = now, c.delay.queue, room
	c.cut.count++
	c.set(room * c.less())
	c.probe.abort(now)
}

func (c *Controller) less() float64 {
	return min(max(1-float64(c.delay.queue)/drained, cutMost), cutLeast)
}

// drain waits until the queue has gone.
func (c *Controller) drain(now int64) {
	if c.delay.calm() {
		c.phase = steady
		if c.cut.count == 1 && c.newest < c.cut.at { // nothing that left since has arrived: it went by itself
			c.delay.wobble += float64(c.cut.queue) / 8
			c.set(c.cut.before)
			return
		}
		c.set(c.cut.room * share)
		c.probe.later(now)
		return
	}
	if now-c.cut.at < int64(c.rtt)+settle {
		return
	}
	switch {
	case c.delay.queue < c.cut.queue-max(c.cut.queue/8, tolerated/2):
		c.cut.at, c.cut.queue = now, c.delay.queue // it goes
		c.set(c.cut.room * c.less())
	case c.cut.count < cutsMost || c.uses(now, 4*bucket) > 1.2*c.estimate:
		c.lessen(now)
	default: // not for anything we do: others fill it, or the way has become longer
		c.delay.accept()
		c.phase = steady
		c.set(max(c.cut.room, c.cut.before/2))
		c.probe.later(now)
	}
}

// grow lets an estimate that is used up rise.
func (c *Controller) grow(now int64) {
	past := min(now-c.steppedT, 200_000)
	if c.delay.excess > c.delay.tolerable()/2 || c.uses(now, 10*bucket) < full*c.estimate || c.loss.high(c.loss.recent) {
		return
	}
	carried, ok := c.carried(10 * bucket)
	if !ok {
		return
	}
	by := growth
	if c.estimate > 0.9*c.cut.room && now-c.cut.at < 30_000_000 { // near where it was too much
		by /= 8
	}
	c.set(max(c.estimate, min(c.estimate*(1+by*float64(past)/1e6), beyond*carried)))
}

// blindness is a time without feedback.
type blindness struct {
	is     bool
	before float64 // the estimate
	next   int64   // when to send less again
}

// Tick does what time asks for: call it at Deadline.
func (c *Controller) Tick(now time.Time) {
	if c.packets == nil {
		return
	}
	at := c.micros(now)
	c.startProbe(at)
	if !c.heard || at < c.silence() {
		return
	}
	if c.sentAt <= c.heardAt { // nothing was sent that there could be feedback of
		c.heardAt = at
		return
	}
	if !c.blind.is {
		c.blind = blindness{is: true, before: c.estimate}
		c.probe.abort(at)
	}
	c.blind.next = at + silent/2
	c.set(c.estimate / 2)
}

// silence is when the path counts as broken, or as still broken.
func (c *Controller) silence() int64 {
	if c.blind.is {
		return c.blind.next
	}
	return c.heardAt + silent + 2*int64(c.rtt)
}

// recover ends blindness: the way was broken, not narrow.
func (c *Controller) recover(now int64) {
	if !c.blind.is {
		return
	}
	c.set(max(c.estimate, c.blind.before/2))
	c.blind = blindness{}
	c.phase = steady
	c.loss = losses{judged: c.next, inherent: c.loss.inherent}
	c.probe.soon(now)
}

// Deadline is when Tick and Padding are next due; the zero time is never.
func (c *Controller) Deadline() time.Time {
	if c.packets == nil {
		return time.Time{}
	}
	at := int64(-1)
	if c.heard {
		at = c.silence()
	}
	if due, ok := c.probeDue(); ok && (at < 0 || due < at) {
		at = due
	}
	if at < 0 {
		return time.Time{}
	}
	return c.epoch.Add(time.Duration(at) * time.Microsecond)
}
