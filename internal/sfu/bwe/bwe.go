// Package bwe estimates how much may be sent to one peer, from its transport-wide feedback. It has no clock and sends nothing:
// the router, which owns one Controller for each peer that gives such feedback, tells it each packet that leaves and each feedback
// that comes, and sends the padding that it asks for.
//
// What it goes by, in this order:
//
//   - Delay. Of what each packet was under way, the least ever seen is the path, and what our own sending explains at the present
//     estimate is a burst, such as a keyframe. What remains, taken as the least of several packets so that jitter does not count,
//     is a queue because the path carries less than estimated (delay.go).
//   - Loss. It may come from too much being sent, or be the path's own. A trial tells: less is sent, and where as much is lost as
//     before, the loss is the path's, and the estimate comes back (loss.go).
//   - Probes. A server sends what layers there are, seldom as much as it may. An estimate that grew or fell by that would be
//     worthless, so that it grows by short rows of packets, filled up with padding, and only where more is wanted (probe.go).
package bwe

import (
	"time"

	"noom/internal/sfu/twcc"
)

// Rates in bit/s.
const (
	// Start is what a new path is taken for until the first probe has told: a large picture of one, small ones of several.
	Start = 1_000_000
	// Floor is a voice with its headers. Less is not estimated: there would be nothing left to take away.
	Floor = 50_000
	// Ceiling is more than 50 tiles take.
	Ceiling = 50_000_000
)

const (
	// window is how many packets are remembered at most: two seconds at 1 000 packets/s, more than feedback is ever late. Memory for
	// them comes as they are under way: windowFirst is a second of a voice and some pictures.
	window, windowFirst = 2048, 256
	// overhead is what IP and UDP add to each packet, in bytes: on slow links it is a tenth of the traffic.
	overhead = 28
)

// What feedback may tell of is bounded by what was sent, since it costs time to take in, and a few bytes can claim thousands of packets.
const (
	// toldAgain is how often each packet may be told of. Where one comes after it was told missing, all since are told of again: with
	// ±100 ms of jitter and feedback each 50 ms four or five times.
	toldAgain = 8
	// toldEach is what feedback counts for beside its packets.
	toldEach = 4
	// toldMost is what may be saved up: more than the longest feedback tells of. It takes less than 0.2 ms.
	toldMost = 4 * window
)

// patience is how long feedback may take to come for the first time.
const patience = 2 * time.Second

// Controller estimates for one peer. The zero Controller is ready; memory comes with the first Sent.
type Controller struct {
	epoch    time.Time
	packets  []packet // a ring, by extended number
	next     int64    // extended number of the next packet
	heard    bool     // feedback has come
	sentAt   int64    // the newest packet, in µs since the epoch
	heardAt  int64    // the newest feedback
	beaten   int64    // when padding was last asked for only to hear of it
	credit   int      // how many packets feedback may tell of
	steppedT int64    // when the estimate last grew
	estimate float64
	wanted   float64
	phase    phase
	rtt      float64 // in µs, the feedback's own delay included

	turn      time.Time // of the newest packet, and the same in µs since the epoch
	leaves    int64
	sending   *int32  // where the meter counts it
	backlog   float32 // what of what was sent a link at the estimate would still have to carry, in queueUnits
	perByte   float32 // queueUnits that it takes for a byte
	sent      meter   // by when it left
	acked     meter   // by when it arrived, on the receiver's clock
	told      int64   // extended number of the first packet that no feedback has told of
	reference uint32  // of the newest feedback, and the same without wraps in µs
	remote    int64
	newest    int64 // of what is known to have arrived: when it left
	arrival   int64 // the latest arrival

	delay delays
	loss  losses
	probe probe
	cut   cut
	blind blindness
}

// phase is what the controller is about.
type phase uint8

const (
	steady   phase = iota
	draining       // less is sent until the queue is gone
	trying         // less is sent to see what of the loss remains
)

// packet is what is remembered of one that was sent. It is 8 bytes, for there are thousands of them.
type packet struct {
	at     uint32 // µs since the epoch, modulo 2^32
	queued uint16 // the backlog in units of queueUnit when it left
	bits   uint16 // size, and what became of it
}

