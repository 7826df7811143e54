package simnet

// Products that are added to something are converted to float64 throughout: Go may then not fuse the two operations, which on some
// processors gives another last digit, and from there another call.

// chance draws numbers that depend on what they are for alone: the seed, a flow, the packet's number in it and a purpose. So one
// more packet elsewhere changes nothing here, whatever else is different in the call.
type chance struct{ state uint64 }

func newChance(seed, flow uint64) chance { return chance{mix(seed ^ mix(flow))} }

// What is drawn for a packet.
const (
	forLoss = iota
	forJitter
	forCopy
	forBurst
	forOrder
	forSize
	purposes = 8
)

// draw gives a number in [0, 1).
func (c chance) draw(number uint64, purpose uint64) float64 {
	return float64(mix(c.state^mix(number*purposes+purpose))>>11) / (1 << 53)
}

// mix is the finalizer of SplitMix64: every bit of the result depends on every bit of x.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
