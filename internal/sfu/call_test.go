package sfu

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v3"

	"noom/internal/sfu/rtpx"
)

// profiles are those that peers agree to: the sealing of our own and pion's.
var profiles = []srtp.ProtectionProfile{srtp.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAes128CmHmacSha1_80}

// call is a meeting under virtual time: routers, and peers with real STUN and SRTP on the far side of a perfect or lossy link.
type call struct {
	t       testing.TB
	now     time.Time
	workers []*Router
	outs    []*Out
	peers   []*testPeer
	events  []Event
	chance  uint64
	// lost tells whether a datagram is lost on its way from (up) or to a peer. nil: a perfect link.
	lost func(p *testPeer, up bool, datagram []byte) bool
	// pipes are the tracks piped now, by the worker that wants them.
	pipes map[pipeKey]bool
	// wanted are the layers that are, by the worker that says so.
	wanted map[Track]map[int]uint8
	cut    bool // pipes carry nothing
	// lag is how long pipes take; 0: they carry at once. queues hold what is in them, by the worker that gets it.
	lag    time.Duration
	queues map[int][]queued
	// forgetful: peers that send nothing keep nothing of what they get.
	forgetful bool
	// gathers: what peers send at one moment is one turn, as the host takes a batch. Otherwise each datagram is.
	gathers, sending bool
	// overlaps: after every other datagram of a turn one of those that get it does.
	overlaps bool
	taken    int
	// tells: peers that join from now on agree to transport-wide numbers on their slots.
	tells bool
	// offered changes what those who join from now on offer.
	offered func(*PeerParams)
	// profile of SRTP for those who join from now on.
	profile srtp.ProtectionProfile
}

// queued is what waits in a pipe.
type queued struct {
	due time.Time
	Piped
}

type pipeKey struct {
	track  Track
	worker int
}

const testRoom RoomID = 7

func newCall(t testing.TB, workers int) *call {
	t.Helper()
	c := &call{
		t: t, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), chance: 1, pipes: map[pipeKey]bool{}, wanted: map[Track]map[int]uint8{}, queues: map[int][]queued{},
		profile: srtp.ProtectionProfileAeadAes128Gcm,
	}
	for i := range workers {
		c.workers = append(c.workers, New(Config{Chance: c.random, Worker: i}))
		c.outs = append(c.outs, new(Out))
	}
	return c
}

// random is xorshift: the same numbers in each run.
func (c *call) random() uint64 {
	c.chance ^= c.chance << 13
	c.chance ^= c.chance >> 7
	c.chance ^= c.chance << 17
	return c.chance
}

// join brings a peer that is connected, keyed and in the room.
func (c *call) join(name string, worker int) *testPeer {
	c.t.Helper()
	p := c.add(name, worker, c.offered)
	p.connect()
	p.router().Enter(c.now, p.id, testRoom, p.seat)
	for i, w := range c.workers { // the host tells a worker what the meeting decided before
		for _, other := range c.peers {
			for kind, state := range other.states {
				w.SetTrack(c.now, testRoom, NewTrack(other.seat, kind), state, c.outs[i])
				c.flush(i)
			}
		}
	}
	c.run(0)
	return p
}

// add brings a peer that has only made its offer.
func (c *call) add(name string, worker int, change func(*PeerParams)) *testPeer {
	c.t.Helper()
	p := newTestPeer(c, name, worker)
	if change != nil {
		change(&p.params)
	}
	c.peers = append(c.peers, p)
	if err := p.router().AddPeer(c.now, p.id, p.params); err != nil {
		c.t.Fatalf("adding %s: %v", name, err)
	}
	return p
}

// publish lets a track out, as the meeting does: every worker is told.
func (c *call) publish(p *testPeer, k Kind, s TrackState) {
	p.states[k] = s
	for i, w := range c.workers {
		w.SetTrack(c.now, testRoom, NewTrack(p.seat, k), s, c.outs[i])
		c.flush(i)
	}
}

