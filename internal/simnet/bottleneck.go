package simnet

import "time"

// defaultQueue is how much waits in front of a link that does not say: what RFC 8867 §4.2 tests with.
const defaultQueue = 300 * time.Millisecond

// Bottleneck is a queue in front of a rate. One path has it for itself, or several share it, with what else crosses it.
type Bottleneck struct {
	call  *Call
	link  Link
	steps steps
	waits []waiting // from head on
	head  int
	bytes int
	busy  bool
	codel codel

	// Log is called for each datagram that leaves, with how long it waited and was sent; nil for no log.
	Log func(crossing Crossing)
	// Dropped counts what found no room or had waited too long.
	Dropped uint64
}

// Crossing is a datagram that has left a bottleneck, or was dropped there.
type Crossing struct {
	At      time.Duration // since the call began
	Flow    uint64        // whose it is: see Peer.Up, Peer.Down and Rival
	Size    int           // bytes
	Delay   time.Duration // in the queue and in sending
	Dropped bool
}

// waiting is a datagram in the queue.
type waiting struct {
	d       *datagram
	entered time.Duration
}

// NewBottleneck makes a queue that several peers can share: see Peer.UpThrough and Peer.DownThrough. Of the link only rate and queue
// count.
func (c *Call) NewBottleneck(l Link) *Bottleneck {
	b := newBottleneck(c)
	b.set(l)
	return b
}

func newBottleneck(c *Call) *Bottleneck { return &Bottleneck{call: c} }

// Set changes rate and queue.
func (b *Bottleneck) Set(l Link) { b.set(l) }

func (b *Bottleneck) set(l Link) {
	b.link = l
	b.steps = newSteps(l, b.call.clock.now)
}

// enter puts a datagram at the end of the queue, unless that is full.
func (b *Bottleneck) enter(d *datagram) {
	if b.full(len(d.data)) {
		b.drop(d, 0)
		return
	}
	b.waits = append(b.waits, waiting{d, b.call.clock.now})
	b.bytes += len(d.data)
	if !b.busy {
		b.serve()
	}
}

// full tells whether the queue has no room. One packet always finds some.
func (b *Bottleneck) full(size int) bool {
	if b.head == len(b.waits) {
		return false
	}
	if b.link.QueueBytes > 0 {
		return b.bytes+size > b.link.QueueBytes
	}
	queue := b.link.Queue
	if queue == 0 {
		queue = defaultQueue
	}
	rate, _ := b.steps.rate(b.call.clock.now)
	return rate > 0 && airtime(b.bytes, rate) > queue
}

// airtime is how long so many bytes take.
func airtime(bytes, rate int) time.Duration {
	return time.Duration(int64(bytes) * 8 * int64(time.Second) / int64(rate))
}

// serve begins to send what is next.
func (b *Bottleneck) serve() {
	now := b.call.clock.now
	rate, until := b.steps.rate(now)
	switch {
	case b.steps.unlimited():
		for b.head < len(b.waits) {
			b.leave(b.take())
		}
		b.busy = false
		return
	case rate <= 0: // nothing leaves before the next step
		b.busy = until > now
		if b.busy {
			b.call.clock.at(until, (*resumes)(b))
		}
		return
	}
	if b.link.CoDel {
		b.codel.shed(b, now)
	}
	b.busy = b.head < len(b.waits)
	if b.busy {
		b.call.clock.in(airtime(len(b.waits[b.head].d.data), rate), b)
	}
}

// resumes is a bottleneck whose rate comes back.
type resumes Bottleneck

func (r *resumes) happen() { (*Bottleneck)(r).serve() }

// happen: the first datagram has been sent.
func (b *Bottleneck) happen() {
	b.leave(b.take())
	b.serve()
}

// take takes the first datagram off the queue.
func (b *Bottleneck) take() waiting {
	w := b.waits[b.head]
	b.waits[b.head] = waiting{}
	b.head++
	b.bytes -= len(w.d.data)
	if b.head == len(b.waits) {
		b.waits, b.head = b.waits[:0], 0
	} else if b.head > 256 && b.head > len(b.waits)/2 {
		n := copy(b.waits, b.waits[b.head:])
		clear(b.waits[n:])
		b.waits, b.head = b.waits[:n], 0
	}
	return w
}

func (b *Bottleneck) leave(w waiting) {
	if b.Log != nil {
		b.Log(Crossing{At: b.call.clock.now, Flow: w.d.flow(), Size: len(w.d.data), Delay: b.call.clock.now - w.entered})
	}
	w.d.crossed()
}

func (b *Bottleneck) drop(d *datagram, waited time.Duration) {
	b.Dropped++
	if b.Log != nil {
		b.Log(Crossing{At: b.call.clock.now, Flow: d.flow(), Size: len(d.data), Delay: waited, Dropped: true})
	}
	d.refused()
}
