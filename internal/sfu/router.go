// Package sfu is the pure core that forwards media between the peers of one worker.
//
// It owns the worker's peers, rooms, tracks and slots, their SRTP contexts, packet caches and timers. Package media calls
// it, one method at a time: datagrams and commands go in together with the time, and what must leave is left in
// an Out. The router has no clock, no goroutine and no socket of its own.
//
// A packet's way: Gather (router.go) tells what it is and whose; ingress.go opens it, counts it and keeps it in its
// stream's cache; turn.go gathers it with the others of its turn, and Forward gives each peer all of them at once:
// egress.go rewrites them for each slot that takes the stream and seals them into Out.
// Who gets what is decided on change, not per packet: view.go and audio.go place tracks into slots, slot.go
// aims a slot at a layer, and the result is a list of slots at each stream. A track crosses to another worker by pipe.go, and
// a peer moves there by move.go and adopt.go.
package sfu

import (
	"net/netip"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"noom/internal/sfu/codec"
	"noom/internal/sfu/ice"
	"noom/internal/sfu/rtpx"
	"noom/internal/sfu/twcc"
)

// Config is what a Router needs from outside.
type Config struct {
	Chance func() uint64 // randomness
	Worker int           // this worker's number, for pipes
}

// Router forwards media between the peers of one worker. Its owner calls one method at a time.
type Router struct {
	config Config
	peers  map[PeerID]*peer
	ufrags map[string]*peer         // by our half of the username in their checks
	proven map[netip.AddrPort]*peer // the address gate: whose valid checks came from there
	rooms  map[RoomID]*room
	order  []*peer   // the peers in the order they came, so that the same input gives the same output
	open   []*room   // the rooms likewise
	next   time.Time // when Tick has something to do; zero when never
	turns  turns
	sender *peer // of the datagram or packet in hand; nil while it is not known, or out of a pipe
	counts Counters

	// Memory for the packet in hand, here so that nothing is allocated for it.
	plain    [2 * MTU]byte // opened, with room to move a restored header
	compose  [2 * MTU]byte // RTCP before it is sealed
	header   rtp.Header    // pion/srtp parses into these
	control  rtcp.Header
	check    ice.Request
	packet   rtpx.Packet
	unit     unit
	single   gatheredUnit // forwarded at once
	red      codec.RED    // the sound in hand as it came
	copies   redundancy   // and as it goes
	restored [MTU]byte
	level    [1]byte
	number   [2]byte
	element  [2]rtpx.Element
	arrived  twcc.Feedback
	padding  [mostPadding]byte
	lost     []uint16
	wished   []grant
	voices   []*track
	blocks   []rtpx.ReportBlock
}

// New gives a router without peers.
func New(c Config) *Router {
	r := &Router{
		config: c,
		turns:  newTurns(),
		peers:  make(map[PeerID]*peer),
		ufrags: make(map[string]*peer),
		proven: make(map[netip.AddrPort]*peer),
		rooms:  make(map[RoomID]*room),
		lost:   make([]uint16, 0, 512),
		blocks: make([]rtpx.ReportBlock, 0, maxSSRCs),
	}
	r.padding[mostPadding-1] = mostPadding // RFC 3550 §5.1: the last byte counts it
	return r
}

// Receive takes one datagram that arrived from an address, and forwards at once what it brings for others. The datagram is
// borrowed for the call, except where Out says otherwise.
func (r *Router) Receive(now time.Time, from netip.AddrPort, datagram []byte, out *Out) {
	r.Gather(now, from, datagram, out)
	for r.Forward(out) {
		continue // all at once: one packet's copies find room, see packetsMax
	}
}

// Gather is Receive, but what pictures the datagram brings for others wait for Forward. The host calls Forward before it removes
// a peer, until there is no more, and whenever Gathered is true, until it is not.
func (r *Router) Gather(now time.Time, from netip.AddrPort, datagram []byte, out *Out) {
	r.sender = nil
	r.counts.PacketsReceived++
	r.counts.BytesReceived += uint64(len(datagram))
	if len(datagram) > MTU {
		r.counts.TooLarge++
		return
	}
	class := rtpx.Classify(datagram)
	if class == rtpx.STUN {
		r.receiveCheck(now, from, datagram, out)
		return
	}
	p := r.proven[from]
	if p == nil || p.lost { // RFC 8445 §12: nothing is read from an address that no check has proven
		r.counts.Strangers++
		return
	}
	r.sender = p
	if away := now.Sub(p.spoke); away > cutOff && !p.spoke.IsZero() {
		r.returned(now, p)
	}
	p.spoke = now
	p.stats.PacketsReceived++
	p.stats.BytesReceived += uint64(len(datagram))
	switch class {
	case rtpx.DTLS:
		out.Handshakes = append(out.Handshakes, Handshake{Peer: p.id, Data: datagram})
	case rtpx.RTP:
		r.receiveRTP(now, p, datagram, out)
	case rtpx.RTCP:
		r.receiveRTCP(now, p, datagram, out)
	default:
		r.counts.Unknown++
	}
}

// Sender is the peer that the datagram in hand came from, or in Forward the packet. It is 0 while Gather or Receive had not found
// one, when nothing of any peer was touched, and where Forward had a packet out of a pipe. It is for a host that has to know at
// whose datagram or packet one of them panicked.
func (r *Router) Sender() PeerID {
	if r.sender == nil {
		return 0
	}
	return r.sender.id
}

// Deadline tells when Tick is next due: the zero time when nothing is waited for. It may be in the past.
func (r *Router) Deadline() time.Time { return r.next }

// Tick does everything that is due: feedback, reports, requests, timeouts, and what commands without an Out left to do.
func (r *Router) Tick(now time.Time, out *Out) {
	r.next = time.Time{}
	for _, m := range r.open {
		r.tickRoom(now, m, out)
	}
	for _, p := range r.order {
		if !p.due.IsZero() && !p.due.After(now) {
			p.due = time.Time{}
			r.tickPeer(now, p, out)
		}
		r.remind(p.due)
	}
}

// remind brings the router's deadline forward to at. The zero time is never.
func (r *Router) remind(at time.Time) {
	if !at.IsZero() && (r.next.IsZero() || at.Before(r.next)) {
		r.next = at
	}
}

// wake brings a peer's next tick forward to at.
func (r *Router) wake(p *peer, at time.Time) {
	if p.due.IsZero() || at.Before(p.due) {
		p.due = at
		r.remind(at)
	}
}
