package sfu

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"noom/internal/sfu/rtpx"
)

var stranger = netip.MustParseAddrPort("192.0.2.66:666")

func TestNothingButAValidCheckIsAnswered(t *testing.T) {
	c := newCall(t, 1)
	alice := c.add("alice", 0, nil)
	ufrag, password := alice.params.LocalUfrag+":"+alice.params.RemoteUfrag, alice.params.LocalPwd
	hello := append([]byte{22, 0xfe, 0xfd}, make([]byte, 200)...)
	for name, datagram := range map[string][]byte{
		"an unknown ufrag":            checkRequest("nobody:ralice", password, true),
		"a wrong remote ufrag":        checkRequest(alice.params.LocalUfrag+":someone", password, true),
		"a wrong password":            checkRequest(ufrag, "guessed", true),
		"a DTLS ClientHello":          hello,
		"something like RTP":          append([]byte{0x80, 96}, make([]byte, 100)...),
		"something like RTCP":         append([]byte{0x80, 200}, make([]byte, 100)...),
		"TURN channel data":           append([]byte{0x40, 0}, make([]byte, 100)...),
		"a STUN header alone":         checkRequest(ufrag, password, true)[:20],
		"a check without its last":    checkRequest(ufrag, password, true)[:80],
		"nothing":                     {},
		"one byte":                    {0},
		"more than fits in a packet":  make([]byte, 4000),
		"a check with a changed byte": flip(checkRequest(ufrag, password, true), 30),
	} {
		c.workers[0].Receive(c.now, stranger, datagram, c.outs[0])
		if out := c.outs[0]; len(out.Peers) != 0 || len(out.Events) != 0 || len(out.Handshakes) != 0 {
			t.Errorf("%s: answered with %d bursts, %d events, %d handshakes", name, len(out.Peers), len(out.Events), len(out.Handshakes))
		}
		c.outs[0].Reset()
	}
	// The true peer proves its address; a neighbour on another port stays a stranger.
	alice.check(true)
	if alice.answers != 1 || c.of(PeerProven) != 1 {
		t.Fatalf("%d answers, %d events for the true check", alice.answers, c.of(PeerProven))
	}
	neighbour := netip.AddrPortFrom(alice.address.Addr(), alice.address.Port()+1)
	c.workers[0].Receive(c.now, neighbour, hello, c.outs[0])
	if len(c.outs[0].Handshakes) != 0 {
		t.Error("a ClientHello from an address not proven was passed on")
	}
	c.workers[0].Receive(c.now, alice.address, hello, c.outs[0])
	if h := c.outs[0].Handshakes; len(h) != 1 || h[0].Peer != alice.id || len(h[0].Data) != len(hello) {
		t.Errorf("the true ClientHello was not passed on: %v", h)
	}
}

func flip(data []byte, at int) []byte {
	data[at] ^= 1
	return data
}

func TestAMillionWrongChecksGetNoAnswer(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	out, router := c.outs[0], c.workers[0]
	unknown := checkRequest("nobody:ralice", alice.params.LocalPwd, true)
	forged := checkRequest(alice.params.LocalUfrag+":"+alice.params.RemoteUfrag, "guessed", true)
	n := 1_000_000
	if testing.Short() {
		n = 10_000
	}
	for i := range n {
		router.Receive(c.now, stranger, unknown, out)
		if i%10 == 0 {
			router.Receive(c.now, stranger, forged, out)
		}
		if len(out.Peers) != 0 {
			t.Fatal("a wrong check was answered")
		}
	}
	if got := router.Counters().BadChecks; got < uint64(n) {
		t.Errorf("counted %d", got)
	}
}

func TestAPeerThatRoamsKeepsItsMedia(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	c.run(time.Second)
	before, old := len(bob.slot(0)), bob.address
	bob.address = netip.MustParseAddrPort("[2001:db8::7]:4000")
	c.run(100 * time.Millisecond)
	if len(bob.slot(0)) != before {
		t.Fatal("media went to an address that was not nominated")
	}
	bob.check(false)
	c.run(100 * time.Millisecond)
	if len(bob.slot(0)) != before {
		t.Fatal("media went to an address that was proven but not nominated")
	}
	bob.check(true)
	c.run(time.Second)
	if got := len(bob.slot(0)) - before; got < 49 {
		t.Errorf("%d packets in the second after the move", got)
	}
	if c.of(PeerMoved) != 1 || c.of(PeerProven) != 2 {
		t.Errorf("%d moves, %d proofs", c.of(PeerMoved), c.of(PeerProven))
	}
	if s, ok := c.workers[0].PeerStats(bob.id); !ok || s.Address != bob.address {
		t.Errorf("the address is said to be %v", s.Address)
	}
	if c.workers[0].proven[old] == nil {
		t.Error("what is under way from the old address would be refused")
	}
	c.run(40 * time.Second)
	if c.workers[0].proven[old] != nil {
		t.Error("the old address is listened to for ever")
	}
}

