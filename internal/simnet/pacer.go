package simnet

import "time"

const (
	// paceEvery is how often the pacer sends what its budget allows, paceFactor how much faster it is than the rate.
	paceEvery  = 5 * time.Millisecond
	paceFactor = 2.5
	// paceMost is how long anything waits: the pacer becomes faster than the rate to see to it (WebRTC: 2 s).
	paceMost = 2 * time.Second
	// probeTime is how long a burst of probes takes, probePackets how many it has at least, probeSize the bytes of each.
	probeTime    = 15 * time.Millisecond
	probePackets = 5
	probeSize    = 240
)

// pacer spreads out what a peer's encoders bring. Sound does not wait in it.
type pacer struct {
	peer  *Peer
	queue []paced
	head  int
	bytes int
	free  time.Duration // when what was sent has had its time
	set   bool
}

type paced struct {
	stream *stream
	place  uint64
	size   int
}

func (c *pacer) add(s *stream, place uint64, size int) {
	c.queue = append(c.queue, paced{s, place, size})
	c.bytes += size
	if !c.set {
		c.happen()
	}
}

// full tells that so much waits that the encoder should leave out a frame.
func (c *pacer) full() bool {
	return float64(c.bytes*8) > c.peer.rate.target*backlog.Seconds()
}

// spend takes budget for what is sent past the queue.
func (c *pacer) spend(size int) {
	c.free = max(c.free, c.peer.call.clock.now) + c.takes(size)
}

func (c *pacer) takes(size int) time.Duration {
	rate := max(c.peer.rate.target*paceFactor, float64(c.bytes*8)/paceMost.Seconds())
	return time.Duration(float64(size*8) / rate * float64(time.Second))
}

// happen sends what is due in the next paceEvery.
func (c *pacer) happen() {
	c.set = false
	now := c.peer.call.clock.now
	if c.peer.gone || c.peer.session == nil {
		c.queue, c.head, c.bytes = c.queue[:0], 0, 0
		return
	}
	for c.head < len(c.queue) && c.free < now+paceEvery {
		next := c.queue[c.head]
		c.head++
		c.bytes -= next.size
		c.spend(next.size)
		next.stream.transmit(next.place, false)
	}
	if c.head == len(c.queue) {
		c.queue, c.head = c.queue[:0], 0
		return
	}
	c.set = true
	c.peer.call.clock.in(paceEvery, c)
}

// sendProbe sends a cluster of padding over RTX, spread over its time at its rate.
func (p *Peer) sendProbe(c *cluster) {
	s := p.padded()
	if s == nil || p.session == nil {
		return
	}
	count := max(int(c.bits*probeTime.Seconds()/8/probeSize), probePackets)
	every := time.Duration(float64(probeSize*8) / c.bits * float64(time.Second))
	life := p.life
	for i := range count {
		p.call.clock.after(time.Duration(i)*every, func() {
			if life == p.life && !p.gone {
				s.pad(c)
			}
		})
	}
}

// padded is a stream whose RTX can carry padding: one that has begun.
func (p *Peer) padded() *stream {
	for _, s := range p.streams {
		if s.video() && s.packets > 0 {
			return s
		}
	}
	return nil
}
