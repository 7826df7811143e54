package bwe

import "math"

const (
	// kept is how many arrivals the filter looks at. Jitter of ±100 ms takes 30 to see through.
	kept = 48
	// freshest is how long a time the least delay is of, at least, in µs: a stalled radio gives its packets back within.
	freshest = 100_000
	// fewest and most packets that the least delay is of.
	fewest, most = 5, 40
	// baseSpan and baseSpans: the path is what was least in 20 s, so that a clock that drifts or a longer route is not
	// taken for a queue for good.
	baseSpan, baseSpans = 2_000_000, 10
	// tolerated is a queue that nobody hears or sees, in µs, where there is no jitter.
	tolerated = 20_000
	// toleratedMost bounds what jitter adds to it.
	toleratedMost = 120_000
	// shared is what is tolerated beside, in µs, where others fill the queue, which whoever gives way never gets a share of;
	// it ends within 20 s.
	shared, sharedLess = 100_000, 10_000
)

// delays tell a queue from jitter and from bursts. All times are in µs; delays are off by an unknown constant.
type delays struct {
	samples [kept]sample // a ring
	count   int

	least  [baseSpans]int64 // of each span, a ring
	span   int64            // number of the newest
	base   int64            // the least of all
	jitter float64          // how far above the least packets usually are
	wobble float64          // how much the fresh delay differs from one feedback to the next
	again  bool             // the excess before was too much, too
	shared int64            // tolerated for the sake of others

	fresh  int64 // the least delay of the newest packets
	queue  int64 // fresh above base
	excess int64 // what of it our own sending does not explain
}

type sample struct{ arrived, delay, excess int64 }

func (d *delays) reset() {
	*d = delays{base: math.MaxInt64}
	for i := range d.least {
		d.least[i] = math.MaxInt64
	}
}

// add takes in one packet: its delay, and the same less what a link at the estimate would have made it wait for those before it.
func (d *delays) add(arrived, delay, excess int64) {
	d.samples[uint(d.count)%kept] = sample{arrived, delay, excess}
	d.count++
}

// turn begins a new span where it is time, and has the path's delay heed a fresh one. Single packets that were lucky say nothing: where
// jitter keeps the order, most wait for one that is late.
func (d *delays) turn(latest, fresh int64) {
	if span := latest / baseSpan; span != d.span {
		d.span = span
		d.shared = max(0, d.shared-sharedLess)
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
	n, fresh, excess, sum := 0, int64(math.MaxInt64), int64(math.MaxInt64), 0.0
	for n < min(d.count, kept) {
		s := d.samples[(d.count-1-n)%kept]
		if n >= d.enough() && latest-s.arrived > freshest {
			break
		}
		n++
		fresh, excess = min(fresh, s.delay), min(excess, s.excess)
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
}

// enough is how many packets it takes so that the least of them had no jitter to speak of.
func (d *delays) enough() int { return min(fewest+int(d.jitter/2000), most) }

// tolerable is how large an excess may be jitter.
func (d *delays) tolerable() int64 {
	return min(tolerated+int64(d.jitter+3*d.wobble), toleratedMost) + d.shared
}

// over tells that the path carries less than what is sent: for the second time in a row, unless it is much.
func (d *delays) over() bool {
	return d.count >= fewest && d.excess > d.tolerable() && (d.again || d.excess > 3*d.tolerable()/2)
}

// calm tells that no queue is left.
func (d *delays) calm() bool { return d.queue <= d.tolerable() }

// accept takes the present delay for the path's: others make it.
func (d *delays) accept() {
	for i := range d.least {
		d.least[i] = math.MaxInt64
	}
	d.least[uint64(d.span)%baseSpans] = d.fresh
	d.base = d.fresh
	d.queue, d.excess, d.shared = 0, 0, shared
}
