package rooms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"noom/internal/meeting"
	"noom/internal/rooms"
)

const audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level" // RFC 6464

// caller is a client with a peer connection of an independent stack, which sends a microphone.
type caller struct {
	*client
	pc        *webrtc.PeerConnection
	voice     *webrtc.TrackLocalStaticRTP
	sender    *webrtc.RTPSender
	heard     chan uint32 // CSRCs of packets that arrived; the newest are dropped when nobody looks
	connected chan struct{}
}

func newAPI(t *testing.T) *webrtc.API {
	t.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: audioLevelURI}, webrtc.RTPCodecTypeAudio); err != nil {
		t.Fatal(err)
	}
	if err := webrtc.ConfigureSimulcastExtensionHeaders(m); err != nil { // MID
		t.Fatal(err)
	}
	s := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}}
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s))
}

// call gives a client a peer connection with a microphone and two slots for voices.
func call(t *testing.T, c *client) *caller {
	t.Helper()
	pc, err := newAPI(t).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	p := &caller{client: c, pc: pc, heard: make(chan uint32, 256), connected: make(chan struct{})}
	if p.voice, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "voice", "me"); err != nil {
		t.Fatal(err)
	}
	microphone, err := pc.AddTransceiverFromTrack(p.voice, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		t.Fatal(err)
	}
	p.sender = microphone.Sender()
	for range 2 {
		p.addSlot(webrtc.RTPCodecTypeAudio)
	}
	var once sync.Once
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(p.connected) })
		}
	})
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for { // ends with the peer connection
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			for _, csrc := range packet.CSRC {
				select {
				case p.heard <- csrc:
				default:
				}
			}
		}
	})
	return p
}

func (p *caller) addSlot(kind webrtc.RTPCodecType) {
	p.t.Helper()
	if _, err := p.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		p.t.Fatal(err)
	}
}

// offer makes an offer and takes the answer, which it returns.
func (p *caller) offer(o *webrtc.OfferOptions) string {
	p.t.Helper()
	offer, err := p.pc.CreateOffer(o)
	if err != nil {
		p.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		p.t.Fatal(err)
	}
	<-gathered
	sdp, err := p.send(p.pc.LocalDescription().SDP)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		p.t.Fatalf("%v in\n%s", err, sdp)
	}
	return sdp
}

func (c *client) send(offer string) (string, error) {
	return answer(c, func(r rooms.Reply[string]) { c.session.Offer(c.t.Context(), offer, r) })
}

// talk connects and then sends a loud voice until the test ends or stop is called.
func (p *caller) talk() (stop func()) {
	p.t.Helper()
	select {
	case <-p.connected:
	case <-time.After(10 * time.Second):
		p.t.Fatal("not connected")
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.t.Cleanup(cancel)
	go p.say50PerSecond(ctx) // ends with ctx
	return cancel
}

func (p *caller) say50PerSecond(ctx context.Context) {
	level := uint8(0)
	for _, e := range p.sender.GetParameters().HeaderExtensions {
		if e.URI == audioLevelURI {
			level = uint8(e.ID)
		}
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := uint16(1); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: n, Timestamp: 960 * uint32(n)}, Payload: make([]byte, 60)}
		if packet.SetExtension(level, []byte{0x80 | 10}) != nil || p.voice.WriteRTP(&packet) != nil { // speech at -10 dBov
			return
		}
	}
}

func (c *client) publish(kind meeting.Kind, state meeting.TrackState) {
	c.t.Helper()
	if err := c.do(meeting.Publish{ID: c.session.ID(), Kind: kind, State: state}); err != nil {
		c.t.Fatal(err)
	}
}

// await reads events until one of this name satisfies ok.
func (c *client) await(name string, ok func(data string) bool) event {
	c.t.Helper()
	for {
		if e := c.next(); e.name == name && ok(e.data) {
			return e
		}
	}
}

// hears waits for a packet of this track.
func (p *caller) hears(track uint32) {
	p.t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case csrc := <-p.heard:
			if csrc == track {
				return
			}
		case <-timeout:
			p.t.Fatalf("track %d was not heard", track)
		}
	}
}

// inSlot waits until a slot shows the track, and gives the slot's m-line.
func (c *client) inSlot(track uint32) string {
	c.t.Helper()
	var mid string
	c.await("slots", func(data string) bool {
		var e struct{ Slots []rooms.SlotState }
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			c.t.Fatal(err)
		}
		for _, s := range e.Slots {
			if s.Track == track {
				mid = s.MID
				return true
			}
		}
		return false
	})
	return mid
}

