package sfu

import (
	"encoding/binary"
	"testing"
	"time"
)

// wideNumbers are the transport-wide numbers of what arrived.
func wideNumbers(got []received) (n []uint16) {
	for _, g := range got {
		if e := g.packet.Extension(extTWCC); len(e) == 2 {
			n = append(n, binary.BigEndian.Uint16(e))
		}
	}
	return n
}

func TestWhatIsSentIsNumberedOverTheWholeTransport(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	c.tells = true
	bob := c.join("bob", 0)
	alice.microphone(20)
	alice.camera()
	bob.view(Wish{Track: alice.track(Camera), Width: 320, Height: 180})
	c.run(time.Second)
	seen := map[uint16]bool{}
	for _, slot := range []int{0, 4} {
		got := wideNumbers(bob.slot(slot))
		if len(got) != len(bob.slot(slot)) || len(got) < 25 {
			t.Fatalf("%d of %d packets on slot %d are numbered", len(got), len(bob.slot(slot)), slot)
		}
		for _, n := range got {
			if seen[n] {
				t.Fatalf("number %d came twice", n)
			}
			seen[n] = true
		}
	}
	for n := range len(seen) { // nothing is lost on a perfect link
		if !seen[uint16(n)] {
			t.Fatalf("number %d is missing", n)
		}
	}
	if s, _ := bob.router().PeerStats(bob.id); s.Estimate == 0 {
		t.Error("the statistics tell no estimate")
	}
}

func TestWhoDoesNotTellArrivalsGetsNoNumbers(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	c.run(time.Second)
	if got := wideNumbers(bob.slot(0)); len(got) != 0 || len(bob.slot(0)) < 45 {
		t.Errorf("%d of %d packets are numbered", len(got), len(bob.slot(0)))
	}
	if s, _ := bob.router().PeerStats(bob.id); s.Estimate != 0 {
		t.Errorf("the estimate is %d", s.Estimate)
	}
}

func TestBrokenFeedbackIsCountedAndChangesNothing(t *testing.T) {
	c := newCall(t, 1)
	c.tells = true
	bob := c.join("bob", 0)
	bob.rtcp([]byte{0x8f, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 1, 0, 0, 0, 1})
	bob.rtcp([]byte{0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0x10, 0, 0, 0, 0, 1, 0x10, 0, 0, 0}) // 4096 packets that were never sent
	if got := c.workers[0].Counters().Malformed; got != 2 {
		t.Errorf("counted %d", got)
	}
	if s, _ := bob.router().PeerStats(bob.id); s.Estimate != 0 {
		t.Errorf("the estimate is %d", s.Estimate)
	}
}

// Without padding nothing would ever be found out: the estimate would stay where it begins, and be probed in vain without end.
func TestWhoCannotBeSentPaddingIsSentEverything(t *testing.T) {
	for name, offer := range map[string]func(*PeerParams){
		"slots without RTX": func(p *PeerParams) {
			for i := range p.Slots {
				p.Slots[i].RTX = 0
			}
		},
		"codecs without RTX": func(p *PeerParams) {
			for i := range p.PayloadTypes {
				p.PayloadTypes[i].RTX = 0
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCall(t, 1)
			alice := c.join("alice", 0)
			for _, s := range alice.camera() {
				s.size = 1400
			}
			c.tells = true
			bob := c.joinWith("bob", 0, offer)
			bob.rate = 3_000_000
			bob.view(Wish{Track: alice.track(Camera), Width: 1280, Height: 720})
			c.run(5 * time.Second)
			soon, p := 0, c.workers[0].peers[bob.id]
			for range 1000 {
				if c.run(time.Millisecond); !p.due.IsZero() && p.due.Sub(c.now) <= 2*probeStep {
					soon++
				}
			}
			if soon > 50 {
				t.Errorf("in %d of 1000 ms there is something to do at once", soon)
			}
			if got := layers(c, bob, []*testPeer{alice}); got[0] != 2 {
				t.Errorf("the layer is %d", got[0])
			}
			if s, _ := bob.router().PeerStats(bob.id); s.Estimate != 0 {
				t.Errorf("the estimate is %d", s.Estimate)
			}
		})
	}
}
