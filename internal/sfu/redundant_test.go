package sfu

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtp"

	"noom/internal/sfu/codec"
	"noom/internal/sfu/rtpx"
)

const ptRED = 63

// takesRED has a peer offer RED on its audio slots.
func takesRED(p *PeerParams) {
	p.PayloadTypes = append(p.PayloadTypes, PayloadType{Codec: RED, PT: ptRED})
	for i := range p.Slots {
		if p.Slots[i].Audio {
			p.Slots[i].Codecs = append(p.Slots[i].Codecs, RED)
		}
	}
}

// joinWith is join with another offer.
func (c *call) joinWith(name string, worker int, change func(*PeerParams)) *testPeer {
	c.t.Helper()
	c.offered = change
	defer func() { c.offered = nil }()
	return c.join(name, worker)
}

// word is one payload of sound that tells which it is.
func word(of *testPeer, n int) []byte { return fmt.Appendf(nil, "%s says %d", of.name, n) }

// heard is what a slot plays, by timestamp: what came by itself, and what came as a copy.
func heard(t *testing.T, got []received) (newest, all map[uint32]string) {
	t.Helper()
	newest, all = map[uint32]string{}, map[uint32]string{}
	hear := func(at uint32, data []byte) {
		if before, there := all[at]; there && before != string(data) {
			t.Fatalf("at %d the slot plays %q and %q", at, before, data)
		}
		all[at] = string(data)
	}
	for _, g := range got {
		payload := g.payload
		if g.packet.PayloadType == ptRED {
			var r codec.RED
			if err := r.Parse(payload); err != nil || r.PT != ptOpus {
				t.Fatalf("%v is RED of %d: %v", g, r.PT, err)
			}
			for _, b := range r.Copies() {
				hear(g.packet.Timestamp-uint32(b.Age), b.Data)
			}
			payload = r.Newest()
		}
		hear(g.packet.Timestamp, payload)
		newest[g.packet.Timestamp] = string(payload)
	}
	return newest, all
}

// lose drops RTP that a peer sends: those of its packets whose count is in a row.
func (c *call) lose(from *testPeer, these func(n int) bool) {
	n := -1
	c.lost = func(p *testPeer, up bool, d []byte) bool {
		if p != from || !up || rtpx.Classify(d) != rtpx.RTP {
			return false
		}
		n++
		return these(n)
	}
}

func TestAVoiceWithCopiesIsHeardByThoseWithREDAndThoseWithout(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		c := newCall(t, workers)
		alice := c.joinWith("alice", 0, takesRED)
		bob, carol := c.joinWith("bob", workers-1, takesRED), c.join("carol", workers-1)
		s := alice.microphone(20)
		s.copies = 1
		c.run(2 * time.Second)
		if got := len(bob.slot(0)); got < 99 {
			t.Fatalf("%d workers: bob got %d packets", workers, got)
		}
		continuous(t, bob.slot(0))
		continuous(t, carol.slot(0))
		for i, g := range bob.slot(0) {
			if red := g.packet.PayloadType == ptRED; red != (i > 0) || g.level != 20 || g.csrc != alice.track(Microphone) {
				t.Fatalf("%d workers: packet %d came to bob as type %d with level %d, %v", workers, i, g.packet.PayloadType, g.level, g)
			}
		}
		for i, g := range carol.slot(0) {
			if g.packet.PayloadType != ptOpus || g.level != 20 || !bytes.HasPrefix(g.payload, []byte("alice says")) {
				t.Fatalf("%d workers: packet %d came to carol as type %d: %q", workers, i, g.packet.PayloadType, g.payload)
			}
		}
		newest, all := heard(t, bob.slot(0))
		if len(newest) != len(all) {
			t.Errorf("%d workers: copies of %d packets, %d were sent", workers, len(all), len(newest))
		}
	}
}

