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
	// packets of sound, lagCalm is not heard. The median, since a neighbour's load on the machine makes a few wait long; and
	// of a loop that has something to do: lagInputs a second, and lagBusy of its time. One that rests is woken late by whoever
	// has the machine, not by those inside.
	lagFull, lagCalm = 20 * time.Millisecond, 5 * time.Millisecond
	lagInputs        = 50
	lagBusy          = 0.4
	// crowdedFull is the share of packets that did not find room in the socket's queue, and crowdedMin how many they are at
	// the least.
	crowdedFull = 0.005
	crowdedMin  = 20
	// fullAfter and calmAfter are how many such seconds in a row it takes: a storm of joins is over within two, and who
	// has been refused shall not come and go.
	fullAfter, calmAfter = 3, 5
	verdictLife          = 5 * time.Second
	// grace is for how long after its start a node refuses nobody: those whose meetings ended with the process before come
	// back together.
	grace = 30 * time.Second
)

// second is what a worker knows of its last second.
type second struct {
	busy    float64       // share of time in which the loop worked
	inputs  uint64        // batches of datagrams and timers: see lags
	lag     time.Duration // their median wait
	sent    uint64        // packets
	crowded uint64        // packets for which the socket's queue had no room
}

// gauge decides from one second to the next whether a worker is full. The zero gauge says it is not.
type gauge struct {
	full    bool
	against int // seconds in a row that speak against what is said
}

func (g *gauge) weigh(s second) (full bool) {
	crowded := s.crowded >= crowdedMin && float64(s.crowded) > crowdedFull*float64(s.sent+s.crowded)
	working := s.inputs >= lagInputs && s.busy > lagBusy
	if g.full {
		g.count(s.busy < busyCalm && (!working || s.lag < lagCalm) && !crowded, calmAfter)
	} else {
		g.count(s.busy > busyFull || working && s.lag > lagFull || crowded, fullAfter)
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
	crowded uint64
	share   atomic.Int64 // of the last second in which the loop worked, in millionths
	shared  atomic.Int64 // when that second ended, in nanoseconds since the engine opened
	verdict atomic.Int64 // until when the worker is full, in nanoseconds since the engine opened; 0: it is not
}

// turned notes a turn from start to end, and weighs when a second is over.
func (w *worker) turned(start, end time.Time) {
	m := &w.meter
	if m.began.IsZero() || start.Sub(m.began) > verdictLife { // it has rested, and knows nothing of now
		m.gauge, m.began, m.busy = gauge{}, start, 0
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
	crowded := w.socket.crowded()
	was := m.full
	last := lags.Since(m.before)
	busy := m.busy.Seconds() / took.Seconds()
	full := m.weigh(second{
		busy: busy, inputs: last.Total(), lag: last.Quantile(0.5),
		sent: sent - m.sent, crowded: crowded - m.crowded,
	})
	m.share.Store(int64(1e6 * busy))
	m.shared.Store(int64(now.Sub(w.engine.opened)))
	w.alone = w.engine.hasOneProcessor()
	m.began, m.busy, m.before, m.sent, m.crowded = now, 0, lags, sent, crowded
	if full {
		m.verdict.Store(int64(now.Add(verdictLife).Sub(w.engine.opened)))
	} else {
		m.verdict.Store(0)
	}
	if full != was {
		w.log.Warn("load changed", "full", full)
	}
}

// lastWord is for how long what a worker says of its second is true: the next comes within two, unless the loop rests.
const lastWord = 3 * time.Second

// share tells how busy the worker was in its last second, of that second's time.
func (w *worker) share(now time.Time) float64 {
	if now.Sub(w.engine.opened)-time.Duration(w.meter.shared.Load()) > lastWord {
		return 0
	}
	return float64(w.meter.share.Load()) / 1e6
}

// isFull tells whether the worker's last word was that it is.
func (w *worker) isFull(now time.Time) bool {
	return int64(now.Sub(w.engine.opened)) < w.meter.verdict.Load()
}

// Full tells whether the node has no room for another participant: each of its workers has had more to do than it can, for
// some seconds. Those inside are not touched, and just after the start nobody is refused.
func (e *Engine) Full() bool {
	now := time.Now()
	if now.Sub(e.opened) < grace {
		return false
	}
	for _, w := range e.workers {
		if !w.isFull(now) {
			return false
		}
	}
	return true
}