// run lets time pass: peers send, routers tick when they say.
func (c *call) run(d time.Duration) {
	c.t.Helper()
	end := c.now.Add(d)
	for turns := 0; ; turns++ {
		if turns > 1_000_000 {
			c.t.Fatal("time does not pass: a deadline stays in the past")
		}
		next, who := end, -1
		for i, w := range c.workers {
			if at := w.Deadline(); !at.IsZero() && !at.After(next) {
				next, who = at, i
			}
		}
		for _, p := range c.peers {
			if at := p.nextSend(); !at.IsZero() && at.Before(next) {
				next, who = at, -2
			}
		}
		for w, q := range c.queues {
			if len(q) > 0 && !q[0].due.After(next) {
				next, who = q[0].due, -3-w
			}
		}
		if next.After(c.now) {
			c.now = next
		}
		if who == -1 {
			return
		}
		if who <= -3 {
			c.piped(-3 - who)
			continue
		}
		if who == -2 {
			c.sending = true
			for _, p := range c.peers {
				p.send()
			}
			c.sending = false
			for i := range c.workers {
				c.forward(i)
			}
			continue
		}
		c.workers[who].Tick(c.now, c.outs[who])
		c.flush(who)
	}
}

// flush is the host's half: what a worker left in its Out goes where it should.
func (c *call) flush(worker int) {
	c.t.Helper()
	out := c.outs[worker]
	var deliver []func() // once out is empty: who receives may answer
	for _, b := range out.Peers {
		count := int32(0)
		for data := range out.Packets(b) {
			count++
			if p := c.at(b.To); p != nil && (!c.forgetful || len(p.streams) > 0) && (c.lost == nil || !c.lost(p, false, data)) {
				data = slices.Clone(data)
				deliver = append(deliver, func() { p.down(b, data) })
			}
		}
		if count != b.Count || count == 0 {
			c.t.Fatalf("a burst of %d packets yields %d", b.Count, count)
		}
	}
	events, piped := slices.Clone(out.Events), slices.Clone(out.Piped)
	for i := range piped {
		piped[i].Data = slices.Clone(piped[i].Data)
	}
	out.Reset()
	for _, d := range deliver {
		d()
	}
	c.events = append(c.events, events...)
	for _, e := range events {
		c.carryOut(worker, e)
	}
	for _, p := range piped {
		if c.lag > 0 {
			c.queues[p.Worker] = append(c.queues[p.Worker], queued{c.now.Add(c.lag), p})
		} else if !c.cut {
			c.workers[p.Worker].ReceivePiped(c.now, p, c.outs[p.Worker])
			c.flush(p.Worker)
		}
	}
}

// piped brings what is due of a worker's pipes.
func (c *call) piped(worker int) {
	for len(c.queues[worker]) > 0 && !c.queues[worker][0].due.After(c.now) {
		q := c.queues[worker][0]
		c.queues[worker] = c.queues[worker][1:]
		c.workers[worker].ReceivePiped(c.now, q.Piped, c.outs[worker])
		c.flush(worker)
	}
}

// drain brings all that is in a worker's pipes.
func (c *call) drain(worker int) {
	for i := range c.queues[worker] {
		c.queues[worker][i].due = c.now
	}
	c.piped(worker)
}

// carryOut does what the host does with the events about pipes and layers.
func (c *call) carryOut(worker int, e Event) {
	owner := 0
	for _, p := range c.peers {
		if p.seat == e.Track.Seat() {
			owner = p.worker
		}
	}
	switch e.Kind {
	case PipeWanted:
		c.pipes[pipeKey{e.Track, worker}] = true
		c.workers[owner].StartPipe(c.now, e.Room, e.Track, worker)
	case PipeUnwanted:
		delete(c.pipes, pipeKey{e.Track, worker})
		c.workers[owner].StopPipe(c.now, e.Room, e.Track, worker)
	case LayersWanted:
		if c.wanted[e.Track] == nil {
			c.wanted[e.Track] = make(map[int]uint8)
		}
		c.wanted[e.Track][worker] = e.Layers
		c.obey(e.Track)
	case KeyframeWanted:
		c.workers[owner].RequestKeyframe(c.now, e.Room, e.Track, e.Layer, c.outs[owner])
		c.flush(owner)
	}
}

