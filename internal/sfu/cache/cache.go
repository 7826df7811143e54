// Package cache keeps the last packets of one stream, so that every subscriber of a track's layer on this worker can be
// sent them again. It also tells fresh packets from repeated ones. The router owns one for each layer.
package cache

import (
	"fmt"
	"slices"
	"time"
)

// Verdict is what Put found.
type Verdict uint8

const (
	Fresh     Verdict = iota // kept
	Duplicate                // we have it already
	Late                     // older than everything kept
	Restarted                // kept, and all before forgotten: the sender began anew
	TooLarge                 // more than MaxPacket bytes: not kept
)

// MaxPacket is the longest packet kept, in bytes: an Ethernet frame's worth.
const MaxPacket = 1500

// Packet is one kept packet. Data is the cache's: read it before the next Put, never write to it.
type Packet struct {
	Data      []byte
	Arrived   time.Time
	Recovered bool // it came as a retransmission
}

// Cache is a ring of packets indexed by sequence number. Its memory grows with use up to its bound: a stream of small
// packets (audio) takes a sixth of one of large packets.
type Cache struct {
	entries []entry
	slabs   []slab // of perSlab entries each

	started bool
	newest  uint64 // the highest extended sequence number
	// restart is the number that, if it comes next, shows that the sender began anew (RFC 3550 A.1 "bad_seq").
	restart int32
}

// entry is the place of the packets whose number is the same modulo the ring's size.
type entry struct {
	extended  uint64
	arrived   time.Time
	size      uint16
	full      bool
	recovered bool
}

// slab is the memory of perSlab neighbouring entries, each width bytes.
type slab struct {
	memory []byte
	width  int
}

const (
	perSlab = 16 // 4 KiB for voice, 24 KiB for pictures at a time
	// narrow holds a packet of Opus at any rate that browsers choose (at most 64 kb/s: 160 bytes in 20 ms).
	narrow = 256
)

// New gives a cache of the last size packets; size is a power of two from 16 to 16384.
func New(size int) *Cache {
	if size < perSlab || size > 1<<14 || size&(size-1) != 0 {
		panic(fmt.Sprintf("a packet cache of %d packets is not a power of two from 16 to 16384", size))
	}
	return &Cache{entries: make([]entry, size), slabs: make([]slab, size/perSlab), restart: -1}
}

// Put copies a packet in. recovered says that it came as a retransmission.
func (c *Cache) Put(sequence uint16, arrived time.Time, recovered bool, data []byte) Verdict {
	if len(data) > MaxPacket {
		return TooLarge
	}
	extended, verdict := c.place(sequence, recovered)
	if verdict == Late {
		return Late
	}
	i := int(extended) & (len(c.entries) - 1)
	e := &c.entries[i]
	if e.full && e.extended == extended {
		return Duplicate
	}
	c.newest = max(c.newest, extended)
	*e = entry{extended: extended, arrived: arrived, size: uint16(len(data)), full: true, recovered: recovered}
	copy(c.memory(i, len(data)), data)
	return verdict
}

// place extends a sequence number to the count that never wraps. It is Fresh where it may be kept, Late behind the ring.
func (c *Cache) place(sequence uint16, recovered bool) (extended uint64, v Verdict) {
	if !c.started {
		c.started, c.newest = true, first+uint64(sequence)
		return c.newest, Fresh
	}
	extended = c.extend(sequence)
	if extended+uint64(len(c.entries)) > c.newest {
		c.restart = -1
		return extended, Fresh
	}
	// RFC 3550 A.1: two packets in a row far behind are a sender that began anew. Old retransmissions, which browsers
	// send in order as probes, are not.
	if recovered {
		return extended, Late
	}
	if c.restart != int32(sequence) {
		c.restart = int32(sequence + 1)
		return extended, Late
	}
	c.Reset()
	extended, _ = c.place(sequence, recovered)
	return extended, Restarted
}

// first keeps extended numbers above zero when the first packets come out of order.
const first = 1 << 16

// extend gives the extended number nearest to the newest.
func (c *Cache) extend(sequence uint16) uint64 {
	return c.newest + uint64(int64(int16(sequence-uint16(c.newest))))
}

// memory gives size bytes of entry i. A slab becomes wide with the first large packet and stays so.
func (c *Cache) memory(i, size int) []byte {
	s := &c.slabs[i/perSlab]
	if size > s.width {
		s.widen(size)
	}
	at := i % perSlab * s.width
	return s.memory[at : at+size]
}

func (s *slab) widen(size int) {
	width := narrow
	if size > narrow {
		width = MaxPacket
	}
	wide := make([]byte, perSlab*width)
	for i := range perSlab {
		copy(wide[i*width:], s.memory[i*s.width:(i+1)*s.width])
	}
	s.memory, s.width = wide, width
}

// Get gives the packet with this sequence number, if it is still here.
func (c *Cache) Get(sequence uint16) (Packet, bool) {
	if !c.started {
		return Packet{}, false
	}
	extended := c.extend(sequence)
	i := int(extended) & (len(c.entries) - 1)
	e := &c.entries[i]
	if !e.full || e.extended != extended {
		return Packet{}, false
	}
	return Packet{Data: c.memory(i, int(e.size)), Arrived: e.arrived, Recovered: e.recovered}, true
}

// Clone gives a copy that shares no memory. Of nil it is nil.
func (c *Cache) Clone() *Cache {
	if c == nil {
		return nil
	}
	twin := *c
	twin.entries = slices.Clone(c.entries)
	twin.slabs = slices.Clone(c.slabs)
	for i := range twin.slabs {
		twin.slabs[i].memory = slices.Clone(twin.slabs[i].memory)
	}
	return &twin
}

// Last gives a cache of copies of the last size packets; size is as for New.
func (c *Cache) Last(size int) *Cache {
	last := New(size)
	last.Fill(c)
	return last
}

// Fill takes in the last packets of another cache of the same stream, as many as there is room for and as far as they are not here.
func (c *Cache) Fill(from *Cache) {
	for back := min(len(c.entries), len(from.entries)); back > 0; back-- {
		sequence := uint16(from.newest - uint64(back) + 1)
		if p, ok := from.Get(sequence); ok {
			c.Put(sequence, p.Arrived, true, p.Data) // as a retransmission: it is no new beginning
		}
	}
}

// Newest gives the highest sequence number put in. The bits above 16 count wraps, from 1.
func (c *Cache) Newest() (extended uint64, ok bool) { return c.newest, c.started }

// Reset forgets every packet and keeps the memory.
func (c *Cache) Reset() {
	clear(c.entries)
	c.started, c.restart = false, -1
}
