package simnet

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v3"

	"noom/internal/sfu"
)

// What every simulated browser offers.
const (
	opusPT, redPT, vp8PT, rtxPT = 111, 63, 96, 97

	midExtension, ridExtension, repairedExtension, congestionExtension, levelExtension = 1, 2, 3, 4, 5

	audioSlots, videoSlots = 4, 10

	// checkEvery is how often a browser repeats its connectivity checks.
	checkEvery = 2500 * time.Millisecond
	// reportEvery is how often a browser sends its reports.
	reportEvery = time.Second
	// lossReports is over how many of the server's reports, one a second, libwebrtc smooths what it tells Opus of losses.
	lossReports = 10
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
	moves   uint16 // of the address so far
	up      *path
	down    *path
	gone    bool
	keys    int // handshakes so far

	session *session // nil before the handshake
	rtt     time.Duration
	life    int // counts connections: timers of one that was given up end

	browser Browser

	tile  int // what it shows
	shown []sfu.Track

	sending
	receiving
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
		Name: name, Seat: c.seats, call: c, browser: c.Browser,
		worker:  c.workers[int(c.seats-1)%len(c.workers)],
		address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(c.seats >> 8), byte(c.seats)}), 5000),
	}
	p.up = &path{call: c, number: uint64(c.seats) * 2, chance: newDraws(c.seed, uint64(c.seats)*2)}
	p.down = &path{call: c, number: uint64(c.seats)*2 + 1, chance: newDraws(c.seed, uint64(c.seats)*2+1)}
	p.up.replace(up)
	p.down.replace(down)
	c.at[p.address] = p
	c.peers = append(c.peers, p)
	p.prepareStreams()
	p.connect()
	p.check(p.life)
	return p
}

// connect makes a connection, as after the server has answered an offer.
func (p *Peer) connect() {
	c := p.call
	c.ids++
	p.id = c.ids
	p.life++
	p.session, p.gone = nil, false
	p.offer()
	p.receiving = newReceiving(p)
	c.byID[p.id] = p
	now := c.clock.time()
	if err := p.worker.router.AddPeer(now, p.id, p.params); err != nil {
		c.tb.Fatalf("adding %s: %v", p.Name, err)
	}
	p.worker.router.Enter(now, p.id, room, p.Seat)
	for _, t := range c.tracks {
		p.worker.router.SetTrack(now, room, t.track, t.state, &p.worker.out)
	}
	p.worker.flush()
}

// offer settles what sdp would settle.
func (p *Peer) offer() {
	n := p.id
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
		s := sfu.Slot{MID: fmt.Sprint(4 + i), Audio: i < audioSlots, SSRC: 100_000*uint32(n) + uint32(i)*2, Codecs: []sfu.Codec{sfu.Opus}}
		if !s.Audio {
			s.RTX, s.Codecs = s.SSRC+1, []sfu.Codec{sfu.VP8}
		}
		p.params.Slots = append(p.params.Slots, s)
	}
	p.offerSound()
}

// secure ends the handshake: both sides have the keys.
func (p *Peer) secure() {
	if p.gone || p.session != nil || p.call.byID[p.id] != p {
		return
	}
	p.keys++
	key := func(b byte, size int) []byte {
		key := make([]byte, size)
		for i := range key {
			key[i] = b ^ byte(p.Seat) ^ byte(i*7) ^ byte(p.keys*31)
		}
		return key
	}
	k := sfu.Keys{Profile: uint16(srtp.ProtectionProfileAeadAes128Gcm)}
	k.LocalKey, k.LocalSalt = key(0xa5, 16), key(0xa5, 12)
	k.RemoteKey, k.RemoteSalt = key(0x5a, 16), key(0x5a, 12)
	s, err := newSession(k)
	if err != nil {
		p.call.tb.Fatal(err)
	}
	if err = p.worker.router.SetKeys(p.call.clock.time(), p.id, k); err != nil {
		p.call.tb.Fatal(err)
	}
	p.worker.arm()
	p.session = s
	life := p.life
	p.call.clock.after(reportEvery, func() { p.report(life) })
	if p.browser.Holds {
		p.call.clock.after(lookEvery, func() { p.look(life) })
	}
	p.startSending()
}

