package sfu

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// busyCall is a call with all that makes numbers of slots: layers that change, probes, packets lost, repaired and without payload,
// voices that change.
func busyCall(t *testing.T, gathers, overlaps bool) (heard map[string][]string, forwarded uint64) {
	c := newCall(t, 2)
	c.gathers, c.overlaps = gathers, overlaps
	if overlaps {
		for _, w := range c.workers {
			w.turns.atOnce = 1
		}
	}
	alice, bob, carol := c.join("alice", 0), c.join("bob", 0), c.join("carol", 1)
	voice := alice.microphone(20)
	bob.microphone(25)
	layers := alice.camera()
	layers[1].probe = true
	bob.camera()
	for i, p := range []*testPeer{bob, carol} {
		p.view(Wish{Track: alice.track(Camera), Width: uint16(320 << i), Height: uint16(180 << i)})
	}
	alice.view(Wish{Track: bob.track(Camera)})
	for i := range 20 {
		c.run(250 * time.Millisecond)
		layers[i%3].sequence++ // lost on the way
		c.sending = true       // in one turn with what follows
		alice.rtp(rtp.Header{Version: 2, PayloadType: ptVP8, SequenceNumber: layers[i%3].sequence, Timestamp: layers[i%3].timestamp, SSRC: layers[i%3].ssrc},
			false, "", "", "", 0, nil)
		layers[i%3].sequence++
		layers[i%3].key = i%4 == 0
		layers[i%3].frame()
		layers[i%3].repair(layers[i%3].sequence - 1)
		if i%7 == 3 { // what is gathered of another SSRC is forwarded as if it had come packet by packet
			for _, s := range []*testStream{voice, layers[2]} {
				s.ssrc += 0x1000
				s.sequence -= 20000
				s.timestamp += 1 << 30
				s.key = true
				s.frame()
				s.frame()
			}
		}
		c.sending = false
		for w := range c.workers {
			c.forward(w)
		}
		voice.level = uint8(20 + 30*(i%2))
		bob.view(Wish{Track: alice.track(Camera), Width: uint16(320 << (i % 3)), Height: uint16(180 << (i % 3))})
	}
	heard = map[string][]string{}
	for _, p := range c.peers {
		for ssrc, got := range p.got {
			for _, g := range got {
				name := fmt.Sprint(p.name, " ", ssrc)
				heard[name] = append(heard[name], fmt.Sprintf("%v tl0 %d size %d at %v", g, g.tl0, g.size, g.at.Sub(c.peers[0].checked)))
			}
		}
	}
	for _, w := range c.workers {
		forwarded += w.Counters().PacketsForwarded
	}
	return heard, forwarded
}

func TestATurnGivesEveryReceiverWhatPacketByPacketGives(t *testing.T) {
	want, n := busyCall(t, false, false)
	if n < 1500 || len(want) < 6 {
		t.Fatalf("only %d packets were forwarded on %d slots", n, len(want))
	}
	for _, overlaps := range []bool{false, true} {
		got, m := busyCall(t, true, overlaps)
		if m != n {
			t.Errorf("overlaps %v: %d packets were forwarded, want %d", overlaps, m, n)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("overlaps %v: %s", overlaps, diff)
		}
	}
}

func TestAnSSRCThatChangesInTheMiddleOfATurnIsFollowed(t *testing.T) {
	for _, jump := range []int{-20000, -100, 9999} { // behind, within what was sent, ahead
		c := newCall(t, 1)
		c.gathers = true
		alice, bob := c.join("alice", 0), c.join("bob", 0)
		voice, q := alice.microphone(20), alice.camera()[0]
		bob.view(Wish{alice.track(Camera), 320, 180})
		c.run(2 * time.Second)
		sound, picture := len(bob.slot(0)), len(bob.slot(4))
		outdated := c.workers[0].Counters().Outdated
		c.sending = true
		for _, s := range []*testStream{voice, q} {
			s.key = true
			s.frame() // the last of the old SSRC
			s.ssrc += 0x1000
			s.sequence += uint16(jump)
			s.timestamp += 1 << 30
			s.picture = 9
			s.key = true
			s.frame()
		}
		c.sending = false
		c.forward(0)
		if got := c.workers[0].Counters().Outdated - outdated; got != 1 {
			t.Errorf("jump %d: %d packets of before were counted as dropped, want that of the picture", jump, got)
		}
		c.run(5 * time.Second)
		if sound, picture := len(bob.slot(0))-sound, len(bob.slot(4))-picture; sound < 250 || picture < 150 {
			t.Errorf("jump %d: %d packets of sound and %d of the picture in 5 s", jump, sound, picture)
		}
		continuous(t, bob.slot(0))
		continuous(t, bob.slot(4))
	}
}

