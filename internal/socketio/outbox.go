package socketio

import (
	"slices"
	"sync"
)

// packetOverhead is what a waiting packet costs beside its bytes, so that a queue of empty packets is bounded too.
const packetOverhead = 64

// An outbox is the outgoing side of one connection: the packets that wait for its transport, in order. It never blocks.
// It is a container and calls nobody; what its caller has to do next, it returns.
type outbox struct {
	limit int           // bytes
	wake  chan struct{} // holds one token when a waiting poll should look again

	mu        sync.Mutex
	queue     []packet
	head      int // queue[:head] has gone
	bytes     int
	streaming bool // a WebSocket takes the packets
	writing   bool // its writer is running
	closed    bool // no more may come
}

// A duty is what the caller of an outbox has to do.
type duty int

const (
	nothing     duty = iota
	startWriter      // there are packets and no writer: run one
	cutOff           // the queue is full: the client does not read
)

// A gate is a socket's way into its connection's outbox, and guarded by its mutex. Until the client has been told that
// the namespace is open, packets are held back.
type gate struct {
	state gateState
	held  []packet
}

type gateState int

const (
	opening gateState = iota
	open
	shut
)

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, wake: make(chan struct{}, 1)}
}

// send queues a socket's packets, all or none.
func (o *outbox) send(g *gate, packets ...packet) duty {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch g.state {
	case opening:
		g.held = append(g.held, packets...)
		if total(g.held) > o.limit {
			return cutOff
		}
		return nothing
	case open:
		return o.add(packets)
	}
	return nothing
}

// open lets a socket's packets out, behind the one that tells the client so. It does nothing for a gate shut meanwhile.
func (o *outbox) open(g *gate, connected packet) duty {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g.state != opening {
		return nothing
	}
	packets := append([]packet{connected}, g.held...)
	*g = gate{state: open}
	return o.add(packets)
}

// shut lets nothing more of a socket out, behind its last packets. It reports whether the gate was not shut before.
func (o *outbox) shut(g *gate, last ...packet) (duty, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g.state == shut {
		return nothing, false
	}
	*g = gate{state: shut}
	return o.add(last), true
}

// isShut reports whether a socket has left.
func (o *outbox) isShut(g *gate) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return g.state == shut
}

// isEmpty reports whether nothing waits.
func (o *outbox) isEmpty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.head == len(o.queue)
}

// control queues packets of the connection itself.
func (o *outbox) control(packets ...packet) duty {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.add(packets)
}

// close queues the last packets and takes no more.
func (o *outbox) close(last ...packet) duty {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nothing
	}
	o.queue = append(o.queue, last...)
	o.bytes += total(last)
	o.closed = true
	return o.rouse()
}

// discard forgets what waits and takes no more.
func (o *outbox) discard() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.queue, o.head, o.bytes = nil, 0, 0
	o.rouse()
}

// stream says that a WebSocket takes the packets from now on.
func (o *outbox) stream() duty {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.streaming = true
	if o.head == len(o.queue) && !o.closed {
		return nothing
	}
	return o.rouse()
}

// next is for WebSocket's writer: the next packet; or false and whether the stream is at its end. On false the writer
// must return: another one is started when there is something to write.
func (o *outbox) next() (p packet, ok, finished bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.head == len(o.queue) {
		o.queue, o.head = nil, 0
		o.writing = o.closed // nobody starts another one after the end
		return packet{}, false, o.closed
	}
	return o.pop(), true, false
}

// take is for polls: as many packets as fit into limit bytes of payload, at least one if there is any.
func (o *outbox) take(limit int) []packet {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.streaming {
		return nil
	}
	var taken []packet
	for size := 0; o.head < len(o.queue); {
		size += o.queue[o.head].polledSize()
		if len(taken) > 0 && size > limit {
			return taken
		}
		taken = append(taken, o.pop())
	}
	o.queue, o.head = nil, 0
	return taken
}

// add queues packets; mu is held.
func (o *outbox) add(packets []packet) duty {
	if o.closed || len(packets) == 0 {
		return nothing
	}
	o.bytes += total(packets)
	if o.bytes > o.limit {
		return cutOff
	}
	if o.head > 64 && o.head > len(o.queue)/2 { // move what waits to the front now and then: the array stays small
		o.queue = slices.Delete(o.queue, 0, o.head)
		o.head = 0
	}
	o.queue = append(o.queue, packets...)
	return o.rouse()
}

// rouse gets whatever takes the packets going; mu is held.
func (o *outbox) rouse() duty {
	if !o.streaming {
		o.prod()
		return nothing
	}
	if o.writing {
		return nothing
	}
	o.writing = true
	return startWriter
}

// prod makes a waiting poll look again.
func (o *outbox) prod() {
	select {
	case o.wake <- struct{}{}:
	default: // it has not looked since the last time
	}
}

// pop removes the first packet; mu is held and there is one.
func (o *outbox) pop() packet {
	p := o.queue[o.head]
	o.queue[o.head] = packet{}
	o.head++
	o.bytes -= len(p.data) + packetOverhead
	return p
}

func total(packets []packet) (bytes int) {
	for _, p := range packets {
		bytes += len(p.data) + packetOverhead
	}
	return bytes
}
