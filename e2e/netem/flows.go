//go:build linux

package main

import "noom/internal/simnet/chance"

// mostFlows is how many are told apart. A call has a handful; what comes then shares the last one.
const mostFlows = 1024

// flow is packets of one direction between the same two ports.
type flow struct {
	chance draws
	sent   uint64
	losses chance.Losses
}

// flowKey tells flows apart.
type flowKey struct {
	protocol byte
	from, to [4]byte
	ports    [4]byte
}

// flows numbers them as they come, each protocol for itself: a browser's ports differ from run to run, and the first of UDP is
// the first of UDP.
type flows struct {
	seed  uint64
	known map[flowKey]*flow
	count [256]uint64 // by protocol
}

func newFlows(seed uint64) *flows { return &flows{seed: seed, known: make(map[flowKey]*flow)} }

func (f *flows) of(p packet) *flow {
	key := flowKey{protocol: p.protocol(), from: p.source(), to: p.destination()}
	copy(key.ports[:], p.ports())
	if one := f.known[key]; one != nil {
		return one
	}
	if len(f.known) >= mostFlows {
		key = flowKey{}
		if rest := f.known[key]; rest != nil {
			return rest
		}
	}
	one := &flow{chance: draws{chance.New(f.seed, uint64(p.protocol())<<32|f.count[p.protocol()])}}
	f.count[p.protocol()]++
	f.known[key] = one
	return one
}

// loses draws whether the flow's next packet is lost.
func (f *flow) loses(loss, burst float64) bool {
	return f.losses.Next(f.chance.draw(f.sent, forLoss), loss, burst)
}
