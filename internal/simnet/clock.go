package simnet

import "time"

// epoch is when virtual time begins. Any fixed time does; this one has no round NTP seconds.
var epoch = time.Date(2026, time.March, 1, 12, 0, 0, 123_456_789, time.UTC)

// clock runs events in the order of their times, and events of one time in the order they were set. Times within a call
// are durations since the epoch: they are compared millions of times.
type clock struct {
	now    time.Duration
	events []event // a heap
	set    uint64
}

// event is something to happen. It is a method of something that lives on, or a function where that is rare.
type event struct {
	at  time.Duration
	set uint64
	do  happening
}

// happening is what an event does.
type happening interface{ happen() }

// function is a happening for what comes a few times a second.
type function func()

func (f function) happen() { f() }

// time is now as the router is told it.
func (c *clock) time() time.Time { return epoch.Add(c.now) }

// at sets an event; one in the past happens now.
func (c *clock) at(t time.Duration, do happening) {
	if t < c.now {
		t = c.now
	}
	c.set++
	c.events = append(c.events, event{})
	c.rise(len(c.events)-1, event{at: t, set: c.set, do: do})
}

// in sets an event d from now.
func (c *clock) in(d time.Duration, do happening) { c.at(c.now+d, do) }

// after is in for a function.
func (c *clock) after(d time.Duration, do func()) { c.at(c.now+d, function(do)) }

// due is when the next event happens; ok is false when there is none.
func (c *clock) due() (at time.Duration, ok bool) {
	if len(c.events) == 0 {
		return 0, false
	}
	return c.events[0].at, true
}

// step runs the next event.
func (c *clock) step() {
	e := c.events[0]
	last := len(c.events) - 1
	moved := c.events[last]
	c.events[last] = event{}
	c.events = c.events[:last]
	if last > 0 {
		c.sink(moved)
	}
	c.now = e.at
	e.do.happen()
}

func (e *event) before(other *event) bool {
	return e.at < other.at || e.at == other.at && e.set < other.set
}

// rise puts an event into the hole i of the heap, or above.
func (c *clock) rise(i int, e event) {
	for i > 0 {
		parent := (i - 1) / 2
		if !e.before(&c.events[parent]) {
			break
		}
		c.events[i] = c.events[parent]
		i = parent
	}
	c.events[i] = e
}

// sink puts an event into the hole at the heap's top, or below.
func (c *clock) sink(e event) {
	i := 0
	for {
		child := 2*i + 1
		if child >= len(c.events) {
			break
		}
		if child+1 < len(c.events) && c.events[child+1].before(&c.events[child]) {
			child++
		}
		if !c.events[child].before(&e) {
			break
		}
		c.events[i] = c.events[child]
		i = child
	}
	c.events[i] = e
}
