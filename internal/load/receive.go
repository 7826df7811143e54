package load

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

// epoch is what departures count from, on the monotonic clock.
var epoch = time.Now()

// departures are when each packet of a camera's clips last left its bot, in nanoseconds since epoch. A clip takes seconds
// to come round, so the last time is the one, unless a packet is later than that.
type departures struct {
	clips []*clip // by layer
	at    [][]atomic.Int64
}

func newDepartures(clips []*clip) *departures {
	d := &departures{clips: clips}
	for _, c := range clips {
		d.at = append(d.at, make([]atomic.Int64, c.parts))
	}
	return d
}

func (d *departures) leave(layer int, p *part) { d.at[layer][p.id].Store(int64(time.Since(epoch))) }

// since tells how long ago a payload left; 0 if it never has.
func (d *departures) since(payload []byte) time.Duration {
	for layer, c := range d.clips {
		if id := c.find(payload); id >= 0 {
			if at := d.at[layer][id].Load(); at != 0 {
				return time.Since(epoch) - time.Duration(at)
			}
		}
	}
	return 0
}

// board knows all cameras' departures by track number, which is the CSRC of what is forwarded.
type board struct {
	mu  sync.RWMutex
	who map[uint32]*departures
}

func (b *board) put(track uint32, d *departures) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.who[track] = d
}

func (b *board) remove(track uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.who, track)
}

func (b *board) get(track uint32) *departures {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.who[track]
}

// receive counts what comes in on a slot, until the peer connection ends. first is closed at the first packet.
func (g *group) receive(track *webrtc.TrackRemote, first func()) {
	var seen window
	var p rtp.Packet
	video := track.Kind() == webrtc.RTPCodecTypeVideo
	buf := make([]byte, 1500)
	for {
		n, attributes, err := track.Read(buf)
		if err != nil {
			g.tally.lost.Add(seen.missing())
			return
		}
		if p.Unmarshal(buf[:n]) != nil {
			continue
		}
		first()
		g.tally.received.Add(1)
		g.tally.bytes.Add(uint64(n))
		if attributes.Get(webrtc.AttributeRtxSsrc) != nil {
			g.tally.recovered.Add(1)
		}
		if !seen.add(p.SequenceNumber) {
			g.tally.duplicates.Add(1)
			continue
		}
		if video {
			g.measure(&p)
		}
	}
}

// measure notes a packet's delay.
func (g *group) measure(p *rtp.Packet) {
	if len(p.CSRC) == 0 {
		return
	}
	from := g.board.get(p.CSRC[0])
	if from == nil {
		return // somebody else's
	}
	var vp8 codecs.VP8Packet
	payload, err := vp8.Unmarshal(p.Payload)
	if err != nil {
		return
	}
	if d := from.since(payload); d > 0 {
		g.tally.delay.add(d)
	}
}

// window follows the sequence numbers of a stream.
type window struct {
	started    bool
	first, top uint64 // extended
	unique     uint64
	seen       [windowSize / 64]uint64
}

// windowSize is how far back duplicates are told, in packets; a power of two.
const windowSize = 2048

// add notes a sequence number and reports whether it is new.
func (w *window) add(seq uint16) bool {
	if !w.started {
		w.started = true
		w.first = 1<<32 | uint64(seq)
		w.top = w.first - 1
	}
	at := uint64(int64(w.top) + int64(int16(seq-uint16(w.top))))
	if at+windowSize <= w.top || at < w.first {
		return false
	}
	for w.top < at {
		w.top++
		w.seen[w.top%windowSize/64] &^= 1 << (w.top % 64)
	}
	bit := uint64(1) << (at % 64)
	if word := &w.seen[at%windowSize/64]; *word&bit == 0 {
		*word |= bit
		w.unique++
		return true
	}
	return false
}

// missing is how many numbers never came.
func (w *window) missing() uint64 {
	if !w.started {
		return 0
	}
	return w.top - w.first + 1 - w.unique
}