// halfOfATurn is a call in which bob has alice's keyframe, and carol is still to get it.
func halfOfATurn(t *testing.T) (c *call, picture *testStream) {
	t.Helper()
	c = newCall(t, 1)
	c.gathers = true
	alice, bob, carol := c.join("alice", 0), c.join("bob", 0), c.join("carol", 0)
	picture = alice.camera()[0]
	for _, p := range []*testPeer{bob, carol} {
		p.view(Wish{alice.track(Camera), 320, 180})
	}
	c.run(2 * time.Second)
	c.workers[0].turns.atOnce = 1
	c.sending = true
	picture.key = true
	picture.frame()
	if !c.workers[0].Forward(c.outs[0]) {
		t.Fatal("bob and carol were served at once")
	}
	c.flush(0)
	return c, picture
}

func TestWhatIsLeavingOfAStreamThatRestartsIsDropped(t *testing.T) {
	c, q := halfOfATurn(t)
	router, bob, carol := c.workers[0], c.peers[1], c.peers[2]
	before := router.Counters()
	q.ssrc += 0x1000
	q.sequence += 9999
	q.key = true
	q.frame()
	c.sending = false
	c.forward(0)
	after := router.Counters()
	if got := after.Outdated - before.Outdated; got != 1 {
		t.Errorf("%d copies of before were dropped, want the one that had not left", got)
	}
	c.run(2 * time.Second)
	for _, p := range []*testPeer{bob, carol} {
		continuous(t, p.slot(4))
	}
}

func TestNoKeyframeIsAskedForThatIsLeaving(t *testing.T) {
	c := newCall(t, 1)
	c.gathers = true
	router := c.workers[0]
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	q := alice.camera()[0]
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(2 * time.Second)
	carol := c.join("carol", 0)
	carol.view(Wish{alice.track(Camera), 320, 180})
	asked := &router.peers[alice.id].sources[Camera].streams[0].key
	if !asked.wanted {
		t.Fatal("carol waits for no keyframe")
	}
	router.turns.atOnce = 1
	c.sending = true
	q.key = true
	q.frame()
	if asked.wanted || !router.Forward(c.outs[0]) {
		t.Fatal("bob and carol were served at once")
	}
	c.flush(0)
	c.now = c.now.Add(roomTick)
	router.Tick(c.now, c.outs[0])
	c.flush(0)
	if asked.wanted {
		t.Error("while a keyframe leaves for carol another is asked for")
	}
	c.sending = false
	c.forward(0)
	if len(carol.slot(4)) != 1 {
		t.Errorf("carol got %d packets, want the keyframe", len(carol.slot(4)))
	}
}

func TestATurnOfWhichAllIsCutIsOver(t *testing.T) {
	c, _ := halfOfATurn(t)
	router := c.workers[0]
	router.restart(&router.peers[c.peers[0].id].sources[Camera].streams[0])
	for router.Forward(c.outs[0]) {
		t.Error("something was left to forward")
	}
	c.sending = false
	if router.forwarding() {
		t.Error("the turn goes on for ever")
	}
}

func TestASlotThatGoesOnInTheMiddleOfATurn(t *testing.T) {
	c := newCall(t, 1)
	c.gathers = true
	alice, carol, bob := c.join("alice", 0), c.join("carol", 0), c.join("bob", 0)
	from, to := alice.camera()[0], carol.camera()[0]
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(2 * time.Second)
	if got := c.carrying(bob)[4]; got != alice.track(Camera) {
		t.Fatalf("the slot carries %d", got)
	}
	c.sending = true
	before := len(bob.slot(4))
	to.frame() // nobody takes it yet
	from.key = true
	from.frame()
	bob.view(Wish{carol.track(Camera), 320, 180})
	to.key = true
	to.frame()
	c.sending = false
	c.forward(0)
	if got := bob.slot(4)[before:]; len(got) != 1 || got[0].csrc != carol.track(Camera) {
		t.Errorf("in the turn the slot got %v, want carol's keyframe alone", got)
	}
	c.run(time.Second)
	continuous(t, bob.slot(4))
}

func TestASlotMayTakeAStreamOfWhichSomeIsGathered(t *testing.T) {
	c := newCall(t, 1)
	c.gathers = true
	alice, bob, carol := c.join("alice", 0), c.join("bob", 0), c.join("carol", 0)
	layers := alice.camera()
	bob.view(Wish{alice.track(Camera), 1280, 720})
	carol.view(Wish{alice.track(Camera), 320, 180})
	c.run(2 * time.Second)
	c.sending = true
	layers[0].key = true
	layers[0].frame() // carol takes it, bob not yet
	bob.view(Wish{alice.track(Camera), 320, 180})
	before := map[*testPeer]int{bob: len(bob.slot(4)), carol: len(carol.slot(4))}
	layers[0].key = true
	layers[0].frame()
	layers[0].frame()
	c.sending = false
	c.forward(0)
	for p, want := range map[*testPeer]int{bob: 2, carol: 3} {
		if got := p.slot(4)[before[p]:]; len(got) != want {
			t.Errorf("%s got %d packets of the turn, want %d", p.name, len(got), want)
		}
		continuous(t, p.slot(4))
	}
}

