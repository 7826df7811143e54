package media_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"noom/internal/media"
	"noom/internal/sdp"
	"noom/internal/sfu"
)

var localhost = netip.MustParseAddr("127.0.0.1")

// start runs an engine until the test ends.
func start(t testing.TB, c media.Config) *media.Engine {
	t.Helper()
	c.Listen, c.PublicIPs = ":0", []netip.Addr{localhost}
	c.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	e, err := media.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return e
}

// meeting is a room and what has happened in it.
type meeting struct {
	t      testing.TB
	engine *media.Engine
	room   *media.Room
}

func open(t testing.TB, e *media.Engine) *meeting {
	m := &meeting{t: t, engine: e, room: e.OpenRoom()}
	t.Cleanup(m.room.Close)
	return m
}

// patience is how long a test waits for what must happen.
const patience = 15 * time.Second

// await reads events up to the one that fits.
func (m *meeting) await(what string, fits func(media.Event) bool) media.Event {
	m.t.Helper()
	late := time.After(patience)
	for {
		select {
		case e := <-m.room.Events():
			if fits(e) {
				return e
			}
		case <-late:
			m.t.Fatalf("no %s within %v", what, patience)
		}
	}
}

// client is a participant with pion's WebRTC.
type client struct {
	m       *meeting
	pc      *webrtc.PeerConnection
	id      sfu.PeerID
	seat    uint32
	params  sfu.PeerParams
	mic     *webrtc.TrackLocalStaticRTP
	camera  []*layer
	packets chan received // what arrives on all slots
	lost    atomic.Int64  // packets that found packets full
	mu      sync.Mutex    // pion brings tracks when it likes
	ended   bool
	running sync.WaitGroup
	stop    context.CancelFunc
	socket  *lossyConn
}

// layer is a stream of the camera.
type layer struct {
	rid   string
	track *webrtc.TrackLocalStaticRTP
}

// received is a packet that arrived on a slot.
type received struct {
	mid string
	p   *rtp.Packet
	rtx bool
}

func newAPI(t testing.TB, socket net.PacketConn) *webrtc.API {
	t.Helper()
	m, r := &webrtc.MediaEngine{}, &interceptor.Registry{}
	feedback := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	for _, err := range []error{
		m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
		}}, webrtc.RTPCodecTypeAudio),
		m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: feedback,
		}}, webrtc.RTPCodecTypeVideo),
		m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 97, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=96",
		}}, webrtc.RTPCodecTypeVideo),
		webrtc.ConfigureNack(m, r),
		webrtc.ConfigureRTCPReports(r),
		webrtc.ConfigureSimulcastExtensionHeaders(m),
		webrtc.ConfigureTWCCSender(m, r),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	silent := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	s := webrtc.SettingEngine{LoggerFactory: silent}
	s.SetICEUDPMux(webrtc.NewICEUDPMux(silent.NewLogger("ice"), socket))
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetIncludeLoopbackCandidate(true)
	s.DisableActiveTCP(true)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80, dtls.SRTP_AEAD_AES_128_GCM)
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r), webrtc.WithSettingEngine(s))
}

// talk has alice speak to bob, who hears her.
func talk(t testing.TB, m *meeting) (alice, bob *client) {
	t.Helper()
	alice, bob = newClient(t, m, 1), newClient(t, m, 2)
	alice.join(t)
	bob.join(t)
	alice.let(t, sfu.Microphone, sfu.On)
	alice.publish()
	bob.next(t, "voice", func(received) bool { return true })
	return alice, bob
}

