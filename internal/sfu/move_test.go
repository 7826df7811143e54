package sfu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/pion/srtp/v3"

	"noom/internal/sfu/rtpx"
)

// move takes a peer to another worker as the host does, in steps between which media goes on.
func (c *call) move(p *testPeer, to int, pause time.Duration) {
	c.t.Helper()
	c.expect(p, to)
	c.run(pause)
	c.handOver(p, to, pause)
}

// expect prepares a worker for a peer.
func (c *call) expect(p *testPeer, to int) {
	b := c.workers[to]
	b.Expect(c.now, testRoom, p.router().Taken(p.id, nil), c.outs[to])
	for _, other := range c.peers {
		for kind, state := range other.states {
			b.SetTrack(c.now, testRoom, NewTrack(other.seat, kind), state, c.outs[to])
		}
	}
	c.flush(to)
}

// handOver takes a peer to a worker that expects it.
func (c *call) handOver(p *testPeer, to int, pause time.Duration) {
	c.t.Helper()
	from := p.worker
	a, b := c.workers[from], c.workers[to]
	p.held = [][]byte{}
	c.run(pause)
	c.drain(from)
	c.forward(from)
	moving := a.Release(c.now, p.id, to, c.outs[from])
	if moving == nil || moving.ID() != p.id {
		c.t.Fatalf("%s was not released", p.name)
	}
	c.flush(from)
	c.run(pause)
	c.drain(to)
	p.worker = to
	if err := b.Adopt(c.now, moving, c.outs[to]); err != nil {
		c.t.Fatal(err)
	}
	b.Unexpect(c.now, testRoom, c.outs[to])
	c.flush(to)
	held := p.held
	p.held = nil
	for _, d := range held {
		c.inject(p, p.address, d)
	}
	c.run(pause)
}

// everyNumber fails unless a slot got each packet of the streams that it carried once, in order, under numbers without gaps. It
// gives how many.
func everyNumber(t *testing.T, p *testPeer, slot int) int {
	t.Helper()
	got := p.slot(slot)
	for i := 1; i < len(got); i++ {
		before, now := got[i-1], got[i]
		original := func(g received) uint16 { return binary.BigEndian.Uint16(g.payload[len(g.payload)-2:]) }
		if now.packet.Sequence != before.packet.Sequence+1 || original(now) != original(before)+1 {
			t.Fatalf("%s, slot %d: after packet %d (%d as sent, %v) came %d (%d, %v)", p.name, slot, before.packet.Sequence, original(before), before, now.packet.Sequence, original(now), now)
		}
	}
	continuous(t, got)
	return len(got)
}

// allNumbers holds everything that is sealed for anybody to numbers that rise: none is used twice.
type allNumbers struct {
	media   map[uint32]uint16
	control map[uint32]uint32
	again   []string
}

func (c *call) watchAll() *allNumbers {
	n := &allNumbers{media: map[uint32]uint16{}, control: map[uint32]uint32{}}
	c.lost = func(p *testPeer, up bool, d []byte) bool {
		if up {
			return false
		}
		switch rtpx.Classify(d) {
		case rtpx.RTP:
			ssrc, s := binary.BigEndian.Uint32(d[8:]), binary.BigEndian.Uint16(d[2:])
			if last, ok := n.media[ssrc]; ok && int16(s-last) <= 0 {
				n.again = append(n.again, fmt.Sprintf("%s: %d after %d", p.name, s, last))
			}
			n.media[ssrc] = s
		case rtpx.RTCP:
			if len(d) > 14 && c.profile != srtp.ProtectionProfileAeadAes128Gcm {
				d = d[:len(d)-10] // RFC 3711 §3.4: the authentication tag
			}
			ssrc, index := binary.BigEndian.Uint32(d[4:]), binary.BigEndian.Uint32(d[len(d)-4:])
			if last, ok := n.control[ssrc]; ok && index <= last {
				n.again = append(n.again, fmt.Sprintf("%s: report %d after %d", p.name, index, last))
			}
			n.control[ssrc] = index
		}
		return false
	}
	return n
}

// numberedCall is a meeting of three who all send and watch, on two or more workers, with packets that say which they are.
func numberedCall(t *testing.T, workers int, lag time.Duration, at ...int) (c *call, watched *allNumbers) {
	c = newCall(t, workers)
	c.lag = lag
	return c, c.numbered(at...)
}

