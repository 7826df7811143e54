package sfu

import (
	"net/netip"
	"time"
)

// PeerStats is what may be known of one peer. Counts are since AddPeer.
type PeerStats struct {
	Address         netip.AddrPort // where we send; invalid before the first nomination
	RTT             time.Duration  // 0: unknown; only receivers tell
	PacketsReceived uint64
	BytesReceived   uint64 // UDP payload
	PacketsSent     uint64
	BytesSent       uint64 // UDP payload
	Retransmitted   uint64 // packets sent again to it
	RetransmitAsked uint64 // packets asked of it again
	Recovered       uint64 // packets that came as retransmissions
	Restored        uint64 // packets that were lost, and came as copies in later ones
	KeyframesAsked  uint64 // requests sent to it
	SSRCs           int    // streams that it sends, RTX included
	Carrying        int    // slots that carry something
}

// Counters count for the life of the router. Every datagram and packet that is dropped adds one to exactly one of those
// below the line.
type Counters struct {
	PacketsReceived, BytesReceived   uint64 // every datagram given to Gather or Receive
	PacketsForwarded, BytesForwarded uint64 // media, sealed
	Retransmitted                    uint64
	Restored                         uint64 // from copies in later packets
	PacketsPiped                     uint64 // copies handed to other workers
	Checks                           uint64 // valid STUN checks
	KeyframesAsked                   uint64

	// On the way in.
	TooLarge      uint64 // more than MTU bytes
	Unknown       uint64 // neither STUN, DTLS, RTP nor RTCP
	Strangers     uint64 // from an address that is not proven
	BadChecks     uint64 // STUN that is no binding request, has an unknown ufrag or a bad integrity
	Early         uint64 // RTP or RTCP before the keys
	Malformed     uint64
	Unauthentic   uint64 // does not open, or is a replay
	SSRCFlood     uint64 // an SSRC beyond maxSSRCs
	Unmapped      uint64 // an SSRC of which neither MID nor offer tells the m-line
	UnknownFormat uint64 // a payload type that was not agreed
	Padding       uint64 // packets without payload: probes
	Duplicates    uint64
	Late          uint64 // older than the cache
	Muted         uint64 // of a track that is off, or of a peer that has not entered
	NotPiped      uint64 // piped packets of a track or room unknown here

	// On the way out, per slot.
	NoCodec        uint64 // the receiver did not agree to the codec
	Outdated       uint64 // older than the switch of the slot's source, or gathered before its stream restarted
	SealedBefore   uint64 // another packet was sealed under its number, or may have been
	Unwritable     uint64 // could not be rewritten or sealed
	NoMemory       uint64 // Out was full
	NotKept        uint64 // asked for again, but no longer in the cache
	RepairLimited  uint64 // asked for again beyond 25 % of the traffic
	RepairRepeated uint64 // asked for again too soon, see repeated
	TooOld         uint64 // asked for again when it could no longer be of use
	Abandoned      uint64 // gathered, and dropped when a panic ended a peer in the middle of a turn
}

// Counters gives a copy of the router's counters.
func (r *Router) Counters() Counters { return r.counts }

// PeerStats tells about one peer; ok is false when there is none with this id.
func (r *Router) PeerStats(id PeerID) (s PeerStats, ok bool) {
	p := r.peers[id]
	if p == nil {
		return PeerStats{}, false
	}
	s = p.stats
	s.Address, s.RTT, s.SSRCs = p.address, p.rtt, len(p.inbound)
	for _, sl := range p.slots {
		if sl.carried != 0 {
			s.Carrying++
		}
	}
	return s, true
}
