package sfu

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"noom/internal/sfu/codec"
	"noom/internal/sfu/rtpx"
	"noom/internal/sfu/twcc"
)

// Header extension ids and payload types of every test peer.
const (
	extMID, extRID, extRRID, extTWCC, extLevel = 4, 10, 11, 3, 1

	ptOpus, ptVP8, ptVP8RTX, ptH264, ptH264RTX = 111, 96, 97, 102, 103
)

// testPeer is a browser in small.
type testPeer struct {
	call    *call
	name    string
	id      PeerID
	seat    uint32
	worker  int
	address netip.AddrPort
	params  PeerParams
	keys    Keys
	keyed   int // how often
	seals   *srtp.Context
	opens   *srtp.Context
	states  map[Kind]TrackState
	twcc    uint16

	streams []*testStream // that it sends
	checked time.Time     // the next STUN check; zero: it sends none
	silent  bool          // sends no checks
	obeys   bool          // sends only layers that are wanted
	held    [][]byte      // what it sends while it moves; nil when it does not

	arrivals twcc.Recorder // of transport-wide numbers, told each 50 ms
	told     time.Time
	mum      bool // it does not tell
	padding  int  // packets of it

	rate    float64 // of its downlink in bit/s, behind which up to 300 ms of packets wait; 0: a perfect one
	busy    time.Time
	waiting []carried

	sealedGot  [][]byte // RTP as it came, where keepSealed says so
	keepSealed bool
	got        map[uint32][]received // by SSRC
	recovered  map[uint32][]received // RTX, by the slot's SSRC, restored
	controls   []control
	answers    int // STUN
}

// control is an RTCP packet as a peer got it.
type control struct {
	at     time.Time
	kind   rtpx.Kind
	media  uint32
	lost   []uint16
	report rtpx.SenderReport
	blocks []rtpx.ReportBlock
}

// testStream is one SSRC of media that a peer sends at a steady pace.
type testStream struct {
	peer      *testPeer
	kind      Kind
	rid       string
	ssrc, rtx uint32
	sequence  uint16
	rtxSeq    uint16
	timestamp uint32
	picture   uint16
	tl0       uint8
	width     uint16
	height    uint16
	level     uint8
	packets   int // per frame
	size      int // of a payload
	interval  time.Duration
	next      time.Time // zero: paused
	key       bool      // the next frame is one
	keys      int       // sent
	deaf      bool      // answers no PLI
	named     bool      // the MID is told
	sent      map[uint16][]byte
	fixed     []byte // a payload used again and again
	numbered  bool   // payloads end with the sequence number
	probe     bool   // sends an RTX duplicate after each packet
	copies    int    // of earlier packets that each one of sound carries, as RED
	said      int    // words so far
	answers   bool   // NACKs of sound, with the packet as it was
	asked     []uint16
	answer    time.Time
	swaps     bool // every tenth packet of sound comes after the next
	held      func()
	before    [][]byte
}

func newTestPeer(c *call, name string, worker int) *testPeer {
	n := len(c.peers) + 1
	p := &testPeer{
		call: c, name: name, id: PeerID(n), seat: uint32(n), worker: worker,
		address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), 5000),
		states:  map[Kind]TrackState{}, got: map[uint32][]received{}, recovered: map[uint32][]received{},
	}
	p.params = PeerParams{
		LocalUfrag: "l" + name, LocalPwd: "password-of-" + name + "-0123456789", RemoteUfrag: "r" + name, RemotePwd: "x",
		PayloadTypes: []PayloadType{{Opus, ptOpus, 0}, {VP8, ptVP8, ptVP8RTX}, {H264, ptH264, ptH264RTX}},
		Extensions:   Extensions{MID: extMID, RID: extRID, RepairedRID: extRRID, TransportWideCC: extTWCC, AudioLevel: extLevel},
		Sources: []Source{
			{MID: "0", Kind: Microphone},
			{MID: "1", Kind: Camera, RIDs: []string{"q", "h", "f"}},
			{MID: "2", Kind: Screen},
			{MID: "3", Kind: ScreenAudio},
		},
	}
	for i := range 4 {
		p.params.Slots = append(p.params.Slots, Slot{Audio: true, SSRC: p.slotSSRC(i), Codecs: []Codec{Opus}})
	}
	for i := 4; i < 14; i++ {
		p.params.Slots = append(p.params.Slots, Slot{SSRC: p.slotSSRC(i), RTX: p.slotSSRC(i) + 1, Codecs: []Codec{VP8, H264}})
	}
	for i := range p.params.Slots {
		p.params.Slots[i].TransportCC = c.tells
	}
	return p
}

