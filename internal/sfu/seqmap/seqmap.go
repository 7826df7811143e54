// Package seqmap gives one subscription's packets continuous sequence numbers, whichever sources they come from and
// however many of them are left out on purpose, and remembers enough to answer a NACK. The router owns one Map for each slot.
package seqmap

// Map rewrites sequence numbers. The zero Map is not ready: call Start. A gap in the input (loss) stays a gap in the
// output, so that a late or recovered packet finds its place; a packet dropped on purpose leaves none.
type Map struct{}

// Start begins the output after the number last. A first number below 2^15 lets SRTP's rollover counter begin
// without doubt (RFC 3711 §3.3.1).
func (m *Map) Start(last uint16) { panic("not written") }

// Switch begins a new source generation and gives its number, counting up from 1. The next Forward continues the output,
// and packets of the source older than that one are refused.
func (m *Map) Switch() (generation uint32) { panic("not written") }

// Forward gives the output number for a packet of the present source. ok is false when it has none: it is older than the
// switch or than our memory, or was dropped.
func (m *Map) Forward(sequence uint16) (output uint16, ok bool) { panic("not written") }

// Drop says that this packet of the present source is left out on purpose.
func (m *Map) Drop(sequence uint16) { panic("not written") }

// Lookup tells which packet of which generation was sent as output.
func (m *Map) Lookup(output uint16) (generation uint32, sequence uint16, ok bool) {
	panic("not written")
}

// Last is the highest output number given so far.
func (m *Map) Last() uint16 { panic("not written") }
