// Package sfu is the pure core that forwards media between the peers of one worker.
package sfu

// CONTRACT (to be implemented; the host in package media calls exactly this):
//
//	func New(c Config) *Router
//	type Config struct {
//		Chance func() uint64 // randomness
//		Worker int           // this worker's number, for pipes
//	}
//
//	// Peers. A peer exists from its offer on: STUN checks are answered, DTLS passes to the host.
//	func (r *Router) AddPeer(now time.Time, id PeerID, p PeerParams) error
//	func (r *Router) UpdatePeer(now time.Time, id PeerID, p PeerParams) error   // further offer: more slots, ICE restart. Slots that exist keep their SSRCs
//	func (r *Router) SetKeys(now time.Time, id PeerID, k Keys) error            // after the handshake; media flows from now on
//	func (r *Router) Enter(now time.Time, id PeerID, room RoomID, seat uint32)  // admitted: may send and receive. seat gives the track numbers
//	func (r *Router) RemovePeer(now time.Time, id PeerID, out *Out)             // the peer and its tracks are gone
//
//	// Rules that the meeting decided.
//	func (r *Router) SetTrack(now time.Time, room RoomID, t Track, s TrackState, out *Out) // a track whose owner may live on another worker too
//	func (r *Router) SetView(now time.Time, id PeerID, wishes []Wish, out *Out)
//
//	// Pipes. A track that lives on another worker is fed here by ReceivePiped.
//	func (r *Router) StartPipe(now time.Time, room RoomID, t Track, worker int) // on the owner: copy the track to worker
//	func (r *Router) StopPipe(now time.Time, room RoomID, t Track, worker int)
//	func (r *Router) ReceivePiped(now time.Time, p Piped, out *Out)
//	func (r *Router) RequestKeyframe(now time.Time, room RoomID, t Track, layer uint8, out *Out) // came back through a pipe
//
//	// Time and packets.
//	func (r *Router) Receive(now time.Time, from netip.AddrPort, datagram []byte, out *Out)
//	func (r *Router) Tick(now time.Time, out *Out)
//	func (r *Router) Deadline() time.Time
//
//	// What operators and people may know.
//	func (r *Router) PeerStats(id PeerID) (PeerStats, bool)
//	func (r *Router) Counters() Counters // every drop has a name
//
// Out (out.go) gets: func (o *Out) Reset(); func (o *Out) Packets(b Burst) iter over []byte in order;
// func (o *Out) Full() bool (the host flushes mid-turn when it is).