func (p *testPeer) slotSSRC(i int) uint32 { return uint32(p.id)<<16 | 0x8000 | uint32(i)*2 }

func (p *testPeer) router() *Router { return p.call.workers[p.worker] }

// key gives both sides SRTP contexts.
func (p *testPeer) key() {
	fill := func(n int, b byte) []byte { return append(make([]byte, n-1), b) }
	profile := p.call.profile
	p.keyed++
	salt, err := profile.SaltLen()
	if err != nil {
		p.call.t.Fatal(err)
	}
	p.keys = Keys{
		Profile: uint16(profile), LocalKey: fill(16, byte(p.id)), LocalSalt: fill(salt, byte(p.keyed)),
		RemoteKey: fill(16, byte(p.id)+128), RemoteSalt: fill(salt, 2),
	}
	if p.seals, err = srtp.CreateContext(p.keys.RemoteKey, p.keys.RemoteSalt, profile); err != nil {
		p.call.t.Fatal(err)
	}
	if p.opens, err = srtp.CreateContext(p.keys.LocalKey, p.keys.LocalSalt, profile); err != nil {
		p.call.t.Fatal(err)
	}
}

// connect proves the address and sets the keys.
func (p *testPeer) connect() {
	p.check(true)
	p.checked = p.call.now.Add(2500 * time.Millisecond)
	p.key()
	if err := p.router().SetKeys(p.call.now, p.id, p.keys); err != nil {
		p.call.t.Fatal(err)
	}
}

func (p *testPeer) check(nominate bool) {
	p.up(checkRequest(p.params.LocalUfrag+":"+p.params.RemoteUfrag, p.params.LocalPwd, nominate))
}

// up sends a datagram to the server.
func (p *testPeer) up(datagram []byte) {
	if p.call.lost != nil && p.call.lost(p, true, datagram) {
		return
	}
	p.call.inject(p, p.address, datagram)
}

// view asks for tracks.
func (p *testPeer) view(wishes ...Wish) {
	out := p.call.outs[p.worker]
	p.router().SetView(p.call.now, p.id, wishes, out)
	p.call.flush(p.worker)
}

// microphone begins to send sound.
func (p *testPeer) microphone(level uint8) *testStream {
	s := p.stream(Microphone, "", uint32(p.id)<<16|1, 0)
	s.level, s.interval, s.packets, s.size = level, 20*time.Millisecond, 1, 80
	p.call.publish(p, Microphone, On)
	return s
}

// camera begins to send pictures in all three layers.
func (p *testPeer) camera() (layers []*testStream) {
	for i, rid := range []string{"q", "h", "f"} {
		s := p.stream(Camera, rid, uint32(p.id)<<16|uint32(0x10+2*i), uint32(p.id)<<16|uint32(0x11+2*i))
		s.width, s.height = 320<<i, 180<<i
		s.interval, s.packets, s.size, s.key = 33*time.Millisecond, 1+i, 900, true
		layers = append(layers, s)
	}
	p.call.publish(p, Camera, On)
	return layers
}