// check sends a connectivity check that nominates, now and again.
func (p *Peer) check(life int) {
	if p.gone || life != p.life {
		return
	}
	p.ping()
	p.call.clock.after(checkEvery, func() { p.check(life) })
}

func (p *Peer) ping() {
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
	p.sendBytes(m.Raw)
}

// send brings a datagram to the router over the uplink, from where the peer is now.
func (p *Peer) send(d *datagram) {
	d.peer, d.up, d.from = p, true, p.address
	p.up.carry(d)
}

func (p *Peer) sendBytes(data []byte) {
	d := p.call.datagram(len(data))
	copy(d.data, data)
	p.send(d)
}

// control sends RTCP.
func (p *Peer) control(packets ...rtcp.Packet) {
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		p.call.tb.Fatal(err)
	}
	sealed, err := p.session.out.EncryptRTCP(nil, plain, nil)
	if err != nil {
		p.call.tb.Fatal(err)
	}
	p.sendBytes(sealed)
}

// receive takes a datagram off the downlink.
func (p *Peer) receive(data []byte) {
	if p.gone || p.session == nil || len(data) < 12 || data[0] < 128 {
		return // a STUN answer, or media before the handshake
	}
	if data[1] >= 192 && data[1] <= 223 {
		p.receiveControl(data)
		return
	}
	p.receiveMedia(data)
}

func (p *Peer) receiveControl(data []byte) {
	plain, err := p.session.in.DecryptRTCP(nil, data, nil)
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
			p.refresh(packet.MediaSSRC)
		case *rtcp.TransportLayerCC:
			p.rate.feedback(p.call.clock.now, packet)
		case *rtcp.ReceiverReport:
			p.heardReports(packet.Reports)
		case *rtcp.SenderReport:
			for _, s := range p.slots {
				if s.params.SSRC == packet.SSRC {
					s.reportedNTP, s.reportedAt = packet.NTPTime, p.call.clock.now
				}
			}
		}
	}
}

// report sends a sender report per stream and a receiver report per slot, each second.
func (p *Peer) report(life int) {
	if p.gone || life != p.life {
		return
	}
	now := p.call.clock.time()
	for _, s := range p.streams {
		if s.packets > 0 {
			p.control(&rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp(now), RTPTime: s.timestamp(p.call.clock.now), PacketCount: s.packets, OctetCount: s.octets})
		}
	}
	var blocks []rtcp.ReceptionReport
	for _, s := range p.slots {
		if s.began {
			blocks = append(blocks, s.reception(p.call.clock.now))
		}
	}
	if len(blocks) > 0 {
		p.control(&rtcp.ReceiverReport{SSRC: 1, Reports: blocks})
	}
	p.call.clock.after(reportEvery, func() { p.report(life) })
}

// heardReports learns the round trip, and how much of the sound is lost on the way up.
func (p *Peer) heardReports(blocks []rtcp.ReceptionReport) {
	for _, b := range blocks {
		if b.LastSenderReport != 0 {
			took := uint32(ntp(p.call.clock.time())>>16) - b.LastSenderReport - b.Delay
			if rtt := time.Duration(took) * time.Second / 65536; rtt < 10*time.Second {
				p.rtt = rtt
			}
		}
		if b.SSRC == p.streams[0].ssrc {
			p.streams[0].loss += (float64(b.FractionLost)/256 - p.streams[0].loss) / lossReports
		}
	}
}

// roundTrip is the measured one, or what WebRTC takes for an unknown one.
func (p *Peer) roundTrip() time.Duration {
	if p.rtt == 0 {
		return 100 * time.Millisecond
	}
	return p.rtt
}

// ntp writes a time as RTCP does (RFC 3550 §4).
func ntp(t time.Time) uint64 {
	const from1900 = 2_208_988_800
	return uint64(t.Unix()+from1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}
