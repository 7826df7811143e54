// Package nack decides which lost packets of an incoming stream to ask for again, and when (RFC 4585 §6.2.1). The router
// owns one Generator for each layer it receives.
//
// A packet must be counted here only if it is also acknowledged in transport-wide feedback and the other way round:
// browsers forget packets that feedback acknowledged and then ignore NACKs for them. So: decrypt, then record in twcc,
// then call Received, and drop nothing in between.
package nack

import "time"

// Generator watches the sequence numbers of one stream.
type Generator struct{}

// New gives a generator for a stream of which nothing was received yet.
func New() *Generator { panic("not written") }

// Received notes a packet, original or recovered by RTX. burst says that more packets are missing than are worth asking
// for: the list is cleared and the caller asks for a keyframe instead (audio: nothing).
func (g *Generator) Received(now time.Time, sequence uint16) (burst bool) { panic("not written") }

// Due appends to dst, in rising order, the sequence numbers to ask for now, and counts a try of each. rtt is the sender's
// round trip, 0 when unknown. gaveUp says that some packet was not recovered in all its tries: the caller asks for a
// keyframe where one helps.
func (g *Generator) Due(now time.Time, rtt time.Duration, dst []uint16) (lost []uint16, gaveUp bool) {
	panic("not written")
}

// Deadline tells when Due has something to do next; ok is false when nothing is missing.
func (g *Generator) Deadline() (at time.Time, ok bool) { panic("not written") }

// Missing tells how many packets are being waited for.
func (g *Generator) Missing() int { panic("not written") }

// Forget stops asking for everything missing, as after a keyframe.
func (g *Generator) Forget() { panic("not written") }