func (p *testPeer) stream(k Kind, rid string, ssrc, rtx uint32) *testStream {
	for _, s := range p.streams {
		if s.ssrc == ssrc {
			s.next = p.call.now
			return s
		}
	}
	s := &testStream{
		peer: p, kind: k, rid: rid, ssrc: ssrc, rtx: rtx, sequence: uint16(p.call.random()), timestamp: uint32(p.call.random()),
		picture: uint16(p.call.random()) & 0x7fff, tl0: uint8(p.call.random()), next: p.call.now, named: true, sent: map[uint16][]byte{},
	}
	p.streams = append(p.streams, s)
	return s
}

func (p *testPeer) nextSend() (at time.Time) {
	if !p.silent {
		at = p.checked
	}
	if tell := p.told.Add(50 * time.Millisecond); p.arrivals.Pending() && !p.mum && (at.IsZero() || tell.Before(at)) {
		at = tell
	}
	if len(p.waiting) > 0 && (at.IsZero() || p.waiting[0].at.Before(at)) {
		at = p.waiting[0].at
	}
	for _, s := range p.streams {
		if !s.next.IsZero() && (at.IsZero() || s.next.Before(at)) {
			at = s.next
		}
		if len(s.asked) > 0 && s.answer.Before(at) {
			at = s.answer
		}
	}
	return at
}

func (p *testPeer) send() {
	now := p.call.now
	if !p.silent && !p.checked.IsZero() && !p.checked.After(now) {
		p.checked = now.Add(2500 * time.Millisecond)
		p.check(true)
	}
	for len(p.waiting) > 0 && !p.waiting[0].at.After(now) {
		next := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.receive(next.burst, next.data)
	}
	if p.arrivals.Pending() && !p.mum && now.Sub(p.told) >= 50*time.Millisecond {
		p.told = now
		p.rtcp(p.arrivals.AppendFeedback(nil, 1, 2))
	}
	for _, s := range p.streams {
		if !s.answer.After(now) {
			for _, n := range s.asked {
				s.again(n)
			}
			s.asked = s.asked[:0]
		}
		if !s.next.IsZero() && !s.next.After(now) {
			s.next = s.next.Add(s.interval)
			s.frame()
		}
	}
}

// frame sends one frame.
func (s *testStream) frame() {
	key := s.key
	s.key = false
	if key {
		s.keys++
	}
	for i := range s.packets {
		payload := make([]byte, s.size)
		pt := uint8(ptOpus)
		if !s.kind.Audio() {
			pt = ptVP8
			payload = vp8Payload(i == 0, key, s.picture, s.tl0, s.width, s.height, s.size)
		}
		if s.numbered {
			binary.BigEndian.PutUint16(payload[len(payload)-2:], s.sequence)
		} else if s.kind.Audio() {
			pt, payload = s.say()
		}
		s.packet(pt, i == s.packets-1, payload)
	}
	s.picture = (s.picture + 1) & 0x7fff
	s.tl0++
	if s.kind.Audio() {
		s.timestamp += 960
	} else {
		s.timestamp += uint32(s.interval * videoRate / time.Second)
	}
}

// say makes the next word, with copies of those before it.
func (s *testStream) say() (pt uint8, payload []byte) {
	s.said++
	newest := word(s.peer, s.said)
	defer func() { s.before = append(s.before, newest) }()
	if s.copies == 0 {
		return ptOpus, newest
	}
	var blocks []codec.Block
	for back := min(s.copies, len(s.before)); back > 0; back-- {
		blocks = append(blocks, codec.Block{Age: uint16(back) * 960, Data: s.before[len(s.before)-back]})
	}
	payload, ok := codec.AppendRED(nil, ptOpus, blocks, newest)
	if !ok {
		s.peer.call.t.Fatalf("%d copies cannot be written", s.copies)
	}
	return ptRED, payload
}

// packet sends one packet of media.
func (s *testStream) packet(pt uint8, marker bool, payload []byte) {
	h := rtp.Header{Version: 2, Marker: marker, PayloadType: pt, SequenceNumber: s.sequence, Timestamp: s.timestamp, SSRC: s.ssrc}
	s.sent[s.sequence] = append([]byte{pt}, payload...)
	s.sequence++
	send := func() { s.peer.rtp(h, s.named, s.mid(), s.rid, "", s.level, payload) }
	switch {
	case s.swaps && s.held == nil && s.sequence%10 == 0:
		s.held = send
		return
	case s.held != nil:
		send()
		s.held()
		s.held = nil
	default:
		send()
	}
	if s.probe {
		s.repair(s.sequence - 1)
	}
}

