// Package sfu is the pure core that forwards media between the peers of one worker.
package sfu

import (
	"net/netip"
	"time"
)

// Config is what a Router needs from outside.
type Config struct {
	Chance func() uint64 // randomness
	Worker int           // this worker's number, for pipes
}

// Router forwards media between the peers of one worker. Its owner calls one method at a time.
type Router struct{}

// PeerStats is what may be known of one peer.
type PeerStats struct {
	RTT              time.Duration // 0: unknown
	Address          netip.AddrPort
	PacketsReceived  uint64
	BytesReceived    uint64
	PacketsSent      uint64
	BytesSent        uint64
	PacketsLost      uint64 // on the way to us, after recovery
	Retransmitted    uint64 // by us
	KeyframesAsked   uint64 // of this peer, by us
	RetransmitAsked  uint64 // of this peer, by us
	Tracks, Received int    // tracks it sends; slots that carry something
}

// Counters count for the life of the router. Every drop has a name.
type Counters struct {
	PacketsReceived, PacketsForwarded uint64
}

func New(c Config) *Router { return &Router{} }

func (r *Router) AddPeer(now time.Time, id PeerID, p PeerParams) error     { return nil }
func (r *Router) UpdatePeer(now time.Time, id PeerID, p PeerParams) error  { return nil }
func (r *Router) SetKeys(now time.Time, id PeerID, k Keys) error           { return nil }
func (r *Router) Enter(now time.Time, id PeerID, room RoomID, seat uint32) {}
func (r *Router) RemovePeer(now time.Time, id PeerID, out *Out)            {}
func (r *Router) SetTrack(now time.Time, room RoomID, t Track, s TrackState, out *Out) {
}
func (r *Router) SetView(now time.Time, id PeerID, wishes []Wish, out *Out) {}
func (r *Router) StartPipe(now time.Time, room RoomID, t Track, worker int) {}
func (r *Router) StopPipe(now time.Time, room RoomID, t Track, worker int)  {}
func (r *Router) ReceivePiped(now time.Time, p Piped, out *Out)             {}
func (r *Router) RequestKeyframe(now time.Time, room RoomID, t Track, layer uint8, out *Out) {
}
func (r *Router) Receive(now time.Time, from netip.AddrPort, datagram []byte, out *Out) {}
func (r *Router) Tick(now time.Time, out *Out)                                          {}
func (r *Router) Deadline() time.Time                                                   { return time.Time{} }
func (r *Router) PeerStats(id PeerID) (PeerStats, bool)                                 { return PeerStats{}, false }
func (r *Router) Counters() Counters                                                    { return Counters{} }
