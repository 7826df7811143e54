// Package seqmap gives one subscription's packets continuous sequence numbers, whichever sources they come from and
// however many of them are left out on purpose, and remembers enough to answer a NACK. The router owns one Map for each slot.
package seqmap

// Map rewrites sequence numbers. The zero Map begins its output at 1; call Start for another number. A gap in the
// input (loss) stays a gap in the output, so that a late or recovered packet finds its place; a packet dropped on
// purpose leaves none.
type Map struct {
	runs       [remembered]run // a ring; the newest is at head-1
	head       uint32          // runs begun so far
	generation uint32
	waiting    bool  // a generation was begun and nothing of it forwarded yet
	newest     int64 // the highest input number of this generation, forwarded, lost or dropped
	last       int64 // the highest output number
}

// run is a stretch of input numbers whose outputs differ from them by a constant.
type run struct {
	generation uint32
	length     uint32
	input      int64 // the first of the run, extended; output likewise
	output     int64
}

// remembered bounds the memory: a run begins at each switch and after each dropped packet (or row of them). When every
// second frame of 30 is dropped, 64 runs last 4 s, longer than any retransmission is useful.
const remembered = 64

// base keeps extended numbers positive.
const base = 1 << 20

// Start begins the output after the number last. A first number below 2^15 lets SRTP's rollover counter begin
// without doubt (RFC 3711 §3.3.1).
func (m *Map) Start(last uint16) { *m = Map{last: int64(last)} }

// Switch begins a new source generation and gives its number, counting up from 1. The next Forward continues the output,
// and packets of the source older than that one are refused.
func (m *Map) Switch() (generation uint32) {
	m.generation++
	m.waiting = true
	return m.generation
}

// Forward gives the output number for a packet of the present source. ok is false when it has none: it is older than the
// switch or than our memory, or was dropped. The same packet gets the same number again.
func (m *Map) Forward(sequence uint16) (output uint16, ok bool) {
	if m.generation == 0 {
		return 0, false
	}
	if m.waiting {
		m.waiting = false
		m.newest = base + int64(sequence) - 1
		m.begin(m.newest + 1)
	}
	input := m.extend(sequence)
	if input <= m.newest {
		return m.find(input)
	}
	current := m.run(m.head - 1)
	if current.generation != m.generation || current.input+int64(current.length) != m.newest+1 {
		current = m.begin(m.newest + 1)
	}
	m.grow(current, input)
	return uint16(m.last), true
}

// begin opens a run that continues the output from this input on.
func (m *Map) begin(input int64) *run {
	current := &m.runs[m.head%remembered]
	*current = run{generation: m.generation, input: input, output: m.last + 1}
	m.head++
	return current
}

// grow takes the numbers up to input into the run: those between are lost and may still come.
func (m *Map) grow(current *run, input int64) {
	current.length = uint32(input - current.input + 1)
	m.newest, m.last = input, current.output+input-current.input
}

func (m *Map) run(n uint32) *run { return &m.runs[n%remembered] }

// find looks up the output of an input number of this generation.
func (m *Map) find(input int64) (output uint16, ok bool) {
	for n := m.head; n > 0 && m.head-n < remembered; n-- {
		r := m.run(n - 1)
		if r.generation != m.generation {
			break
		}
		if input >= r.input {
			return uint16(r.output + input - r.input), input < r.input+int64(r.length)
		}
	}
	return 0, false
}

// extend gives the extended input number nearest to the newest.
func (m *Map) extend(sequence uint16) int64 {
	return m.newest + int64(int16(sequence-uint16(m.newest)))
}

// Drop says that this packet of the present source is left out on purpose. Packets missing before it keep their places.
// A packet older than the newest has its place already: it stays a gap.
func (m *Map) Drop(sequence uint16) {
	if m.generation == 0 || m.waiting {
		return
	}
	input := m.extend(sequence)
	if input <= m.newest {
		return
	}
	if input > m.newest+1 {
		m.Forward(sequence - 1)
	}
	m.newest = input
}

// Placed gives the output number that a packet of the present source has, without changing anything. ok is false when it has none.
// Of a packet that lies ahead of all so far it says so: Forward would give it the next.
func (m *Map) Placed(sequence uint16) (output uint16, ok, ahead bool) {
	if m.generation == 0 || m.waiting {
		return 0, false, false
	}
	input := m.extend(sequence)
	if input > m.newest {
		return 0, false, true
	}
	output, ok = m.find(input)
	return output, ok, false
}

// Lookup tells which packet of which generation was sent as output.
func (m *Map) Lookup(output uint16) (generation uint32, sequence uint16, ok bool) {
	out := m.last + int64(int16(output-uint16(m.last)))
	for n := m.head; n > 0 && m.head-n < remembered; n-- {
		r := m.run(n - 1)
		if out >= r.output {
			return r.generation, uint16(r.input + out - r.output), out < r.output+int64(r.length)
		}
	}
	return 0, 0, false
}

// Last is the highest output number given so far.
func (m *Map) Last() uint16 { return uint16(m.last) }
