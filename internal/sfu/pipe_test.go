package sfu

import (
	"testing"
	"time"
)

func TestARoomSpansTwoWorkers(t *testing.T) {
	c := newCall(t, 2)
	alice, bob, carol := c.join("alice", 0), c.join("bob", 1), c.join("carol", 1)
	alice.microphone(30)
	bob.microphone(20)
	layers := alice.camera()
	c.run(time.Second)
	if c.pipes[pipeKey{alice.track(Camera), 1}] {
		t.Error("a picture is piped that nobody looks at")
	}
	keys := layers[1].keys
	for _, p := range []*testPeer{bob, carol} {
		p.view(Wish{alice.track(Camera), 640, 360})
	}
	c.run(2 * time.Second)
	for _, p := range []*testPeer{bob, carol} {
		picture := p.slot(4)
		if len(picture) < 110 {
			t.Errorf("%s got %d packets of the picture", p.name, len(picture))
		}
		continuous(t, picture)
		voice := 0
		for slot := range 4 {
			for _, g := range p.slot(slot) {
				if g.csrc == alice.track(Microphone) && g.level == 30 {
					voice++
				}
			}
		}
		if voice < 140 {
			t.Errorf("%s got %d packets of the voice", p.name, voice)
		}
	}
	if len(alice.slot(0)) < 140 {
		t.Errorf("alice got %d packets of bob", len(alice.slot(0)))
	}
	if got := layers[1].keys - keys; got < 1 || got > 2 {
		t.Errorf("%d keyframes for two viewers on another worker", got)
	}
	if piped := c.workers[0].Counters().PacketsPiped; piped == 0 || c.workers[1].Counters().PacketsPiped == 0 {
		t.Error("nothing was piped")
	}
	bob.view()
	carol.view()
	c.run(time.Second)
	if c.pipes[pipeKey{alice.track(Camera), 1}] {
		t.Error("still piped though nobody looks")
	}
	if !c.pipes[pipeKey{alice.track(Microphone), 1}] {
		t.Error("a voice must be heard to be chosen")
	}
	for _, p := range []*testPeer{bob, carol} {
		p.silent = true
		c.workers[1].RemovePeer(c.now, p.id, c.outs[1])
		c.flush(1)
	}
	if len(c.pipes) != 1 || !c.pipes[pipeKey{bob.track(Microphone), 0}] {
		t.Errorf("after everybody left the worker, piped are %v", c.pipes)
	}
	c.publish(bob, Microphone, Off)
	if len(c.pipes) != 0 {
		t.Errorf("piped are %v", c.pipes)
	}
}

func TestLossOnTheWayInIsRepairedBeforeThePipe(t *testing.T) {
	c := newCall(t, 2)
	alice, bob := c.join("alice", 0), c.join("bob", 1)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(time.Second)
	n := 0
	c.lost = func(p *testPeer, up bool, d []byte) bool {
		n++
		return p == alice && up && n%17 == 0
	}
	c.run(2 * time.Second)
	c.lost = nil
	c.run(time.Second)
	seen := map[uint16]bool{}
	got := bob.slot(4)
	for _, g := range got {
		seen[g.packet.Sequence] = true
	}
	for s := got[0].packet.Sequence; s != got[len(got)-1].packet.Sequence; s++ {
		if !seen[s] {
			t.Fatalf("packet %d never came", s)
		}
	}
	// bob's own loss is answered by his worker.
	bob.nack(4, got[len(got)-1].packet.Sequence)
	if len(bob.recovered) != 1 {
		t.Error("his worker did not answer a NACK")
	}
}