func TestWhatIsLostOnTheWayInIsRestoredFromItsCopy(t *testing.T) {
	for _, late := range []int{0, 20} { // packets that come after the next one are not waited for either
		c := newCall(t, 1)
		alice, bob, carol := c.joinWith("alice", 0, takesRED), c.joinWith("bob", 0, takesRED), c.join("carol", 0)
		s := alice.microphone(20)
		s.copies = 1
		c.run(time.Second)
		alice.clear()
		begun := len(carol.slot(0))
		c.lose(alice, func(n int) bool { return n%5 == 2 })
		s.swaps = late > 0
		c.run(4 * time.Second)
		c.lost = nil
		c.run(100 * time.Millisecond)
		for _, p := range []*testPeer{bob, carol} {
			got := p.slot(0)
			continuous(t, got)
			if len(got) < 253 {
				t.Errorf("%s got %d packets of 255", p.name, len(got))
			}
			for i := 1; i < len(got); i++ {
				if got[i].packet.Timestamp != got[i-1].packet.Timestamp+960 || got[i].level != 20 || got[i].csrc != alice.track(Microphone) {
					t.Fatalf("%s got %v (level %d) after %v", p.name, got[i], got[i].level, got[i-1])
				}
			}
			newest, _ := heard(t, got)
			first := got[begun].packet.Timestamp
			var n int
			if _, err := fmt.Sscanf(newest[first], "alice says %d", &n); err != nil {
				t.Fatal(err)
			}
			for at := first; newest[at] != ""; at, n = at+960, n+1 {
				if newest[at] != string(word(alice, n)) {
					t.Fatalf("%s heard %q, want word %d", p.name, newest[at], n)
				}
			}
		}
		for _, g := range bob.slot(0)[1:] { // what was restored has copies too
			if g.packet.PayloadType != ptRED {
				t.Fatalf("%v came without a copy", g)
			}
		}
		if got := alice.of(rtpx.NACK, 0); got != 0 {
			t.Errorf("%d NACKs", got)
		}
		if got, _ := c.workers[0].PeerStats(alice.id); got.Restored < uint64(39+late) || got.Restored > uint64(41+late) || got.RetransmitAsked != 0 {
			t.Errorf("%d restored of %d, %d asked for", got.Restored, 40+late, got.RetransmitAsked)
		}
	}
}

func TestOfABurstTheLastIsRestoredAndTheRestAskedFor(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.joinWith("alice", 0, takesRED), c.joinWith("bob", 0, takesRED)
	s := alice.microphone(20)
	s.copies = 1
	c.run(time.Second)
	c.lose(alice, func(n int) bool { return n%20 >= 16 })
	c.run(4 * time.Second)
	c.lost = nil
	c.run(100 * time.Millisecond)
	if got, _ := c.workers[0].PeerStats(alice.id); got.Restored != 10 {
		t.Errorf("%d restored, want one of each of 10 bursts", got.Restored)
	}
	asked := map[uint16]bool{}
	for _, k := range alice.controls {
		for _, n := range k.lost {
			asked[n] = true
		}
	}
	if len(asked) != 30 {
		t.Errorf("%d packets were asked for, want three of each burst", len(asked))
	}
	newest, all := heard(t, bob.slot(0))
	if len(newest) != len(all) {
		t.Errorf("copies of %d packets, %d came by themselves", len(all), len(newest))
	}
}

