package sfu

import (
	"testing"
	"time"
)

// continuous fails unless the packets have consecutive sequence numbers, and picture ids and timestamps that only advance.
func continuous(t *testing.T, got []received) {
	t.Helper()
	for i := 1; i < len(got); i++ {
		a, b := got[i-1], got[i]
		if b.packet.Sequence != a.packet.Sequence+1 {
			t.Fatalf("packet %d breaks the sequence:\n%v\n%v", i, a, b)
		}
		if int32(b.packet.Timestamp-a.packet.Timestamp) < 0 {
			t.Fatalf("packet %d goes back in time:\n%v\n%v", i, a, b)
		}
		if b.packet.PayloadType == ptOpus {
			continue
		}
		if d := (b.picture - a.picture) & 0x7fff; d > 1 {
			t.Fatalf("packet %d leaps from picture %d to %d", i, a.picture, b.picture)
		}
		if d := b.tl0 - a.tl0; d > 1 {
			t.Fatalf("packet %d leaps from TL0PICIDX %d to %d", i, a.tl0, b.tl0)
		}
	}
}

func TestTwoPeersHearAndSeeEachOther(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	alice.camera()
	bob.view(Wish{Track: alice.track(Camera), Width: 320, Height: 180})
	c.run(2 * time.Second)

	sound := bob.slot(0)
	if len(sound) < 99 {
		t.Fatalf("bob got %d packets of sound in 2 s, want 100", len(sound))
	}
	continuous(t, sound)
	if g := sound[0]; g.csrc != alice.track(Microphone) || g.level != 20 || g.packet.PayloadType != ptOpus {
		t.Errorf("sound came as %v with level %d", g, g.level)
	}
	picture := bob.slot(4)
	if len(picture) < 55 {
		t.Fatalf("bob got %d packets of the picture in 2 s, want 60", len(picture))
	}
	continuous(t, picture)
	if g := picture[0]; !g.key || g.csrc != alice.track(Camera) {
		t.Errorf("the picture began with %v", g)
	}
	if got := c.switches(bob, 4); len(got) != 1 || got[0] != alice.track(Camera) {
		t.Errorf("slot 4 was said to carry %v", got)
	}
	if got := len(alice.got); got != 0 {
		t.Errorf("alice got %d streams of her own", got)
	}
}
