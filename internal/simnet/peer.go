package simnet

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v3"

	"noom/internal/sfu"
)

// What every simulated browser offers.
const (
	opusPT, vp8PT, rtxPT = 111, 96, 97

	midExtension, ridExtension, repairedExtension, congestionExtension, levelExtension = 1, 2, 3, 4, 5

	audioSlots, videoSlots = 4, 10

	// checkEvery is how often a browser repeats its connectivity checks.
	checkEvery = 2500 * time.Millisecond
	// reportEvery is how often a browser sends its reports.
	reportEvery = time.Second
)

// Peer is a simulated browser in the call.
type Peer struct {
	Name string
	Seat uint32
	// LostFor is why the router gave the peer up; empty while it has not.
	LostFor string

	call    *Call
	worker  *worker
	id      sfu.PeerID
	params  sfu.PeerParams
	address netip.AddrPort
	up      path
	down    path
	gone    bool
	sound   Sound

	seals, opens *srtp.Context
	secured      bool
	congestion   uint16 // the last transport-wide sequence number

	streams []*stream
	slots   []*slot
}

// Join brings a browser into the call, with links that are merely 10 ms long. Media flows after its handshake, about
// four link delays later.
func (c *Call) Join(name string) *Peer {
	return c.JoinOver(name, Link{Delay: 10 * time.Millisecond}, Link{Delay: 10 * time.Millisecond})
}

// JoinOver is Join over the given links.
func (c *Call) JoinOver(name string, up, down Link) *Peer {
	c.seats++
	p := &Peer{
		Name: name, Seat: c.seats, id: sfu.PeerID(c.seats), call: c,
		worker:  c.workers[int(c.seats-1)%len(c.workers)],
		address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(c.seats >> 8), byte(c.seats)}), 5000),
		up:      path{Link: up, flow: uint64(c.seats) * 2},
		down:    path{Link: down, flow: uint64(c.seats)*2 + 1},
	}
	p.offer()
	for _, params := range p.params.Slots {
		p.slots = append(p.slots, newSlot(p, params))
	}
	p.prepareStreams()
	c.peers = append(c.peers, p)
	c.byID[p.id] = p

	now := c.clock.now
	if err := p.worker.router.AddPeer(now, p.id, p.params); err != nil {
		c.tb.Fatalf("adding %s: %v", name, err)
	}
	p.worker.router.Enter(now, p.id, room, p.Seat)
	for t, s := range c.tracks {
		p.worker.router.SetTrack(now, room, t, s, &p.worker.out)
	}
	p.worker.flush()
	p.check()
	return p
}

// offer settles what sdp would settle.
func (p *Peer) offer() {
	n := p.Seat
	p.params = sfu.PeerParams{
		LocalUfrag: fmt.Sprintf("srv%d", n), LocalPwd: fmt.Sprintf("server-password-%06d", n),
		RemoteUfrag: fmt.Sprintf("cli%d", n), RemotePwd: fmt.Sprintf("client-password-%06d", n),
		PayloadTypes: []sfu.PayloadType{{Codec: sfu.Opus, PT: opusPT}, {Codec: sfu.VP8, PT: vp8PT, RTX: rtxPT}},
		Extensions: sfu.Extensions{
			MID: midExtension, RID: ridExtension, RepairedRID: repairedExtension,
			TransportWideCC: congestionExtension, AudioLevel: levelExtension,
		},
		Sources: []sfu.Source{
			{MID: "0", Kind: sfu.Microphone},
			{MID: "1", Kind: sfu.Camera, RIDs: []string{"q", "h", "f"}},
			{MID: "2", Kind: sfu.Screen},
			{MID: "3", Kind: sfu.ScreenAudio},
		},
	}
	for i := range audioSlots + videoSlots {
		s := sfu.Slot{MID: fmt.Sprint(4 + i), Audio: i < audioSlots, SSRC: 100_000*n + uint32(i)*2, Codecs: []sfu.Codec{sfu.Opus}}
		if !s.Audio {
			s.RTX, s.Codecs = s.SSRC+1, []sfu.Codec{sfu.VP8}
		}
		p.params.Slots = append(p.params.Slots, s)
	}
	p.offerSound()
}

// secure ends the handshake: both sides have the keys.
func (p *Peer) secure() {
	if p.gone || p.secured {
		return
	}
	key := func(b byte) ([]byte, []byte) {
		key, salt := make([]byte, 16), make([]byte, 12)
		for i := range key {
			key[i] = b ^ byte(p.Seat) ^ byte(i*7)
		}
		return key, salt
	}
	k := sfu.Keys{Profile: uint16(srtp.ProtectionProfileAeadAes128Gcm)}
	k.LocalKey, k.LocalSalt = key(0xa5)
	k.RemoteKey, k.RemoteSalt = key(0x5a)
	var err error
	if p.seals, err = srtp.CreateContext(k.RemoteKey, k.RemoteSalt, srtp.ProtectionProfileAeadAes128Gcm); err != nil {
		p.call.tb.Fatal(err)
	}
	if p.opens, err = srtp.CreateContext(k.LocalKey, k.LocalSalt, srtp.ProtectionProfileAeadAes128Gcm); err != nil {
		p.call.tb.Fatal(err)
	}
	if err = p.worker.router.SetKeys(p.call.clock.now, p.id, k); err != nil {
		p.call.tb.Fatal(err)
	}
	p.secured = true
	p.call.clock.after(reportEvery, p.report)
}

