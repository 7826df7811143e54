package bwe

import "math"

const (
	// kept is how many arrivals are remembered. Jitter of ±100 ms takes 30 to see through, and a stall is told by what it lets go at
	// once: a third of a second's.
	kept = 128
	// freshest is how long a time the least delay is of, at least, in µs, and so many times more than its steps wobble, up to
	// freshestMost: a stalled radio gives its packets back within.
	freshest, freshestMost, freshestWobble = 30_000, 100_000, 10
	// fewest and most packets that the least delay is of.
	fewest, most = 5, 40
	// baseSpan and baseSpans: the path is what was least in 20 s, so that a clock that drifts or a longer route is not
	// taken for a queue for good.
	baseSpan, baseSpans = 2_000_000, 10
	// tolerated is a queue that nobody hears or sees, in µs, where there is no jitter.
	tolerated = 20_000
	// gone is what is left of a queue, in µs, when what is asked for now comes to its end.
	gone = 30_000
	// toleratedMost bounds what jitter adds to it.
	toleratedMost = 120_000
	// aloneAfter is how long nothing must queue to show that those are gone who filled the queue, in µs.
	aloneAfter = 3_000_000
	// even is over how long a queue empties evenly, in µs, as radio links gather packets: what arrives in a longer time is no more
	// than the path carries. surge is how many times faster than it left something then arrives for the path not to be too narrow.
	even, surge = 50_000, 1.6
	// servedLeast is how long something must queue to tell what the path carries, in µs.
	servedLeast = 120_000
	// stalledMost is how large an excess may come of stalls, in µs; stalledLess is the part of it that is forgotten in a span.
	stalledMost, stalledLess = 150_000, 16
)

// delays tell a queue from jitter and from bursts. All times are in µs; delays are off by an unknown constant.
type delays struct {
	samples [kept]sample // a ring
	count   int
	origin  int64 // of delays

	least  [baseSpans]int64 // of each span, a ring
	span   int64            // number of the newest
	base   int64            // the least of all
	jitter float64          // how far above the least packets usually are
	wobble float64          // how much the fresh delay differs from one feedback to the next
	again  bool             // the excess before was too much, too
	stalls int64            // what stalls have made of the excess
	others bool             // fill the queue, of which whoever gives way never gets a share
	filled int64            // when there last was one while they did

	fresh  int64 // the least delay of the newest packets
	queue  int64 // fresh above base
	excess int64 // what of it our own sending does not explain
}

// sample is of one packet. Times are modulo 2^32 µs; delays are less the first on the path.
type sample struct {
	arrived       uint32
	delay, excess int32
	size          int32
}

func (d *delays) reset() {
	*d = delays{base: math.MaxInt64}
	for i := range d.least {
		d.least[i] = math.MaxInt64
	}
}

// add takes in one packet: its delay, and what a link at the estimate would have made it wait for those before it.
func (d *delays) add(arrived, delay, explained int64, size int) {
	if d.count == 0 {
		d.origin = delay
	}
	delay = min(max(delay-d.origin, math.MinInt32/2), math.MaxInt32/2)
	d.samples[uint(d.count)%kept] = sample{uint32(arrived), int32(delay), int32(delay - explained), int32(size)}
	d.count++
}

// newest gives one of the newest packets, 0 the last.
func (d *delays) newest(n int) *sample { return &d.samples[uint(d.count-1-n)%kept] }

// turn begins a new span where it is time, and has the path's delay heed a fresh one. Single packets that were lucky say nothing: where
// jitter keeps the order, most wait for one that is late.
func (d *delays) turn(latest, fresh int64) {
	if span := latest / baseSpan; span != d.span {
		d.span = span
		d.stalls -= d.stalls / stalledLess
		d.least[uint64(span)%baseSpans] = math.MaxInt64
	}
	l := &d.least[uint64(d.span)%baseSpans]
	*l = min(*l, fresh)
	d.base = math.MaxInt64
	for _, l := range d.least {
		d.base = min(d.base, l)
	}
}

