package sfu

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/srtp/v3"

	"noom/internal/sfu/bwe"
	"noom/internal/sfu/ice"
	"noom/internal/sfu/layer"
	"noom/internal/sfu/twcc"
)

const (
	// maxSSRCs are the streams that one peer may send: four m-lines with three layers and their RTX use at most 24.
	maxSSRCs = 64
	// maxSlots bounds what an offer can make us keep: 64 m-lines less the four that send.
	maxSlots = 60
)

// peer is a participant's media endpoint.
type peer struct {
	id     PeerID
	params PeerParams
	room   *room // nil before it entered
	seat   uint32
	since  time.Time // when it was added

	agent     *ice.Agent
	address   netip.AddrPort // nominated: where we send; invalid before
	addresses []address      // proven: where we listen
	consent   time.Time      // the last valid check
	spoke     time.Time      // the last datagram that is no check; zero before the first
	nominated bool           // an address was, once
	lost      bool
	opens     *srtp.Context // nil before the handshake ended
	seals     seals
	burst     int32 // its index in Out.Peers, see Out.push

	ingress
	egress

	due   time.Time // its next tick; zero when nothing is waited for
	stats PeerStats
}

// ingress is what a peer sends us and what we tell it about that.
type ingress struct {
	sources  [4]*source // by Kind; nil where it has no m-line for it
	inbound  map[uint32]*inbound
	heard    []*inbound // the same, in order of appearance
	formats  [128]format
	senders  map[uint32]struct{} // SSRCs that its RTCP came from, each a state in the SRTP context
	clock    clock
	twcc     twcc.Recorder
	feedback time.Time // when transport-wide feedback is due; zero while nothing is pending
	reports  time.Time // when receiver reports are due; zero while nothing is mapped
}

// egress is what a peer receives.
type egress struct {
	slots  []*slot
	audio  []*slot // the slots of each sort, in order: audio[i] and video[i] are a pair for i < 4
	video  []*slot
	wishes []Wish
	types  [RED + 1]PayloadType // by Codec; PT 0 where the peer lacks it
	rtt    time.Duration        // 0 while unknown
	repair int                  // bytes that may be retransmitted to it now
	shares [2][]share           // of the turns

	numbered  bool           // slots have transport-wide numbers, and padding can be sent to find out what its path carries
	bandwidth bwe.Controller // of what leaves with them
	division  division
	paced     bool // pictures leave no faster than bandwidth allows
	held      held
}

// format is what a payload type means on the way in.
type format struct {
	codec Codec // NoCodec: not agreed
	rtx   bool
	media uint8 // the payload type that is repaired (RFC 4588 §8.6 apt); the same one where rtx is false
}

// AddPeer makes a peer, from its offer on: its checks are answered and its DTLS passes to the host.
func (r *Router) AddPeer(now time.Time, id PeerID, params PeerParams) error {
	if id == 0 || r.peers[id] != nil {
		return fmt.Errorf("adding peer %d: the id is taken", id)
	}
	if err := r.validate(nil, params); err != nil {
		return fmt.Errorf("adding peer %d: %w", id, err)
	}
	p := &peer{id: id, since: now, consent: now}
	p.inbound = make(map[uint32]*inbound)
	p.senders = make(map[uint32]struct{})
	r.peers[id] = p
	r.order = append(r.order, p)
	r.settle(now, p, params)
	return nil
}

// UpdatePeer takes what a further offer settled: more slots, or new ICE credentials. Slots and sources that exist stay.
func (r *Router) UpdatePeer(now time.Time, id PeerID, params PeerParams) error {
	p := r.peers[id]
	if p == nil {
		return fmt.Errorf("updating peer %d: there is none", id)
	}
	if err := r.validate(p, params); err != nil {
		return fmt.Errorf("updating peer %d: %w", id, err)
	}
	if params.LocalUfrag != p.params.LocalUfrag {
		delete(r.ufrags, p.params.LocalUfrag)
		p.consent, p.lost = now, false // RFC 8445 §9: a restart begins afresh; media keeps its path meanwhile
	}
	r.settle(now, p, params)
	if p.room != nil {
		p.room.dirty = true
		r.remind(now)
	}
	return nil
}