func TestOneReceiverGetsAllOfATurnInOneBurst(t *testing.T) {
	a := newAudience(t, 100, srtp.ProtectionProfileAeadAes128Gcm)
	router := a.call.workers[0]
	var bursts, packets int
	send := func() {
		for _, b := range a.out.Peers {
			bursts++
			packets += int(b.Count)
		}
		a.out.Reset()
	}
	for range 5 {
		router.Gather(a.call.now, a.sender.address, a.next(a.picture), a.out)
	}
	if len(a.out.Peers) > 0 {
		t.Error("something was forwarded before Forward")
	}
	rounds := 1
	for ; router.Forward(a.out); rounds++ {
		if a.out.used < packetsAtOnce || a.out.used >= packetsAtOnce+gatherMost {
			t.Errorf("a round left %d packets", a.out.used)
		}
		send()
	}
	send()
	if rounds < 2 || bursts != 100 || packets != 500 {
		t.Errorf("%d packets left in %d bursts and %d rounds, want 500 in 100 and 2 or more", packets, bursts, rounds)
	}
	if router.Forward(a.out); len(a.out.Peers) > 0 {
		t.Error("something was forwarded twice")
	}
}

func TestNoMoreIsGatheredThanFindsRoom(t *testing.T) {
	a := newAudience(t, 3, srtp.ProtectionProfileAeadAes128Gcm)
	router := a.call.workers[0]
	for i := range gatherMost {
		if router.Gathered() {
			t.Fatalf("full after %d packets", i)
		}
		router.Gather(a.call.now, a.sender.address, a.next(a.picture), a.out)
	}
	if !router.Gathered() {
		t.Fatal("not full")
	}
	router.Gather(a.call.now, a.sender.address, a.next(a.picture), a.out)
	if got := router.Counters().NoMemory; got != 1 {
		t.Errorf("%d packets were counted as dropped, want 1", got)
	}
	before := router.Counters().PacketsForwarded
	for router.Forward(a.out) {
		a.out.Reset()
	}
	if got := router.Counters().PacketsForwarded - before; got != 3*gatherMost {
		t.Errorf("%d packets were forwarded, want %d", got, 3*gatherMost)
	}
}

func TestAPeerMayGoInTheMiddleOfATurn(t *testing.T) {
	for _, who := range []int{0, 1, 150} {
		a := newAudience(t, 200, srtp.ProtectionProfileAeadAes128Gcm)
		router := a.call.workers[0]
		for range 5 {
			router.Gather(a.call.now, a.sender.address, a.next(a.picture), a.out)
		}
		if !router.Forward(a.out) {
			t.Fatal("all was forwarded in one round")
		}
		a.out.Reset()
		router.RemovePeer(a.call.now, a.call.peers[who].id, a.out)
		a.out.Reset()
		for router.Forward(a.out) {
			t.Fatal("something was left to forward")
		}
		if got := router.Counters().Abandoned; got != 5 || a.out.used != 0 {
			t.Errorf("%d packets abandoned and %d copies forwarded, want 5 and 0", got, a.out.used)
		}
		before := router.Counters().PacketsForwarded
		want := uint64(199)
		if who == 0 {
			want = 0
		}
		router.Receive(a.call.now, a.sender.address, a.next(a.picture), a.out)
		if got := router.Counters().PacketsForwarded - before; got != want {
			t.Errorf("without peer %d, %d copies of the next packet, want %d", who, got, want)
		}
	}
}

func TestSharesKeepNothingOfThoseWhoLeft(t *testing.T) {
	for _, abandoned := range []bool{false, true} {
		c := newCall(t, 1)
		c.gathers = true
		bob := c.join("bob", 0)
		var wishes []Wish
		for i := range 8 {
			sender := c.join(string(rune('a'+i)), 0)
			sender.camera()
			wishes = append(wishes, Wish{sender.track(Camera), 320, 180})
		}
		bob.view(wishes...)
		c.run(3 * time.Second)
		router := bob.router()
		if abandoned {
			for _, sender := range c.peers[1:] {
				for _, s := range sender.streams {
					c.sending = true
					s.frame()
				}
			}
			c.sending = false
			if len(router.peers[bob.id].shares[router.turns.gathering.turn]) == 0 {
				t.Fatal("nothing was gathered for bob")
			}
		}
		for _, sender := range c.peers[1:] {
			sender.silent, sender.streams = true, nil
			router.RemovePeer(c.now, sender.id, c.outs[0])
			c.flush(0)
		}
		c.run(time.Second)
		for _, shares := range router.peers[bob.id].shares {
			for i, s := range shares[:cap(shares)] {
				if s != (share{}) {
					t.Errorf("abandoned %v: share %d of %d still keeps a stream", abandoned, i, cap(shares))
				}
			}
		}
	}
}
