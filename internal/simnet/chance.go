package simnet

import "noom/internal/simnet/chance"

// Products that are added to something are converted to float64 throughout: Go may then not fuse the two operations, which on some
// processors gives another last digit, and from there another call.

// draws are a flow's: by a packet's number in it and a purpose.
type draws struct{ chance.Flow }

func newDraws(seed, flow uint64) draws { return draws{chance.New(seed, flow)} }

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
func (d draws) draw(number, purpose uint64) float64 { return d.Draw(number*purposes + purpose) }
