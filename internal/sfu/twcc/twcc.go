// Package twcc writes and reads transport-wide congestion control feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). The router owns one Recorder for each peer that sends, and parses
// what peers that receive write into one Feedback.
package twcc

import "time"

// window is how many sequence numbers are remembered: Firefox sends up to 800 probes and 300 packets of media in a second,
// so this is a second, many times what one feedback tells of.
const window = 1024

// Recorder notes when each transport-wide sequence number arrived. The zero Recorder is ready; memory comes with the
// first Record, so that a peer that only receives takes none.
type Recorder struct {
	epoch    time.Time
	arrivals []arrival // a ring, by sequence number
	symbols  []symbol  // of the feedback being written
	newest   int64     // the highest extended sequence number
	next     int64     // the first that the next feedback speaks of
	last     int64     // when the newest came, in ticks since the epoch
	count    uint8     // of feedback packets
	pending  bool
}

// arrival is when the packet with this extended number came, in ticks since the epoch. number 0: none came.
type arrival struct{ number, at int64 }

// tick is the unit of arrival times (§3.1.5); 256 of them are one unit of the reference time, 64 ms.
const (
	tick          = 250 * time.Microsecond
	referenceTick = 256
	// pause is how long nothing may come before the sender counts as cut off, in ticks: 1 s. Told that all of it is lost, browsers
	// would go on at a few per cent of their rate for many seconds.
	pause = int64(time.Second / tick)
)

// Record notes an arrival. Every authentic packet that carries the extension is recorded, padding and duplicates too.
func (r *Recorder) Record(sequence uint16, arrived time.Time) {
	if r.arrivals == nil {
		r.arrivals, r.symbols = make([]arrival, window), make([]symbol, 0, window)
		// The epoch lies back, so that arrivals a little older than the first have times above zero.
		r.epoch = arrived.Add(-time.Minute)
		r.newest = int64(sequence) + 1<<16
		r.next = r.newest
	}
	number := r.newest + int64(int16(sequence-uint16(r.newest)))
	if number <= r.newest-window || number <= 0 {
		return // older than the sender's controller cares for
	}
	slot := &r.arrivals[number%window]
	if slot.number == number {
		return // a duplicate: the first arrival counts
	}
	at := int64(arrived.Sub(r.epoch) / tick)
	*slot = arrival{number, at}
	if number > r.newest && at-r.last > pause && !r.pending {
		r.next = number // what was lost meanwhile says nothing of the path as it is now
	}
	if number >= r.newest {
		r.newest, r.last = number, at
	}
	// A packet that came after it was reported missing is reported again with what followed it.
	r.next = max(min(r.next, number), r.newest-window+1)
	r.pending = true
}

// Pending tells whether something arrived since the last feedback.
func (r *Recorder) Pending() bool { return r.pending }

// at gives when a number arrived, in ticks.
func (r *Recorder) at(number int64) (ticks int64, ok bool) {
	a := r.arrivals[number%window]
	return a.at, a.number == number
}
