package simnet

import (
	"container/heap"
	"time"
)

// epoch is when virtual time begins. Any fixed time does; this one has no round NTP seconds.
var epoch = time.Date(2026, time.March, 1, 12, 0, 0, 123_456_789, time.UTC)

// clock runs events in the order of their times, and events of one time in the order they were set.
type clock struct {
	now    time.Time
	events events
	set    uint64
}

type event struct {
	at  time.Time
	set uint64
	do  func()
}

// at sets an event; one in the past happens now.
func (c *clock) at(t time.Time, do func()) {
	if t.Before(c.now) {
		t = c.now
	}
	c.set++
	heap.Push(&c.events, event{at: t, set: c.set, do: do})
}

// after sets an event d from now.
func (c *clock) after(d time.Duration, do func()) { c.at(c.now.Add(d), do) }

// due is when the next event happens; the zero time when there is none.
func (c *clock) due() time.Time {
	if len(c.events) == 0 {
		return time.Time{}
	}
	return c.events[0].at
}

// step runs the next event.
func (c *clock) step() {
	e := heap.Pop(&c.events).(event)
	c.now = e.at
	e.do()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at.Before(e[j].at) || e[i].at.Equal(e[j].at) && e[i].set < e[j].set
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = event{}
	*e = (*e)[:last]
	return x
}
