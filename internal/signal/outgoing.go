package signal

import "sync"

const (
	// maxQueue bounds what waits for one /ws client: all that it may have missed (1 MiB), a snapshot, and air.
	maxQueue = 3 << 20 // bytes
	// frameCost is what a waiting frame costs beside its bytes.
	frameCost = 64
)

// outgoing is the frames that wait for a /ws client. Whoever has something to say puts it in; the writer takes it out.
type outgoing struct {
	mu     sync.Mutex // a leaf: nothing is called while it is held
	frames [][]byte
	bytes  int
	state  outgoingState
	bell   chan struct{} // holds one ring while there is something new
}

type outgoingState uint8

const (
	flowing   outgoingState = iota
	closing                 // after what waits the connection ends for good
	cutting                 // after what waits the connection ends, and the client comes back
	expelling               // after what waits the connection ends: the client broke the protocol or a limit
	dropped                 // it ends at once: the client does not read
)

func newOutgoing() *outgoing { return &outgoing{bell: make(chan struct{}, 1)} }

// put queues a frame. When too much waits the client is dropped: it resumes.
func (o *outgoing) put(frame []byte) {
	o.mu.Lock()
	if o.state == flowing {
		o.frames = append(o.frames, frame)
		if o.bytes += len(frame) + frameCost; o.bytes > maxQueue {
			o.frames, o.state = nil, dropped
		}
	}
	o.mu.Unlock()
	o.ring()
}

// finish lets nothing more in; the first to finish says how the connection ends.
func (o *outgoing) finish(s outgoingState) {
	o.mu.Lock()
	if o.state == flowing {
		o.state = s
	}
	o.mu.Unlock()
	o.ring()
}

func (o *outgoing) ring() {
	select {
	case o.bell <- struct{}{}:
	default: // it rings already
	}
}

// take empties the queue and says what comes after it.
func (o *outgoing) take() ([][]byte, outgoingState) {
	o.mu.Lock()
	defer o.mu.Unlock()
	frames := o.frames
	o.frames, o.bytes = nil, 0
	return frames, o.state
}
