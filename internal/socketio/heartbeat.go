package socketio

import (
	"sync"
	"time"
)

// A heartbeat counts the time between the server's pings and the client's pongs (engine.io-protocol, "Heartbeat"). It is
// a timer, not a goroutine.
type heartbeat struct {
	interval, timeout time.Duration

	mu       sync.Mutex
	timer    *time.Timer
	awaiting bool // a pong
	stopped  bool
}

// start calls beat at every turn of the heartbeat, from a goroutine of the timer's, until stop.
func (h *heartbeat) start(beat func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stopped {
		h.timer = time.AfterFunc(h.interval, beat)
	}
}

// next says whether it is time for a ping, or else that the client missed the last one.
func (h *heartbeat) next() (ping, missed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.stopped:
		return false, false
	case h.awaiting:
		return false, true
	}
	h.awaiting = true
	h.timer.Reset(h.timeout)
	return true, false
}

// pong notes that the client answered.
func (h *heartbeat) pong() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || !h.awaiting {
		return
	}
	h.awaiting = false
	h.timer.Reset(h.interval)
}

func (h *heartbeat) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	if h.timer != nil {
		h.timer.Stop()
	}
}
