package bwe

import "time"

const (
	// drained is how long the queue of a cut may take to go, in µs: so much less than the path carries is sent.
	drained = 1_000_000
	// cutLeast and cutMost bound by how much less.
	cutLeast, cutMost = 0.85, 0.3
	// unlike is how many times more one rate must be than another to be another.
	unlike = 1.15
	// watchTime is how long a queue is watched to see whether it shrinks, and shrinksLeast by how much one must that is to be told, in µs.
	watchTime, shrinksLeast = 400_000, 60_000
	// dip is how long a queue may have been there, in µs, for the path to have been narrow for a moment only.
	dip = 600_000
	// mildQueue is what may queue, in µs, while the path carries more than mildShare of what is sent.
	mildQueue, mildShare = 75_000, 0.7
	// regained is how many times what was sent before a cut something must arrive at after it to show that the cut was needless.
	regained = 1.5
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
	used   float64 // what was sent
	room   float64 // what the path carried
	heard  int     // packets until then
	first  int64   // when, of a row of cuts
	watch  watch
}

// watch is how the queue of a cut is seen to shrink.
type watch struct{ from, queue int64 }

// control acts on what the feedback showed.
func (c *Controller) control(now int64) {
	switch {
	case c.phase != draining && c.delay.over() && !c.mild(now):
		c.loss.trial = trial{}
		c.cut = cut{before: c.estimate, used: c.uses(now, 6*bucket), room: c.estimate, first: now, heard: c.delay.count}
		c.lessen(now)
	case c.phase == draining:
		c.drain(now)
	case c.phase == steady && !c.probe.waits():
		c.grow(now)
	}
	c.steppedT = now
}

// mild tells that the path carries only a little less than is sent, and little has queued yet: a dip that may be over soon.
func (c *Controller) mild(now int64) bool {
	room, ok := c.delay.served()
	return ok && c.delay.queue < mildQueue && room > mildShare*c.uses(now, 6*bucket)
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
	carried, ok := c.delay.served()
	if !ok {
		carried, ok = c.carried(4 * bucket)
	}
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
	if c.delay.fastest(c.delay.count-c.cut.heard) > regained*c.cut.used { // the path carries what was too much for it
		c.delay.stalls = stalledMost
		c.phase = steady
		c.set(c.cut.before)
		return
	}
	if c.delay.calm() {
		c.phase = steady
		c.loss = losses{judged: c.next, inherent: c.loss.inherent} // what the queue had no room for
		if c.cut.count == 1 && c.newest < c.cut.first {            // nothing that left since has arrived: it went by itself
			c.delay.wobble += float64(c.cut.queue) / 8
			c.set(c.cut.before)
			return
		}
		c.set(c.cut.room * share)
		if now-c.cut.first < dip {
			c.probe.after(now, probeAgain)
		} else {
			c.probe.later(now)
		}
		return
	}
	used := c.uses(now, 6*bucket)
	// What arrives as fast as it was sent says nothing of the room.
	if room, ok := c.delay.served(); ok && (room > unlike*used || used > unlike*room) {
		c.cut.room = room
		c.set(min(c.estimate, room*c.less()))
	}
	if c.othersFill() {
		c.delay.share(c.arrival)
		c.phase = steady
		c.set(c.cut.before)
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
		c.delay.share(c.arrival)
		c.phase = steady
		c.set(max(c.cut.room, c.cut.before/2))
		c.probe.later(now)
	}
}

// othersFill tells that the queue does not shrink though less is sent than the path has carried of ours: others fill it, or the way has
// become longer.
func (c *Controller) othersFill() bool {
	w := &c.cut.watch
	if w.from == 0 && c.newest-c.cut.first > settle/2 { // what has arrived left after the cut
		*w = watch{from: c.newest, queue: c.delay.queue}
	}
	past := c.newest - w.from
	if w.from == 0 || past < watchTime {
		return false
	}
	shrinks := int64((1 - c.uses(c.newest, 6*bucket)/c.cut.room) * float64(past))
	others := shrinks > shrinksLeast && w.queue-c.delay.queue < shrinks/3
	*w = watch{from: c.newest, queue: c.delay.queue}
	return others
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
	c.set(c.blind.before)
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
	if due, ok := c.beatDue(); ok && due < at {
		at = due
	}
	if at < 0 {
		return time.Time{}
	}
	return c.epoch.Add(time.Duration(at) * time.Microsecond)
}