// update looks at the packets that arrived until now.
func (d *delays) update(latest int64) {
	if d.count == 0 {
		return
	}
	within := int32(min(freshest+freshestWobble*d.wobble, freshestMost))
	n, fresh, excess, sum := 0, int64(math.MaxInt64), int64(math.MaxInt64), 0.0
	for n < min(d.count, kept) {
		s := d.newest(n)
		if n >= d.enough() && int32(uint32(latest)-s.arrived) > within {
			break
		}
		n++
		fresh, excess = min(fresh, int64(s.delay)), min(excess, int64(s.excess))
		sum += float64(s.excess)
	}
	d.turn(latest, fresh)
	d.again = d.excess > d.tolerable()
	step := min(math.Abs(float64(fresh-d.fresh)), toleratedMost)
	d.fresh, d.queue, d.excess = fresh, fresh-d.base, excess-d.base
	if n >= fewest && d.excess < d.tolerable() { // a queue that grows looks like jitter
		d.jitter += (sum/float64(n) - float64(excess) - d.jitter) / 16
	}
	d.wobble += (step - d.wobble) / 32
	if d.excess > d.tolerable() {
		d.filled = latest
	}
	d.others = d.others && latest-d.filled < aloneAfter
}

// enough is how many packets it takes so that the least of them had no jitter to speak of.
func (d *delays) enough() int { return min(fewest+int(d.jitter/2000), most) }

// tolerable is how large an excess may be jitter.
func (d *delays) tolerable() int64 {
	return max(min(tolerated+int64(d.jitter+3*d.wobble), toleratedMost), d.stalls)
}

// over tells that the path carries less than what is sent: for the second time in a row, unless it is much.
func (d *delays) over() bool {
	if d.others || d.count < fewest || d.excess <= d.tolerable()/2 {
		return false
	}
	if d.excess < stalledMost && d.surged() {
		d.stalled()
		return false
	}
	return d.excess > d.tolerable() && (d.again || d.excess > 5*d.tolerable()/4)
}

// stalled has as much as there is now taken for stalls, for a while.
func (d *delays) stalled() { d.stalls = max(d.stalls, min(5*d.excess/3, stalledMost)) }

// surged tells that what is late was held up and let go, as by a radio that stalls: since the delay rose, a row of packets arrived much
// faster than it was sent. What queues for want of room never does.
func (d *delays) surged() bool {
	begin := 0
	for begin+1 < min(d.count, kept) && int64(d.newest(begin+1).excess)-d.base >= d.tolerable()/2 {
		begin++
	}
	for end := begin - 1; end >= 0; end-- {
		last := d.newest(end)
		for begin-1 > end && int32(last.arrived-d.newest(begin-1).arrived) >= even {
			begin--
		}
		first := d.newest(begin)
		arriving := int32(last.arrived - first.arrived)
		if leaving := arriving - (last.delay - first.delay); arriving >= even && float64(leaving) > surge*float64(arriving) {
			return true
		}
	}
	return false
}

// served gives the rate, in bit/s, at which what has queued arrives: the path is never idle as long as a queue stands. ok is false where
// that is too short a time to tell.
func (d *delays) served() (rate float64, ok bool) {
	n, bytes := 1, int32(0)
	for n < min(d.count, kept) && int64(d.newest(n).delay)-d.base >= d.tolerable()/2 {
		bytes += d.newest(n - 1).size
		n++
	}
	took := int32(d.newest(0).arrived - d.newest(n-1).arrived)
	return float64(bytes) * 8e6 / float64(max(took, 1)), took >= servedLeast
}

// fastest gives the highest rate, in bit/s, at which rows of the n newest packets arrived that took long enough.
func (d *delays) fastest(n int) (rate float64) {
	row, begin := int32(0), min(n, d.count, kept)-1
	for end := begin - 1; end >= 0; end-- {
		row += d.newest(end).size
		for begin-1 > end && int32(d.newest(end).arrived-d.newest(begin-1).arrived) >= even {
			begin--
			row -= d.newest(begin).size
		}
		if took := int32(d.newest(end).arrived - d.newest(begin).arrived); took >= even {
			rate = max(rate, float64(row)*8e6/float64(took))
		}
	}
	return rate
}

// calm tells that no queue is left to speak of: less than what was too much.
func (d *delays) calm() bool { return d.queue <= max(2*d.tolerable()/3, gone) }

// share has the queue be that of others, until it is gone.
func (d *delays) share(latest int64) { d.others, d.filled = true, latest }
