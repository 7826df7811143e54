package sfu

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"testing"
	"time"
)

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// viewerMemory is what a viewer with 14 slots, two of them carrying something, may keep in the router, in bytes. The host's
// share of the 120 KiB that a viewer may cost comes on top.
const viewerMemory = 40 << 10

func TestAViewerCostsLittleMemory(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	c := newCall(t, 1)
	c.forgetful, c.tells = true, true
	alice := c.join("alice", 0)
	alice.microphone(20)
	alice.camera()
	c.join("first", 0).view(Wish{alice.track(Camera), 320, 180})
	c.run(3 * time.Second)
	before := heap()
	const viewers = 100
	for i := range viewers {
		c.join(fmt.Sprintf("viewer%d", i), 0).view(Wish{alice.track(Camera), 320, 180})
	}
	c.run(time.Second)
	if s, _ := c.workers[0].PeerStats(PeerID(viewers)); s.Carrying != 2 {
		t.Fatalf("%d slots of a viewer carry something, want 2", s.Carrying)
	}
	each := (heap() - before) / viewers
	t.Logf("%d bytes for each viewer, the test's own peer included", each)
	if each > viewerMemory {
		t.Errorf("a viewer takes %d bytes, more than %d", each, viewerMemory)
	}
	runtime.KeepAlive(c)
}

func TestAMillionForgedSSRCsTakeNoMemory(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	n := 1_000_000
	if testing.Short() {
		n = 20_000
	}
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	data := append([]byte{0x80, ptVP8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 40)...)
	before := heap()
	for i := range n {
		binary.BigEndian.PutUint32(data[8:], 0x7000_0000+uint32(i))
		c.workers[0].Receive(c.now, alice.address, data, c.outs[0])
	}
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if got := c.workers[0].Counters().Unauthentic; got != uint64(n) {
		t.Errorf("%d of %d refused", got, n)
	}
}
