// Package cache keeps the last packets of one stream, so that every subscriber of a track's layer on this worker can be
// sent them again. It also tells fresh packets from repeated ones. The router owns one for each layer.
package cache

import "time"

// Verdict is what Put found.
type Verdict uint8

const (
	Fresh     Verdict = iota // kept
	Duplicate                // we have it already
	Late                     // older than everything kept
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
type Cache struct{}

// New gives a cache of the last size packets; size is a power of two from 16 to 16384.
func New(size int) *Cache { panic("not written") }

// Put copies a packet in. recovered says that it came as a retransmission.
func (c *Cache) Put(sequence uint16, arrived time.Time, recovered bool, data []byte) Verdict {
	panic("not written")
}

// Get gives the packet with this sequence number, if it is still here.
func (c *Cache) Get(sequence uint16) (Packet, bool) { panic("not written") }

// Newest gives the highest sequence number put in, counted over wraps (RFC 3550 §6.4.1 cycles in the upper bits).
func (c *Cache) Newest() (extended uint64, ok bool) { panic("not written") }

// Reset forgets every packet and keeps the memory.
func (c *Cache) Reset() { panic("not written") }
