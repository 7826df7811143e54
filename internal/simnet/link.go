package simnet

import "time"

// Link is one direction of a path. The zero Link delivers everything at once.
type Link struct {
	Delay  time.Duration // of every packet
	Jitter time.Duration // up to this much more, drawn for each packet; packets may overtake one another
	Loss   float64       // share of packets that vanish, 0–1
	Copies float64       // share of packets that arrive twice, 0–1
	Rate   int           // bits per second; 0 is unlimited
	Queue  time.Duration // how long a packet may wait for its turn at Rate before it is dropped; 0 is 300 ms
	Down   bool          // nothing passes
}

// path is a link at work.
type path struct {
	Link
	flow  uint64    // tells the paths of a call apart in the draws
	sent  uint64    // packets so far
	clear time.Time // when the last packet has left, at Rate
}

// arrivals gives the times at which a packet of size bytes sent now arrives: none when it is lost. The draws
// depend on the seed, the flow and the packet's number alone, so that one more packet elsewhere changes nothing here.
func (p *path) arrivals(seed uint64, now time.Time, size int) (times [2]time.Time, n int) {
	p.sent++
	if p.Down || p.draw(seed, 0) < p.Loss {
		return times, 0
	}
	leaves := now
	if p.Rate > 0 {
		if p.clear.Before(now) {
			p.clear = now
		}
		queue := p.Queue
		if queue == 0 {
			queue = 300 * time.Millisecond
		}
		if p.clear.Sub(now) > queue {
			return times, 0
		}
		p.clear = p.clear.Add(time.Duration(float64(size*8) / float64(p.Rate) * float64(time.Second)))
		leaves = p.clear
	}
	times[0] = leaves.Add(p.Delay + time.Duration(p.draw(seed, 1)*float64(p.Jitter)))
	n = 1
	if p.draw(seed, 2) < p.Copies {
		times[1] = times[0].Add(time.Millisecond)
		n = 2
	}
	return times, n
}

// draw gives a number in [0, 1) for this packet and purpose.
func (p *path) draw(seed uint64, purpose uint64) float64 {
	return float64(mix(seed^mix(p.flow)^mix(p.sent<<2|purpose))>>11) / (1 << 53)
}

// mix is the finalizer of SplitMix64: every bit of the result depends on every bit of x.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
