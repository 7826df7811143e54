package media_test

import (
	"context"
	"crypto/sha512"
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"noom/internal/media"
	"noom/internal/sfu"
)

// engines are the kinds of engine that whole calls must work on.
var engines = []struct {
	name   string
	config media.Config
}{
	{"one worker", media.Config{Workers: 1}},
	{"two workers", media.Config{Workers: 2}},
	{"portable sockets", media.Config{Workers: 1}.Portable()},
	{"portable sockets shared by two workers", media.Config{Workers: 2}.Portable()},
}

// sizes are what layers show, in pixels; a stream without layers is of the largest size.
var sizes = map[string][2]int{"q": {320, 180}, "h": {640, 360}, "f": {1280, 720}, "": {1280, 720}}

// publish sends a voice and pictures until the client is closed: a keyframe each second, two packets per frame.
func (c *client) publish() {
	ctx, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	mids := make(map[webrtc.TrackLocal]string)
	exts := make(map[string]uint8)
	for _, t := range c.pc.GetTransceivers() {
		if s := t.Sender(); s != nil && s.Track() != nil {
			mids[s.Track()] = t.Mid()
			for _, e := range s.GetParameters().HeaderExtensions {
				exts[e.URI] = uint8(e.ID)
			}
		}
	}
	header := func(mid, rid string) rtp.Header {
		h := rtp.Header{Version: 2, SequenceNumber: 65000, Timestamp: 1000}
		_ = h.SetExtension(exts["urn:ietf:params:rtp-hdrext:sdes:mid"], []byte(mid))
		if rid != "" {
			_ = h.SetExtension(exts["urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"], []byte(rid))
		}
		return h
	}
	voice := header(mids[c.mic], "")
	streams := make([]rtp.Header, len(c.camera))
	for i, l := range c.camera {
		streams[i] = header(mids[c.camera[0].track], l.rid)
	}
	c.spawn(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			_ = c.mic.WriteRTP(&rtp.Packet{Header: voice.Clone(), Payload: []byte{0x78, byte(n), 1, 2, 3}})
			voice.SequenceNumber++
			voice.Timestamp += 960
			for i, l := range c.camera {
				for part := range 2 {
					streams[i].Marker = part == 1
					_ = l.track.WriteRTP(&rtp.Packet{Header: streams[i].Clone(), Payload: vp8(n, part, n%50 == 0, sizes[l.rid])})
					streams[i].SequenceNumber++
				}
				streams[i].Timestamp += 1800
			}
		}
	})
}

// vp8 is a packet of a frame (RFC 7741 §4, RFC 6386 §9.1).
func vp8(number, part int, key bool, size [2]int) []byte {
	b := make([]byte, 4+300)
	b[0], b[1], b[2], b[3] = 0x80, 0x80, 0x80|byte(number>>8)&0x7f, byte(number)
	if part == 0 {
		b[0] |= 0x10
		b[4] = 1
		if key {
			b[4] = 0
			copy(b[7:], []byte{0x9d, 0x01, 0x2a, byte(size[0]), byte(size[0] >> 8), byte(size[1]), byte(size[1] >> 8)})
		}
	}
	return b
}

// isKey tells the first packet of a keyframe, and how wide it is.
func isKey(p *rtp.Packet) (width int, ok bool) {
	var d codecs.VP8Packet
	data, err := d.Unmarshal(p.Payload)
	if err != nil || d.S != 1 || len(data) < 10 || data[0]&1 != 0 {
		return 0, false
	}
	return int(data[6]) | int(data[7])<<8, true
}