// check sends a connectivity check that nominates, now and again.
func (p *Peer) check() {
	if p.gone {
		return
	}
	var id [stun.TransactionIDSize]byte
	for i := range id {
		id[i] = byte(p.call.chance.Uint64())
	}
	m, err := stun.Build(stun.BindingRequest, stun.NewTransactionIDSetter(id),
		stun.NewUsername(p.params.LocalUfrag+":"+p.params.RemoteUfrag),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x6e, 0, 0, 1}},
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)},
		stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(p.params.LocalPwd), stun.Fingerprint)
	if err != nil {
		p.call.tb.Fatal(err)
	}
	p.send(m.Raw)
	p.call.clock.after(checkEvery, p.check)
}

// send brings a datagram to the router over the uplink, from where the peer is now.
func (p *Peer) send(datagram []byte) {
	from := p.address
	p.call.carry(&p.up, datagram, func(d []byte) { p.worker.receive(from, d) })
}

// Roam moves the peer to another address, as a phone that leaves the Wi-Fi. Its next check comes at once.
func (p *Peer) Roam() {
	p.address = netip.AddrPortFrom(p.address.Addr().Next(), p.address.Port()+1)
	p.check()
}

// Uplink and Downlink change the peer's network.
func (p *Peer) Uplink(l Link)   { p.up.Link = l }
func (p *Peer) Downlink(l Link) { p.down.Link = l }

// Vanish ends the peer without a word, as a machine that loses power.
func (p *Peer) Vanish() { p.gone = true }

// Leave ends the peer as its leaving participant does.
func (p *Peer) Leave() {
	if p.call.byID[p.id] == nil {
		return
	}
	delete(p.call.byID, p.id)
	p.gone = true
	p.worker.router.RemovePeer(p.call.clock.now, p.id, &p.worker.out)
	p.worker.flush()
	for t := range p.call.tracks {
		if t.Seat() == p.Seat {
			p.call.setTrack(t, sfu.Off)
			delete(p.call.tracks, t)
		}
	}
}

// Show tells the router which cameras and screens the peer looks at, each on a tile of the given width at 16:9.
func (p *Peer) Show(width int, tracks ...sfu.Track) {
	var wishes []sfu.Wish
	for _, t := range tracks {
		wishes = append(wishes, sfu.Wish{Track: t, Width: uint16(width), Height: uint16(width * 9 / 16)})
	}
	p.worker.router.SetView(p.call.clock.now, p.id, wishes, &p.worker.out)
	p.worker.flush()
}

// Track is the number of what the peer sends.
func (p *Peer) Track(k sfu.Kind) sfu.Track { return sfu.NewTrack(p.Seat, k) }

// receive takes a datagram off the downlink.
func (p *Peer) receive(datagram []byte) {
	p.call.note(datagram)
	if p.gone || !p.secured || len(datagram) < 2 || datagram[0] < 128 {
		return // a STUN answer, or media before the handshake
	}
	if datagram[1] >= 192 && datagram[1] <= 223 {
		p.receiveControl(datagram)
		return
	}
	plain, err := p.opens.DecryptRTP(nil, datagram, nil)
	if err != nil {
		return // a copy of what has been here
	}
	var packet rtp.Packet
	if err := packet.Unmarshal(plain); err != nil {
		p.call.tb.Fatalf("%s got a packet that cannot be read: %v", p.Name, err)
	}
	for _, s := range p.slots {
		if s.params.SSRC == packet.SSRC || s.params.RTX == packet.SSRC && packet.SSRC != 0 {
			s.receive(&packet)
			return
		}
	}
	p.call.tb.Fatalf("%s got a packet of the unknown SSRC %d", p.Name, packet.SSRC)
}

func (p *Peer) receiveControl(datagram []byte) {
	plain, err := p.opens.DecryptRTCP(nil, datagram, nil)
	if err != nil {
		return
	}
	packets, err := rtcp.Unmarshal(plain)
	if err != nil {
		p.call.tb.Fatalf("%s got RTCP that cannot be read: %v", p.Name, err)
	}
	for _, packet := range packets {
		switch packet := packet.(type) {
		case *rtcp.TransportLayerNack:
			p.resend(packet)
		case *rtcp.PictureLossIndication:
			if s := p.stream(packet.MediaSSRC); s != nil {
				s.refresh = true
				s.Refreshes++
			}
		case *rtcp.SenderReport:
			for _, s := range p.slots {
				if s.params.SSRC == packet.SSRC {
					s.reportedNTP, s.reportedAt = packet.NTPTime, p.call.clock.now
				}
			}
		}
	}
}

// control sends RTCP.
func (p *Peer) control(packets ...rtcp.Packet) {
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		p.call.tb.Fatal(err)
	}
	sealed, err := p.seals.EncryptRTCP(nil, plain, nil)
	if err != nil {
		p.call.tb.Fatal(err)
	}
	p.send(sealed)
}

// report sends a sender report per stream and a receiver report per slot, each second.
func (p *Peer) report() {
	if p.gone {
		return
	}
	now := p.call.clock.now
	for _, s := range p.streams {
		if s.packets > 0 {
			p.control(&rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp(now), RTPTime: s.timestamp(now), PacketCount: s.packets, OctetCount: s.octets})
		}
	}
	for _, s := range p.slots {
		if s.began {
			p.control(&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{s.reception(now)}})
		}
	}
	p.call.clock.after(reportEvery, p.report)
}

// ntp writes a time as RTCP does (RFC 3550 §4).
func ntp(t time.Time) uint64 {
	const from1900 = 2_208_988_800
	return uint64(t.Unix()+from1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}
