package simnet

import "time"

const (
	rivalSize = 1500 // bytes of a segment
	// rivalPatience is after how long without an acknowledgement TCP begins anew (RFC 6298 §2.4).
	rivalPatience = time.Second
)

// Rival is a TCP-like flow through a bottleneck: one more segment in flight for each round trip, half as many after a loss
// (RFC 5681). It is there to be fair to, not to be an exact TCP.
type Rival struct {
	call   *Call
	over   *Bottleneck
	number uint64
	rtt    time.Duration // besides the queue
	left   int           // segments still to send; below 0: without end
	pauses func() (time.Duration, int)

	window   float64 // segments
	slow     float64 // up to this window it doubles in a round trip
	flying   int
	reduced  time.Duration // when the window was halved last: once in a round trip
	progress time.Duration // when something was acknowledged last
	stopped  bool

	// Delivered counts the bytes that arrived.
	Delivered int
}

// Flow is the flow's number in a bottleneck's log.
func (r *Rival) Flow() uint64 { return r.number }

// AddRival starts a flow without end over a bottleneck whose way there and back takes rtt without waiting.
func (c *Call) AddRival(over *Bottleneck, rtt time.Duration) *Rival {
	r := c.newRival(over, rtt)
	r.left = -1
	r.begin()
	return r
}

// AddVisitor starts a flow that comes and goes: next gives after how long it sends again, and how many bytes.
func (c *Call) AddVisitor(over *Bottleneck, rtt time.Duration, next func() (pause time.Duration, bytes int)) *Rival {
	r := c.newRival(over, rtt)
	r.pauses = next
	r.rest()
	return r
}

func (c *Call) newRival(over *Bottleneck, rtt time.Duration) *Rival {
	c.flows++
	return &Rival{call: c, over: over, rtt: rtt, number: rivalFlows + c.flows}
}

// Stop ends the flow.
func (r *Rival) Stop() { r.stopped = true }

// begin starts with a new window (RFC 6928).
func (r *Rival) begin() {
	r.window, r.slow, r.progress = 10, 1<<20, r.call.clock.now
	r.fill()
	r.watch()
}

func (r *Rival) rest() {
	if r.stopped || r.pauses == nil {
		return
	}
	pause, bytes := r.pauses()
	r.call.clock.after(pause, func() {
		r.left = (bytes + rivalSize - 1) / rivalSize
		r.begin()
	})
}

// fill sends what the window allows.
func (r *Rival) fill() {
	for !r.stopped && r.left != 0 && r.flying < int(r.window) {
		r.flying++
		if r.left > 0 {
			r.left--
		}
		d := r.call.datagram(rivalSize)
		d.rival, d.left = r, r.call.clock.now
		r.over.enter(d)
	}
}

// delivered: a segment is through; its acknowledgement takes a round trip in all.
func (r *Rival) delivered() {
	r.call.clock.in(r.rtt, (*acknowledged)(r))
}

// acknowledged is a flow that hears that a segment arrived.
type acknowledged Rival

func (a *acknowledged) happen() {
	r := (*Rival)(a)
	r.flying--
	r.Delivered += rivalSize
	r.progress = r.call.clock.now
	if r.window < r.slow {
		r.window++
	} else {
		r.window += 1 / r.window
	}
	if r.left == 0 && r.flying == 0 {
		r.rest()
		return
	}
	r.fill()
}

// lost: a segment was dropped; the acknowledgements of those behind it tell after a round trip.
func (r *Rival) lost(sent time.Duration) {
	r.call.clock.after(r.rtt, func() {
		r.flying--
		if r.left >= 0 {
			r.left++
		}
		if sent > r.reduced {
			r.reduced = r.call.clock.now
			r.window = max(r.window/2, 2)
			r.slow = r.window
		}
		r.fill()
	})
}

// watch begins anew when nothing is acknowledged any more.
func (r *Rival) watch() {
	r.call.clock.after(rivalPatience, func() {
		if r.stopped || r.left == 0 && r.flying == 0 {
			return
		}
		if r.call.clock.now-r.progress >= rivalPatience {
			r.slow, r.window, r.progress = max(r.window/2, 2), 1, r.call.clock.now
			r.fill()
		}
		r.watch()
	})
}
