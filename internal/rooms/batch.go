package rooms

import (
	"slices"
	"time"
)

const (
	// maxUnsent and maxUnsentBytes bound what is collected for a client before it is sent whatever the pace: less than
	// an outbox keeps, so that nothing is forgotten before it was sent; more than can happen before the next message is
	// due, 22 000 events a second.
	maxUnsent      = 1400
	maxUnsentBytes = 256 << 10
	// batchesKept is how many batches of a turn are remembered, for the next client that gets the same: most do.
	batchesKept = 4
)

// send numbers an event, keeps it for a session that has to catch up, and has it sent when there is a connection: at
// the end of this turn, or when the client's pace allows.
func (r *room) send(c *client, e *kept) {
	c.outbox.add(e)
	if c.session == nil {
		return
	}
	if !c.listed {
		c.listed = true
		r.unsent = append(r.unsent, c)
	}
	c.unsent++
	if c.unsentBytes += len(e.data); c.unsent >= maxUnsent || c.unsentBytes >= maxUnsentBytes {
		r.deliver(c)
	}
}

// deliver sends what has been collected for a client. It comes before every answer to the client that is given in the
// room, so that no answer overtakes an event.
func (r *room) deliver(c *client) {
	if c.unsent == 0 {
		return
	}
	if c.session != nil {
		c.pace.sent(r.rooms.now())
		r.sendAll(c.session.link, c.outbox.newest(c.unsent), c.outbox.last)
	}
	c.unsent, c.unsentBytes = 0, 0
}

// deliverDue ends a turn: it delivers to those whose pace allows.
func (r *room) deliverDue() {
	defer func() { r.batches = nil }()
	r.deliverAt = time.Time{}
	if len(r.unsent) == 0 {
		return
	}
	now := r.rooms.now()
	r.unsent = slices.DeleteFunc(r.unsent, func(c *client) bool {
		if c.unsent > 0 && !c.pace.due().After(now) {
			r.deliver(c)
		}
		if c.unsent == 0 {
			c.listed = false
			return true
		}
		if due := c.pace.due(); r.deliverAt.IsZero() || due.Before(r.deliverAt) {
			r.deliverAt = due
		}
		return false
	})
}

// sendAll sends events of which the last has number n, in as few messages as their size allows.
func (r *room) sendAll(link Link, events []*kept, n uint64) {
	n -= uint64(len(events))
	for len(events) > 0 {
		together, bytes := 0, 0
		for together < len(events) && together < maxUnsent && (together == 0 || bytes+len(events[together].data) <= maxUnsentBytes) {
			bytes += len(events[together].data)
			together++
		}
		n += uint64(together)
		if together == 1 {
			link.Send(events[0].event, events[0].data, n)
		} else {
			link.Send("batch", r.batchOf(events[:together]), n)
		}
		events = events[together:]
	}
}

// A batch is several events in one message.
type batch struct {
	events []*kept
	data   []byte
}

// batchOf gives the data of a batch of these events. It is put together once for all who get the same.
func (r *room) batchOf(events []*kept) []byte {
	for _, b := range r.batches {
		if slices.Equal(b.events, events) {
			return b.data
		}
	}
	size := len(`{"events":[]}`)
	for _, e := range events {
		size += len(e.event) + len(e.data) + len(`["",],`)
	}
	data := append(make([]byte, 0, size), `{"events":[`...)
	for i, e := range events {
		if i > 0 {
			data = append(data, ',')
		}
		data = append(data, `["`...) // names of events need no escaping
		data = append(data, e.event...)
		data = append(data, `",`...)
		data = append(data, e.data...)
		data = append(data, ']')
	}
	data = append(data, `]}`...)
	if len(r.batches) == batchesKept {
		r.batches = r.batches[1:]
	}
	r.batches = append(r.batches, batch{slices.Clone(events), data})
	return data
}