// TestSpeakersWithAndWithoutREDTakeTurnsInASlot: numbers go on, and nobody is sent copies of the other's words.
func TestSpeakersWithAndWithoutREDTakeTurnsInASlot(t *testing.T) {
	c := newCall(t, 1)
	with, without := c.joinWith("with", 0, takesRED), c.join("without", 0)
	one := func(p *PeerParams) { p.Slots = append(p.Slots[:1:1], p.Slots[4:]...) }
	bob := c.joinWith("bob", 0, func(p *PeerParams) { one(p); takesRED(p) })
	carol := c.joinWith("carol", 0, one)
	a, b := with.microphone(20), without.microphone(20)
	a.copies = 1
	for turn := range 40 {
		speaks, listens := a, b
		if turn%2 == 1 {
			speaks, listens = b, a
		}
		c.publish(listens.peer, Microphone, Off)
		c.publish(speaks.peer, Microphone, On)
		c.run(200 * time.Millisecond)
	}
	for _, p := range []*testPeer{bob, carol} {
		got := p.slot(0)
		if len(got) < 390 {
			t.Fatalf("%s got %d packets of 400", p.name, len(got))
		}
		continuous(t, got)
		newest, all := heard(t, got)
		if len(newest) != len(all) {
			t.Errorf("%s got copies of %d packets of %d", p.name, len(all), len(newest))
		}
		for i := range got {
			said := newest[got[i].packet.Timestamp]
			speaker := with
			if got[i].csrc == without.track(Microphone) {
				speaker = without
			}
			if !bytes.HasPrefix([]byte(said), []byte(speaker.name+" says")) {
				t.Fatalf("%s heard %q from %s", p.name, said, speaker.name)
			}
			if i > 0 && got[i].packet.Timestamp != got[i-1].packet.Timestamp+960 {
				t.Fatalf("%s got %v after %v", p.name, got[i], got[i-1])
			}
		}
	}
	switches, alone := len(c.switches(bob, 0)), 0
	for _, g := range bob.slot(0) {
		if g.packet.PayloadType == ptOpus {
			alone++
		}
	}
	if alone < 40 || alone > switches {
		t.Errorf("%d packets came to bob without copies, there were %d switches", alone, switches)
	}
}

func TestWhoLosesMuchGetsTwoCopies(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.joinWith("bob", 0, takesRED)
	alice.microphone(20)
	most := func() (n int) {
		for _, g := range bob.slot(0) {
			var r codec.RED
			if g.packet.PayloadType == ptRED && r.Parse(g.payload) == nil {
				n = max(n, len(r.Copies()))
			}
		}
		return n
	}
	c.run(time.Second)
	if most() != 1 {
		t.Fatalf("%d copies at first", most())
	}
	report := func(lost uint8) {
		bob.rtcp(rtpx.AppendReceiverReport(nil, 1, []rtpx.ReportBlock{{SSRC: bob.params.Slots[0].SSRC, FractionLost: lost}}))
	}
	report(60)
	bob.clear()
	c.run(100 * time.Millisecond)
	if most() != 2 {
		t.Errorf("%d copies for one who loses a quarter", most())
	}
	for range 12 {
		report(0)
	}
	bob.clear()
	c.run(100 * time.Millisecond)
	if most() != 1 {
		t.Errorf("%d copies once nothing is lost", most())
	}
}

// TestAWordSaidBeforeTheMicrophoneWasLetOutIsNotRestored: it would be heard although its speaker was muted.
func TestAWordSaidBeforeTheMicrophoneWasLetOutIsNotRestored(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.joinWith("alice", 0, takesRED), c.joinWith("bob", 0, takesRED)
	s := alice.microphone(20)
	s.copies = 1
	c.run(time.Second)
	c.publish(alice, Microphone, Off)
	c.run(time.Second)
	c.lost = func(p *testPeer, up bool, d []byte) bool { return up && p == alice }
	c.run(20 * time.Millisecond)
	secret := s.said
	c.lost = nil
	bob.clear()
	c.publish(alice, Microphone, On)
	c.run(200 * time.Millisecond)
	_, all := heard(t, bob.slot(0))
	for _, said := range all {
		var n int
		if _, err := fmt.Sscanf(said, "alice says %d", &n); err != nil || n <= secret {
			t.Errorf("bob heard %q, of %d words before", said, secret)
		}
	}
	if len(bob.slot(0)) == 0 {
		t.Error("bob hears nothing")
	}
}