// repair sends a packet again, over RTX.
func (s *testStream) repair(sequence uint16) {
	kept, ok := s.sent[sequence]
	if !ok || s.rtx == 0 {
		return
	}
	h := rtp.Header{Version: 2, PayloadType: ptVP8RTX, SequenceNumber: s.rtxSeq, Timestamp: s.timestamp, SSRC: s.rtx}
	s.rtxSeq++
	payload := append(binary.BigEndian.AppendUint16(nil, sequence), kept[1:]...)
	s.peer.rtp(h, s.named, s.mid(), "", s.rid, 0, payload)
}

// again sends a packet of sound once more, as browsers do that have no RTX for it.
func (s *testStream) again(sequence uint16) {
	kept := s.sent[sequence]
	stamp := s.timestamp - uint32(s.sequence-sequence)*960
	h := rtp.Header{Version: 2, PayloadType: kept[0], SequenceNumber: sequence, Timestamp: stamp, SSRC: s.ssrc}
	s.peer.rtp(h, s.named, s.mid(), s.rid, "", s.level, kept[1:])
}

func (s *testStream) mid() string {
	return s.peer.params.Sources[slices.IndexFunc(s.peer.params.Sources, func(o Source) bool { return o.Kind == s.kind })].MID
}

// rtp seals and sends a packet.
func (p *testPeer) rtp(h rtp.Header, named bool, mid, rid, rrid string, level uint8, payload []byte) {
	set := func(id uint8, value []byte) {
		if len(value) > 0 {
			if err := h.SetExtension(id, value); err != nil {
				p.call.t.Fatal(err)
			}
		}
	}
	if named {
		set(extMID, []byte(mid))
		set(extRID, []byte(rid))
		set(extRRID, []byte(rrid))
	}
	if level != 0 {
		set(extLevel, []byte{level})
	}
	set(extTWCC, binary.BigEndian.AppendUint16(nil, p.twcc))
	p.twcc++
	plain, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		p.call.t.Fatal(err)
	}
	p.sealed(plain)
}

func (p *testPeer) sealed(plain []byte) {
	data, err := p.seals.EncryptRTP(nil, plain, nil)
	if err != nil {
		p.call.t.Fatal(err)
	}
	p.up(data)
}

// rtcp seals and sends a compound packet.
func (p *testPeer) rtcp(plain []byte) {
	data, err := p.seals.EncryptRTCP(nil, plain, nil)
	if err != nil {
		p.call.t.Fatal(err)
	}
	p.up(data)
}

// carried is a datagram on its way to a peer.
type carried struct {
	at    time.Time
	burst Burst
	data  []byte
}

// down brings a datagram over the peer's downlink.
func (p *testPeer) down(b Burst, data []byte) {
	if p.rate == 0 {
		p.receive(b, data)
		return
	}
	now := p.call.now
	if p.busy.Before(now) {
		p.busy = now
	}
	if p.busy.Sub(now) > 300*time.Millisecond {
		return
	}
	p.busy = p.busy.Add(time.Duration(float64(len(data)+28) * 8 / p.rate * float64(time.Second)))
	p.waiting = append(p.waiting, carried{p.busy.Add(25 * time.Millisecond), b, slices.Clone(data)})
}

