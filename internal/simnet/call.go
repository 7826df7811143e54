// Package simnet runs whole calls in virtual time: routers, simulated browsers and the links between them, on one
// goroutine, from one seed. The same seed gives the same call, packet by packet.
//
//	call := simnet.NewCall(t, seed)
//	alice, bob := call.Join("alice"), call.Join("bob")
//	alice.Talk()
//	call.Run(5 * time.Second)
//
// The simulated browsers share no code with the router. They send as fast as transport-wide feedback lets them (rate.go,
// encoder.go, pacer.go), repair by NACK, RTX and copies of sound (voice.go), and account what a browser accounts: frames,
// freezes, concealed sound (video.go, sound.go). Links (link.go) have a delay, losses and a queue in front of a rate that others may share
// (bottleneck.go, rival.go). Only the DTLS handshake is left out: both ends are handed the keys. Tests use this package;
// nothing else does.
package simnet

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet/chance"
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
	at      map[netip.AddrPort]*Peer
	tracks  []trackState
	trace   uint64
	seats   uint32
	ids     sfu.PeerID
	flows   uint64 // of rivals

	pool     []*datagram
	spare    []*sfu.Piped
	recorder *Recorder // nil: nothing is recorded
	replay   *Replay   // nil: links decide

	// Browser is what those who join from now on do against the loss of sound: Chromium at first.
	Browser Browser
	// Speakers are those who spoke last, the loudest first, as the first worker hears them.
	Speakers [3]sfu.Track
	// Arrived counts the datagrams that arrived anywhere.
	Arrived int
}

// trackState is what the meeting has decided about a track.
type trackState struct {
	track sfu.Track
	state sfu.TrackState
}

// NewCall makes an empty call on one worker. A test that fails tells its seed.
func NewCall(tb testing.TB, seed uint64) *Call {
	c := NewCallOn(tb, seed, 1)
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("the call had seed %d, and trace %016x after %v", seed, c.trace, c.clock.now)
		}
	})
	return c
}

// NewCallOn makes an empty call whose peers are spread over workers, as a large meeting on a machine with many cores.
func NewCallOn(tb testing.TB, seed uint64, workers int) *Call {
	c := &Call{
		tb: tb, seed: seed, Browser: Chromium,
		chance: rand.New(rand.NewPCG(seed, 1)),
		byID:   make(map[sfu.PeerID]*Peer),
		at:     make(map[netip.AddrPort]*Peer),
	}
	for i := range workers {
		c.workers = append(c.workers, &worker{
			call: c, index: i, router: sfu.New(sfu.Config{Chance: c.chance.Uint64, Worker: i}),
		})
	}
	return c
}

// Now is the virtual time.
func (c *Call) Now() time.Time { return c.clock.time() }

// Since is how long the call has lasted.
func (c *Call) Since() time.Duration { return c.clock.now }

// After has something done in the course of Run, d from now.
func (c *Call) After(d time.Duration, do func()) { c.clock.after(d, do) }

// Trace sums up every packet that arrived anywhere, and when. Calls that went the same way have the same trace.
func (c *Call) Trace() uint64 { return c.trace }

// Counters adds up what the routers count.
func (c *Call) Counters() []sfu.Counters {
	var all []sfu.Counters
	for _, w := range c.workers {
		all = append(all, w.router.Counters())
	}
	return all
}

// Run lets time pass.
func (c *Call) Run(d time.Duration) {
	end := c.clock.now + d
	for {
		next, ok := c.clock.due()
		if !ok || next > end {
			break
		}
		c.clock.step()
	}
	c.clock.now = end
}

// setTrack tells every worker what the meeting decided about a track.
func (c *Call) setTrack(t sfu.Track, s sfu.TrackState) {
	known := false
	for i := range c.tracks {
		if c.tracks[i].track == t {
			c.tracks[i].state, known = s, true
		}
	}
	if !known {
		c.tracks = append(c.tracks, trackState{t, s})
	}
	for _, w := range c.workers {
		w.router.SetTrack(c.clock.time(), room, t, s, &w.out)
		w.flush()
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

// Move takes a peer to another worker, much as package media does when one has too much to do.
func (p *Peer) Move(to int) {
	c, from, next := p.call, p.worker, p.call.workers[to]
	if from == next || p.gone {
		return
	}
	next.router.Expect(c.clock.time(), room, from.router.Taken(p.id, nil), &next.out)
	for _, t := range c.tracks {
		next.router.SetTrack(c.clock.time(), room, t.track, t.state, &next.out)
	}
	next.flush()
	moving := from.router.Release(c.clock.time(), p.id, to, &from.out)
	if moving == nil {
		c.tb.Fatalf("%s cannot move", p.Name)
	}
	from.flush()
	c.Run(0) // what pipes have taken up is there
	p.worker = next
	if err := next.router.Adopt(c.clock.time(), moving, &next.out); err != nil {
		c.tb.Fatalf("%s, on its way: %v", p.Name, err)
	}
	next.router.Unexpect(c.clock.time(), room, &next.out)
	next.flush()
}

// deliver takes a datagram to whoever has the address, over its link.
func (c *Call) deliver(burst sfu.Burst, data []byte) {
	p := c.byID[burst.Peer]
	if burst.Peer == 0 {
		p = c.at[burst.To]
	}
	if p == nil {
		return
	}
	d := c.datagram(len(data))
	copy(d.data, data)
	d.peer, d.up, d.to = p, false, burst.To
	p.down.carry(d)
}

// piped takes a copy of a packet that crosses to another worker.
func (c *Call) piped(p *sfu.Piped) *sfu.Piped {
	var copied *sfu.Piped
	if last := len(c.spare) - 1; last >= 0 {
		copied = c.spare[last]
		c.spare = c.spare[:last]
	} else {
		copied = &sfu.Piped{Data: make([]byte, 0, sfu.MTU)}
	}
	data := append(copied.Data[:0], p.Data...)
	*copied = *p
	copied.Data = data
	return copied
}

func (c *Call) freePiped(p *sfu.Piped) { c.spare = append(c.spare, p) }

// note adds an arrival to the trace: when, how long, and its two ends. Of a sealed packet the last bytes are the tag over all
// of it (RFC 7714 §5.1), so that nothing is left out.
func (c *Call) note(data []byte) {
	c.Arrived++
	h := c.trace ^ uint64(c.clock.now)<<11 ^ uint64(len(data))
	if len(data) >= 16 {
		h = chance.Mix(h ^ binary.LittleEndian.Uint64(data))
		h ^= binary.LittleEndian.Uint64(data[len(data)-8:])
	}
	c.trace = chance.Mix(h)
}
