package sfu

import (
	"net/netip"
	"time"
)

// MTU is the largest UDP payload the router reads or writes, in bytes.
const MTU = 1500

// Out is what a turn of the router produced. The host owns it, reads it after the turn and calls Reset.
// Nothing in it outlives Reset. It grows to its bounds and then allocates no more.
type Out struct {
	// Peers are the peers with something to send, in the order of their first packet. Everything due to
	// a peer leaves together: the host walks a peer's packets and sends them as one burst.
	Peers []Burst
	// Events are for the rooms and for the host itself.
	Events []Event
	// Handshakes are DTLS datagrams (RFC 7983 first byte 20–63) from proven addresses, for the host's
	// handshake goroutines. Data is borrowed from the datagram passed to Receive: copy it.
	Handshakes []Handshake
	// Piped are decrypted packets that cross to another worker. Data is owned by Out.
	Piped []Piped
	// Dropped counts packets that found Out full.
	Dropped uint64

	packets []packet
	used    int
}

// Burst is everything that leaves for one peer in this turn.
type Burst struct {
	To          netip.AddrPort
	Peer        PeerID // 0: an answer to a STUN check
	first, last int32
}

// Handshake is a DTLS datagram that arrived for a peer.
type Handshake struct {
	Peer PeerID
	Data []byte
}

// Piped is one decrypted RTP packet on its way to another worker of this node.
type Piped struct {
	Worker  int
	Room    RoomID
	Track   Track
	Layer   uint8
	Codec   Codec
	Arrived time.Time
	Data    []byte // the RTP packet with the publisher's header; at most MTU bytes
}

// EventKind names what happened.
type EventKind uint8

const (
	// PeerProven: the first valid check nominated an address; the handshake may begin. Address is set.
	PeerProven EventKind = iota + 1
	// PeerMoved: a later nomination came from another address. Address is set.
	PeerMoved
	// PeerLost: no valid check for 30 s (RFC 7675 §5.1), or the peer was ended for a reason in Reason.
	PeerLost
	// SlotSwitched: from RTP timestamp FromTS on, Slot of Peer carries Track (0: nothing any more).
	SlotSwitched
	// SpeakersChanged: Speakers of Room, the loudest first.
	SpeakersChanged
	// KeyframeWanted: a piped track needs a keyframe; the host passes it to the worker that owns Track.
	KeyframeWanted
	// PipeWanted: a peer here wants Track, which lives on another worker; the host has it piped here.
	PipeWanted
	// PipeUnwanted: nobody here wants Track any longer.
	PipeUnwanted
)

// Event is something the host or the rooms must know. Which fields are set depends on Kind.
type Event struct {
	Kind     EventKind
	Peer     PeerID
	Room     RoomID
	Track    Track
	Layer    uint8
	Slot     int    // index in PeerParams.Slots
	FromTS   uint32 // RTP timestamp, in the slot's clock
	Address  netip.AddrPort
	Speakers [3]Track // microphone tracks; 0 where fewer speak
	Reason   string
}
