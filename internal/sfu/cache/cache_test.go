package cache

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)

// packet is data that tells its number, of a size that differs between neighbours.
func packet(n int) []byte {
	return binary.BigEndian.AppendUint64(bytes.Repeat([]byte{byte(n)}, n%1400), uint64(n))
}

func TestTheLastPacketsAreKeptOverWraps(t *testing.T) {
	c := New(64)
	for n := 65000; n < 65000+70_000; n++ {
		if v := c.Put(uint16(n), start.Add(time.Duration(n)), n%3 == 0, packet(n)); v != Fresh {
			t.Fatalf("packet %d: verdict %d", n, v)
		}
		for _, age := range []int{0, 1, 31, 63} {
			want := n - age
			p, ok := c.Get(uint16(want))
			if want < 65000 {
				if ok {
					t.Fatalf("packet %d was never put", want)
				}
				continue
			}
			if !ok || !bytes.Equal(p.Data, packet(want)) || p.Recovered != (want%3 == 0) || !p.Arrived.Equal(start.Add(time.Duration(want))) {
				t.Fatalf("packet %d after %d: %v, %v", want, n, ok, p)
			}
		}
		if _, ok := c.Get(uint16(n - 64)); ok {
			t.Fatalf("packet %d outlived its place", n-64)
		}
		if _, ok := c.Get(uint16(n + 1)); ok {
			t.Fatal("a packet was there before it came")
		}
	}
	if newest, _ := c.Newest(); newest&0xFFFF != (65000+69_999)&0xFFFF || newest>>16 != 1+(65000+69_999)>>16 {
		t.Errorf("newest is %x", newest)
	}
}

func TestRepeatedAndOldPacketsAreTold(t *testing.T) {
	c := New(16)
	for _, step := range []struct {
		sequence  uint16
		recovered bool
		want      Verdict
	}{
		{2, false, Fresh},
		{2, false, Duplicate},
		{2, true, Duplicate},
		{65535, false, Fresh}, // reordered over the wrap, at the very start
		{10, false, Fresh},
		{5, true, Fresh},
		{5, false, Duplicate},
		{65530, false, Late},  // 16 behind
		{65531, false, Fresh}, // 15 behind
		{25, false, Fresh},
		{9, false, Late},
		{10, false, Duplicate},
		{11, false, Fresh},
	} {
		if got := c.Put(step.sequence, start, step.recovered, []byte{1}); got != step.want {
			t.Errorf("packet %d: verdict %d, want %d", step.sequence, got, step.want)
		}
	}
	if c.Put(26, start, false, make([]byte, MaxPacket+1)) != TooLarge {
		t.Error("a packet too large was kept")
	}
	if c.Put(26, start, false, make([]byte, MaxPacket)) != Fresh {
		t.Error("the largest packet was refused")
	}
}

func TestASenderThatBeginsAnewIsFollowed(t *testing.T) {
	c := New(64)
	c.Put(30000, start, false, []byte("old"))
	if v := c.Put(10000, start, false, nil); v != Late {
		t.Errorf("the first far packet: verdict %d", v)
	}
	if v := c.Put(10001, start, false, []byte("new")); v != Restarted {
		t.Errorf("the second in a row: verdict %d", v)
	}
	if _, ok := c.Get(30000); ok {
		t.Error("the old stream is still there")
	}
	if p, ok := c.Get(10001); !ok || string(p.Data) != "new" {
		t.Error("the new stream is not there")
	}
}

func TestOldRetransmissionsInARowAreNoNewBeginning(t *testing.T) {
	c := New(64)
	c.Put(30000, start, false, []byte("old"))
	for n := uint16(29000); n < 29100; n++ {
		if v := c.Put(n, start, true, nil); v != Late {
			t.Fatalf("packet %d: verdict %d", n, v)
		}
	}
	if _, ok := c.Get(30000); !ok {
		t.Error("the stream was forgotten")
	}
}

func TestACloneGoesOnByItself(t *testing.T) {
	if (*Cache)(nil).Clone() != nil {
		t.Error("nothing has a clone")
	}
	c := New(16)
	for n := range 20 {
		c.Put(uint16(n), start, false, packet(n))
	}
	twin := c.Clone()
	for n := 20; n < 36; n++ {
		c.Put(uint16(n), start, false, packet(n))
	}
	for n := 4; n < 20; n++ {
		if p, ok := twin.Get(uint16(n)); !ok || !bytes.Equal(p.Data, packet(n)) {
			t.Errorf("packet %d: %v, %v", n, ok, p)
		}
	}
	if v := twin.Put(19, start, false, packet(19)); v != Duplicate {
		t.Errorf("what is there came again: verdict %d", v)
	}
	if v := twin.Put(20, start, false, packet(20)); v != Fresh {
		t.Errorf("the next came: verdict %d", v)
	}
}

func TestACacheIsFilledFromAnother(t *testing.T) {
	c, ahead := New(64), New(64)
	for n := 100; n < 200; n++ {
		if n != 190 {
			c.Put(uint16(n), start, false, packet(n))
		}
		if n > 195 {
			ahead.Put(uint16(n+5), start, false, packet(n+5))
		}
	}
	last := c.Last(16)
	ahead.Fill(last)
	for n := 180; n < 205; n++ {
		want := n >= 184 && n != 190 && n != 200
		if p, ok := ahead.Get(uint16(n)); ok != want || ok && !bytes.Equal(p.Data, packet(n)) {
			t.Errorf("packet %d: %v, want %v", n, ok, want)
		}
		if _, ok := last.Get(uint16(n)); ok != (want && n < 200) {
			t.Errorf("packet %d of the last 16: %v", n, ok)
		}
	}
	if newest, _ := ahead.Newest(); uint16(newest) != 204 {
		t.Errorf("newest is %d", newest)
	}
	ahead.Fill(New(16)) // nothing
	if v := ahead.Put(205, start, false, packet(205)); v != Fresh {
		t.Errorf("the next came: verdict %d", v)
	}
}

func TestVoiceTakesLittleMemory(t *testing.T) {
	c := New(512)
	for n := range 1000 {
		c.Put(uint16(n), start, false, make([]byte, 120))
	}
	if size := c.size(); size != 512*narrow {
		t.Errorf("%d bytes", size)
	}
	c.Put(1000, start, false, make([]byte, 1200))
	if size := c.size(); size != 512*narrow+perSlab*(MaxPacket-narrow) {
		t.Errorf("%d bytes after one large packet", size)
	}
	if p, _ := c.Get(999); len(p.Data) != 120 {
		t.Error("the neighbour of a large packet was lost")
	}
}

func (c *Cache) size() (bytes int) {
	for _, s := range c.slabs {
		bytes += len(s.memory)
	}
	return bytes
}

func TestAWarmCacheAllocatesNothing(t *testing.T) {
	c, data, n := New(64), make([]byte, 1200), uint16(0)
	step := func() {
		n++
		c.Put(n, start, false, data)
		c.Get(n - 5)
	}
	for range 100 {
		step()
	}
	if allocs := testing.AllocsPerRun(1000, step); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkPut(b *testing.B) {
	c, data := New(512), make([]byte, 1200)
	b.ReportAllocs()
	n := uint16(0)
	for b.Loop() {
		c.Put(n, start, false, data)
		n++
	}
}