func TestASenderThatComesBackOnAnotherWorkerIsSeenAgain(t *testing.T) {
	c := newCall(t, 2)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(time.Second)
	// alice reloads the page: a new connection on the other worker, the same seat.
	again := newTestPeer(c, "alice2", 1)
	again.seat = alice.seat
	c.peers = append(c.peers, again)
	if err := c.workers[1].AddPeer(c.now, again.id, again.params); err != nil {
		t.Fatal(err)
	}
	again.connect()
	c.workers[1].Enter(c.now, again.id, testRoom, again.seat)
	c.workers[1].SetTrack(c.now, testRoom, again.track(Camera), On, c.outs[1])
	c.flush(1)
	alice.silent, alice.streams = true, nil
	alice.worker, alice.seat = 1, 99
	c.workers[0].RemovePeer(c.now, alice.id, c.outs[0])
	c.flush(0)
	again.camera()
	c.run(time.Second)
	if got := c.switches(bob, 4); len(got) != 3 || got[1] != 0 || got[2] != again.track(Camera) {
		t.Errorf("the slot was said to carry %v", got)
	}
	if got := bob.slot(4); len(got) < 50 {
		t.Errorf("%d packets", len(got))
	}
	continuous(t, bob.slot(4))
}

func TestWhatLivedHereIsNotPipedOnFromElsewhere(t *testing.T) {
	c := newCall(t, 3)
	alice, bob, carol := c.join("alice", 0), c.join("bob", 1), c.join("carol", 0)
	for _, p := range []*testPeer{bob, carol} {
		p.view(Wish{alice.track(Camera), 320, 180})
	}
	alice.camera()
	c.run(time.Second)
	// alice reloads the page on the third worker: her old peer goes, and the one worker has not yet said that it no
	// longer wants her camera when the host has it piped to both from its new home.
	number := alice.track(Camera)
	alice.silent = true
	c.workers[0].RemovePeer(c.now, alice.id, c.outs[0])
	c.flush(0)
	before := c.workers[0].Counters().PacketsPiped
	c.workers[0].ReceivePiped(c.now, Piped{Worker: 0, Room: testRoom, Track: number, Codec: VP8, Arrived: c.now, Captured: c.now, Data: []byte{
		0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0x10, 0, 0, 0,
	}}, c.outs[0])
	if got := c.workers[0].Counters(); got.PacketsPiped != before || got.NotPiped != 0 {
		t.Errorf("%d packets were piped on, %d not taken", got.PacketsPiped-before, got.NotPiped)
	}
	c.workers[0].SetTrack(c.now, testRoom, number, Off, c.outs[0])
	if n := len(c.workers[0].rooms[testRoom].tracks); n != 4 {
		t.Errorf("%d tracks are known, want the 4 of carol", n)
	}
}

// TestAnSSRCThatChangesIsFollowedThroughAPipe: nothing but the packets themselves tells the other worker.
func TestAnSSRCThatChangesIsFollowedThroughAPipe(t *testing.T) {
	for _, jump := range []int{-20000, -600, 9999} { // behind, within what was sent, ahead
		c := newCall(t, 2)
		alice, bob := c.join("alice", 0), c.join("bob", 1)
		voice, q := alice.microphone(20), alice.camera()[0]
		bob.view(Wish{alice.track(Camera), 320, 180})
		watched := c.watch(bob, 0)
		c.run(20 * time.Second)
		sound, picture := len(bob.slot(0)), len(bob.slot(4))
		for _, s := range []*testStream{voice, q} {
			s.ssrc += 0x1000
			s.sequence += uint16(jump)
			s.timestamp += 1 << 30
			s.picture = 9
		}
		q.key = true
		c.run(5 * time.Second)
		if sound, picture := len(bob.slot(0))-sound, len(bob.slot(4))-picture; sound < 249 || picture < 145 {
			t.Errorf("jump %d: %d packets of sound and %d of the picture in 5 s", jump, sound, picture)
		}
		if got := c.workers[1].Counters().SealedBefore; got > 0 || watched.again > 0 {
			t.Errorf("jump %d: %d packets were refused and %d sealed under numbers used before", jump, got, watched.again)
		}
		continuous(t, bob.slot(0))
		continuous(t, bob.slot(4))
	}
}