func TestWhoWasCutOffSeesAgainAtOnce(t *testing.T) {
	for _, moves := range []bool{false, true} {
		c := newCall(t, 1)
		alice, bob := c.join("alice", 0), c.join("bob", 0)
		layers := alice.camera()
		bob.microphone(20)
		bob.view(Wish{alice.track(Camera), 320, 180})
		c.run(2 * time.Second)
		gone := 2 * time.Second
		if moves {
			gone = 500 * time.Millisecond
		}
		c.lost = func(p *testPeer, _ bool, _ []byte) bool { return p == bob }
		c.run(gone)
		c.lost = nil
		alice.clear()
		if moves {
			bob.address = netip.MustParseAddrPort("[2001:db8::7]:4000")
			bob.check(true)
		}
		c.run(60 * time.Millisecond)
		if got := alice.of(rtpx.PLI, layers[0].ssrc); got != 1 {
			t.Errorf("moves %v: %d keyframes asked for when bob is back", moves, got)
		}
		alice.clear()
		c.run(3 * time.Second)
		if got := alice.of(rtpx.PLI, 0); got > 0 {
			t.Errorf("moves %v: %d keyframes asked for while he stays", moves, got)
		}
	}
}

func TestAPeerIsFollowedToWhereAllItsChecksComeFromThoughTheyNominateNothing(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	c.run(time.Second)
	bob.check(false)
	bob.silent, bob.address = true, netip.MustParseAddrPort("[2001:db8::7]:4000") // behind a NAT that forgot it
	before := len(bob.slot(0))
	for range 3 { // within what a check is late by on a bad path, both paths may live
		c.run(time.Second)
		bob.check(false)
	}
	if got := len(bob.slot(0)) - before; got != 0 {
		t.Fatalf("%d packets went to an address that was not nominated, while the one that was may live", got)
	}
	c.run(time.Second)
	bob.check(false)
	c.run(time.Second)
	if got := len(bob.slot(0)) - before; got < 49 {
		t.Errorf("%d packets in the second after no check had come from the old address for long", got)
	}
	if c.of(PeerMoved) != 1 {
		t.Errorf("%d moves", c.of(PeerMoved))
	}
}

func TestAPeerWithoutChecksIsLostAfterThirtySeconds(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	c.run(time.Second)
	bob.silent = true
	c.run(27 * time.Second)
	if c.of(PeerLost) != 0 {
		t.Fatal("lost too early")
	}
	c.run(4 * time.Second)
	if c.of(PeerLost) != 1 {
		t.Fatalf("%d peers lost", c.of(PeerLost))
	}
	bob.clear()
	c.run(time.Second)
	if len(bob.got) != 0 || len(bob.controls) != 0 {
		t.Error("a lost peer is still sent to")
	}
	bob.check(true)
	if got := len(bob.got); got != 0 {
		t.Error("a lost peer came back by itself")
	}
	// An ICE restart brings it back.
	bob.params.LocalUfrag, bob.silent = "lbob2", false
	if err := c.workers[0].UpdatePeer(c.now, bob.id, bob.params); err != nil {
		t.Fatal(err)
	}
	bob.check(true)
	c.run(time.Second)
	if len(bob.slot(0)) < 45 {
		t.Errorf("%d packets after the restart", len(bob.slot(0)))
	}
}

func TestAnAddressIsNotTakenFromAnotherPeer(t *testing.T) {
	c := newCall(t, 1)
	alice, mallory := c.join("alice", 0), c.join("mallory", 0)
	c.inject(mallory, alice.address, checkRequest(mallory.params.LocalUfrag+":"+mallory.params.RemoteUfrag, mallory.params.LocalPwd, true))
	if got := c.workers[0].proven[alice.address]; got == nil || got.id != alice.id {
		t.Error("a forged source address took another peer's place")
	}
	if got := c.workers[0].peers[mallory.id].address; got == alice.address {
		t.Error("media would be sent to a victim")
	}
}

