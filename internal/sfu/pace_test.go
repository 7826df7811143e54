package sfu

import (
	"testing"
	"time"
)

// A layer that nobody wanted for a while, or a camera that was off, must not look as if it took nothing when it comes back.
func TestWhatComesBackTakesWhatItTookBefore(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	h := alice.camera()[1]
	c.run(10 * time.Second)
	pace := &c.workers[0].rooms[testRoom].tracks[alice.track(Camera)].source.streams[1].pace
	before := pace.rate
	if before < 400_000 {
		t.Fatalf("the layer takes %d bit/s", before)
	}
	h.next = time.Time{}
	c.run(8300 * time.Millisecond)
	h.next, h.key = c.now, true
	for range 80 {
		c.run(100 * time.Millisecond)
		if pace.rate < before*9/10 || pace.rate > before*11/10 {
			t.Fatalf("the layer took %d bit/s, and is said to take %d after it came back", before, pace.rate)
		}
	}
}
