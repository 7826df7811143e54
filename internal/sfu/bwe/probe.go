package bwe

import (
	"math"
	"time"
)

const (
	// probeTime is how long a probe lasts, in µs: at twice the path's rate it makes a queue of as much, which nobody hears.
	probeTime = 40_000
	// probeMost is how long it lasts where jitter hides more.
	probeMost = 300_000
	// probeLeast packets show something.
	probeLeast = 12
	// paddingSize is what padding takes on the wire, in bytes: RTP counts padding in one byte (RFC 3550 §5.1).
	paddingSize = 255 + 12 + 8 + 16 + overhead
	// probeStep is how many times the estimate a probe tries; firstStep is that of the first on a path, and jitteryStep that
	// of long ones, whose queue would be heard.
	probeStep, firstStep, jitteryStep = 2, 3, 1.4
	// probeWait is how long after a probe that failed the next one comes, in µs; it doubles up to probeWaitMost. With that a path
	// that is wide again is found in time: ≥ 90 % of its rate within 10 s.
	probeWait, probeWaitMost = 1_000_000, 4_000_000
	// probeAgain is how long after a queue has gone: it may have been a dip.
	probeAgain = 200_000
	// wantedMore is by how much more than what is wanted a probe tries, so that it can be given for sure.
	wantedMore = 1.25
	// lostMost is the share of a probe that may be lost beside what the path loses by itself.
	lostMost = 0.15
	// probeParts are told apart: what the last waits longer than the first is what the path could not carry.
	probeParts = 4
	// flat is how much of its own time a probe may be held up by: less cannot be told from chance.
	flat = 0.1
	// beat is how often something leaves while its arrival is waited for, in µs: less than the floor, and soon enough for nobody to notice.
	beat = 100_000
)

// probe is a short row of packets at a higher rate.
type probe struct {
	sending bool
	awaited bool // it has been sent and its feedback is not complete
	first   bool // on this path
	due     int64
	wait    int64 // before the next, after one that failed
	from    int64 // when it began
	lasts   int64
	rate    float64
	number  int64 // extended, of its first packet, and after its last
	end     int64
	bytes   int
	least   [probeParts]int64 // the least delay of each part of it
	leastNo [probeParts]int64 // extended number of that packet
}

// begin readies the first probe of a path.
func (p *probe) begin() { *p = probe{first: true, wait: probeWait} }

// waits tells that a probe is under way.
func (p *probe) waits() bool { return p.sending || p.awaited }

// soon, later and failed tell when the next probe may be.
func (p *probe) soon(now int64)        { p.due, p.wait = now, probeWait }
func (p *probe) later(now int64)       { p.after(now, probeWait) }
func (p *probe) after(now, wait int64) { p.due, p.wait = now+wait, probeWait }
func (p *probe) failed(now int64) {
	p.due = now + p.wait
	p.wait = min(2*p.wait, probeWaitMost)
}

// abort ends a probe without a result.
func (p *probe) abort(now int64) {
	if p.waits() {
		p.sending, p.awaited = false, false
		p.failed(now)
	}
}

// probeDue is when there is something to do about probes.
func (c *Controller) probeDue() (at int64, ok bool) {
	p := &c.probe
	switch {
	case p.sending:
		// when the rate has room for one more packet of padding
		return min(p.from+int64(float64(p.bytes+paddingSize)*8e6/p.rate), p.from+p.lasts), true
	case p.awaited:
		return p.from + p.lasts + judgedSpan + 2*int64(c.rtt), true
	case !c.heard && c.sentAt > patience.Microseconds(): // nobody listens
	case c.phase == steady && !c.blind.is && c.wanted > c.estimate && c.estimate < Ceiling:
		return max(p.due, c.heardAt), true
	}
	return 0, false
}