func (c *call) numbered(at ...int) (watched *allNumbers) {
	c.gathers = true
	watched = c.watchAll()
	for i, w := range at {
		p := c.join(fmt.Sprint("peer", i), w)
		p.microphone(20)
		p.camera()
		for _, s := range p.streams {
			s.numbered = true
			s.next = s.next.Add(time.Duration(7*i) * time.Millisecond)
		}
	}
	c.watchEveryone()
	c.run(3 * time.Second)
	for _, p := range c.peers {
		p.clear()
	}
	return watched
}

// watchEveryone has everybody look at all the others.
func (c *call) watchEveryone() {
	for i, p := range c.peers {
		var wishes []Wish
		for j, other := range c.peers {
			if i != j {
				wishes = append(wishes, Wish{other.track(Camera), 320, 180})
			}
		}
		p.view(wishes...)
	}
}

// checkAll fails unless everybody got everything of everybody for so long.
func (c *call) checkAll(watched *allNumbers, d time.Duration) {
	c.t.Helper()
	t := c.t.(*testing.T)
	if len(watched.again) > 0 {
		t.Fatalf("numbers were used again: %v", watched.again[:min(5, len(watched.again))])
	}
	for i, w := range c.workers {
		n := w.Counters()
		if n.NotPiped+n.Strangers+n.Unauthentic+n.Outdated+n.NoMemory+n.Muted > 0 {
			t.Errorf("worker %d dropped: %+v", i, n)
		}
	}
	for _, p := range c.peers {
		for slot := range len(c.peers) - 1 {
			if n, want := everyNumber(t, p, slot), int(d/(20*time.Millisecond)); n < want-2 || n > want+2 {
				t.Errorf("%s, slot %d: %d packets of sound, want %d", p.name, slot, n, want)
			}
			if n, want := everyNumber(t, p, 4+slot), int(d/(33*time.Millisecond)); n < want-2 || n > want+2 {
				t.Errorf("%s, slot %d: %d pictures, want %d", p.name, 4+slot, n, want)
			}
			for _, g := range p.slot(4 + slot) {
				if g.key {
					t.Errorf("%s waited for a keyframe", p.name)
				}
			}
		}
	}
}

func TestAPeerMovesBetweenWorkersWithoutAPacketLost(t *testing.T) {
	for _, lag := range []time.Duration{0, 3 * time.Millisecond} {
		for _, tt := range []struct {
			name    string
			workers int
			at      []int
			moves   [][2]int // who, and where
		}{
			{"from both others", 2, []int{0, 0, 0}, [][2]int{{0, 1}}},
			{"to both others", 2, []int{0, 1, 1}, [][2]int{{0, 1}}},
			{"from one to the other", 2, []int{0, 0, 1}, [][2]int{{0, 1}}},
			{"one after the other", 2, []int{0, 0, 0}, [][2]int{{0, 1}, {1, 1}, {2, 1}}},
			{"past a third worker", 3, []int{0, 1, 2}, [][2]int{{0, 1}, {1, 2}, {0, 2}, {2, 0}}},
			{"to a worker of its own", 4, []int{0, 1, 2}, [][2]int{{0, 3}, {1, 0}}},
			{"there and back", 2, []int{0, 0, 1}, [][2]int{{0, 1}, {0, 0}, {0, 1}, {0, 0}}},
		} {
			t.Run(fmt.Sprintf("%s, lag %v", tt.name, lag), func(t *testing.T) {
				c, watched := numberedCall(t, tt.workers, lag, tt.at...)
				began := c.now
				for _, m := range tt.moves {
					c.move(c.peers[m[0]], m[1], 23*time.Millisecond)
					c.run(150 * time.Millisecond)
				}
				c.run(2 * time.Second)
				c.checkAll(watched, c.now.Sub(began))
			})
		}
	}
}

