package media

import (
	"sync/atomic"
	"time"
)

// A node refuses who comes new before those inside suffer. Each worker weighs itself once a second by how much of the second its
// loop was busy, by how long inputs waited for it, and by what it could not send. What it says holds for verdictLife: a loop
// that has nothing to do says nothing.

const (
	// weighEvery is how often a worker weighs itself.
	weighEvery = time.Second
	// busyFull of a second's time leaves too little for a keyframe of everybody, or a storm of joins; below busyCalm there is
	// room for some more peers.
	busyFull, busyCalm = 0.85, 0.7
	// lagFull is a wait that half of all inputs share: by then the loop is behind, and sound arrives in lumps. Between 20 ms
	// packets of sound, lagCalm is not heard. The median, since a neighbour's load on the machine makes a few wait long.
	lagFull, lagCalm = 20 * time.Millisecond, 5 * time.Millisecond
	// failedFull is the share of packets that did not find room in the socket's queue.
	failedFull = 0.005
	// fullAfter and calmAfter are how many such seconds in a row it takes: a storm of joins is over within two, and who
	// has been refused shall not come and go.
	fullAfter, calmAfter = 3, 5
	verdictLife          = 5 * time.Second
)

// second is what a worker knows of its last second.
type second struct {
	busy   float64       // share of time in which the loop worked
	lag    time.Duration // median
	sent   uint64        // packets
	failed uint64        // packets that could not be sent
}

// gauge decides from one second to the next whether a worker is full. The zero gauge says it is not.
type gauge struct {
	full    bool
	against int // seconds in a row that speak against what is said
}

func (g *gauge) weigh(s second) (full bool) {
	failed := float64(s.failed) > failedFull*float64(s.sent+s.failed)
	if g.full {
		g.count(s.busy < busyCalm && s.lag < lagCalm && !failed, calmAfter)
	} else {
		g.count(s.busy > busyFull || s.lag > lagFull || failed, fullAfter)
	}
	return g.full
}

// count turns the verdict after enough seconds in a row that speak against it.
func (g *gauge) count(against bool, enough int) {
	if !against {
		g.against = 0
		return
	}
	if g.against++; g.against >= enough {
		g.full, g.against = !g.full, 0
	}
}

// meter measures a worker's seconds. The loop owns it, but for verdict.
type meter struct {
	gauge
	began   time.Time // of this second; zero before the first turn
	busy    time.Duration
	before  Lags
	sent    uint64
	failed  uint64
	verdict atomic.Int64 // Unix nanoseconds until which the worker is full; 0: it is not
}

// turned notes a turn from start to end, and weighs when a second is over.
func (w *worker) turned(start, end time.Time) {
	m := &w.meter
	if m.began.IsZero() {
		m.began = start
	}
	m.busy += end.Sub(start)
	if took := end.Sub(m.began); took >= weighEvery {
		w.weigh(end, took)
	}
}

func (w *worker) weigh(now time.Time, took time.Duration) {
	m := &w.meter
	var lags Lags
	w.counts.lags.addTo(&lags)
	sent := w.counts.packetsOut.Load()
	_, failed := w.socket.lost()
	was := m.full
	full := m.weigh(second{
		busy: m.busy.Seconds() / took.Seconds(), lag: lags.Since(m.before).Quantile(0.5),
		sent: sent - m.sent, failed: failed - m.failed,
	})
	m.began, m.busy, m.before, m.sent, m.failed = now, 0, lags, sent, failed
	if full {
		m.verdict.Store(now.Add(verdictLife).UnixNano())
	} else {
		m.verdict.Store(0)
	}
	if full != was {
		w.log.Warn("load changed", "full", full)
	}
}

// isFull tells whether the worker's last word was that it is.
func (m *meter) isFull(now time.Time) bool { return now.UnixNano() < m.verdict.Load() }

// Full tells whether the node has no room for another participant: each of its workers has had more to do than it can, for
// some seconds. Those inside are not touched.
func (e *Engine) Full() bool {
	now := time.Now()
	for _, w := range e.workers {
		if !w.meter.isFull(now) {
			return false
		}
	}
	return true
}
