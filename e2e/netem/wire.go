//go:build linux

package main

import (
	"container/heap"
	"time"
)

// mostFlying is how many packets may be on their way at once, beside those in the queue: five seconds of 40 Mb/s.
const mostFlying = 20_000

// wire is one direction of the network at work. It has no clock: every call brings the time since the beginning.
type wire struct {
	Link
	flows  *flows
	waits  []waiting     // in front of the rate
	bytes  int           // of them
	leaves time.Duration // when the first of them has left
	flying flight
	order  uint64        // of packets, so that those of one time arrive as they left
	last   time.Duration // when the latest packet so far arrives
	counts counts
}

// waiting is a packet in the queue.
type waiting struct {
	packet  packet
	entered time.Duration
	flow    *flow
	number  uint64
}

func newWire(seed uint64) *wire { return &wire{flows: newFlows(seed)} }

// reseed begins the draws anew: the next packet of a flow is its first.
func (w *wire) reseed(seed uint64) { w.flows = newFlows(seed) }

// replace puts another link in place. What waits goes on at the new rate; the packet that is leaving just then begins anew.
func (w *wire) replace(now time.Duration, l Link) {
	w.advance(now)
	w.Link = l
	if len(w.waits) > 0 {
		w.leaves = now + w.airtime(len(w.waits[0].packet))
		w.advance(now)
	}
}

// enter takes a packet, which belongs to the wire from now on.
func (w *wire) enter(now time.Duration, p packet) {
	w.advance(now)
	w.counts.Sent++
	if w.Down || w.NoUDP && p.protocol() == udp {
		w.counts.Blocked++
		return
	}
	f := w.flows.of(p)
	number := f.sent
	lost := f.loses(w.Loss, w.Burst)
	f.sent++
	switch {
	case lost:
		w.counts.Lost++
	case w.full(len(p)):
		w.counts.Refused++
	default:
		if len(w.waits) == 0 {
			w.leaves = now + w.airtime(len(p))
		}
		w.waits = append(w.waits, waiting{p, now, f, number})
		w.bytes += len(p)
		w.advance(now)
	}
}

// full tells whether the queue has no room. One packet always finds some.
func (w *wire) full(size int) bool {
	switch {
	case w.Rate == 0 || len(w.waits) == 0:
		return false
	case w.QueueBytes > 0:
		return w.bytes+size > w.QueueBytes
	case w.Queue > 0:
		return w.airtime(w.bytes) > w.Queue.duration()
	}
	return w.airtime(w.bytes) > defaultQueue
}

// airtime is how long so many bytes take.
func (w *wire) airtime(bytes int) time.Duration {
	if w.Rate == 0 {
		return 0
	}
	return time.Duration(int64(bytes) * 8 * int64(time.Second) / int64(w.Rate))
}

// advance lets leave what has left the queue by now.
func (w *wire) advance(now time.Duration) {
	gone := 0
	for ; gone < len(w.waits) && w.leaves <= now; gone++ {
		first := w.waits[gone]
		w.bytes -= len(first.packet)
		w.counts.waited(w.leaves - first.entered)
		w.fly(w.leaves, first)
		if gone+1 < len(w.waits) {
			w.leaves += w.airtime(len(w.waits[gone+1].packet))
		}
	}
	w.waits = append(w.waits[:0], w.waits[gone:]...)
}

// fly takes a packet that has left over the distance.
func (w *wire) fly(now time.Duration, one waiting) {
	draw := func(purpose uint64) float64 { return one.flow.chance.draw(one.number, purpose) }
	delay := w.Delay
	if w.Jitter > 0 {
		delay += millis(2*draw(forJitter)-1) * w.Jitter
	}
	if w.Late > 0 && draw(forLate) < w.Late {
		if delay += w.LateBy; w.LateBy == 0 {
			delay += defaultLateBy
		}
		w.counts.Late++
	}
	arrives := now + max(delay, 0).duration()
	if w.Ordered {
		arrives = max(arrives, w.last)
	}
	w.last = max(w.last, arrives)
	w.launch(arrives, one.packet)
	if w.Copies > 0 && draw(forCopy) < w.Copies {
		w.counts.Copies++
		w.launch(arrives+time.Millisecond, append(packet(nil), one.packet...))
	}
}

func (w *wire) launch(arrives time.Duration, p packet) {
	if len(w.flying) >= mostFlying {
		w.counts.Refused++
		return
	}
	w.order++
	heap.Push(&w.flying, arrival{arrives, w.order, p})
}

// next is when something happens next; false: nothing will unless more packets enter.
func (w *wire) next() (time.Duration, bool) {
	switch {
	case len(w.flying) > 0 && len(w.waits) > 0:
		return min(w.flying[0].at, w.leaves), true
	case len(w.flying) > 0:
		return w.flying[0].at, true
	}
	return w.leaves, len(w.waits) > 0
}

// arrived gives a packet that has arrived by now, the earliest first; nil: there is none.
func (w *wire) arrived(now time.Duration) packet {
	w.advance(now)
	if len(w.flying) == 0 || w.flying[0].at > now {
		return nil
	}
	return heap.Pop(&w.flying).(arrival).packet
}

// arrival is a packet on its way.
type arrival struct {
	at     time.Duration
	order  uint64
	packet packet
}

// flight is a heap of them, the next one first.
type flight []arrival

func (f flight) Len() int { return len(f) }
func (f flight) Less(i, j int) bool {
	return f[i].at < f[j].at || f[i].at == f[j].at && f[i].order < f[j].order
}
func (f flight) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *flight) Push(x any)   { *f = append(*f, x.(arrival)) }
func (f *flight) Pop() any {
	last := (*f)[len(*f)-1]
	(*f)[len(*f)-1] = arrival{}
	*f = (*f)[:len(*f)-1]
	return last
}