func TestPeersMoveBackAndForthFiftyTimes(t *testing.T) {
	for _, profile := range profiles {
		c := newCall(t, 3)
		c.profile, c.lag = profile, 2*time.Millisecond
		watched := c.numbered(0, 0, 1)
		began := c.now
		for i := range 50 {
			p := c.peers[c.random()%3]
			to := int(c.random() % 3)
			if to == p.worker {
				to = (to + 1) % 3
			}
			c.move(p, to, time.Duration(i%7)*5*time.Millisecond)
			if i%3 == 0 {
				c.run(40 * time.Millisecond)
			}
		}
		c.run(time.Second)
		c.checkAll(watched, c.now.Sub(began))
		for w := range c.workers { // what is left is what a room on these workers has
			for k := range c.pipes {
				if k.worker == w && !c.workers[w].rooms[testRoom].tracks[k.track].piped {
					t.Errorf("track %d is piped to worker %d, which does not want it", k.track, k.worker)
				}
			}
		}
	}
}

// TestWhatWasLostBeforeAMoveIsRepairedAfterIt: on the way in by the publisher, on the way out out of the cache.
func TestWhatWasLostBeforeAMoveIsRepairedAfterIt(t *testing.T) {
	c, _ := numberedCall(t, 2, 2*time.Millisecond, 0, 0, 1)
	alice, bob := c.peers[0], c.peers[1]
	n := 0
	c.lost = func(p *testPeer, up bool, d []byte) bool {
		n++
		return up && p == alice && n%13 == 0
	}
	for i := range 6 {
		c.run(100 * time.Millisecond)
		c.move(alice, 1-i%2, 3*time.Millisecond)
		c.run(100 * time.Millisecond)
		c.move(bob, 1-i%2, 3*time.Millisecond)
	}
	c.lost = nil
	c.run(600 * time.Millisecond)
	for _, p := range c.peers[1:] {
		seen := map[uint16]int{}
		var slot int
		for i := 4; i < 6; i++ {
			if g := p.slot(i); len(g) > 0 && g[0].csrc == alice.track(Camera) {
				slot = i
			}
		}
		got := p.slot(slot)
		for _, g := range got {
			seen[g.packet.Sequence]++
		}
		for s := got[0].packet.Sequence; s != got[len(got)-1].packet.Sequence; s++ {
			if seen[s] != 1 {
				t.Errorf("%s got packet %d of the picture %d times", p.name, s, seen[s])
			}
		}
		last := len(got) - 1
		p.nack(slot, got[last].packet.Sequence, got[last-25].packet.Sequence)
		if len(p.recovered[p.slotSSRC(slot)]) != 2 {
			t.Errorf("%s was sent %d packets again, want 2", p.name, len(p.recovered[p.slotSSRC(slot)]))
		}
	}
}

// TestWhatAReceiverLostJustBeforeItsMoveComesAgain: also where nobody on its new worker had the picture.
func TestWhatAReceiverLostJustBeforeItsMoveComesAgain(t *testing.T) {
	for _, home := range []int{0, 1} {
		c, _ := numberedCall(t, 3, 2*time.Millisecond, home, 0)
		bob := c.peers[1]
		c.run(3 * time.Second)
		c.move(bob, 2, 5*time.Millisecond)
		got := bob.slot(4)
		for _, back := range []int{1, 5, 25} {
			bob.nack(4, got[len(got)-back].packet.Sequence)
		}
		c.run(100 * time.Millisecond)
		again := bob.recovered[bob.slotSSRC(4)]
		if len(again) != 3 {
			t.Fatalf("%d packets came again, want 3", len(again))
		}
		for i, back := range []int{1, 5, 25} {
			if want := got[len(got)-back]; !bytes.Equal(again[i].payload, want.payload) || again[i].packet.Timestamp != want.packet.Timestamp {
				t.Errorf("%v came again as %v", want, again[i])
			}
		}
	}
}

func TestAKeyframeAnswersThoseWhoWaitAcrossAMove(t *testing.T) {
	c, _ := numberedCall(t, 2, 2*time.Millisecond, 0, 1)
	alice, bob := c.peers[0], c.peers[1]
	alice.streams[2].deaf = true
	bob.view(Wish{alice.track(Camera), 640, 360}) // waits for a keyframe of the next layer
	c.run(100 * time.Millisecond)
	c.move(bob, 0, 5*time.Millisecond)
	c.move(alice, 1, 5*time.Millisecond)
	alice.streams[2].deaf = false
	c.run(4 * time.Second)
	got := bob.slot(4)
	if last := got[len(got)-1]; last.size < 900 || alice.streams[2].keys < 2 {
		t.Errorf("the next layer never came: %v", last)
	}
	second := 0
	for _, g := range got {
		if bytes.HasSuffix(g.payload, binary.BigEndian.AppendUint16(nil, alice.streams[2].sequence-1)) {
			second++
		}
	}
	if second == 0 {
		t.Error("the next layer does not go on")
	}
	continuous(t, got)
}

