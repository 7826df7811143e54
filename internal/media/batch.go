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
	// batchesPerReader bounds the memory between a reader and the loops, about 96 KiB each. While all are on
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

// newBatches makes a reader's store of batches.
func newBatches(count int) chan *batch {
	home := make(chan *batch, count)
	for range count {
		home <- &batch{home: home}
	}
	return home
}

// at is the i-th datagram; empty when it was handed to another worker.
func (b *batch) at(i int) []byte { return b.data[i][:b.size[i]] }

// add copies a datagram to the end. The caller has checked that there is room.
func (b *batch) add(from netip.AddrPort, data []byte) {
	b.from[b.n] = from
	b.size[b.n] = copy(b.data[b.n][:], data)
	b.n++
}

// done gives the batch back to its reader. home has room for all that were made.
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

func newPipeBatches(count int) chan *pipeBatch {
	home := make(chan *pipeBatch, count)
	for range count {
		home <- &pipeBatch{home: home}
	}
	return home
}

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
