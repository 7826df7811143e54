// Package simnet runs whole calls in virtual time: routers, simulated peers and the links between them, on one
// goroutine, from one seed. The same seed gives the same call, packet by packet.
//
//	call := simnet.NewCall(t, seed)
//	alice, bob := call.Join("alice"), call.Join("bob")
//	alice.Talk()
//	call.Run(5 * time.Second)
//
// The simulated peers speak STUN, SRTP, RTP and RTCP by pion's packages and share no code with the router. Only the
// DTLS handshake is left out: both ends are handed the keys. Tests use this package; nothing else does.
package simnet

import (
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"noom/internal/sfu"
)

// room is the one meeting of a call.
const room sfu.RoomID = 1

// Call is one meeting and everybody in it.
type Call struct {
	tb      testing.TB
	seed    uint64
	clock   clock
	workers []*worker
	chance  *rand.Rand
	peers   []*Peer
	byID    map[sfu.PeerID]*Peer
	tracks  map[sfu.Track]sfu.TrackState
	trace   hash.Hash64
	seats   uint32

	// Sound is what those who join from now on do against the loss of sound.
	Sound Sound

	// Speakers are those who spoke last, the loudest first, as the first worker hears them.
	Speakers [3]sfu.Track
}

// worker is one router, hosted as package media hosts it.
type worker struct {
	call   *Call
	index  int
	router *sfu.Router
	out    sfu.Out
}

// NewCall makes an empty call on one worker.
func NewCall(tb testing.TB, seed uint64) *Call { return NewCallOn(tb, seed, 1) }

// NewCallOn makes an empty call whose peers are spread over workers, as a large meeting on a machine with many cores.
func NewCallOn(tb testing.TB, seed uint64, workers int) *Call {
	c := &Call{
		tb: tb, seed: seed, clock: clock{now: epoch},
		chance: rand.New(rand.NewPCG(seed, 1)),
		byID:   make(map[sfu.PeerID]*Peer),
		tracks: make(map[sfu.Track]sfu.TrackState),
		trace:  fnv.New64a(),
	}
	for i := range workers {
		c.workers = append(c.workers, &worker{
			call: c, index: i, router: sfu.New(sfu.Config{Chance: c.chance.Uint64, Worker: i}),
		})
	}
	return c
}

// Now is the virtual time.
func (c *Call) Now() time.Time { return c.clock.now }

// Trace sums up every packet that arrived anywhere, and when. Calls that went the same way have the same trace.
func (c *Call) Trace() uint64 { return c.trace.Sum64() }

// Run lets time pass.
func (c *Call) Run(d time.Duration) {
	end := c.clock.now.Add(d)
	for {
		next, ticking := c.clock.due(), (*worker)(nil)
		for _, w := range c.workers {
			if due := w.router.Deadline(); !due.IsZero() && (next.IsZero() || due.Before(next)) {
				next, ticking = due, w
			}
		}
		if next.IsZero() || next.After(end) {
			break
		}
		if ticking == nil {
			c.clock.step()
			continue
		}
		if next.After(c.clock.now) {
			c.clock.now = next
		}
		ticking.router.Tick(c.clock.now, &ticking.out)
		ticking.flush()
	}
	c.clock.now = end
}

// each calls f for the router of every worker and carries out what follows.
func (c *Call) each(f func(*sfu.Router, *sfu.Out)) {
	for _, w := range c.workers {
		f(w.router, &w.out)
		w.flush()
	}
}

func (c *Call) setTrack(t sfu.Track, s sfu.TrackState) {
	c.tracks[t] = s
	c.each(func(r *sfu.Router, out *sfu.Out) { r.SetTrack(c.clock.now, room, t, s, out) })
}

// receive brings a datagram to the worker.
func (w *worker) receive(from netip.AddrPort, datagram []byte) {
	w.call.note(datagram)
	w.router.Receive(w.call.clock.now, from, datagram, &w.out)
	w.flush()
}

