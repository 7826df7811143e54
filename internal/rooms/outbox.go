package rooms

const (
	// outboxEvents and outboxBytes bound what a client may catch up on after a lost connection: half a minute of a
	// very lively meeting. Beyond it a fresh snapshot is cheaper.
	outboxEvents = 2000
	outboxBytes  = 1 << 20
)

// outbox numbers a client's events and keeps the newest of them. Its zero value is ready.
type outbox struct {
	last  uint64  // number of the newest event; they count from 1
	kept  []*kept // consecutive numbers, up to last
	bytes int
}

// kept is an event, one for all clients that it was told to: in a large meeting each keeps thousands.
type kept struct {
	event string
	data  []byte
}

// add takes an event in and gives its number.
func (o *outbox) add(e *kept) uint64 {
	o.last++
	o.kept = append(o.kept, e)
	o.bytes += len(e.data)
	for len(o.kept) > outboxEvents || o.bytes > outboxBytes {
		o.bytes -= len(o.kept[0].data)
		o.kept[0] = nil
		o.kept = o.kept[1:]
	}
	return o.last
}

// newest gives the last n events, oldest first. There are so many.
func (o *outbox) newest(n int) []*kept { return o.kept[len(o.kept)-n:] }

// since gives the events after number n, oldest first; false when they are not all there any more, or never were.
func (o *outbox) since(n uint64) ([]*kept, bool) {
	if n > o.last || o.last-n > uint64(len(o.kept)) {
		return nil, false
	}
	return o.newest(int(o.last - n)), true
}
