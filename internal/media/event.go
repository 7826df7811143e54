package media

import (
	"net/netip"
	"time"

	"noom/internal/sfu"
)

// EventKind names what a room is told.
type EventKind uint8

const (
	// PeerConnected: the handshake is done; media flows once the peer has entered.
	PeerConnected EventKind = iota + 1
	// PeerLost: the peer has ended for Reason, and is removed.
	PeerLost
	// SlotSwitched: from RTP timestamp FromTS on, Slot of Peer carries Track (0: nothing).
	SlotSwitched
	// SlotRests: the picture of Track in Slot of Peer is not sent, for the peer's path has no room (0: it is, or may be).
	SlotRests
	// SpeakersChanged: Speakers, the loudest first.
	SpeakersChanged
	// LayersWanted: nobody has use for other layers of Track than Layers.
	LayersWanted
	// PathFound: Peer's media goes to Address over Proto. Comes again when either changes or RTT becomes known.
	PathFound
)

// Event is something a room must know. Which fields are set depends on Kind.
type Event struct {
	Kind     EventKind
	Peer     sfu.PeerID
	Slot     int // index in PeerParams.Slots
	Track    sfu.Track
	Layers   uint8  // bit by bit, the smallest first
	FromTS   uint32 // RTP timestamp in the slot's clock
	Speakers [3]sfu.Track
	Address  netip.AddrPort
	Proto    string        // "udp"
	RTT      time.Duration // 0: not known
	Reason   string
}
