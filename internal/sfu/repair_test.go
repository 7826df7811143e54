package sfu

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"noom/internal/sfu/rtpx"
)

func TestWhatIsLostOnTheWayInIsAskedForAndForwarded(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 640, 360})
	c.run(time.Second)
	n := 0
	c.lost = func(p *testPeer, up bool, d []byte) bool {
		if p != alice || !up || rtpx.Classify(d) != rtpx.RTP {
			return false
		}
		n++
		return n%10 == 0
	}
	c.run(3 * time.Second)
	c.lost = nil
	c.run(500 * time.Millisecond)
	seen := map[uint16]int{}
	for _, g := range bob.slot(4) {
		seen[g.packet.Sequence]++
	}
	first, last := bob.slot(4)[0].packet.Sequence, uint16(0)
	for _, g := range bob.slot(4) {
		if int16(g.packet.Sequence-first) > int16(last-first) {
			last = g.packet.Sequence
		}
	}
	for s := first; s != last; s++ {
		if seen[s] != 1 {
			t.Fatalf("packet %d came %d times", s, seen[s])
		}
	}
	if got, _ := c.workers[0].PeerStats(alice.id); got.Recovered == 0 || got.RetransmitAsked == 0 {
		t.Errorf("%+v", got)
	}
	if got := alice.of(rtpx.PLI, 0); got > 3 {
		t.Errorf("%d keyframes asked for; retransmission was enough", got)
	}
}

// nack asks for packets of a slot.
func (p *testPeer) nack(slot int, lost ...uint16) {
	ssrc := p.params.Slots[slot].SSRC
	p.rtcp(rtpx.AppendNACK(rtpx.AppendReceiverReport(nil, 1, nil), 1, ssrc, lost))
}

func TestANACKIsAnsweredOverRTXWithTheSameBytes(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(time.Second)
	bob.view(Wish{alice.track(Camera), 640, 360}) // so that some of it is of an earlier generation
	c.run(200 * time.Millisecond)
	got := bob.slot(4)
	for _, g := range got[len(got)-12:] {
		bob.nack(4, g.packet.Sequence)
		again := bob.recovered[bob.params.Slots[4].SSRC]
		if len(again) == 0 {
			t.Fatalf("packet %d was not sent again", g.packet.Sequence)
		}
		a := again[len(again)-1]
		if a.packet.Sequence != g.packet.Sequence || a.packet.Timestamp != g.packet.Timestamp || string(a.payload) != string(g.payload) ||
			a.packet.Marker != g.packet.Marker || a.packet.PayloadType != ptVP8RTX || a.csrc != g.csrc {
			t.Fatalf("sent again as\n%v\nfirst it was\n%v", a, g)
		}
	}
	before := len(bob.recovered[bob.params.Slots[4].SSRC])
	for range 10 {
		bob.nack(4, got[len(got)-1].packet.Sequence)
	}
	if len(bob.recovered[bob.params.Slots[4].SSRC]) != before {
		t.Error("sent again and again within a round trip")
	}
	c.run(unknownRTT * 9 / 10) // the receiver takes its round trip for a little less
	bob.nack(4, got[len(got)-1].packet.Sequence)
	if before++; len(bob.recovered[bob.params.Slots[4].SSRC]) != before {
		t.Error("a request that was lost again is not answered")
	}
	bob.nack(4, got[len(got)-1].packet.Sequence+100) // never sent
	bob.nack(5, 1, 2, 3)                             // an empty slot
	if len(bob.recovered[bob.params.Slots[4].SSRC]) != before {
		t.Error("something was sent for nothing")
	}
}

