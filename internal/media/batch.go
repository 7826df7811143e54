package media

import (
	"net/netip"
	"time"

	"noom/internal/sfu"
)

const (
	// batchSize is how many datagrams one read may bring. At 200 000 packets/s a read every 0.3 ms fills it;
	// beyond 64 the cost of a system call is already spread thin.
	batchSize = 64
	// batchesPerReader bounds the memory between a reader and the loops, about 96 KiB each; a server at rest has two. While all are on
	// their way the reader waits, and the kernel's socket buffer is the queue that fills, drops and counts.
	batchesPerReader = 8
	// inboxDepth is how many batches may wait for a loop: its own reader's and what the others hand over.
	inboxDepth = 32
)

// batch is what one read brought: memory that circulates between its reader and the loops.
type batch struct {
	n    int
	read time.Time // when
	from [batchSize]netip.AddrPort
	size [batchSize]int
	data [batchSize][sfu.MTU]byte
	home chan *batch // where it goes back to
}

// supply is memory that circulates: what somebody takes comes back by its home. It is made when nothing is back yet, up to a
// bound, so that a server never touches what it has no use for.
type supply[T any] struct {
	back  chan *T
	fresh func(home chan *T) *T
	left  int // that may still be made
}

func newSupply[T any](most int, fresh func(home chan *T) *T) *supply[T] {
	return &supply[T]{back: make(chan *T, most), fresh: fresh, left: most}
}

// take gives one, or nil while all are on their way: then wait for back. One goroutine alone takes.
func (s *supply[T]) take() *T {
	select {
	case one := <-s.back:
		return one
	default:
	}
	if s.left == 0 {
		return nil
	}
	s.left--
	return s.fresh(s.back)
}

// newBatch makes a batch of a reader's supply.
func newBatch(home chan *batch) *batch { return &batch{home: home} }

// at is the i-th datagram; empty when it was handed to another worker.
func (b *batch) at(i int) []byte { return b.data[i][:b.size[i]] }

// add copies a datagram to the end. The caller has checked that there is room.
func (b *batch) add(from netip.AddrPort, data []byte) {
	b.from[b.n] = from
	b.size[b.n] = copy(b.data[b.n][:], data)
	b.n++
}

// done gives the batch back to its reader. home has room for all that may be made.
func (b *batch) done() {
	b.n = 0
	b.home <- b
}

// pipeBatchSize is how many decrypted packets cross to another worker at a time: a turn of 1 ms seldom has more.
const pipeBatchSize = 32

// pipeBatchesPerWorker bounds a worker's packets on their way to others, about 48 KiB each.
const pipeBatchesPerWorker = 16

// pipeBatch carries copies of decrypted packets from one worker's loop to another's.
type pipeBatch struct {
	n      int
	packet [pipeBatchSize]sfu.Piped // Data points into data
	data   [pipeBatchSize][sfu.MTU]byte
	home   chan *pipeBatch
}

func newPipeBatch(home chan *pipeBatch) *pipeBatch { return &pipeBatch{home: home} }

// add copies a packet to the end. The caller has checked that there is room.
func (b *pipeBatch) add(p *sfu.Piped) {
	b.packet[b.n] = *p
	b.packet[b.n].Data = b.data[b.n][:copy(b.data[b.n][:], p.Data)]
	b.n++
}

func (b *pipeBatch) done() {
	b.n = 0
	b.home <- b
}
