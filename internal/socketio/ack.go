package socketio

import (
	"encoding/json"
	"errors"
	"sync"
)

// ErrGone is what EmitWithAck returns when the socket left before it answered.
var ErrGone = errors.New("socket has left")

// An Answer is a client's acknowledgement; binary arguments are as in Event.
type Answer struct {
	Args        []json.RawMessage
	Attachments [][]byte
}

// acks are the answers that one socket still owes us: as many as there are goroutines waiting. It is a container.
type acks struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan<- Answer
	gone    bool
}

// expect returns a new number and where its answer will arrive; the channel is closed if none can come.
func (a *acks) expect() (id uint64, answered <-chan Answer) {
	answer := make(chan Answer, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gone {
		close(answer)
		return 0, answer
	}
	if a.waiting == nil {
		a.waiting = make(map[uint64]chan<- Answer)
	}
	a.last++
	a.waiting[a.last] = answer
	return a.last, answer
}

// answer passes an answer on. One that nobody waits for (any more) is dropped: it may just be late.
func (a *acks) answer(id uint64, answer Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if waiting, ok := a.waiting[id]; ok {
		delete(a.waiting, id)
		waiting <- answer // has room for one
	}
}

func (a *acks) forget(id uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, id)
}

// cancel ends all waiting.
func (a *acks) cancel() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gone = true
	for _, waiting := range a.waiting {
		close(waiting)
	}
	a.waiting = nil
}
