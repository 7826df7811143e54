package sfu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"
)

// TestNumbersGoRoundUnderOldAndNewKeys: whoever opens with new keys has seen no round of the sequence numbers yet.
func TestNumbersGoRoundUnderOldAndNewKeys(t *testing.T) {
	for _, profile := range profiles {
		t.Run(fmt.Sprintf("profile %#x", uint16(profile)), func(t *testing.T) {
			c := newCall(t, 1)
			c.profile = profile
			alice, bob := c.join("alice", 0), c.join("bob", 0)
			sound := alice.microphone(20)
			c.run(time.Second)
			for range 5 { // two rounds and a half
				sound.sequence += 30000
				c.run(time.Second)
			}
			before := len(bob.slot(0))
			if before < 290 {
				t.Fatalf("bob opened %d packets, want 300", before)
			}
			bob.key()
			if err := bob.router().SetKeys(c.now, bob.id, bob.keys); err != nil {
				t.Fatal(err)
			}
			c.run(time.Second)
			if got := len(bob.slot(0)) - before; got < 45 {
				t.Errorf("bob opened %d packets under the new keys, want 50", got)
			}
		})
	}
}

// TestThePresentKeysAreNotTakenAgain: all indices would begin again under them, RTCP's too.
func TestThePresentKeysAreNotTakenAgain(t *testing.T) {
	for _, profile := range profiles {
		c := newCall(t, 1)
		c.profile = profile
		alice, bob := c.join("alice", 0), c.join("bob", 0)
		alice.microphone(20)
		c.run(time.Second)
		if err := bob.router().SetKeys(c.now, bob.id, bob.keys); err == nil {
			t.Error("the same keys were taken")
		}
		c.run(time.Second) // bob goes on under them: he opens all, or receive fails
		if got := len(bob.slot(0)); got < 98 {
			t.Errorf("%d packets, want 100", got)
		}
	}
}

// TestLateNumbersOfTheRoundBeforeNewKeysAreRefused: they have no index under the new keys, and theirs comes again.
func TestLateNumbersOfTheRoundBeforeNewKeysAreRefused(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	sound := alice.microphone(20)
	c.run(time.Second)
	sound.next = time.Time{}
	sl := bob.router().peers[bob.id].audio[0]
	sound.sequence += 30000
	sound.frame()
	sound.sequence += 0xfffb - sl.sequence.Last()
	sound.frame()
	late := sound.sequence // it would be sent as 0xfffd
	sound.sequence += 6
	bob.key()
	if err := bob.router().SetKeys(c.now, bob.id, bob.keys); err != nil {
		t.Fatal(err)
	}
	sound.frame()
	if sl.sequence.Last() != 3 {
		t.Fatalf("the first number under the new keys is %d, want 3", sl.sequence.Last())
	}
	before := len(bob.slot(0))
	sound.sequence = late
	sound.frame()
	if got := c.workers[0].Counters().SealedBefore; got != 1 || len(bob.slot(0)) != before {
		t.Errorf("%d packets were refused, want 1, and %d forwarded", got, len(bob.slot(0))-before)
	}
}

// numbers watches what is sealed for a peer on one of its slots.
type numbers struct {
	sealed map[uint16][]byte
	again  int // under a number used before, with other bytes
	count  int
}

func (c *call) watch(who *testPeer, slot int) *numbers {
	n := &numbers{sealed: map[uint16][]byte{}}
	c.lost = func(p *testPeer, up bool, d []byte) bool {
		if up || p != who || len(d) < 12 || binary.BigEndian.Uint32(d[8:]) != who.slotSSRC(slot) {
			return false
		}
		s := binary.BigEndian.Uint16(d[2:])
		if old, ok := n.sealed[s]; ok && !bytes.Equal(old, d) {
			n.again++
		}
		n.sealed[s] = bytes.Clone(d)
		n.count++
		return false
	}
	return n
}

// TestAPublisherCannotHaveANumberSealedAgain: it makes the cache forget, and sends an old number with other bytes.
func TestAPublisherCannotHaveANumberSealedAgain(t *testing.T) {
	for _, profile := range profiles {
		c := newCall(t, 1)
		c.profile = profile
		alice, bob := c.join("alice", 0), c.join("bob", 0)
		layers := alice.camera()
		bob.view(Wish{Track: alice.track(Camera), Width: 320, Height: 180})
		watched := c.watch(bob, 4)
		c.run(4 * time.Second)
		for _, s := range layers {
			s.next = time.Time{}
		}
		q := layers[0]
		n := q.sequence
		forged := bytes.Clone(q.sent[n-5])
		for i := 20; i < len(forged); i++ {
			forged[i] = 0xaa
		}
		q.sent[n+600] = forged
		q.repair(n + 600)
		q.frame()
		q.frame()
		q.key = true
		q.frame()
		q.sent[n-5] = forged
		q.repair(n - 5)
		if watched.again > 0 || watched.count < 100 {
			t.Errorf("%d numbers of %d were sealed twice", watched.again, watched.count)
		}
	}
}

// TestASealedNumberIsRefusedAndCounted: were the numbers of a slot to begin again for whatever reason, nothing would leave.
func TestASealedNumberIsRefusedAndCounted(t *testing.T) {
	for _, profile := range profiles {
		c := newCall(t, 1)
		c.profile = profile
		alice, bob := c.join("alice", 0), c.join("bob", 0)
		alice.microphone(20)
		watched := c.watch(bob, 0)
		c.run(time.Second)
		sl := bob.router().peers[bob.id].audio[0]
		sl.sequence.Start(sl.sequence.Last() - 10)
		sl.sequence.Switch()
		c.run(time.Second)
		if got := c.workers[0].Counters().SealedBefore; got != 10 || watched.again > 0 {
			t.Errorf("%d packets were refused, want 10, and %d sealed again", got, watched.again)
		}
		if got := len(bob.slot(0)); got < 88 {
			t.Errorf("%d packets, want 90", got)
		}
	}
}

// TestWhatACacheForgetsGoesOnUnderNewNumbers: a retransmission from far ahead, and what goes on as before looks like a sender
// that began anew (RFC 3550 A.1). SRTP's own replay window lets no other do so under one SSRC.
func TestWhatACacheForgetsGoesOnUnderNewNumbers(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		for _, ahead := range []uint16{600, 20000} {
			c := newCall(t, workers)
			alice, bob := c.join("alice", 0), c.join("bob", workers-1)
			q := alice.camera()[0]
			bob.view(Wish{alice.track(Camera), 320, 180})
			watched := c.watch(bob, 4)
			c.run(20 * time.Second)
			sl := bob.router().peers[bob.id].video[0]
			generation := sl.now
			q.sent[q.sequence+ahead] = q.sent[q.sequence-5]
			q.repair(q.sequence + ahead)
			before := len(bob.slot(4))
			c.run(5 * time.Second)
			if sl.now != generation+1 {
				t.Errorf("%d workers, %d ahead: %d new generations, want 1", workers, ahead, sl.now-generation)
			}
			if got := len(bob.slot(4)) - before; got < 140 {
				t.Errorf("%d workers, %d ahead: %d packets of the picture in 5 s", workers, ahead, got)
			}
			if got := bob.router().Counters().SealedBefore; got > 0 || watched.again > 0 {
				t.Errorf("%d workers, %d ahead: %d packets were refused and %d sealed again", workers, ahead, got, watched.again)
			}
			continuous(t, bob.slot(4)[before:])
		}
	}
}
