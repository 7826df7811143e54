package simnet

import (
	"time"

	"github.com/pion/rtcp"
)

// rate is a browser's send-side controller, as WebRTC's GoogCC in its main traits (draft-ietf-rmcat-gcc-02, and what browsers have
// changed since): the delay's trend, the share that is lost, probes. It lives on the server's transport-wide feedback alone.
type rate struct {
	peer    *Peer
	sent    [sentMost]sentPacket // a ring, by number
	number  uint64               // of the last packet sent, extended
	highest uint64               // told of by feedback

	target   float64 // bits per second
	trend    trend
	growth   growth
	losses   losses
	acked    window // bytes that arrived, by arrival
	leaving  window // bytes that left
	clusters []*cluster
	probed   time.Duration // when the last cluster left
	lowered  time.Duration // when losses lowered the rate last
}

const (
	sentMost = 4096
	// startRate is what browsers begin with, in bits per second; leastRate and mostRate bound what they come to.
	startRate, leastRate, mostRate = 300_000, 30_000, 6_000_000
	// rateWindow is over how long throughput is measured.
	rateWindow = 500 * time.Millisecond
	// lossEvery is how often losses may lower it.
	lossEvery = 300 * time.Millisecond
)

// sentPacket is what is remembered of a packet until feedback tells of it.
type sentPacket struct {
	number  uint64
	at      time.Duration
	size    int
	told    bool // by feedback: it arrived
	missed  bool // by feedback: it had not yet
	cluster *cluster
	stream  *stream // and which of its packets it was
	place   uint64
}

func newRate(p *Peer) *rate {
	r := &rate{peer: p, target: startRate, trend: newTrend()}
	r.number = 1 << 16
	r.highest = r.number
	return r
}

// leaves numbers a packet.
func (r *rate) leaves(now time.Duration, size int, s *stream, place uint64, c *cluster) (number uint16) {
	r.number++
	r.sent[r.number%sentMost] = sentPacket{number: r.number, at: now, size: size, stream: s, place: place, cluster: c}
	r.leaving.add(now, size)
	if c != nil {
		c.leaves(now, size, r.number)
	}
	return uint16(r.number)
}

// feedback takes what the server says of arrivals.
func (r *rate) feedback(now time.Duration, f *rtcp.TransportLayerCC) {
	base := r.number + uint64(int64(int16(f.BaseSequenceNumber-uint16(r.number))))
	arrived := time.Duration(f.ReferenceTime) * 64 * time.Millisecond
	delta, place := 0, base
	for _, symbol := range symbols(f) {
		p := &r.sent[place%sentMost]
		known := p.number == place
		place++
		if symbol == rtcp.TypeTCCPacketNotReceived {
			if known && !p.told && !p.missed {
				p.missed = true
				r.losses.expect(now, true)
			}
			continue
		}
		if delta >= len(f.RecvDeltas) {
			break
		}
		arrived += time.Duration(f.RecvDeltas[delta].Delta) * time.Microsecond
		delta++
		if !known || p.told {
			continue
		}
		p.told = true
		r.arrived(now, p, arrived)
	}
	if place > 0 {
		r.highest = max(r.highest, place-1)
	}
	r.judge(now)
}

// symbols spreads the chunks out.
func symbols(f *rtcp.TransportLayerCC) []uint16 {
	var all []uint16
	for _, chunk := range f.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				all = append(all, c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			all = append(all, c.SymbolList...)
		}
	}
	return all[:min(len(all), int(f.PacketStatusCount))]
}

func (r *rate) arrived(now time.Duration, p *sentPacket, at time.Duration) {
	if p.missed {
		r.losses.found(now)
	} else {
		r.losses.expect(now, false)
	}
	if p.stream != nil {
		p.stream.acknowledged(p.place)
	}
	r.acked.add(at, p.size)
	if p.cluster != nil {
		p.cluster.arrives(at, p.size)
	}
	r.trend.packet(now, p.at, at)
}