func TestAnSSRCFloodKeepsSixtyFour(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	c.run(100 * time.Millisecond)
	h := rtp.Header{Version: 2, PayloadType: ptVP8}
	for i := range 5000 {
		h.SSRC = 0x7000_0000 + uint32(i)
		alice.rtp(h, true, "1", "nonsense", "", 0, make([]byte, 20))
	}
	for i := range 500 { // SRTCP too keeps a state for each SSRC
		report := []byte{0x80, 201, 0, 1, 0x60, 0, byte(i >> 8), byte(i)}
		alice.rtcp(report)
	}
	p := c.workers[0].peers[alice.id]
	if len(p.inbound) > maxSSRCs || len(p.heard) > maxSSRCs || len(p.senders) > maxSSRCs {
		t.Errorf("%d SSRCs and %d senders of reports are kept", len(p.inbound), len(p.senders))
	}
	bob.clear()
	c.run(time.Second)
	if len(bob.slot(0)) < 49 {
		t.Error("the flood stopped the voice")
	}
	if got := c.workers[0].Counters().SSRCFlood; got < 5000 {
		t.Errorf("%d refused", got)
	}
}

func TestRemovingEveryPeerLeavesNothing(t *testing.T) {
	c := newCall(t, 1)
	var peers []*testPeer
	for i := range 6 {
		p := c.join(fmt.Sprintf("peer%d", i), 0)
		p.microphone(20)
		p.camera()
		peers = append(peers, p)
		for _, q := range peers {
			var wishes []Wish
			for _, o := range peers {
				wishes = append(wishes, Wish{o.track(Camera), 640, 360})
			}
			q.view(wishes...)
		}
	}
	c.run(3 * time.Second)
	r := c.workers[0]
	for i, p := range peers {
		p.silent, p.streams = true, nil
		r.RemovePeer(c.now, p.id, c.outs[0])
		c.peers = c.peers[1:]
		c.flush(0)
		for _, m := range r.open {
			for _, track := range m.order {
				for _, sl := range track.slots {
					if sl.peer == r.peers[p.id] || r.peers[sl.peer.id] == nil {
						t.Fatalf("after removal %d a track still goes to a removed peer", i)
					}
				}
			}
		}
	}
	c.run(time.Second)
	if len(r.peers)+len(r.ufrags)+len(r.proven)+len(r.rooms)+len(r.order)+len(r.open) != 0 {
		t.Errorf("left: %d peers, %d ufrags, %d addresses, %d rooms", len(r.peers), len(r.ufrags), len(r.proven), len(r.rooms))
	}
	if !r.Deadline().IsZero() {
		t.Error("a timer is still running")
	}
}

func TestATrackOfARoomInWhichNobodyIsOpensNothing(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	r := c.workers[0]
	r.RemovePeer(c.now, alice.id, c.outs[0])
	for _, s := range []TrackState{On, Off} {
		r.SetTrack(c.now, testRoom, alice.track(Camera), s, c.outs[0])
		if len(r.rooms) != 0 || len(r.open) != 0 {
			t.Errorf("state %v opened a room that nobody will close", s)
		}
	}
}

func TestAPanicAtADatagramIsBlamedOnItsSender(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	c.run(time.Second)
	r := c.workers[0]
	r.peers[bob.id].agent, r.peers[alice.id].opens = nil, &srtp.Context{} // so that what comes from them panics
	media := append([]byte{0x80, ptOpus}, make([]byte, 40)...)
	check := checkRequest(bob.params.LocalUfrag+":"+bob.params.RemoteUfrag, bob.params.LocalPwd, true)
	for _, tt := range []struct {
		name     string
		from     netip.AddrPort
		datagram []byte
		want     PeerID
	}{
		{"media", alice.address, media, alice.id},
		{"a check, whatever its address", alice.address, check, bob.id},
		{"a stranger's media", stranger, media, 0},
		{"a stranger's check", stranger, checkRequest("nobody:nobody", "no password", true), 0},
	} {
		func() {
			defer func() {
				if panicked := recover() != nil; panicked != (tt.want != 0) {
					t.Errorf("%s: panicked: %v", tt.name, panicked)
				}
			}()
			r.Receive(c.now, tt.from, tt.datagram, c.outs[0])
		}()
		if got := r.Sender(); got != tt.want {
			t.Errorf("%s: the sender is %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestEveryCheckFromThePeersAddressIsTold(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	before := c.of(PeerChecked)
	for range 3 {
		alice.check(false)
	}
	if got := c.of(PeerChecked) - before; got != 3 {
		t.Errorf("%d checks are told, want 3", got)
	}
	last := c.events[len(c.events)-1]
	if last.Peer != alice.id || last.Address != alice.address {
		t.Errorf("told %+v", last)
	}
}