func (r *Router) validate(p *peer, params PeerParams) error {
	if params.LocalUfrag == "" || params.LocalPwd == "" {
		return errors.New("no ICE credentials")
	}
	if other := r.ufrags[params.LocalUfrag]; other != nil && other != p {
		return errors.New("the ufrag is taken")
	}
	if len(params.Slots) > maxSlots {
		return fmt.Errorf("%d slots, more than %d", len(params.Slots), maxSlots)
	}
	if p != nil {
		if err := sameSlots(p.params.Slots, params.Slots); err != nil {
			return err
		}
	}
	for _, s := range params.Sources {
		if len(s.RIDs) > layer.Max {
			return fmt.Errorf("%d layers of one source, more than %d", len(s.RIDs), layer.Max)
		}
	}
	return nil
}

// sameSlots tells whether the slots that exist are still where they were: two with one SSRC would seal different packets
// under the same numbers (RFC 7714 §8.1).
func sameSlots(before, after []Slot) error {
	if len(after) < len(before) {
		return errors.New("slots cannot be taken back")
	}
	for i, s := range before {
		if after[i].SSRC != s.SSRC || after[i].RTX != s.RTX {
			return fmt.Errorf("slot %d is another one now", i)
		}
	}
	return nil
}

// settle puts validated parameters to work.
func (r *Router) settle(now time.Time, p *peer, params PeerParams) {
	p.params = params
	p.agent = ice.NewAgent(params.LocalPwd, params.RemoteUfrag)
	r.ufrags[params.LocalUfrag] = p
	p.settleFormats()
	for i := range params.Sources {
		r.settleSource(p, &params.Sources[i])
	}
	for i := len(p.slots); i < len(params.Slots); i++ {
		r.addSlot(p, i)
	}
	to, _ := p.padded()
	p.numbered = to != nil
	r.wake(p, now)
}

func (p *peer) settleFormats() {
	p.formats = [128]format{}
	p.types = [RED + 1]PayloadType{}
	for _, t := range p.params.PayloadTypes {
		if t.Codec == NoCodec || t.Codec > RED || t.PT == 0 || t.PT > 127 || t.RTX > 127 {
			continue
		}
		p.formats[t.PT] = format{codec: t.Codec, media: t.PT}
		if t.RTX != 0 {
			p.formats[t.RTX] = format{codec: t.Codec, rtx: true, media: t.PT}
		}
		if p.types[t.Codec].PT == 0 {
			p.types[t.Codec] = t
		}
	}
}

// Enter admits a peer to a room: it may send and receive. The seat gives the numbers of its tracks. A peer that was in the
// seat before gives them up.
func (r *Router) Enter(now time.Time, id PeerID, in RoomID, seat uint32) {
	p := r.peers[id]
	if p == nil || p.room != nil {
		return
	}
	m := r.openRoom(in)
	p.room, p.seat = m, seat
	m.peers = append(m.peers, p)
	for _, s := range p.sources {
		if s != nil {
			m.adopt(s, seat)
		}
	}
	m.dirty = true // placed by the next Tick: Enter has no Out
	r.remind(now)
}

// RemovePeer takes a peer away, with its tracks, its slots and everything kept for it. A track that is let out stays so,
// should its participant come back with another peer.
func (r *Router) RemovePeer(now time.Time, id PeerID, out *Out) {
	p := r.peers[id]
	if p == nil {
		return
	}
	r.abandonTurns()
	for _, sl := range p.slots {
		sl.leave()
	}
	for _, a := range p.addresses {
		delete(r.proven, a.at)
	}
	delete(r.ufrags, p.params.LocalUfrag)
	delete(r.peers, id)
	if r.sender == p {
		r.sender = nil
	}
	r.order = slices.DeleteFunc(r.order, func(other *peer) bool { return other == p })
	m := p.room
	if m == nil {
		return
	}
	m.peers = slices.DeleteFunc(m.peers, func(other *peer) bool { return other == p })
	for _, s := range p.sources {
		if s != nil {
			m.orphan(s)
		}
	}
	r.place(now, m, out)
	r.closeIfEmpty(m, out)
}

func (p *peer) roomID() RoomID {
	if p.room == nil {
		return 0
	}
	return p.room.id
}

// receives tells whether packets may be sent to the peer.
func (p *peer) receives() bool { return p.seals.ready() && p.address.IsValid() }