// judge draws the conclusion.
func (r *rate) judge(now time.Duration) {
	acked, known := r.acked.rate()
	idle := r.idle(now)
	r.target = r.growth.next(now, r.target, r.trend.state, acked, known, idle, r.peer.roundTrip())
	kept := r.clusters[:0]
	for _, c := range r.clusters {
		if r.highest < c.last && now-c.lastLeft < time.Second {
			kept = append(kept, c)
			continue
		}
		if result := c.result(); result > r.target && r.trend.state != overusing {
			r.target = result
			r.growth.restart()
			if result >= 0.7*c.bits { // there may be more
				r.probe(2 * result)
			}
		}
	}
	r.clusters = kept
	if limit, lossy := r.losses.limit(now); lossy && limit < r.target && now-r.lowered >= lossEvery {
		r.lowered = now
		r.target = min(r.target, max(limit, 0.85*acked))
	}
	r.target = min(max(r.target, leastRate), mostRate)
	if idle && now-r.probed >= 5*time.Second && len(r.clusters) == 0 && r.trend.state == normal {
		r.probe(2 * r.target)
	}
	r.peer.again.age(now)
	r.peer.allocate(r.target)
}

// idle tells that much less is sent than might be: what arrives says nothing of the network then.
func (r *rate) idle(now time.Duration) bool {
	r.leaving.age(now)
	sent, known := r.leaving.rate()
	return known && sent < 0.65*r.target
}

// probe sends a burst at a rate, up to what the peer has use for.
func (r *rate) probe(bits float64) {
	if bits = min(bits, r.peer.wants()); bits <= r.target {
		return
	}
	r.probed = r.peer.call.clock.now
	c := &cluster{bits: bits, first: r.number + 1, last: r.number}
	r.clusters = append(r.clusters, c)
	r.peer.sendProbe(c)
}

// cluster is a burst of probes.
type cluster struct {
	bits                float64
	first, last         uint64
	left, lastLeft      time.Duration
	sentBytes, lastSent int
	count, got          int
	came, lastCame      time.Duration
	gotBytes, firstGot  int
}

func (c *cluster) leaves(now time.Duration, size int, number uint64) {
	if c.count == 0 {
		c.left = now
	}
	c.count++
	c.lastLeft, c.last, c.lastSent = now, number, size
	c.sentBytes += size
}

func (c *cluster) arrives(at time.Duration, size int) {
	if c.got == 0 || at < c.came {
		c.came, c.firstGot = at, size
	}
	c.lastCame = max(c.lastCame, at)
	c.got++
	c.gotBytes += size
}

// result is the rate at which the burst got through; 0 when too little of it did.
func (c *cluster) result() float64 {
	if c.got < 4 || c.got*10 < c.count*8 || c.lastCame <= c.came || c.lastLeft <= c.left {
		return 0
	}
	sent := float64(c.sentBytes-c.lastSent) * 8 / (c.lastLeft - c.left).Seconds()
	got := float64(c.gotBytes-c.firstGot) * 8 / (c.lastCame - c.came).Seconds()
	if got > 2*sent {
		return 0 // it was held up and let go all at once
	}
	if got < 0.9*sent {
		return 0.95 * got
	}
	return min(sent, got)
}

// window measures a rate over the last rateWindow.
type window struct {
	entries []windowEntry
	head    int
	bytes   int
}

type windowEntry struct {
	at   time.Duration
	size int
}

func (w *window) add(at time.Duration, size int) {
	if n := len(w.entries); n > w.head {
		at = max(at, w.entries[n-1].at)
	}
	w.entries = append(w.entries, windowEntry{at, size})
	w.bytes += size
	w.age(at)
}

func (w *window) age(now time.Duration) {
	for w.head < len(w.entries) && now-w.entries[w.head].at > rateWindow {
		w.bytes -= w.entries[w.head].size
		w.head++
	}
	if w.head > 512 {
		w.entries = w.entries[:copy(w.entries, w.entries[w.head:])]
		w.head = 0
	}
}

// rate is in bits per second; not known before the window is a third full.
func (w *window) rate() (bits float64, known bool) {
	if w.head == len(w.entries) {
		return 0, false
	}
	span := w.entries[len(w.entries)-1].at - w.entries[w.head].at
	if span < rateWindow/3 {
		return 0, false
	}
	return float64(w.bytes) * 8 / max(span, rateWindow*9/10).Seconds(), true
}