func TestREDThatIsNoneIsLeftOutWithoutAGap(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.joinWith("alice", 0, takesRED), c.joinWith("bob", 0, takesRED)
	s := alice.microphone(20)
	c.run(time.Second)
	for _, payload := range [][]byte{{0x80 | ptOpus}, {0x80 | ptOpus, 15, 0, 200, ptOpus, 1}, {9, 1, 2}, {ptVP8, 1, 2}} {
		s.packet(ptRED, false, payload)
		c.run(20 * time.Millisecond)
	}
	c.run(time.Second)
	if got := c.workers[0].Counters().Malformed; got != 4 {
		t.Errorf("%d packets were malformed, want 4", got)
	}
	continuous(t, bob.slot(0))
	if got := alice.of(rtpx.NACK, 0); got != 0 {
		t.Errorf("%d NACKs", got)
	}
}

// speak sends word n with copies of words so many before it, at the place that n has.
func (s *testStream) speak(n int, back ...int) {
	var copies []codec.Block
	for _, b := range back {
		copies = append(copies, codec.Block{Age: uint16(b) * 960, Data: word(s.peer, n-b)})
	}
	payload, ok := codec.AppendRED(nil, ptOpus, copies, word(s.peer, n))
	if !ok {
		s.peer.call.t.Fatalf("copies of %v before cannot be written", back)
	}
	h := rtp.Header{
		Version: 2, Marker: true, Padding: true, PaddingSize: 7, PayloadType: ptRED,
		SequenceNumber: s.sequence + uint16(n), Timestamp: s.timestamp + uint32(n)*960, SSRC: s.ssrc,
	}
	s.peer.rtp(h, true, s.mid(), "", "", 20, payload)
	s.peer.call.run(20 * time.Millisecond)
}

// quiet has a microphone on that says nothing by itself.
func (p *testPeer) quiet() *testStream {
	s := p.microphone(20)
	s.next = time.Time{}
	return s
}

func TestWhatALatePacketCopiesIsRestoredToo(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.joinWith("alice", 0, takesRED), c.join("bob", 0)
	s := alice.quiet()
	for _, n := range []int{1, 2, 5, 4, 6} { // 3 is lost, 4 late
		s.speak(n, 1)
	}
	newest, _ := heard(t, bob.slot(0))
	first := bob.slot(0)[0].packet
	for i := range uint32(6) {
		if got := newest[first.Timestamp+960*i]; got != string(word(alice, int(i)+1)) {
			t.Errorf("word %d is %q", i+1, got)
		}
	}
	for _, g := range bob.slot(0) {
		n := (g.packet.Timestamp-first.Timestamp)/960 + 1
		if g.packet.Sequence != first.Sequence+uint16(n)-1 || g.packet.Marker == (n == 3 || n == 4) {
			t.Errorf("word %d came as %v, marked %v", n, g, g.packet.Marker)
		}
	}
}

// TestCopiesOfOtherPacketsThanThoseBeforeAreNotTaken: which number they had cannot be told.
func TestCopiesOfOtherPacketsThanThoseBeforeAreNotTaken(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.joinWith("alice", 0, takesRED), c.join("bob", 0)
	s := alice.quiet()
	for _, n := range []int{3, 4, 6, 7} { // 5 is lost: its place is not for the copy of 4
		s.speak(n, 2)
	}
	if got := len(bob.slot(0)); got != 4 {
		t.Errorf("bob got %d packets", got)
	}
	heard(t, bob.slot(0))
	if got := c.workers[0].Counters().Restored; got != 0 {
		t.Errorf("%d restored", got)
	}
}

func TestEachReceiverIsToldOfItsOwnPayloadTypes(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	bob := c.joinWith("bob", 0, takesRED)
	carol := c.joinWith("carol", 0, func(p *PeerParams) {
		takesRED(p)
		p.PayloadTypes[0].PT, p.PayloadTypes[3].PT = 109, 62
	})
	dave := c.joinWith("dave", 0, takesRED)
	alice.microphone(20)
	c.run(200 * time.Millisecond)
	heard(t, bob.slot(0))
	heard(t, dave.slot(0))
	for i, g := range carol.slot(0) {
		var r codec.RED
		switch {
		case i == 0 && g.packet.PayloadType == 109:
		case i == 0 || g.packet.PayloadType != 62 || r.Parse(g.payload) != nil || r.PT != 109:
			t.Fatalf("packet %d came to carol as type %d of %d", i, g.packet.PayloadType, r.PT)
		}
	}
}

