package sfu

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"noom/internal/sfu/rtpx"
)

// asksForSound has a peer ask again for what it lost on its audio slots.
func asksForSound(p *PeerParams) {
	for i := range p.Slots {
		p.Slots[i].NACK = p.Slots[i].Audio
	}
}

func TestSoundIsSentAgainAsItLeft(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	bob := c.joinWith("bob", 0, func(p *PeerParams) { takesRED(p); asksForSound(p) })
	carol := c.joinWith("carol", 0, takesRED)
	alice.microphone(20)
	c.run(time.Second)
	bob.keepSealed = true
	c.run(100 * time.Millisecond)
	left := bob.sealedGot
	if len(left) != 5 {
		t.Fatalf("%d packets in 100 ms", len(left))
	}
	for i, want := range left {
		bob.sealedGot = nil
		lost := binary.BigEndian.Uint16(want[2:])
		bob.nack(0, lost)
		if len(bob.sealedGot) != 1 || !bytes.Equal(bob.sealedGot[0], want) {
			t.Fatalf("packet %d left as % x and again as % x", i, want, bob.sealedGot)
		}
		bob.nack(0, lost)
		if len(bob.sealedGot) != 1 {
			t.Fatal("sent again twice within a round trip")
		}
	}
	carol.nack(0, carol.slot(0)[50].packet.Sequence) // did not say that she would ask
	if n := c.workers[0].Counters(); n.Retransmitted != 5 || n.RepairRepeated != 5 || n.NoCodec != 1 {
		t.Errorf("%+v", n)
	}
}

// TestWhatWasSentAgainWasLost: who asks for sound again reports it as received once it came, and needs copies all the same.
func TestWhatWasSentAgainWasLost(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.joinWith("bob", 0, func(p *PeerParams) { takesRED(p); asksForSound(p) })
	alice.microphone(20)
	report := func() {
		bob.rtcp(rtpx.AppendReceiverReport(nil, 1, []rtpx.ReportBlock{{SSRC: bob.params.Slots[0].SSRC}}))
	}
	c.run(time.Second)
	report()
	for range 5 {
		c.run(200 * time.Millisecond)
		bob.nack(0, bob.slot(0)[len(bob.slot(0))-1].packet.Sequence)
	}
	before := len(bob.slot(0)[len(bob.slot(0))-1].payload)
	report()
	c.run(100 * time.Millisecond)
	if after := len(bob.slot(0)[len(bob.slot(0))-1].payload); after < before*4/3 {
		t.Errorf("packets have %d bytes after a tenth was lost and sent again, and had %d", after, before)
	}
}

func TestSoundIsNotSentAgainTooLateNorUnderOtherKeys(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.joinWith("bob", 0, asksForSound)
	s := alice.microphone(20)
	c.run(time.Second)
	s.next = time.Time{}
	newest := bob.slot(0)[len(bob.slot(0))-1].packet.Sequence
	c.run(210 * time.Millisecond)
	before := len(bob.slot(0))
	bob.nack(0, newest, newest-20, newest+1)
	if n := c.workers[0].Counters(); len(bob.slot(0)) != before || n.TooOld != 1 || n.NotKept != 2 {
		t.Errorf("%d packets came again: %+v", len(bob.slot(0))-before, n)
	}
	s.next = c.now
	c.run(100 * time.Millisecond)
	newest = bob.slot(0)[len(bob.slot(0))-1].packet.Sequence
	bob.key()
	if err := bob.router().SetKeys(c.now, bob.id, bob.keys); err != nil {
		t.Fatal(err)
	}
	before = len(bob.slot(0))
	bob.nack(0, newest) // bob fails the test should he get what he cannot open
	if len(bob.slot(0)) != before {
		t.Error("something came again under new keys")
	}
}

func TestSoundThatIsLostOnTheWayInIsAskedForAndComesInItsPlace(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	s := alice.microphone(20)
	s.answers = true
	c.run(time.Second)
	c.lose(alice, func(n int) bool { return n%10 == 3 })
	c.run(4 * time.Second)
	c.lost = nil
	c.run(200 * time.Millisecond)
	stats, _ := c.workers[0].PeerStats(alice.id)
	if stats.Recovered < 15 || stats.Recovered > stats.RetransmitAsked {
		t.Errorf("%d asked for, %d came", stats.RetransmitAsked, stats.Recovered)
	}
	seen := map[uint16]uint32{}
	for _, g := range bob.slot(0) {
		if _, twice := seen[g.packet.Sequence]; twice {
			t.Fatalf("%v came twice", g)
		}
		seen[g.packet.Sequence] = g.packet.Timestamp
	}
	first := bob.slot(0)[0].packet
	for i := range uint16(len(seen)) {
		if seen[first.Sequence+i] != first.Timestamp+960*uint32(i) {
			t.Fatalf("packet %d has timestamp %d", i, seen[first.Sequence+i])
		}
	}
}

func TestAPictureAskedForTooLateBringsAKeyframe(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	layers := alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(2 * time.Second)
	got := bob.slot(4)
	old, young := got[len(got)-45].packet.Sequence, got[len(got)-15].packet.Sequence // 1.5 s and half a second ago
	alice.clear()
	bob.nack(4, young)
	c.run(100 * time.Millisecond)
	if n := len(bob.recovered[bob.params.Slots[4].SSRC]); n != 1 || alice.of(rtpx.PLI, 0) != 0 {
		t.Fatalf("of a young packet %d came again, and %d keyframes were asked for", n, alice.of(rtpx.PLI, 0))
	}
	bob.nack(4, old, old+1, old+2)
	c.run(100 * time.Millisecond)
	if n := len(bob.recovered[bob.params.Slots[4].SSRC]); n != 1 || alice.of(rtpx.PLI, layers[0].ssrc) != 1 {
		t.Errorf("of old packets %d came again, and %d keyframes were asked for", n-1, alice.of(rtpx.PLI, layers[0].ssrc))
	}
	if n := c.workers[0].Counters().TooOld; n != 3 {
		t.Errorf("%d were too old", n)
	}
}