// TestAViewThatChangesInTheMiddleOfAMoveIsGot: the new worker has not had the picture piped, or it is no longer wanted there.
func TestAViewThatChangesInTheMiddleOfAMoveIsGot(t *testing.T) {
	c := newCall(t, 2)
	c.lag = 2 * time.Millisecond
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	q := alice.camera()[0]
	q.numbered = true
	c.run(time.Second)
	c.expect(bob, 1)
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(500 * time.Millisecond)
	if len(bob.slot(4)) == 0 {
		t.Fatal("bob sees nothing before his move")
	}
	c.handOver(bob, 1, 20*time.Millisecond)
	c.run(time.Second)
	if n := everyNumber(t, bob, 4); n < 42 || bob.slot(4)[n-1].packet.Sequence-bob.slot(4)[0].packet.Sequence != uint16(n-1) {
		t.Errorf("%d pictures", n)
	}
	if !c.pipes[pipeKey{alice.track(Camera), 1}] {
		t.Error("nobody knows that the picture is piped")
	}
	// The meeting has ended the camera by the time bob is back, and his old worker does not know yet.
	c.expect(bob, 0)
	c.workers[0].SetTrack(c.now, testRoom, alice.track(Camera), Off, c.outs[0])
	c.flush(0)
	c.handOver(bob, 0, 20*time.Millisecond)
	c.workers[1].SetTrack(c.now, testRoom, alice.track(Camera), Off, c.outs[1])
	c.flush(1)
	if len(c.pipes) > 0 {
		t.Errorf("piped are %v", c.pipes)
	}
	if got := c.switches(bob, 4); got[len(got)-1] != 0 {
		t.Errorf("the slot was said to carry %v", got)
	}
}

func TestAPeerThatIsNotInARoomIsNotReleased(t *testing.T) {
	c := newCall(t, 2)
	p := c.add("alice", 0, nil)
	p.connect()
	if c.workers[0].Release(c.now, p.id, 1, c.outs[0]) != nil || c.workers[0].Release(c.now, 99, 1, c.outs[0]) != nil {
		t.Error("it was")
	}
}

func TestARoomThatWasExpectedInVainIsForgotten(t *testing.T) {
	c := newCall(t, 2)
	alice := c.join("alice", 0)
	alice.camera()
	b := c.workers[1]
	b.Expect(c.now, testRoom, []Track{alice.track(Camera)}, c.outs[1])
	b.SetTrack(c.now, testRoom, alice.track(Camera), On, c.outs[1])
	c.flush(1)
	c.run(time.Second)
	if !c.pipes[pipeKey{alice.track(Camera), 1}] || b.Counters().NotPiped > 0 {
		t.Error("nothing was piped")
	}
	b.Unexpect(c.now, testRoom, c.outs[1])
	c.flush(1)
	if len(c.pipes) > 0 || len(b.rooms) > 0 {
		t.Errorf("left are pipes %v and %d rooms", c.pipes, len(b.rooms))
	}
}