// receive opens what came from the server.
func (p *testPeer) receive(b Burst, data []byte) {
	t := p.call.t
	switch rtpx.Classify(data) {
	case rtpx.STUN:
		p.answers++
	case rtpx.RTP:
		if b.Peer != p.id {
			t.Fatalf("%s got media addressed to peer %d", p.name, b.Peer)
		}
		if p.keepSealed {
			p.sealedGot = append(p.sealedGot, slices.Clone(data))
		}
		plain, err := p.opens.DecryptRTP(nil, data, nil)
		if err != nil {
			t.Fatalf("%s cannot open a packet: %v", p.name, err)
		}
		p.media(plain, len(data))
	case rtpx.RTCP:
		plain, err := p.opens.DecryptRTCP(nil, data, nil)
		if err != nil {
			t.Fatalf("%s cannot open a report: %v", p.name, err)
		}
		p.hear(plain)
	default:
		t.Fatalf("%s got something strange: % x", p.name, data[:min(len(data), 16)])
	}
}

func (p *testPeer) media(plain []byte, size int) {
	g := received{at: p.call.now, level: -1, size: size}
	if err := g.packet.Parse(plain); err != nil {
		p.call.t.Fatal(err)
	}
	g.payload = g.packet.Payload
	if number := g.packet.Extension(extTWCC); number != nil {
		p.arrivals.Record(binary.BigEndian.Uint16(number), p.call.now)
	}
	if len(g.payload) == 0 {
		p.padding++
		return
	}
	if g.packet.CSRCs() == 1 {
		g.csrc = Track(g.packet.CSRC(0))
	}
	if e := g.packet.Extension(extLevel); len(e) > 0 {
		g.level = int(e[0])
	}
	rtx := g.packet.PayloadType == ptVP8RTX || g.packet.PayloadType == ptH264RTX
	if rtx {
		g.packet.Sequence = binary.BigEndian.Uint16(g.payload)
		g.payload = g.payload[2:]
	}
	if g.packet.PayloadType == ptVP8 || g.packet.PayloadType == ptVP8RTX {
		var d codec.VP8
		if err := d.Parse(g.payload); err != nil {
			p.call.t.Fatalf("%s got broken VP8: %v", p.name, err)
		}
		g.picture, g.tl0, g.key = d.PictureID, d.TL0PICIDX, d.Keyframe
	}
	if rtx {
		p.recovered[g.packet.SSRC-1] = append(p.recovered[g.packet.SSRC-1], g)
		return
	}
	p.got[g.packet.SSRC] = append(p.got[g.packet.SSRC], g)
}

// hear reads reports, and answers requests as a browser does.
func (p *testPeer) hear(plain []byte) {
	for len(plain) > 0 {
		var c rtpx.Control
		var err error
		if c, plain, err = rtpx.NextControl(plain); err != nil {
			p.call.t.Fatalf("%s got a broken report: %v", p.name, err)
		}
		k := control{at: p.call.now, kind: c.Kind, media: c.Media}
		k.report, _ = c.SenderReport()
		for i := range c.Blocks() {
			k.blocks = append(k.blocks, c.Block(i))
		}
		if c.Kind == rtpx.NACK {
			k.lost = slices.Collect(c.Lost)
		}
		p.controls = append(p.controls, k)
		for _, s := range p.streams {
			if s.ssrc != c.Media || s.deaf {
				continue
			}
			s.key = s.key || c.Kind == rtpx.PLI
			for _, n := range k.lost {
				s.repair(n)
				if s.answers { // after half a round trip, for we are in the middle of what the router left
					s.asked, s.answer = append(s.asked, n), p.call.now.Add(10*time.Millisecond)
				}
			}
		}
	}
}

// of counts the RTCP packets of a kind that a peer got about an SSRC (0: any).
func (p *testPeer) of(k rtpx.Kind, media uint32) (n int) {
	for _, c := range p.controls {
		if c.kind == k && (media == 0 || c.media == media) {
			n++
		}
	}
	return n
}

// slot gives what arrived on a slot.
func (p *testPeer) slot(i int) []received { return p.got[p.params.Slots[i].SSRC] }

// clear forgets what arrived.
func (p *testPeer) clear() {
	clear(p.got)
	clear(p.recovered)
	p.controls = nil
}

// track is the number of one of the peer's tracks.
func (p *testPeer) track(k Kind) Track { return NewTrack(p.seat, k) }
