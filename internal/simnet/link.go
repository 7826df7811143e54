package simnet

import (
	"time"

	"noom/internal/simnet/chance"
)

// Link is one direction of a path. The zero Link delivers everything at once. A datagram meets its parts in this order: loss,
// the queue in front of the rate, delay and jitter, copies.
type Link struct {
	Delay   time.Duration // of every packet
	Jitter  time.Duration // a packet takes up to this much longer or shorter, drawn for each; never less than no time
	Ordered bool          // no packet overtakes another: one that is late holds up those behind it
	Loss    float64       // share of packets that vanish, 0–1
	Burst   float64       // how many packets in a row are lost on average (Gilbert-Elliott); 0 and 1: each for itself
	Late    float64       // share of packets that are held back, so that LateBy of time's others overtake them
	LateBy  time.Duration // 0 is 20 ms
	Copies  float64       // share of packets that arrive twice, 0–1
	Down    bool          // nothing passes

	Rate       int           // bits per second; 0 is unlimited
	Rates      []Step        // the rate as it changes, instead of Rate
	Queue      time.Duration // how long what waits may take to leave at the rate; 0 is 300 ms where QueueBytes is 0 too
	QueueBytes int           // how much may wait
	CoDel      bool          // what has waited too long for too long is dropped (RFC 8289)
}

// path is a link at work, for one flow.
type path struct {
	Link
	call   *Call
	number uint64 // of the flow
	chance draws
	sent   uint64 // datagrams so far
	losses chance.Losses
	last   time.Duration
	queue  *Bottleneck // nil without a rate
	own    bool        // the queue is this path's alone

	// Dropped counts what vanished.
	Dropped uint64
}

// replace puts another link in the place of the one there is. What waits in the queue goes on as the new rate says.
func (p *path) replace(l Link) {
	p.Link = l
	if p.queue != nil && !p.own {
		return
	}
	if p.queue == nil && (l.Rate > 0 || len(l.Rates) > 0) {
		p.queue, p.own = newBottleneck(p.call), true
	}
	if p.queue != nil {
		p.queue.set(l)
	}
}

// carry takes a datagram over the path. The draws depend on the seed, the flow and the packet's number alone.
func (p *path) carry(d *datagram) {
	p.sent++
	d.path, d.number, d.left = p, p.sent, p.call.clock.now
	if r := p.call.replay; r != nil {
		r.carry(d)
		return
	}
	p.call.recorder.sent(d)
	if p.Down || p.loses() {
		p.drop(d)
		return
	}
	if p.queue != nil {
		p.queue.enter(d)
		return
	}
	p.pass(d)
}

// drop ends a datagram's way.
func (p *path) drop(d *datagram) {
	p.Dropped++
	if d.stream != nil {
		d.stream.vanished(d.place)
	}
	p.call.free(d)
}

// loses draws whether the packet is lost.
func (p *path) loses() bool {
	purpose := uint64(forLoss)
	if p.Burst > 1 {
		purpose = forBurst
	}
	return p.losses.Next(p.chance.draw(p.sent, purpose), p.Loss, p.Burst)
}

// pass takes a datagram that has left over the distance.
func (p *path) pass(d *datagram) {
	c := p.call
	delay := p.Delay
	if p.Jitter > 0 {
		delay += time.Duration((2*p.chance.draw(d.number, forJitter) - 1) * float64(p.Jitter))
	}
	if p.Late > 0 && p.chance.draw(d.number, forOrder) < p.Late {
		if delay += p.LateBy; p.LateBy == 0 {
			delay += 20 * time.Millisecond
		}
	}
	arrives := c.clock.now + max(delay, 0)
	if p.Ordered {
		arrives = max(arrives, p.last)
		p.last = arrives
	}
	if p.Copies > 0 && p.chance.draw(d.number, forCopy) < p.Copies {
		second := c.copied(d)
		c.recorder.sent(second)
		c.recorder.arrives(second, arrives+time.Millisecond)
		c.clock.at(arrives+time.Millisecond, second)
	}
	c.recorder.arrives(d, arrives)
	c.clock.at(arrives, d)
}
