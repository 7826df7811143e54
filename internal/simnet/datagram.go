package simnet

import (
	"net/netip"
	"time"

	"noom/internal/sfu"
)

// rivalFlows is where the numbers of flows begin that are nobody's media.
const rivalFlows = 1 << 32

// datagram is one on its way. Its memory goes round within the call.
type datagram struct {
	data   []byte // of memory
	memory [sfu.MTU]byte

	path   *path // that it takes; nil for a rival's segment
	rival  *Rival
	number uint64        // in the path's flow
	left   time.Duration // when it was sent
	peer   *Peer         // whose it is
	up     bool          // to the server
	from   netip.AddrPort
	to     netip.AddrPort
	stream *stream // a packet of media, and which one; nil for all else
	place  uint64
	fate   int // in the recorder
}

// datagram takes one of so many bytes from the pool. They may hold anything.
func (c *Call) datagram(size int) *datagram {
	var d *datagram
	if last := len(c.pool) - 1; last >= 0 {
		d = c.pool[last]
		c.pool = c.pool[:last]
	} else {
		d = new(datagram)
	}
	d.data = d.memory[:size]
	return d
}

// copied gives a second datagram that is the same.
func (c *Call) copied(d *datagram) *datagram {
	second := c.datagram(len(d.data))
	copy(second.data, d.data)
	second.path, second.number, second.left = d.path, d.number, d.left
	second.peer, second.up, second.from, second.to = d.peer, d.up, d.from, d.to
	return second
}

// free gives a datagram back.
func (c *Call) free(d *datagram) {
	d.path, d.rival, d.peer, d.stream = nil, nil, nil, nil
	c.pool = append(c.pool, d)
}

// flow is whose the datagram is, in a bottleneck's log.
func (d *datagram) flow() uint64 {
	if d.rival != nil {
		return d.rival.number
	}
	return d.path.number
}

// crossed: it has left a bottleneck.
func (d *datagram) crossed() {
	if r := d.rival; r != nil {
		r.call.free(d)
		r.delivered()
		return
	}
	d.path.pass(d)
}

// refused: a bottleneck has dropped it.
func (d *datagram) refused() {
	if r := d.rival; r != nil {
		sent := d.left
		r.call.free(d)
		r.lost(sent)
		return
	}
	d.path.drop(d)
}

// happen: it arrives.
func (d *datagram) happen() {
	if d.up {
		d.peer.worker.arrive(d)
		return
	}
	c := d.path.call
	if d.peer.address == d.to { // or the NAT has forgotten where it was
		c.note(d.data)
		d.peer.receive(d.data)
	}
	c.free(d)
}
