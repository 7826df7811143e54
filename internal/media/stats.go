package media

import (
	"context"
	"sync/atomic"
	"time"

	"noom/internal/sfu"
)

// counts are a worker's counters for the life of the engine. Anyone may read them.
type counts struct {
	packetsIn, bytesIn   atomic.Uint64
	packetsOut, bytesOut atomic.Uint64

	readErrors      atomic.Uint64
	handOverFull    atomic.Uint64 // datagrams for a worker whose inbox was full
	pipeFull        atomic.Uint64 // piped packets that found no room
	handshakeFull   atomic.Uint64 // datagrams for a handshake whose queue was full
	handshakeDone   atomic.Uint64
	handshakeFailed atomic.Uint64
	panics          atomic.Uint64
	moves           atomic.Uint64 // peers that came from another worker
	lags            lags
}

func (c *counts) received(b *batch) {
	c.packetsIn.Add(uint64(b.n))
	sum := 0
	for _, n := range b.size[:b.n] {
		sum += n
	}
	c.bytesIn.Add(uint64(sum))
}

func (c *counts) sent(out *sfu.Out) {
	c.packetsOut.Add(uint64(out.Sent))
	c.bytesOut.Add(uint64(out.Bytes))
}

// Stats is what an operator may know of the engine. All but Peers, Rooms and Handshaking count from the start.
type Stats struct {
	Workers     int
	Rooms       int
	Peers       int // on all workers
	Handshaking int // DTLS handshakes under way

	PacketsIn, BytesIn   uint64 // UDP datagrams and payload bytes
	PacketsOut, BytesOut uint64

	Lags Lags // how long inputs waited for the loops

	HandshakesDone, HandshakesFailed uint64
	Panics                           uint64
	Moves                            uint64 // of peers from one worker to another
	// Dropped counts what the host did not pass on, by reason.
	Dropped map[string]uint64
	// Routers has the counters of each worker's router; a worker too busy to answer is left out.
	Routers []sfu.Counters
}

// statsPatience is how long Stats and Peers wait for a worker by default.
const statsPatience = 200 * time.Millisecond

// Stats gathers the engine's counters.
func (e *Engine) Stats() Stats {
	s := Stats{Workers: len(e.workers), Rooms: int(e.roomCount.Load()), Handshaking: e.handshakes.len(), Dropped: map[string]uint64{}}
	for _, w := range e.workers {
		c := &w.counts
		s.Peers += int(w.load.Load())
		s.PacketsIn += c.packetsIn.Load()
		s.BytesIn += c.bytesIn.Load()
		s.PacketsOut += c.packetsOut.Load()
		s.BytesOut += c.bytesOut.Load()
		s.HandshakesDone += c.handshakeDone.Load()
		s.HandshakesFailed += c.handshakeFailed.Load()
		s.Panics += c.panics.Load()
		s.Moves += c.moves.Load()
		c.lags.addTo(&s.Lags)
		s.Dropped["read_error"] += c.readErrors.Load()
		s.Dropped["worker_full"] += c.handOverFull.Load()
		s.Dropped["pipe_full"] += c.pipeFull.Load()
		s.Dropped["handshake_full"] += c.handshakeFull.Load()
		if w.index == 0 || w.socket != e.workers[0].socket { // a shared socket counts once
			in, out := w.socket.lost()
			s.Dropped["receive_queue_full"] += in
			s.Dropped["send_failed"] += out
		}
		if counters, ok := w.counters(); ok {
			s.Routers = append(s.Routers, counters)
		}
	}
	return s
}

func (w *worker) counters() (c sfu.Counters, ok bool) {
	ctx, cancel := context.WithTimeout(w.engine.life, w.engine.config.Patience)
	defer cancel()
	err := w.do(ctx, 0, func() error { c = w.router.Counters(); return nil })
	return c, err == nil
}
