package sfu

import (
	"iter"
	"net/netip"
	"time"
)

// MTU is the largest UDP payload the router reads or writes, in bytes.
const MTU = 1500

// The bounds of one Out. A host asks Full after each call into the router and flushes when it is, so one
// call may add up to packetsMax-packetsAtOnce packets: what one packet fans out to on one worker. One of Forward adds
// packetsAtOnce and the rest of one peer's.
const (
	eventsFull = 2048
	packetsMax = 8192
	chunkSize  = 64 // packets allocated at once, about 96 KiB
)

// Out is what a turn of the router produced. The host owns it, reads it after the turn and calls Reset.
// Nothing in it outlives Reset. It grows to its bounds and then allocates no more. The zero Out is ready.
type Out struct {
	// Peers are the peers with something to send, in the order of their first packet. Everything due to
	// a peer leaves together: the host walks a peer's packets and sends them as one burst.
	Peers []Burst
	// Events are for the rooms and for the host itself.
	Events []Event
	// Handshakes are DTLS datagrams (RFC 7983 first byte 20–63) from proven addresses, for the host's
	// handshake goroutines. Data is borrowed from the datagram passed to Gather or Receive: copy it.
	Handshakes []Handshake
	// Piped are decrypted packets that cross to another worker. Data is owned by Out.
	Piped []Piped
	// Dropped counts packets that found Out full. Reset leaves it.
	Dropped uint64
	// Sent counts the packets of all bursts, Bytes what they hold together.
	Sent, Bytes int

	chunks []*[chunkSize]packet // the arena; packets never move
	used   int32
}

// packet is one datagram to send: a link of its burst's chain.
type packet struct {
	next int32 // index of the burst's next packet, -1 at its end
	size int32
	data [MTU]byte
}

// Burst is everything that leaves for one peer in this turn.
type Burst struct {
	To          netip.AddrPort
	Peer        PeerID // 0: an answer to a STUN check
	Count       int32  // packets in the burst
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
	// Captured is the server's time of the packet's RTP timestamp, so that sound and picture stay synchronised.
	Captured time.Time
	Level    uint8  // voice activity and level of a microphone, as in RFC 6464 §3; 127 when unknown
	Data     []byte // the RTP packet with the publisher's header; at most MTU bytes
}

// EventKind names what happened.
type EventKind uint8

const (
	// PeerProven: the first valid check nominated an address; the handshake may begin. Address is set.
	PeerProven EventKind = iota + 1
	// PeerMoved: a later nomination came from another address. Address is set.
	PeerMoved
	// PeerChecked: a further valid check came from the nominated address. Address is set.
	PeerChecked
	// PeerLost: no valid check for 30 s (RFC 7675 §5.1), or the peer was ended for a reason in Reason.
	PeerLost
	// SlotSwitched: from RTP timestamp FromTS on, Slot of Peer carries Track (0: nothing any more).
	SlotSwitched
	// SlotRests: the picture of Track in Slot of Peer is not sent, for the peer's path has no room (0: it is, or may be).
	SlotRests
	// SpeakersChanged: Speakers of Room, the loudest first.
	SpeakersChanged
	// KeyframeWanted: a piped track needs a keyframe; the host passes it to the worker that owns Track.
	KeyframeWanted
	// PipeWanted: a peer here wants Track, which lives on another worker; the host has it piped here.
	PipeWanted
	// PipeUnwanted: nobody here wants Track any longer.
	PipeUnwanted
	// LayersWanted: Layers of Track, wherever it lives, are what peers here have use for.
	LayersWanted
)

// Event is something the host or the rooms must know. Which fields are set depends on Kind.
type Event struct {
	Kind     EventKind
	Peer     PeerID
	Room     RoomID
	Track    Track
	Layer    uint8
	Layers   uint8  // bit by bit, the smallest first
	Slot     int    // index in PeerParams.Slots
	FromTS   uint32 // RTP timestamp, in the slot's clock
	Address  netip.AddrPort
	Speakers [3]Track // microphone tracks; 0 where fewer speak
	Reason   string
}

// Reset empties the turn and keeps its memory.
func (o *Out) Reset() {
	o.Peers, o.Events = o.Peers[:0], o.Events[:0]
	clear(o.Handshakes) // let go of the host's read buffers
	o.Handshakes = o.Handshakes[:0]
	o.Piped = o.Piped[:0]
	o.used, o.Sent, o.Bytes = 0, 0, 0
}

// Full tells the host to flush before it calls the router again.
func (o *Out) Full() bool { return o.used >= packetsAtOnce || len(o.Events) >= eventsFull }

// Packets yields the burst's packets in the order in which they must leave.
func (o *Out) Packets(b Burst) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := b.first; i >= 0; {
			p := o.at(i)
			if !yield(p.data[:p.size]) {
				return
			}
			i = p.next
		}
	}
}

func (o *Out) at(i int32) *packet { return &o.chunks[i/chunkSize][i%chunkSize] }

// memory gives MTU bytes of room for the next packet, or nil when Out is full. Nothing is taken until push.
func (o *Out) memory() []byte {
	if o.used >= packetsMax {
		o.Dropped++
		return nil
	}
	if int(o.used) == len(o.chunks)*chunkSize {
		o.chunks = append(o.chunks, new([chunkSize]packet))
	}
	return o.at(o.used).data[:]
}

// push appends the first size bytes of memory to the burst of a peer. burst is where the peer remembers its
// burst's index; a stale one is told by the burst found there being someone else's.
func (o *Out) push(burst *int32, id PeerID, to netip.AddrPort, size int) {
	at := o.used
	o.used++
	p := o.at(at)
	p.next, p.size = -1, int32(size)
	o.Sent++
	o.Bytes += size
	if i := int(*burst); i < len(o.Peers) {
		if b := &o.Peers[i]; b.Peer == id && b.To == to {
			o.at(b.last).next = at
			b.last = at
			b.Count++
			return
		}
	}
	*burst = int32(len(o.Peers))
	o.Peers = append(o.Peers, Burst{To: to, Peer: id, Count: 1, first: at, last: at})
}

// answer appends a STUN answer: a burst of its own, to whoever asked.
func (o *Out) answer(to netip.AddrPort, size int) {
	none := int32(len(o.Peers))
	o.push(&none, 0, to, size)
}

// copied takes a copy of data that lives as long as the turn, or nil when Out is full.
func (o *Out) copied(data []byte) []byte {
	m := o.memory()
	if m == nil {
		return nil
	}
	o.used++
	return m[:copy(m, data)]
}
