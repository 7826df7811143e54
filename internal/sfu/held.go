package sfu

import "time"

// Where a peer's path carries less than the peer wants to see, pictures leave no faster than the path takes them: what a keyframe, or
// several pictures at once, bring beyond that waits at the server, and sound goes past it. Nothing is copied for it. What waits is the
// number of a packet in its stream's cache, and is read, numbered and sealed when it leaves: a picture that is given up for a smaller
// one meanwhile is never sent.

const (
	// heldMost is how many packets of a peer wait at most, half of what a cache keeps; heldFirst is what there is memory for at first.
	heldMost, heldFirst = 256, 32
	// heldLongest is how long one waits at most: what comes later than that does not make the picture better.
	heldLongest = 300 * time.Millisecond
	// repairBehind is how far behind a path may be for lost pictures to be sent again: what is lost then was too much.
	repairBehind = 100 * time.Millisecond
	// paceStep is the least time between two looks at what waits: a large packet at 10 Mb/s.
	paceStep = time.Millisecond
)

// held is what waits for a peer, a ring in the order in which it came.
type held struct {
	ring  []waiting
	head  int
	count int
}

// waiting is a packet of a stream that is due to a slot.
type waiting struct {
	slot     *slot
	stream   *stream
	since    time.Time
	sequence uint16
	keyframe bool // it begins one
}

func (h *held) at(i int) *waiting { return &h.ring[(h.head+i)&(len(h.ring)-1)] }

// push puts a packet at the end. There is room.
func (h *held) push(w waiting) {
	if h.count == len(h.ring) {
		wider := make([]waiting, max(2*len(h.ring), heldFirst))
		for i := range h.count {
			wider[i] = *h.at(i)
		}
		h.ring, h.head = wider, 0
	}
	h.count++
	*h.at(h.count - 1) = w
}

// pop takes the first.
func (h *held) pop() waiting {
	w := *h.at(0)
	*h.at(0) = waiting{}
	h.head = (h.head + 1) & (len(h.ring) - 1)
	h.count--
	return w
}

// hold keeps a gathered unit back where the peer's path has no room for it now, or others wait already.
func (r *Router) hold(p *peer, s *share, u *gatheredUnit, out *Out) bool {
	wait := p.bandwidth.Wait(u.now)
	if p.held.count == 0 && wait <= 0 {
		return false
	}
	if p.held.count == heldMost {
		r.releaseOne(u.now, p, out)
	}
	p.held.push(waiting{slot: s.slot, stream: s.stream, since: u.now, sequence: u.own.Sequence, keyframe: u.keyframe})
	r.wake(p, u.now.Add(max(wait, paceStep)))
	return true
}

// release sends what waits as far as there is room for it, and all of it where the path is not short any longer.
func (r *Router) release(now time.Time, p *peer, out *Out) {
	for p.held.count > 0 && !out.Full() {
		if p.paced && p.bandwidth.Wait(now) > 0 && now.Sub(p.held.at(0).since) < heldLongest {
			break
		}
		r.releaseOne(now, p, out)
	}
	if p.held.count > 0 {
		r.wake(p, now.Add(max(p.bandwidth.Wait(now), paceStep)))
	}
}

// releaseOne sends the first of what waits. ok is false when nothing does.
func (r *Router) releaseOne(now time.Time, p *peer, out *Out) (ok bool) {
	if p.held.count == 0 {
		return false
	}
	w := p.held.pop()
	if w.stream == nil || w.slot.source != w.stream.source { // forgotten, or the slot has gone on to another track
		return true
	}
	key := w.stream.key // that of a keyframe which came before does not answer a later request
	r.forwardKept(now, w.slot, w.stream, w.sequence, out)
	w.stream.key = key
	return true
}

// giveUp tells that what the slot has lost is not worth sending again: its picture rests, or the path is behind with what it has.
func (sl *slot) giveUp(now time.Time) bool {
	p := sl.peer
	return p.paced && !sl.params.Audio && (sl.most < 0 || p.bandwidth.Wait(now) > repairBehind)
}

// unhold forgets what waits of a stream.
func (r *Router) unhold(s *stream) {
	for _, p := range r.order {
		for i := range p.held.count {
			if w := p.held.at(i); w.stream == s {
				w.stream = nil
			}
		}
	}
}

// turnTo has what waits of one source go on as the other's, which goes on with its streams.
func (h *held) turnTo(next, old *source) {
	for i := range h.count {
		if w := h.at(i); w.stream != nil && w.stream.source == old {
			w.stream = &next.streams[w.stream.layer]
		}
	}
}

// keyframe tells whether one of a stream waits for the slot.
func (h *held) keyframe(s *stream, sl *slot) bool {
	for i := range h.count {
		if w := h.at(i); w.keyframe && w.stream == s && w.slot == sl {
			return true
		}
	}
	return false
}