func TestAVoiceGoesFromOneToTheOther(t *testing.T) {
	n := newNode(t, t.TempDir())
	bob := call(t, n.connect(rooms.Hello{Name: "bob"})) // offers before joining, as a lobby does
	bob.offer(nil)
	ann := call(t, n.connect(rooms.Hello{Name: "ann"}))
	ann.offer(nil)
	ann.join()
	bob.join()
	ann.talk()
	ann.publish(meeting.Microphone, meeting.On)
	track := uint32(1 << 2) // seat 1's microphone
	mid := bob.inSlot(track)
	bob.hears(track)
	s := bob.join() // a snapshot has the slots too
	if len(s.Slots) != 1 || s.Slots[0].MID != mid || s.Slots[0].Track != track {
		t.Errorf("slots %+v, want track %d on %s", s.Slots, track, mid)
	}
	bob.await("speaker", func(data string) bool { return data == fmt.Sprintf(`{"speaking":[%q]}`, ann.hello.ID) })
	ann.publish(meeting.Microphone, meeting.Muted)
	bob.await("speaker", func(data string) bool { return data == `{"speaking":[]}` })
	ann.publish(meeting.Microphone, meeting.On)
	bob.hears(track)
	if err := ann.leave(); err != nil {
		t.Fatal(err)
	}
	bob.await("left", func(string) bool { return true })
}

func TestMediaGoesOnWhileTheSessionIsAway(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := call(t, n.join("ann")), call(t, n.join("bob"))
	ann.offer(nil)
	bob.offer(nil)
	ann.talk()
	ann.publish(meeting.Microphone, meeting.On)
	bob.inSlot(4)
	ann.session.Disconnect()
	bob.await("updated", func(data string) bool { return regexp.MustCompile(`"away":true`).MatchString(data) })
	for len(bob.heard) > 0 {
		<-bob.heard
	}
	bob.hears(4)
	n.rooms.Advance(meeting.SeatGrace)
	bob.await("left", func(string) bool { return true })
	n.wantPeers(1) // bob's
}

// wantPeers holds media to a number of peers.
func (n *node) wantPeers(want int) {
	n.t.Helper()
	n.rooms.Finish()
	if got := n.media.Stats().Peers; got != want {
		n.t.Errorf("%d peers, want %d", got, want)
	}
}

var ssrcLine = regexp.MustCompile(`a=ssrc:(\d+)`)

func ssrcs(sdp string) []string {
	var list []string
	for _, m := range ssrcLine.FindAllStringSubmatch(sdp, -1) {
		if len(list) == 0 || list[len(list)-1] != m[1] {
			list = append(list, m[1])
		}
	}
	return list
}

func TestAFurtherOfferKeepsThePeerAndItsSlots(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := call(t, n.join("ann"))
	first := ssrcs(ann.offer(nil))
	<-ann.connected
	ann.addSlot(webrtc.RTPCodecTypeVideo)
	more := ssrcs(ann.offer(nil))
	if len(first) == 0 || len(more) <= len(first) || !cmp.Equal(first, more[:len(first)]) {
		t.Errorf("SSRCs %v, then %v", first, more)
	}
	restarted := ssrcs(ann.offer(&webrtc.OfferOptions{ICERestart: true}))
	if !cmp.Equal(more, restarted) {
		t.Errorf("SSRCs %v, after an ICE restart %v", more, restarted)
	}
	n.wantPeers(1)
}

func TestANewPeerConnectionReplacesTheOld(t *testing.T) {
	n := newNode(t, t.TempDir())
	bob := call(t, n.join("bob"))
	bob.offer(nil)
	ann := n.join("ann")
	before := call(t, ann)
	before.offer(nil)
	before.talk()
	ann.publish(meeting.Microphone, meeting.On)
	bob.inSlot(2 << 2)
	after := call(t, n.connect(ann.back(nil))) // the page was reloaded
	after.offer(nil)
	n.wantPeers(2)
	after.talk()
	for len(bob.heard) > 0 {
		<-bob.heard
	}
	bob.hears(2 << 2)
}

func TestAnOfferThatIsNoneIsRefused(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	for _, offer := range []string{"", "hello", "v=0\r\n"} {
		if _, err := ann.send(offer); !refusedAs(err, meeting.Invalid) {
			t.Errorf("%q: %v", offer, err)
		}
	}
	call(t, ann).offer(nil) // the way is still free
}

func TestAnOfferForALostPeerIsAConflictOnce(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := call(t, n.join("ann"))
	ann.offer(nil)
	n.rooms.LosePeers(true)
	offer := ann.pc.LocalDescription().SDP
	if _, err := ann.send(offer); !refusedAs(err, meeting.Conflict) {
		t.Errorf("got %v, want a conflict", err)
	}
	if _, err := ann.send(offer); err != nil { // by now the client has had its chance to use another certificate
		t.Error(err)
	}
}

func TestAnOfferForAPeerOfWhoseEndTheRoomHasNotHeardIsAConflictToo(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := call(t, n.join("ann"))
	ann.offer(nil)
	n.rooms.LosePeers(false)
	if _, err := ann.send(ann.pc.LocalDescription().SDP); !refusedAs(err, meeting.Conflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

func TestLeavingOrDroppingOutsideEndsThePeer(t *testing.T) {
	n := newNode(t, t.TempDir())
	watch := n.join("watch") // keeps the room open
	ann, out := call(t, n.join("ann")), call(t, n.connect(rooms.Hello{Name: "out"}))
	ann.offer(nil)
	out.offer(nil)
	n.wantPeers(2)
	if err := ann.leave(); err != nil {
		t.Fatal(err)
	}
	out.session.Disconnect()
	watch.await("left", func(string) bool { return true })
	n.wantPeers(0)
}
