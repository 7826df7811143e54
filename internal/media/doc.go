// Package media is the host of sfu: UDP sockets, workers, DTLS handshakes and pipes.
package media

// CONTRACT (package rooms calls exactly this):
//
//	type Config struct {
//		Listen    string       // ":3000": UDP port for media
//		PublicIPs []netip.Addr // candidates; empty: every usable interface address
//		Workers   int          // 0: one per CPU core
//		Log       *slog.Logger
//	}
//	func New(c Config) (*Engine, error)            // binds the sockets, makes the certificate; starts nothing
//	func (e *Engine) Run(ctx context.Context) error
//	func (e *Engine) Candidates() []netip.AddrPort // for the answer
//	func (e *Engine) Fingerprint() string          // "sha-256 AB:CD:…"
//	func (e *Engine) OpenRoom() *Room
//	func (e *Engine) Stats() Stats
//
//	func (m *Room) AddPeer(ctx, sfu.PeerParams) (sfu.PeerID, error)
//	func (m *Room) UpdatePeer(ctx, sfu.PeerID, sfu.PeerParams) error
//	func (m *Room) Enter(ctx, id sfu.PeerID, seat uint32) error
//	func (m *Room) RemovePeer(ctx, sfu.PeerID) error
//	func (m *Room) SetTrack(ctx, sfu.Track, sfu.TrackState) error
//	func (m *Room) SetView(ctx, sfu.PeerID, []sfu.Wish) error
//	func (m *Room) Events() <-chan Event  // bounded; slot states coalesce when it is full, so that the newest truth always arrives
//	func (m *Room) Close()                // removes its peers
//
//	type Event struct { Kind; Peer; Slot; Track; FromTS; Speakers; Address; Reason; RTT … } // what rooms needs of sfu.Event: PeerConnected (DTLS done), PeerLost, SlotSwitched, SpeakersChanged, and PathFound (address, RTT if known)
//
// One worker per core, each a reader goroutine and a loop goroutine; peers (not rooms) are pinned to workers,
// round robin by load; a room may span workers. AddPeer etc. may be called from any goroutine.