func TestWhatIsSentAgainBearsTheNameOfWhomItShows(t *testing.T) {
	for _, next := range []bool{true, false} { // the slot has gone on to somebody else, or is empty
		c := newCall(t, 1)
		alice, carol, bob := c.join("alice", 0), c.join("carol", 0), c.join("bob", 0)
		alice.camera()
		carol.camera()
		bob.view(Wish{alice.track(Camera), 320, 180})
		c.run(time.Second)
		i := slices.IndexFunc(bob.params.Slots, func(s Slot) bool { return len(bob.got[s.SSRC]) > 0 })
		if bob.view(); next {
			bob.view(Wish{carol.track(Camera), 320, 180})
		}
		old := bob.slot(i)[len(bob.slot(i))-1]
		c.run(300 * time.Millisecond)
		bob.nack(i, old.packet.Sequence)
		again := bob.recovered[bob.params.Slots[i].SSRC]
		if len(again) != 1 || again[0].csrc != alice.track(Camera) {
			t.Errorf("gone on %v: alice's picture was sent again as %v", next, again)
		}
	}
}

// TestNothingIsSentAgainOfAStreamThatHasRestarted: its new packets have the numbers of old ones. What was sent of them lies in a slot
// that may have gone on to another track.
func TestNothingIsSentAgainOfAStreamThatHasRestarted(t *testing.T) {
	const asked = 10
	for _, then := range []string{"alice", "carol", "nobody"} {
		c := newCall(t, 1)
		alice, bob, carol := c.join("alice", 0), c.join("bob", 0), c.join("carol", 0)
		picture := alice.camera()[0]
		carol.camera()
		wishes := map[string][]Wish{"alice": {{alice.track(Camera), 320, 180}}, "carol": {{carol.track(Camera), 320, 180}}}
		carries := map[string]Track{"alice": alice.track(Camera), "carol": carol.track(Camera)}
		bob.view(wishes["alice"]...)
		c.run(time.Second)
		old := bob.slot(4)
		bob.view(wishes[then]...)
		c.run(100 * time.Millisecond)
		if got := c.carrying(bob)[4]; got != carries[then] {
			t.Fatalf("looking at %s, the slot carries %d", then, got)
		}
		picture.ssrc += 0x1000
		picture.sequence -= 2 * asked
		picture.key = true
		c.run(time.Second)
		for _, g := range old[len(old)-asked:] {
			bob.nack(4, g.packet.Sequence)
		}
		if got := bob.recovered[bob.params.Slots[4].SSRC]; len(got) > 0 {
			t.Errorf("looking at %s, bob was sent again %v", then, got)
		}
	}
}

func TestANACKFloodCostsAQuarterOfTheTraffic(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 1280, 720})
	c.run(time.Second)
	bytes := func(got []received) (n int) {
		for _, g := range got {
			n += g.size
		}
		return n
	}
	for range 100 {
		c.run(50 * time.Millisecond)
		got := bob.slot(4)
		var all []uint16
		for _, g := range got[max(0, len(got)-200):] {
			all = append(all, g.packet.Sequence)
		}
		bob.nack(4, all...)
		media, again := bytes(got), bytes(bob.recovered[bob.params.Slots[4].SSRC])
		if again*4 > media+again {
			t.Fatalf("%d bytes sent again beside %d of media", again, media)
		}
	}
	if c.workers[0].Counters().RepairLimited == 0 {
		t.Error("nothing was refused")
	}
}

func TestAPLIFloodMakesTwoKeyframesASecond(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	layers := alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(2 * time.Second)
	alice.clear()
	keys := layers[0].keys
	for range 2000 {
		c.run(5 * time.Millisecond)
		bob.rtcp(rtpx.AppendPLI(nil, 1, bob.params.Slots[4].SSRC))
		bob.rtcp(rtpx.AppendPLI(nil, 1, bob.params.Slots[7].SSRC)) // an empty slot
		fir := []byte{0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0}
		fir = append(binary.BigEndian.AppendUint32(fir, bob.params.Slots[4].SSRC), 1, 0, 0, 0)
		bob.rtcp(fir)
	}
	if got := alice.of(rtpx.PLI, layers[0].ssrc); got > 21 || got < 10 {
		t.Errorf("%d requests in 10 s", got)
	}
	if got := layers[0].keys - keys; got > 21 {
		t.Errorf("%d keyframes in 10 s", got)
	}
	if got := alice.of(rtpx.PLI, 0) - alice.of(rtpx.PLI, layers[0].ssrc); got != 0 {
		t.Errorf("%d requests to layers nobody looks at", got)
	}
	for i := 1; i < len(alice.controls); i++ {
		a, b := alice.controls[i-1], alice.controls[i]
		if a.kind == rtpx.PLI && b.kind == rtpx.PLI && a.media == b.media && b.at.Sub(a.at) < keyframeInterval {
			t.Fatalf("two requests within %v", b.at.Sub(a.at))
		}
	}
}

