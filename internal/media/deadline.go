package media

import (
	"os"
	"sync"
	"time"
)

var errDeadline = os.ErrDeadlineExceeded

// readDeadline is the deadline of a net.Conn: passed gives a channel that is closed while it has passed.
type readDeadline struct {
	mu    sync.Mutex
	timer *time.Timer
	ch    chan struct{}
}

func (d *readDeadline) init() { d.ch = make(chan struct{}) }

func (d *readDeadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ch
}

// set moves the deadline; the zero time is never.
func (d *readDeadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	late := d.timer != nil && !d.timer.Stop() // its expire may still be waiting for the lock
	d.timer = nil
	select {
	case <-d.ch:
		d.ch = make(chan struct{})
	default:
		if late {
			d.ch = make(chan struct{})
		}
	}
	if t.IsZero() {
		return
	}
	ch := d.ch
	wait := time.Until(t)
	if wait <= 0 {
		close(ch)
		return
	}
	d.timer = time.AfterFunc(wait, func() { d.expire(ch) })
}

func (d *readDeadline) expire(ch chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-ch:
	default:
		close(ch)
	}
}
