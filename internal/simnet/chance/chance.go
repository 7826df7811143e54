// Package chance decides what a bad network does to a packet. It draws numbers that depend on what they are for alone: the seed, a
// flow and the draw's own number. So one more packet elsewhere changes nothing here, whatever else the network does.
package chance

// Flow draws for one flow.
type Flow uint64

// New gives the draws of a flow under a seed.
func New(seed, flow uint64) Flow { return Flow(Mix(seed ^ Mix(flow))) }

// Draw gives a number in [0, 1), the same each time for the same draw.
func (f Flow) Draw(draw uint64) float64 {
	return float64(Mix(uint64(f)^Mix(draw))>>11) / (1 << 53)
}

// Mix is the finalizer of SplitMix64: every bit of the result depends on every bit of x.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Losses are a flow's, one after the other.
type Losses struct{ bad bool } // in a run of them

// Next tells whether the next packet is lost, by a number drawn for it, where a share of all is, 0–1. With runs of more than one on
// average it is the chain of Gilbert and Elliott with nothing lost in the good state and everything in the bad one: the time spent
// there is share of all, and a stay lasts run packets on average.
func (l *Losses) Next(drawn, share, run float64) bool {
	switch {
	case share <= 0:
		l.bad = false
	case run <= 1:
		return drawn < share
	case l.bad:
		l.bad = drawn >= 1/run
	default:
		l.bad = drawn < share/(run*(1-share))
	}
	return l.bad
}