func TestVoiceAndPictureReachTheOther(t *testing.T) {
	for _, tt := range engines {
		for _, rids := range [][]string{nil, {"q", "h", "f"}} {
			t.Run(fmt.Sprintf("%s, layers %v", tt.name, rids), func(t *testing.T) {
				t.Parallel()
				m := open(t, start(t, tt.config))
				alice, bob := newClient(t, m, 1, rids...), newClient(t, m, 2)
				alice.join(t)
				bob.join(t)
				alice.let(t, sfu.Microphone, sfu.On)
				alice.let(t, sfu.Camera, sfu.On)
				bob.look(t, 320, 180, alice)
				alice.publish()
				checkPicture(t, alice, bob, rids)
				checkVoice(t, alice, bob)
				if n := m.engine.Stats().Panics; n != 0 {
					t.Errorf("%d panics", n)
				}
			})
		}
	}
}

func checkVoice(t *testing.T, from, to *client) {
	t.Helper()
	first := to.next(t, "voice", func(r received) bool { return to.slot(r.mid).Audio })
	slot := to.slot(first.mid)
	if first.p.SSRC != slot.SSRC {
		t.Errorf("voice has SSRC %d, its slot %d", first.p.SSRC, slot.SSRC)
	}
	if len(first.p.CSRC) != 1 || sfu.Track(first.p.CSRC[0]) != from.track(sfu.Microphone) {
		t.Errorf("voice has CSRC %v, want track %d", first.p.CSRC, from.track(sfu.Microphone))
	}
	seq, ts := first.p.SequenceNumber, first.p.Timestamp
	for range 20 {
		p := to.next(t, "voice", func(r received) bool { return r.mid == first.mid }).p
		if p.SequenceNumber != seq+1 || p.Timestamp != ts+960 {
			t.Fatalf("voice went from %d, %d to %d, %d", seq, ts, p.SequenceNumber, p.Timestamp)
		}
		seq, ts = p.SequenceNumber, p.Timestamp
	}
}

func checkPicture(t *testing.T, from, to *client, rids []string) {
	t.Helper()
	first := to.next(t, "picture", func(r received) bool { return !to.slot(r.mid).Audio })
	slot := to.slot(first.mid)
	if first.p.SSRC != slot.SSRC {
		t.Errorf("picture has SSRC %d, its slot %d", first.p.SSRC, slot.SSRC)
	}
	if len(first.p.CSRC) != 1 || sfu.Track(first.p.CSRC[0]) != from.track(sfu.Camera) {
		t.Errorf("picture has CSRC %v, want track %d", first.p.CSRC, from.track(sfu.Camera))
	}
	width, key := isKey(first.p)
	if !key {
		t.Error("the first picture is no keyframe")
	}
	if want := sizes[""][0]; rids == nil && width != want {
		t.Errorf("the first picture is %d wide, want %d", width, want)
	}
	seq, id := first.p.SequenceNumber, pictureID(t, first.p)
	for range 60 {
		p := to.next(t, "picture", func(r received) bool { return r.mid == first.mid }).p
		if p.SequenceNumber != seq+1 {
			t.Fatalf("picture went from %d to %d", seq, p.SequenceNumber)
		}
		next := pictureID(t, p)
		if next != id && next != (id+1)&0x7fff {
			t.Fatalf("picture id went from %d to %d", id, next)
		}
		seq, id = p.SequenceNumber, next
	}
	if rids == nil {
		return
	}
	// Asked for 320×180, bob ends up with the smallest layer.
	to.next(t, "keyframe of the smallest layer", func(r received) bool {
		width, key := isKey(r.p)
		return r.mid == first.mid && key && width == sizes["q"][0]
	})
}

func pictureID(t *testing.T, p *rtp.Packet) uint16 {
	t.Helper()
	var d codecs.VP8Packet
	if _, err := d.Unmarshal(p.Payload); err != nil {
		t.Fatal(err)
	}
	return d.PictureID
}