const (
	queueUnit = 100 // µs; 6.5 s fit
	// ahead is how much may be under way beyond what the path has carried off, in queueUnits: feedback and timers are no more exact.
	ahead = 50

	sizeBits  = 1<<11 - 1 // MTU fits
	isAcked   = 1 << 11
	isMissing = 1 << 12 // feedback has said so, which may change
	isProbe   = 1 << 13
	// isAssumed: the feedback that would have told was lost.
	isAssumed = isAcked | isMissing
)

// reported tells whether feedback has said what became of the packet.
func (p *packet) reported() bool { return p.bits&isAssumed != 0 && p.bits&isAssumed != isAssumed }

// Next is the transport-wide number of the packet that is sent next.
func (c *Controller) Next() uint16 { return uint16(c.next) }

// Sent notes that a packet of so many bytes of UDP payload leaves now, under the number that Next gave.
func (c *Controller) Sent(now time.Time, size int) {
	if c.packets == nil {
		c.begin(now)
	}
	if now != c.turn { // what a turn brings for a peer leaves together
		c.pass(now)
	}
	size += overhead
	bits := uint16(size)
	if c.probe.sending {
		bits |= isProbe
		c.probe.sent(c.next, size)
	}
	if c.next-c.told >= int64(len(c.packets)) && c.heard && len(c.packets) < window {
		c.widen()
	}
	*c.at(c.next) = packet{at: uint32(c.leaves), queued: uint16(min(c.backlog, 1<<16-1)), bits: bits}
	c.backlog += float32(size) * c.perByte
	c.credit = min(c.credit+toldAgain, toldMost)
	*c.sending += int32(size)
	c.next++
}

// pass lets time go on to when a packet leaves. A turn that took long may end after the next has begun.
func (c *Controller) pass(now time.Time) {
	c.turn, c.leaves = now, c.micros(now)
	if past := c.leaves - c.sentAt; past > 0 {
		c.sentAt = c.leaves
		c.backlog = max(0, c.backlog-float32(past)/queueUnit)
	}
	c.sending = c.sent.at(c.leaves)
}

// Wait is how long the path is taken up with what was sent so far, as far as the estimate tells, or a probe sets the pace: what
// can wait should, and 0 says that it may leave.
func (c *Controller) Wait(now time.Time) time.Duration {
	if c.packets == nil {
		return 0
	}
	if now != c.turn {
		c.pass(now)
	}
	if p := &c.probe; p.sending {
		return time.Duration(int64(float64(p.bytes)*8e6/p.rate)-(c.leaves-p.from)) * time.Microsecond
	}
	return time.Duration(c.backlog-ahead) * queueUnit * time.Microsecond
}

func (c *Controller) begin(now time.Time) {
	c.packets = make([]packet, windowFirst)
	c.epoch, c.turn = now, now
	c.sending = c.sent.at(0)
	c.heardAt = c.micros(now)
	c.set(Start)
	c.delay.reset()
	c.probe.begin()
}

// at is the place of a packet.
func (c *Controller) at(number int64) *packet { return &c.packets[number&int64(len(c.packets)-1)] }

// widen doubles the memory for packets that are under way.
func (c *Controller) widen() {
	old := c.packets
	c.packets = make([]packet, 2*len(old))
	for n := max(0, c.next-int64(len(old))); n < c.next; n++ {
		*c.at(n) = old[n&int64(len(old)-1)]
	}
}

func (c *Controller) micros(t time.Time) int64 { return int64(t.Sub(c.epoch) / time.Microsecond) }

// set changes the estimate.
func (c *Controller) set(rate float64) {
	c.estimate = min(max(rate, Floor), Ceiling)
	c.perByte = float32(8e6 / queueUnit / c.estimate)
}

// Known tells whether the peer gives feedback: without, the estimate means nothing.
func (c *Controller) Known() bool { return c.heard }

// Estimate is how much may be sent, in bit/s with IP and UDP headers.
func (c *Controller) Estimate() int {
	if c.packets == nil {
		return Start
	}
	return int(c.estimate)
}

// Limit is the estimate where it is to be kept: ok is false when the peer has told nothing though it had the time.
func (c *Controller) Limit(now time.Time) (rate int, ok bool) {
	return c.Estimate(), c.heard || c.packets == nil || now.Sub(c.epoch) < patience
}