// startProbe begins a probe where more is wanted than may be sent, and gives one up whose feedback does not come.
func (c *Controller) startProbe(now int64) {
	p := &c.probe
	if at, ok := c.probeDue(); !ok || at > now || p.sending {
		return
	}
	if p.awaited {
		p.abort(now)
		return
	}
	step, lasts := float64(probeStep), int64(probeTime)
	if c.delay.jitter > probeTime/8 {
		step, lasts = jitteryStep, min(max(probeTime, int64(4*c.delay.jitter)), probeMost)
	} else if p.first {
		step = firstStep
	}
	rate := min(step*c.estimate, max(c.wanted*wantedMore, 1.2*c.estimate), Ceiling)
	lasts = max(lasts, int64(probeLeast*paddingSize*8e6/rate))
	p.sending, p.first = true, false
	p.from, p.lasts, p.rate = now, lasts, rate
	p.number, p.end, p.bytes = c.next, c.next, 0
	for i := range p.least {
		p.least[i] = math.MaxInt64
	}
}

// Padding tells whether one packet of padding should leave now: so that a probe keeps its rate, or that there is an arrival to hear of
// where nothing else leaves.
func (c *Controller) Padding(now time.Time) bool {
	p := &c.probe
	if !p.sending {
		due, ok := c.beatDue()
		if at := c.micros(now); ok && due <= at {
			c.beaten = at
			return true
		}
		return false
	}
	past := c.micros(now) - p.from
	if past >= p.lasts {
		p.sending, p.awaited = false, true
		return false
	}
	return float64(p.bytes+paddingSize)*8e6 <= p.rate*float64(past)
}

// beatDue is when something has to leave so that what is waited for can be heard of: that a queue has gone, that the way is whole again, or
// that nothing more of a probe is to come. Where all pictures rest and nobody speaks, nothing else does.
func (c *Controller) beatDue() (at int64, ok bool) {
	waits := c.heard && (c.phase == draining || c.blind.is || c.probe.awaited)
	return max(c.sentAt, c.beaten) + beat, waits
}

// sent counts whatever leaves while a probe is under way.
func (p *probe) sent(number int64, size int) {
	p.end = number + 1
	p.bytes += size
}

// arrived takes in a packet of a probe.
func (p *probe) arrived(number, left, delay int64) {
	if !p.waits() || number < p.number {
		return
	}
	i := min(max(probeParts*(left-p.from)/p.lasts, 0), probeParts-1)
	if delay < p.least[i] {
		p.least[i], p.leastNo[i] = delay, number
	}
}

// judgeProbe reads the result once nothing more of it is to come.
func (c *Controller) judgeProbe(now int64) {
	p := &c.probe
	if !p.awaited || c.newest <= p.from+p.lasts+2*min(int64(c.delay.jitter), toleratedMost) {
		return
	}
	p.awaited = false
	rate, said := c.probed()
	if rate > c.estimate {
		c.set(rate)
	}
	switch said {
	case passed:
		p.due, p.wait = now, probeWait // on with the next, if more is wanted
	case stuck:
		p.failed(now)
	default:
		p.due = now
	}
}

// verdict is what a probe has shown.
type verdict uint8

const (
	unheard verdict = iota // its feedback was lost
	passed                 // all of it came through
	stuck
)

// probed gives the rate that the probe has shown the path to carry.
func (c *Controller) probed() (rate float64, said verdict) {
	p := &c.probe
	if lost, reported := c.count(p.number, p.end); float64(lost) > 1+(c.loss.inherent+lostMost)*float64(reported) {
		return 0, stuck
	}
	first, last := 0, probeParts-1
	for first < last && p.least[first] == math.MaxInt64 {
		first++
	}
	for last > first && p.least[last] == math.MaxInt64 {
		last--
	}
	if last-first < probeParts/2 {
		return 0, unheard
	}
	bytes, from, to := 0, p.leastNo[first], p.leastNo[last]
	for n := from; n < to; n++ {
		bytes += int(c.at(n).bits & sizeBits)
	}
	took := max(c.left(c.at(to))-c.left(c.at(from)), 1)
	tried := min(float64(bytes)*8e6/float64(took), 1.5*p.rate)
	grown := max(0, float64(p.least[last]-p.least[first])/float64(took))
	said = passed
	if grown > flat {
		said = stuck
	}
	return tried / (1 + grown) * share, said
}

// count tells how many packets of a range feedback has told of, and how many of them were lost.
func (c *Controller) count(from, to int64) (lost, reported int) {
	for n := from; n < to; n++ {
		if p := c.at(n); p.reported() {
			reported++
			if p.bits&isMissing != 0 {
				lost++
			}
		}
	}
	return lost, reported
}