func TestNoCopiesWhereTheyWouldBeTooOldOrTooLarge(t *testing.T) {
	for _, at := range []struct {
		step uint32
		size int
		want bool
	}{{960, 80, true}, {codec.MaxAge, 80, true}, {codec.MaxAge + 1, 80, false}, {19200, 80, false}, {1<<16 + 960, 80, false}, {960, 490, true}, {960, 500, false}, {960, 1100, false}} {
		c := newCall(t, 1)
		alice, bob := c.join("alice", 0), c.joinWith("bob", 0, takesRED)
		s := alice.quiet()
		for range 5 {
			s.packet(ptOpus, false, make([]byte, at.size))
			s.timestamp += at.step
			c.run(20 * time.Millisecond)
		}
		for i, g := range bob.slot(0) {
			if red := g.packet.PayloadType == ptRED; red != (at.want && i > 0) {
				t.Errorf("%d ticks apart, of %d bytes: packet %d came as type %d", at.step, at.size, i, g.packet.PayloadType)
			}
		}
		continuous(t, bob.slot(0))
	}
}

func TestTheSoundOfAScreenHasCopiesForThoseWhoLose(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.joinWith("bob", 0, takesRED)
	s := alice.stream(ScreenAudio, "", 0x7001, 0)
	s.level, s.interval, s.packets, s.size = 20, 20*time.Millisecond, 1, 80
	c.publish(alice, ScreenAudio, On)
	copied := func() (n int) {
		bob.clear()
		c.run(200 * time.Millisecond)
		for _, g := range bob.slot(3) {
			if g.packet.PayloadType == ptRED {
				n++
			}
		}
		return n
	}
	if got := copied(); got != 0 || len(bob.slot(3)) != 10 {
		t.Errorf("%d of %d packets have copies for one who loses nothing", got, len(bob.slot(3)))
	}
	bob.rtcp(rtpx.AppendReceiverReport(nil, 1, []rtpx.ReportBlock{{SSRC: bob.params.Slots[3].SSRC, FractionLost: 5}}))
	if got := copied(); got != 10 {
		t.Errorf("%d packets of 10 have copies for one who loses", got)
	}
}

// TestWhateverComesAsREDDoesNoHarm sends payloads that are RED with some bytes changed, cut short or put in front.
func TestWhateverComesAsREDDoesNoHarm(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.joinWith("alice", 0, takesRED), c.joinWith("bob", 0, takesRED)
	s := alice.quiet()
	for n := range 5000 {
		payload, _ := codec.AppendRED(nil, ptOpus, []codec.Block{{Age: 1920, Data: word(alice, n)}, {Age: 960, Data: word(alice, n)}}, word(alice, n))
		for range c.random() % 4 {
			payload[c.random()%uint64(len(payload))] = byte(c.random())
		}
		if c.random()%3 == 0 {
			payload = payload[:c.random()%uint64(len(payload))]
		}
		s.sequence += uint16(c.random() % 4)
		s.packet(ptRED, false, payload)
		s.timestamp += 960
		c.run(5 * time.Millisecond)
	}
	counts := c.workers[0].Counters()
	if counts.Malformed < 500 || counts.Restored < 500 || len(bob.slot(0)) < 3000 {
		t.Errorf("%d malformed, %d restored, %d came through", counts.Malformed, counts.Restored, len(bob.slot(0)))
	}
	for i, g := range bob.slot(0) {
		var r codec.RED
		if g.packet.PayloadType == ptRED && r.Parse(g.payload) != nil || len(g.payload) == 0 {
			t.Fatalf("packet %d came through as % x", i, g.payload)
		}
	}
}