// Queue is how long what is sent now waits on its way, as far as that is known.
func (c *Controller) Queue() time.Duration { return time.Duration(c.delay.queue) * time.Microsecond }

// Loss is the share of packets that were lost lately, 0–1.
func (c *Controller) Loss() float64 { return c.loss.recent }

// Overused tells that less must be sent at once: a queue stands.
func (c *Controller) Overused() bool { return c.phase == draining }

// Trying tells that less is sent for a moment, to see what comes of it: the estimate says nothing of the path meanwhile.
func (c *Controller) Trying() bool { return c.phase == trying }

// Want says how much would be sent if it could, in bit/s. The estimate is not made to grow beyond.
func (c *Controller) Want(rate int) { c.wanted = float64(rate) }

// Moved tells that the path is another one: what was known of the old one's delays and room says nothing about it.
func (c *Controller) Moved() {
	if c.packets == nil {
		return
	}
	if c.blind.is { // that the old one broke says nothing of either
		c.estimate = c.blind.before
	}
	c.set(min(c.estimate, Start))
	c.blind = blindness{}
	c.heardAt = c.sentAt // it has had no time to be silent
	c.delay.reset()
	c.loss = losses{judged: c.next}
	c.phase = steady
	c.probe.begin()
}

// Feedback takes in what the peer says has arrived. It refuses what tells of much more than was sent.
func (c *Controller) Feedback(now time.Time, f *twcc.Feedback) (ok bool) {
	cost := f.Count() + toldEach
	if cost > c.credit {
		return false
	}
	c.credit -= cost
	c.unwrap(f.Reference)
	some := false
	for number, at := range f.Packets {
		back := int64(uint16(c.next) - number)
		if back == 0 || back > min(int64(len(c.packets)), c.next) {
			continue
		}
		some = true
		c.hear(c.next-back, at)
	}
	if !some {
		return true
	}
	at := c.micros(now)
	c.heard, c.heardAt = true, at
	c.measureRTT(at)
	c.delay.update(c.arrival)
	c.recover(at)
	c.judgeProbe(at)
	c.judgeLoss(at)
	c.control(at)
	return true
}

// unwrap extends the reference time, 24 bits that turn over every 12 days.
func (c *Controller) unwrap(reference uint32) {
	if c.heard {
		c.remote += int64(int32((reference-c.reference)<<8)>>8) * int64(twcc.ReferenceUnit/time.Microsecond)
	}
	c.reference = reference
}

// hear takes in what became of one packet. A packet that was missing may arrive yet; one that arrived has.
func (c *Controller) hear(number int64, at time.Duration) {
	p := c.at(number)
	if p.bits&isAcked != 0 {
		return
	}
	if at == twcc.Missing {
		p.bits |= isMissing
		if number == c.told {
			c.told++
		}
		return
	}
	p.bits = p.bits&^isMissing | isAcked
	left := c.left(p)
	arrived := c.remote + int64(at/time.Microsecond)
	size := int(p.bits & sizeBits)
	d := arrived - left
	c.delay.add(arrived, d, int64(p.queued)*queueUnit, size+c.assume(number, d))
	c.acked.add(arrived, size)
	c.arrival = max(c.arrival, arrived)
	c.newest = max(c.newest, left)
	if p.bits&isProbe != 0 {
		c.probe.arrived(number, left, d)
	}
}

// assume takes those packets before one that arrived for arrived, of which nothing was told: the feedback was lost, and they say
// no less of what the path carries. It gives their bytes.
func (c *Controller) assume(number, delay int64) (bytes int) {
	for n := max(c.told, c.next-int64(len(c.packets))); n < number; n++ {
		p := c.at(n)
		if p.bits&isAssumed == 0 {
			p.bits |= isAssumed
			c.acked.add(c.left(p)+delay, int(p.bits&sizeBits))
			bytes += int(p.bits & sizeBits)
		}
	}
	c.told = max(c.told, number+1)
	return bytes
}

// left is when a packet was sent, in µs.
func (c *Controller) left(p *packet) int64 { return c.sentAt - int64(uint32(c.sentAt)-p.at) }

func (c *Controller) measureRTT(now int64) {
	rtt := float64(now - c.newest)
	if c.rtt == 0 {
		c.rtt = rtt
	}
	c.rtt += (rtt - c.rtt) / 8
}
