package simnet

import (
	"slices"
	"time"

	"noom/internal/sfu"
)

const (
	// turnLag is how long after a datagram's arrival the loop comes to it: what comes meanwhile is in the same turn.
	turnLag = 200 * time.Microsecond
	// roundTime is what a round of a turn takes that has as many packets as are sealed at once.
	roundTime = 300 * time.Microsecond
)

// worker is one router, hosted as package media hosts it: a turn takes in all that has arrived, and is cut into rounds, each of
// which sends some of it and then sees what has come meanwhile.
type worker struct {
	call   *Call
	index  int
	router *sfu.Router
	out    sfu.Out
	inbox  []*datagram
	pipes  []*sfu.Piped
	woken  bool // a round is set
	armed  time.Duration
}

// arrive puts a datagram into the inbox.
func (w *worker) arrive(d *datagram) {
	w.inbox = append(w.inbox, d)
	w.wake(turnLag)
}

func (w *worker) wake(after time.Duration) {
	if !w.woken {
		w.woken = true
		w.call.clock.in(after, w)
	}
}

// happen is a round.
func (w *worker) happen() {
	w.woken = false
	w.round()
}

// round takes in what has arrived, forwards some of it, does what time asks for and sends.
func (w *worker) round() {
	now := w.call.clock.time()
	for _, d := range w.inbox {
		w.call.note(d.data)
		w.router.Gather(now, d.from, d.data, &w.out)
		w.makeRoom()
		w.call.free(d)
	}
	w.inbox = w.inbox[:0]
	for _, p := range w.pipes {
		w.router.GatherPiped(now, *p, &w.out)
		w.makeRoom()
		w.call.freePiped(p)
	}
	w.pipes = w.pipes[:0]
	more := w.router.Forward(&w.out)
	if d := w.router.Deadline(); !d.IsZero() && !d.After(now) {
		w.router.Tick(now, &w.out)
	}
	w.flush()
	if more {
		w.wake(roundTime)
	}
}

// makeRoom sees to it that the router can gather one more packet.
func (w *worker) makeRoom() {
	for w.router.Gathered() {
		w.router.Forward(&w.out)
		w.flush()
	}
	if w.out.Full() {
		w.flush()
	}
}

// flush carries out what the router asked for.
func (w *worker) flush() {
	for len(w.out.Events) > 0 {
		events := slices.Clone(w.out.Events) // what follows may call the router
		w.out.Events = w.out.Events[:0]
		for _, e := range events {
			w.carryOut(e)
		}
	}
	for _, burst := range w.out.Peers {
		for data := range w.out.Packets(burst) {
			w.call.deliver(burst, data)
		}
	}
	for i := range w.out.Piped {
		p := &w.out.Piped[i]
		to := w.call.workers[p.Worker]
		to.pipes = append(to.pipes, w.call.piped(p))
		to.wake(turnLag)
	}
	w.out.Reset()
	w.arm()
}

// arm has the worker tick when its router is due.
func (w *worker) arm() {
	d := w.router.Deadline()
	if d.IsZero() {
		return
	}
	at := max(d.Sub(epoch), w.call.clock.now)
	if w.armed > w.call.clock.now && w.armed <= at {
		return
	}
	w.armed = at
	w.call.clock.at(at, (*alarm)(w))
}

// alarm is a worker whose router may be due. One that rings in vain does nothing.
type alarm worker

func (a *alarm) happen() {
	w := (*worker)(a)
	if w.armed == w.call.clock.now {
		w.armed = 0
	}
	if d := w.router.Deadline(); !d.IsZero() && d.Sub(epoch) <= w.call.clock.now {
		w.round()
		return
	}
	w.arm()
}

func (w *worker) carryOut(e sfu.Event) {
	c := w.call
	p := c.byID[e.Peer]
	switch e.Kind {
	case sfu.PeerProven:
		if p != nil { // the handshake takes two round trips
			c.clock.after(2*(p.up.Delay+p.down.Delay), p.secure)
		}
	case sfu.PeerLost:
		if p != nil {
			p.LostFor = e.Reason
			p.lost()
		}
	case sfu.SlotSwitched:
		if p != nil {
			p.slots[e.Slot].switched(e.Track, e.FromTS)
		}
	case sfu.SpeakersChanged:
		if w.index == 0 {
			c.Speakers = e.Speakers
		}
	case sfu.PipeWanted, sfu.PipeUnwanted:
		if owner := c.owner(e.Track); owner != nil && owner != w {
			if e.Kind == sfu.PipeWanted {
				owner.router.StartPipe(c.clock.time(), e.Room, e.Track, w.index)
			} else {
				owner.router.StopPipe(c.clock.time(), e.Room, e.Track, w.index)
			}
			owner.arm()
		}
	case sfu.KeyframeWanted:
		if owner := c.owner(e.Track); owner != nil {
			owner.router.RequestKeyframe(c.clock.time(), e.Room, e.Track, e.Layer, &owner.out)
			owner.arm()
		}
	}
}