// layers is what anybody wants of a track. A worker that has said nothing may want all.
func (c *call) layers(t Track) (layers uint8) {
	for i := range c.workers {
		said, ok := c.wanted[t][i]
		if !ok {
			said = AllLayers
		}
		layers |= said
	}
	return layers
}

// obey has senders send what is wanted, and no more, where they do so.
func (c *call) obey(t Track) {
	for _, p := range c.peers {
		if p.seat != t.Seat() || !p.obeys {
			continue
		}
		for _, s := range p.streams {
			if s.kind != t.Kind() {
				continue
			}
			wanted := c.layers(t)&(1<<strings.Index("qhf", s.rid)) != 0
			if wanted && s.next.IsZero() {
				s.next = c.now
				for _, other := range p.streams {
					other.key = other.key || other.kind == s.kind
				}
			} else if !wanted {
				s.next = time.Time{}
			}
		}
	}
}

func (c *call) at(a netip.AddrPort) *testPeer {
	for _, p := range c.peers {
		if p.address == a {
			return p
		}
	}
	return nil
}

// inject gives a datagram to a peer's worker as if it came from an address.
func (c *call) inject(p *testPeer, from netip.AddrPort, datagram []byte) {
	c.t.Helper()
	if p.held != nil {
		p.held = append(p.held, slices.Clone(datagram))
		return
	}
	if !c.gathers {
		p.router().Receive(c.now, from, datagram, c.outs[p.worker])
		c.flush(p.worker)
		return
	}
	p.router().Gather(c.now, from, datagram, c.outs[p.worker])
	if p.router().Gathered() || !c.sending {
		c.forward(p.worker)
	} else if c.taken++; c.overlaps && c.taken%2 == 0 {
		p.router().Forward(c.outs[p.worker])
		c.flush(p.worker)
	}
}

// forward is the host's end of a turn.
func (c *call) forward(worker int) {
	for c.workers[worker].Forward(c.outs[worker]) {
		c.flush(worker)
	}
	c.flush(worker)
}

// switches lists what a slot of a peer was said to carry, in order.
func (c *call) switches(p *testPeer, slot int) (tracks []Track) {
	for _, e := range c.events {
		if e.Kind == SlotSwitched && e.Peer == p.id && e.Slot == slot {
			tracks = append(tracks, e.Track)
		}
	}
	return tracks
}

// of counts the events of a kind.
func (c *call) of(k EventKind) (n int) {
	for _, e := range c.events {
		if e.Kind == k {
			n++
		}
	}
	return n
}

// checkRequest writes a STUN binding request.
func checkRequest(username, password string, nominate bool) []byte {
	setters := []stun.Setter{
		stun.TransactionID, stun.BindingRequest, stun.NewUsername(username),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{1, 2, 3, 4}},
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)},
	}
	if nominate {
		setters = append(setters, stun.RawAttribute{Type: stun.AttrUseCandidate})
	}
	setters = append(setters, stun.NewShortTermIntegrity(password), stun.Fingerprint)
	return stun.MustBuild(setters...).Raw
}

// vp8Payload is a picture's packet: descriptor with 15-bit picture id, TL0PICIDX and TID, then a frame header where it starts.
func vp8Payload(start, key bool, picture uint16, tl0 uint8, width, height uint16, size int) []byte {
	b := []byte{0x80, 0xe0, 0x80 | byte(picture>>8)&0x7f, byte(picture), tl0, 0}
	if start {
		b[0] |= 0x10
		if key {
			b = append(b, 0x10, 0, 0, 0x9d, 0x01, 0x2a)
			b = binary.LittleEndian.AppendUint16(b, width)
			b = binary.LittleEndian.AppendUint16(b, height)
		} else {
			b = append(b, 0x11, 0, 0)
		}
	}
	return append(b, make([]byte, max(0, size-len(b)))...)
}

// received is an RTP packet as a peer got it.
type received struct {
	at      time.Time
	packet  rtpx.Packet
	csrc    Track
	level   int // −1: none
	payload []byte
	picture uint16
	tl0     uint8
	key     bool
	size    int
}

func (g received) String() string {
	return fmt.Sprintf("seq %d ts %d csrc %d pic %d key %v", g.packet.Sequence, g.packet.Timestamp, g.csrc, g.picture, g.key)
}