func TestLostPacketsComeAgain(t *testing.T) {
	for _, tt := range engines[:2] {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := open(t, start(t, tt.config))
			alice, bob := newClient(t, m, 1), newClient(t, m, 2)
			alice.join(t)
			bob.join(t)
			alice.let(t, sfu.Camera, sfu.On)
			bob.look(t, 1280, 720, alice)
			alice.publish()
			bob.next(t, "picture", func(received) bool { return true })
			bob.socket.lose.Store(true)
			for range 10 {
				bob.next(t, "repaired packet", func(r received) bool { return r.rtx })
			}
			if bob.socket.gone.Load() == 0 {
				t.Error("no packet was lost: the test shows nothing")
			}
		})
	}
}

func TestAMutedMicrophoneAndACameraThatIsOffSendNothing(t *testing.T) {
	for _, tt := range engines[:2] {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := open(t, start(t, tt.config))
			alice, bob, carol := newClient(t, m, 1), newClient(t, m, 2), newClient(t, m, 3)
			for _, c := range []*client{alice, bob, carol} {
				c.join(t)
				c.let(t, sfu.Microphone, sfu.On)
				c.let(t, sfu.Camera, sfu.On)
			}
			bob.look(t, 320, 180, alice, carol)
			alice.publish()
			carol.publish()
			from := func(k sfu.Kind, c *client) func(received) bool {
				return func(r received) bool { return len(r.p.CSRC) == 1 && sfu.Track(r.p.CSRC[0]) == c.track(k) }
			}
			for _, k := range []sfu.Kind{sfu.Microphone, sfu.Camera} {
				bob.next(t, "packet of alice", from(k, alice))
				bob.next(t, "packet of carol", from(k, carol))
				alice.let(t, k, sfu.Off)
				drainUntilQuiet(t, bob, from(k, alice), from(k, carol))
			}
			m.await("empty picture slot", func(e media.Event) bool {
				return e.Kind == media.SlotSwitched && e.Peer == bob.id && e.Track == 0 && !bob.params.Slots[e.Slot].Audio
			})
		})
	}
}

// drainUntilQuiet reads until 20 packets of one track in a row have come with none of another between them.
func drainUntilQuiet(t *testing.T, c *client, quiet, lively func(received) bool) {
	t.Helper()
	for n := 0; n < 20; {
		r := c.next(t, "packet", func(r received) bool { return quiet(r) || lively(r) })
		if n++; quiet(r) {
			n = 0
		}
	}
}

func TestAWrongFingerprintEndsThePeerWithinASecond(t *testing.T) {
	m := open(t, start(t, media.Config{Workers: 1}))
	alice, bob := newClient(t, m, 1), newClient(t, m, 2)
	bob.join(t)
	began := time.Now()
	err := alice.offer(t.Context(), func(p *sfu.PeerParams) {
		sum := sha512.Sum512([]byte("another certificate"))
		p.Fingerprint = sum[:len(p.Fingerprint)]
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.room.Enter(t.Context(), alice.id, 1); err != nil {
		t.Fatal(err)
	}
	alice.let(t, sfu.Microphone, sfu.On)
	alice.publish()
	m.await("end of alice", func(e media.Event) bool { return e.Kind == media.PeerLost && e.Peer == alice.id })
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	select {
	case r := <-bob.packets:
		t.Errorf("bob received %v", r.p)
	default:
	}
	if err := m.room.RemovePeer(t.Context(), alice.id); err != nil {
		t.Errorf("removing a peer that has ended: %v", err)
	}
}

func TestARemovedPeerLearnsItAndItsPictureEnds(t *testing.T) {
	m := open(t, start(t, media.Config{Workers: 2}))
	alice, bob := newClient(t, m, 1), newClient(t, m, 2)
	closed := make(chan struct{})
	alice.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateClosed {
			close(closed)
		}
	})
	alice.join(t)
	bob.join(t)
	alice.let(t, sfu.Camera, sfu.On)
	bob.look(t, 320, 180, alice)
	alice.publish()
	bob.next(t, "picture", func(received) bool { return true })
	if err := m.room.RemovePeer(t.Context(), alice.id); err != nil {
		t.Fatal(err)
	}
	m.await("empty slot", func(e media.Event) bool { return e.Kind == media.SlotSwitched && e.Peer == bob.id && e.Track == 0 })
	select {
	case <-closed: // by our close_notify
	case <-time.After(patience):
		t.Error("alice was not told")
	}
}