// newClient prepares a participant with a microphone, a camera in layers, 4 audio slots and 3 video slots.
func newClient(t testing.TB, m *meeting, seat uint32, rids ...string) *client {
	t.Helper()
	u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{m: m, seat: seat, packets: make(chan received, 4096), socket: &lossyConn{UDPConn: u}}
	if c.pc, err = newAPI(t, c.socket).NewPeerConnection(webrtc.Configuration{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	c.mic = c.addTrack(t, webrtc.MimeTypeOpus, "", nil)
	var camera *webrtc.RTPTransceiver
	if len(rids) == 0 {
		rids = []string{""}
	}
	for _, rid := range rids {
		c.camera = append(c.camera, &layer{rid, c.addTrack(t, webrtc.MimeTypeVP8, rid, &camera)})
	}
	for i := range 7 {
		kind := webrtc.RTPCodecTypeAudio
		if i >= 4 {
			kind = webrtc.RTPCodecTypeVideo
		}
		if _, err := c.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	c.pc.OnTrack(func(track *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		mid := ""
		for _, t := range c.pc.GetTransceivers() {
			if t.Receiver() == r {
				mid = t.Mid()
			}
		}
		c.spawn(func() { c.read(mid, track) }) // end with the peer connection
		c.spawn(func() {
			for _, _, err := r.ReadRTCP(); err == nil; _, _, err = r.ReadRTCP() {
			}
		})
	})
	return c
}

func (c *client) addTrack(t testing.TB, mime, rid string, into **webrtc.RTPTransceiver) *webrtc.TrackLocalStaticRTP {
	t.Helper()
	var named []func(*webrtc.TrackLocalStaticRTP)
	if rid != "" {
		named = append(named, webrtc.WithRTPStreamID(rid))
	}
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, mime, "s", named...)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil && *into != nil {
		err = (*into).Sender().AddEncoding(track)
	} else {
		var tr *webrtc.RTPTransceiver
		tr, err = c.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if into != nil {
			*into = tr
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return track
}

func (c *client) spawn(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.running.Go(f)
	}
}

func (c *client) read(mid string, track *webrtc.TrackRemote) {
	for {
		p, a, err := track.ReadRTP()
		if err != nil {
			return
		}
		select {
		case c.packets <- received{mid, p, a.Get(webrtc.AttributeRtxSsrc) != nil}:
		default:
			c.lost.Add(1)
		}
	}
}

// close ends the client, but not its peer in the room.
func (c *client) close() {
	c.mu.Lock()
	if c.ended {
		c.mu.Unlock()
		return
	}
	c.ended = true
	c.mu.Unlock()
	if c.stop != nil {
		c.stop()
	}
	_ = c.pc.GracefulClose()
	_ = c.socket.Close()
	c.running.Wait()
}

// offer negotiates with the room, changing what the room is told by change, if any.
func (c *client) offer(ctx context.Context, change func(*sfu.PeerParams)) error {
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := c.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	answer, params, err := sdp.Answer(c.pc.LocalDescription().SDP, c.m.local(), nil, rand.Uint64)
	if err != nil {
		return err
	}
	if change != nil {
		change(&params)
	}
	if c.id, err = c.m.room.AddPeer(ctx, params); err != nil {
		return err
	}
	c.params = params
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return err
	}
	c.spawn(c.hurry)
	return nil
}

// local is what the server says of itself in one answer.
func (m *meeting) local() sdp.Local {
	return sdp.Local{
		Ufrag: fmt.Sprintf("u%07x", rand.Uint32()), Pwd: fmt.Sprintf("%032x", rand.Uint64()),
		Fingerprint: m.engine.Fingerprint(), Candidates: m.engine.Candidates(),
	}
}

// restart is an ICE restart.
func (c *client) restart(ctx context.Context) error {
	offer, err := c.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		return err
	}
	if err := c.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	answer, params, err := sdp.Answer(c.pc.LocalDescription().SDP, c.m.local(), &c.params, rand.Uint64)
	if err != nil {
		return err
	}
	if err := c.m.room.UpdatePeer(ctx, c.id, params); err != nil {
		return err
	}
	return c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// hurry makes pion's ICE, which looks for work every 200 ms, look at once: further candidates do, though none of these is
// of use.
func (c *client) hurry() {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for port := 1; port < 100 && c.pc.ICEConnectionState() <= webrtc.ICEConnectionStateChecking; port++ {
		unused := fmt.Sprintf("candidate:1 1 tcp 1 192.0.2.1 %d typ host tcptype passive", port)
		if c.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: unused, SDPMid: new(string)}) != nil {
			return
		}
		<-tick.C
	}
}

// join connects and enters, and waits until media can flow.
func (c *client) join(t testing.TB) {
	t.Helper()
	if err := c.offer(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := c.m.room.Enter(t.Context(), c.id, c.seat); err != nil {
		t.Fatal(err)
	}
	c.m.await("connection", func(e media.Event) bool { return e.Kind == media.PeerConnected && e.Peer == c.id })
}

// track is the number of one of the client's tracks.
func (c *client) track(k sfu.Kind) sfu.Track { return sfu.NewTrack(c.seat, k) }

// let says what the client lets out.
func (c *client) let(t testing.TB, k sfu.Kind, s sfu.TrackState) {
	t.Helper()
	if err := c.m.room.SetTrack(t.Context(), c.track(k), s); err != nil {
		t.Fatal(err)
	}
}

// look asks for others' cameras.
func (c *client) look(t testing.TB, width, height uint16, at ...*client) {
	t.Helper()
	var wishes []sfu.Wish
	for _, o := range at {
		wishes = append(wishes, sfu.Wish{Track: o.track(sfu.Camera), Width: width, Height: height})
	}
	if err := c.m.room.SetView(t.Context(), c.id, wishes); err != nil {
		t.Fatal(err)
	}
}

// slot is the m-line with this mid.
func (c *client) slot(mid string) sfu.Slot {
	for _, s := range c.params.Slots {
		if s.MID == mid {
			return s
		}
	}
	return sfu.Slot{}
}

// next waits for a packet that fits.
func (c *client) next(t testing.TB, what string, fits func(received) bool) received {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case r := <-c.packets:
			if fits(r) {
				return r
			}
		case <-late:
			t.Fatalf("no %s within %v; stats %+v", what, patience, c.m.engine.Stats())
		}
	}
}

// lossyConn is a client's socket, which may lose what comes in.
type lossyConn struct {
	*net.UDPConn
	lose atomic.Bool // from now on every tenth media packet
	seen int
	gone atomic.Int64
}

func (c *lossyConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.UDPConn.ReadFrom(b)
		if err != nil || n < 12 || b[0]>>6 != 2 || b[1]&0x7f >= 64 && b[1]&0x7f < 96 || !c.lose.Load() {
			return n, from, err
		}
		if c.seen++; c.seen%10 != 0 {
			return n, from, err
		}
		c.gone.Add(1)
	}
}
