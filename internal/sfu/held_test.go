package sfu

import (
	"testing"
	"time"

	"github.com/pion/srtp/v3"
)

// narrow is somebody who sees one camera over a path on which only its smallest layer fits, and hears a voice. The camera takes few
// pictures, each of several packets.
func narrow(t *testing.T) (c *call, alice, bob *testPeer) {
	t.Helper()
	c = newCall(t, 1)
	alice = c.join("alice", 0)
	alice.microphone(20)
	q := alice.camera()[0]
	q.interval, q.packets, q.size = 200*time.Millisecond, 6, 600
	c.tells = true
	bob = c.join("bob", 0)
	bob.rate = 300_000
	bob.view(Wish{Track: alice.track(Camera), Width: 1280, Height: 720})
	c.run(15 * time.Second)
	bob.clear()
	return c, alice, bob
}

func TestSoundGoesPastPicturesForWhichThereIsNoRoomYet(t *testing.T) {
	c, _, bob := narrow(t)
	waited := 0
	for range 1000 {
		c.run(10 * time.Millisecond)
		waited = max(waited, bob.router().peers[bob.id].held.count)
	}
	if waited < 5 {
		t.Fatalf("at most %d packets waited", waited)
	}
	if n, g := len(bob.slot(0)), gap(bob.slot(0)); n < 495 || g > 60*time.Millisecond {
		t.Errorf("%d packets of sound came in 10 s, with gaps of up to %v", n, g)
	}
	if n := len(bob.slot(4)); n < 240 {
		t.Errorf("%d packets of the picture came", n)
	}
	continuous(t, bob.slot(4))
}

func TestWhatWaitsOfAPictureThatIsNotWantedAnyLongerIsNotSent(t *testing.T) {
	c, _, bob := narrow(t)
	p := bob.router().peers[bob.id]
	for range 1000 {
		if c.run(time.Millisecond); p.held.count > 3 {
			break
		}
	}
	if p.held.count <= 3 {
		t.Fatal("nothing waits")
	}
	bob.view()
	c.run(100 * time.Millisecond) // what was on its way
	bob.clear()
	c.run(time.Second)
	if n := len(bob.slot(4)); n != 0 || p.held.count != 0 {
		t.Errorf("%d packets came, and %d wait", n, p.held.count)
	}
}

func TestWhatWaitsLeavesAtOnceWhenThereIsRoomForEverything(t *testing.T) {
	c, _, bob := narrow(t)
	bob.rate = 0
	c.run(15 * time.Second)
	p := bob.router().peers[bob.id]
	if p.paced || p.held.count != 0 {
		t.Errorf("paced: %v, %d packets wait", p.paced, p.held.count)
	}
	continuous(t, bob.slot(4))
}

// A sender that moves to another worker, or begins anew under another SSRC, leaves nothing behind that could be taken for its own.
func TestWhatWaitsOfAStreamThatBeginsAnewIsForgotten(t *testing.T) {
	c, alice, bob := narrow(t)
	q := alice.streams[1]
	p := bob.router().peers[bob.id]
	for range 20 {
		for n := 0; n < 1000 && p.held.count <= 3; n++ {
			c.run(time.Millisecond)
		}
		q.ssrc += 0x1000
		q.sequence += 9999
		q.key = true
		c.run(500 * time.Millisecond)
	}
	c.run(2 * time.Second)
	bob.clear()
	c.run(3 * time.Second)
	if n := len(bob.slot(4)); n < 60 {
		t.Errorf("%d packets of the picture came in 3 s", n)
	}
	continuous(t, bob.slot(4))
}

func TestHoldingBackAllocatesNothing(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	a := newAudience(t, 1, srtp.ProtectionProfileAeadAes128Gcm)
	router := a.call.workers[0]
	viewer := router.peers[a.call.peers[1].id]
	round := func(data []byte) {
		a.out.Reset()
		viewer.paced = true
		router.Gather(a.call.now, a.sender.address, data, a.out)
		for router.Forward(a.out) {
			a.out.Reset()
		}
	}
	const runs = 400
	var sealed [][]byte
	for range runs + 1 {
		sealed = append(sealed, append([]byte(nil), a.next(a.picture)...))
	}
	for range heldMost { // the ring has its memory after this
		viewer.held.push(waiting{})
	}
	for viewer.held.count > 0 {
		viewer.held.pop()
	}
	i, waited := 0, 0
	allocs := testing.AllocsPerRun(runs, func() {
		round(sealed[i])
		waited = max(waited, viewer.held.count)
		i++
	})
	if allocs != 0 || waited < 10 {
		t.Errorf("%v allocations, and at most %d packets waited", allocs, waited)
	}
}