func TestAnICERestartKeepsTheMedia(t *testing.T) {
	for _, tt := range engines[:2] {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := open(t, start(t, tt.config))
			alice, bob := newClient(t, m, 1), newClient(t, m, 2)
			alice.join(t)
			bob.join(t)
			alice.let(t, sfu.Microphone, sfu.On)
			alice.publish()
			voice := func(received) bool { return true }
			before := bob.next(t, "voice", voice)
			if err := bob.restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			m.await("path", func(e media.Event) bool { return e.Kind == media.PathFound && e.Peer == bob.id })
			for range 50 {
				if p := bob.next(t, "voice", voice).p; p.SSRC != before.p.SSRC {
					t.Fatalf("the slot's SSRC went from %d to %d", before.p.SSRC, p.SSRC)
				}
			}
		})
	}
}

// As when a page is loaded again: the new peer enters the seat before the old one is removed, or after.
func TestANewPeerInTheSeatTakesItsTracksOver(t *testing.T) {
	for _, tt := range engines[:2] {
		for i := range 4 {
			removeFirst, elsewhere := i&1 != 0, i&2 != 0
			t.Run(fmt.Sprintf("%s, old one removed first %v, on another worker %v", tt.name, removeFirst, elsewhere), func(t *testing.T) {
				if elsewhere && tt.config.Workers == 1 {
					t.Skip("there is no other")
				}
				t.Parallel()
				m := open(t, start(t, tt.config))
				alice, bob, again := newClient(t, m, 1), newClient(t, m, 2), newClient(t, m, 1)
				alice.join(t)
				bob.join(t)
				if elsewhere { // than alice, who is on the first worker: that one has more peers now
					newClient(t, m, 3).join(t)
				}
				for _, k := range []sfu.Kind{sfu.Microphone, sfu.Camera} {
					alice.let(t, k, sfu.On)
				}
				bob.look(t, 320, 180, alice)
				alice.publish()
				voice := func(r received) bool { return bob.slot(r.mid).Audio }
				picture := func(r received) bool { return !bob.slot(r.mid).Audio }
				bob.next(t, "picture", picture)
				bob.next(t, "voice", voice)
				remove := func() {
					if err := m.room.RemovePeer(t.Context(), alice.id); err != nil {
						t.Error(err)
					}
					alice.close()
				}
				if removeFirst {
					remove()
				}
				again.join(t)
				if !removeFirst {
					remove()
				}
				for len(bob.packets) > 0 {
					<-bob.packets
				}
				again.publish()
				for range 50 {
					bob.next(t, "voice from the new peer", voice)
				}
				for range 50 {
					bob.next(t, "picture from the new peer", picture)
				}
			})
		}
	}
}

// Somebody may be inside without a transport: not yet, or not any more.
func TestMicrophonesOfPeersThatAreNotThereTakeNobodysPlace(t *testing.T) {
	m := open(t, start(t, media.Config{Workers: 2}))
	alice, bob := newClient(t, m, 1), newClient(t, m, 2)
	letOut := func(seats ...uint32) {
		for _, seat := range seats {
			if err := m.room.SetTrack(t.Context(), sfu.NewTrack(seat, sfu.Microphone), sfu.On); err != nil {
				t.Fatal(err)
			}
		}
	}
	letOut(11, 12, 13)
	bob.join(t)
	letOut(14, 15, 16)
	alice.join(t)
	alice.let(t, sfu.Microphone, sfu.On)
	alice.publish() // too quietly to be chosen among many
	bob.next(t, "voice", func(r received) bool { return bob.slot(r.mid).Audio })
}