// flush carries out what the router asked for.
func (w *worker) flush() {
	for _, burst := range w.out.Peers {
		for datagram := range w.out.Packets(burst) {
			w.call.deliver(burst.To, append([]byte(nil), datagram...))
		}
	}
	var piped []sfu.Piped
	for _, p := range w.out.Piped {
		p.Data = append([]byte(nil), p.Data...)
		piped = append(piped, p)
	}
	events := append([]sfu.Event(nil), w.out.Events...)
	w.out.Reset()
	for _, p := range piped {
		to := w.call.workers[p.Worker]
		w.call.clock.after(0, func() {
			to.router.ReceivePiped(w.call.clock.now, p, &to.out)
			to.flush()
		})
	}
	for _, e := range events {
		w.carryOut(e)
	}
}

func (w *worker) carryOut(e sfu.Event) {
	c := w.call
	switch e.Kind {
	case sfu.PeerProven:
		// The handshake takes two round trips.
		if p := c.byID[e.Peer]; p != nil {
			c.clock.after(2*(p.up.Delay+p.down.Delay), p.secure)
		}
	case sfu.PeerLost:
		if p := c.byID[e.Peer]; p != nil {
			p.Leave()
			p.LostFor = e.Reason
		}
	case sfu.SlotSwitched:
		if p := c.byID[e.Peer]; p != nil {
			p.slots[e.Slot].switched(e.Track, e.FromTS)
		}
	case sfu.SpeakersChanged:
		if w.index == 0 {
			c.Speakers = e.Speakers
		}
	case sfu.PipeWanted, sfu.PipeUnwanted:
		if owner := c.owner(e.Track); owner != nil && owner != w {
			if e.Kind == sfu.PipeWanted {
				owner.router.StartPipe(c.clock.now, e.Room, e.Track, w.index)
			} else {
				owner.router.StopPipe(c.clock.now, e.Room, e.Track, w.index)
			}
			owner.flush()
		}
	case sfu.KeyframeWanted:
		if owner := c.owner(e.Track); owner != nil {
			owner.router.RequestKeyframe(c.clock.now, e.Room, e.Track, e.Layer, &owner.out)
			owner.flush()
		}
	}
}

// owner is the worker on which the track's sender lives.
func (c *Call) owner(t sfu.Track) *worker {
	for _, p := range c.peers {
		if p.Seat == t.Seat() {
			return p.worker
		}
	}
	return nil
}

// Move takes a peer to another worker, as package media does when one has too much to do.
func (p *Peer) Move(to int) {
	c, from, next := p.call, p.worker, p.call.workers[to]
	if from == next || p.gone {
		return
	}
	next.router.Expect(c.clock.now, room, from.router.Taken(p.id, nil), &next.out)
	for t, s := range c.tracks {
		next.router.SetTrack(c.clock.now, room, t, s, &next.out)
	}
	next.flush()
	moving := from.router.Release(c.clock.now, p.id, to, &from.out)
	if moving == nil {
		c.tb.Fatalf("%s cannot move", p.Name)
	}
	from.flush()
	c.Run(0) // what pipes have taken up is there
	p.worker = next
	if err := next.router.Adopt(c.clock.now, moving, &next.out); err != nil {
		c.tb.Fatalf("%s, on its way: %v", p.Name, err)
	}
	next.router.Unexpect(c.clock.now, room, &next.out)
	next.flush()
}

// deliver takes a datagram to whoever has the address, over its link.
func (c *Call) deliver(to netip.AddrPort, datagram []byte) {
	for _, p := range c.peers {
		if p.address == to {
			c.carry(&p.down, datagram, p.receive)
			return
		}
	}
}

// carry takes a datagram over a path.
func (c *Call) carry(over *path, datagram []byte, arrive func([]byte)) {
	times, n := over.arrivals(c.seed, c.clock.now, len(datagram))
	for i := range n {
		c.clock.at(times[i], func() { arrive(datagram) })
	}
}

func (c *Call) note(datagram []byte) {
	fmt.Fprintf(c.trace, "%d", c.clock.now.UnixNano())
	c.trace.Write(datagram)
}