func TestARequestIsRepeatedUntilTheKeyframeComes(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	layers := alice.camera()
	c.run(time.Second) // the first keyframes have passed
	layers[0].deaf = true
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(3 * time.Second)
	if got := alice.of(rtpx.PLI, layers[0].ssrc); got < 6 || got > 7 {
		t.Errorf("asked %d times in 3 s", got)
	}
	if len(bob.slot(4)) != 0 {
		t.Error("something was forwarded before the keyframe")
	}
	layers[0].deaf = false
	c.run(time.Second)
	if got := bob.slot(4); len(got) == 0 || !got[0].key {
		t.Error("the slot did not begin with the keyframe")
	}
	alice.clear()
	c.run(2 * time.Second)
	if got := alice.of(rtpx.PLI, 0); got != 0 {
		t.Errorf("asked %d times although the keyframe came", got)
	}
}

func TestTheSenderIsToldWhatArrived(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	c.join("bob", 0)
	layers := alice.camera()
	start := c.now
	c.run(3 * time.Second)
	var last time.Time
	feedback, first := 0, map[uint32]time.Duration{}
	for _, k := range alice.controls {
		if k.kind == rtpx.TransportFeedback {
			feedback++
			if !last.IsZero() && k.at.Sub(last) > 100*time.Millisecond {
				t.Errorf("no feedback for %v", k.at.Sub(last))
			}
			last = k.at
		}
		for _, b := range k.blocks {
			if _, ok := first[b.SSRC]; !ok {
				first[b.SSRC] = k.at.Sub(start)
			}
			if b.TotalLost != 0 || b.FractionLost != 0 {
				t.Errorf("loss reported where there is none: %+v", b)
			}
		}
	}
	if feedback < 30 || feedback > 62 {
		t.Errorf("%d feedback packets in 3 s", feedback)
	}
	for _, s := range layers {
		if at, ok := first[s.ssrc]; !ok || at > 150*time.Millisecond {
			t.Errorf("layer %s was first reported after %v (%v)", s.rid, at, ok)
		}
	}
}

func TestAnSSRCIsReportedOnlyOnceItIsMapped(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	layers := alice.camera()
	layers[2].named = false
	c.run(2 * time.Second)
	for _, k := range alice.controls {
		for _, b := range k.blocks {
			if b.SSRC == layers[2].ssrc {
				t.Fatal("an SSRC without a known m-line was reported: its sender will never tell the MID")
			}
		}
	}
	layers[2].named = true
	c.run(100 * time.Millisecond)
	layers[2].named = false // browsers stop after the first report
	bob := c.join("bob", 0)
	bob.view(Wish{alice.track(Camera), 1280, 720})
	c.run(2 * time.Second)
	if got := len(bob.slot(4)); got < 150 {
		t.Errorf("%d packets of the layer once learnt", got)
	}
}

func TestLossIsReportedToTheSender(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	voice := alice.microphone(20)
	n := 0
	c.lost = func(p *testPeer, up bool, d []byte) bool {
		n++
		return up && rtpx.Classify(d) == rtpx.RTP && n%4 == 0
	}
	c.run(5 * time.Second)
	worst := uint8(0)
	for _, k := range alice.controls {
		for _, b := range k.blocks {
			if b.SSRC == voice.ssrc {
				worst = max(worst, b.FractionLost)
			}
		}
	}
	if worst < 20 {
		t.Errorf("the highest loss reported is %d/256", worst)
	}
}