// TestAnythingMayHappenWhilePeersMove: no number is sealed twice, whatever comes together, and afterwards everybody gets everything.
func TestAnythingMayHappenWhilePeersMove(t *testing.T) {
	for seed := range uint64(8) {
		c := newCall(t, 3)
		c.chance = seed*7919 + 1
		c.lag = 2 * time.Millisecond
		c.numbered(0, 1, 1, 2)
		sealed := map[uint64][]byte{}
		lossy, again := true, 0
		c.lost = func(p *testPeer, up bool, d []byte) bool {
			if !up && rtpx.Classify(d) == rtpx.RTP {
				number := uint64(binary.BigEndian.Uint32(d[8:]))<<16 | uint64(binary.BigEndian.Uint16(d[2:]))
				if old, ok := sealed[number]; ok && !bytes.Equal(old, d) {
					again++
				}
				sealed[number] = bytes.Clone(d)
			}
			return lossy && c.random()%40 == 0 && rtpx.Classify(d) != rtpx.STUN
		}
		for range 100 {
			p := c.peers[c.random()%4]
			to := (p.worker + 1 + int(c.random()%2)) % 3
			c.disturb()
			c.expect(p, to)
			c.disturb()
			c.handOver(p, to, time.Duration(c.random()%12)*time.Millisecond)
		}
		lossy = false
		for _, p := range c.peers {
			c.publish(p, Camera, On)
			c.publish(p, Microphone, On)
		}
		c.watchEveryone()
		c.run(5 * time.Second)
		for _, p := range c.peers {
			p.clear()
		}
		c.run(2 * time.Second)
		if again > 0 {
			t.Errorf("seed %d: %d numbers were sealed twice", seed, again)
		}
		for i, w := range c.workers {
			if n := w.Counters(); n.SealedBefore > 0 {
				t.Errorf("seed %d: worker %d refused to seal %d numbers again", seed, i, n.SealedBefore)
			}
		}
		for _, p := range c.peers {
			for slot := range p.params.Slots {
				got := p.slot(slot)
				if slot < 3 && len(got) < 98 || slot >= 4 && slot < 14 && len(got) > 0 && len(got) < 58 {
					t.Errorf("seed %d: %s got %d packets on slot %d", seed, p.name, len(got), slot)
				}
			}
			pictures := map[Track]bool{}
			for slot := 4; slot < 14; slot++ {
				for _, g := range p.slot(slot) {
					pictures[g.csrc] = true
				}
				if got := p.slot(slot); len(got) > 0 {
					everyNumber(t, p, slot)
				}
			}
			if len(pictures) != 3 {
				t.Errorf("seed %d: %s sees %d others", seed, p.name, len(pictures))
			}
		}
	}
}

// disturb has something happen that a meeting brings.
func (c *call) disturb() {
	p := c.peers[c.random()%4]
	s := p.streams[c.random()%uint64(len(p.streams))]
	switch c.random() % 6 {
	case 0: // looks at others otherwise
		var wishes []Wish
		for _, other := range c.peers {
			if width := 320 << (c.random() % 3); other != p && c.random()%4 > 0 {
				wishes = append(wishes, Wish{other.track(Camera), uint16(width), uint16(width * 9 / 16)})
			}
		}
		p.view(wishes...)
	case 1:
		c.publish(p, s.kind, TrackState(c.random()%2))
	case 2: // begins anew
		s.ssrc += 0x100
		s.sequence += uint16(c.random())
		s.timestamp += uint32(c.random())
		s.key = true
	case 3:
		p.nack(4, uint16(c.random()), p.router().peers[p.id].video[0].lastSent())
	case 4:
		s.sequence += uint16(c.random() % 4)
	case 5:
		s.level = uint8(10 + c.random()%100)
	}
	c.run(time.Duration(c.random()%30) * time.Millisecond)
}

// lastSent is the last number of the slot.
func (sl *slot) lastSent() uint16 {
	if sl.numbering == nil {
		return 0
	}
	return sl.sequence.Last()
}

// TestAVoiceWithCopiesMovesWhole: copies are made of the same words on the other worker.
func TestAVoiceWithCopiesMovesWhole(t *testing.T) {
	c := newCall(t, 2)
	alice, bob, carol := c.joinWith("alice", 0, takesRED), c.joinWith("bob", 0, takesRED), c.join("carol", 1)
	for _, p := range []*testPeer{alice, carol} {
		p.microphone(20).copies = 1 - int(p.id-1)/2
	}
	c.run(time.Second)
	c.lose(alice, func(n int) bool { return n%5 == 2 })
	for i := range 6 {
		c.move(alice, 1-i%2, 3*time.Millisecond)
		c.run(100 * time.Millisecond)
		c.move(bob, 1-i%2, 3*time.Millisecond)
		c.run(100 * time.Millisecond)
	}
	for i := range 2 {
		got := bob.slot(i)
		if len(got) < 110 {
			t.Errorf("slot %d: %d packets", i, len(got))
		}
		newest, _ := heard(t, got)
		speaker := alice
		if got[0].csrc == carol.track(Microphone) {
			speaker = carol
		}
		for at, said := range newest {
			var n int
			if _, err := fmt.Sscanf(said, speaker.name+" says %d", &n); err != nil || newest[at+960] != "" && newest[at+960] != string(word(speaker, n+1)) {
				t.Fatalf("slot %d: after %q came %q of %s", i, said, newest[at+960], speaker.name)
			}
		}
	}
}
