package media

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// reader takes datagrams off one socket and gives them to the workers that own their senders.
type reader struct {
	worker  *worker   // whose socket it is: takes what nobody is known to own
	workers []*worker // all
	spare   *supply[batch]
	over    []*batch // being filled for the other workers
}

func newReader(w *worker, all []*worker) *reader {
	return &reader{worker: w, workers: all, spare: newSupply(batchesPerReader, newBatch), over: make([]*batch, len(all))}
}

// run is the reader goroutine. It ends when its socket is closed, or with ctx while it waits for the loops.
func (r *reader) run(ctx context.Context) error {
	for {
		b := r.spare.take()
		if b == nil {
			select {
			case b = <-r.spare.back:
			case <-ctx.Done():
				return nil
			}
		}
		if err := r.worker.socket.read(b); err != nil {
			b.done()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			if !passing(err) {
				return fmt.Errorf("reading media: %w", err)
			}
			r.worker.counts.readErrors.Add(1)
			continue
		}
		b.read = time.Now()
		r.worker.counts.received(b)
		r.worker.deliveries.Add(1)
		running := r.deliver(ctx, b)
		r.worker.deliveries.Add(1)
		if !running {
			return nil
		}
	}
}

// passing tells errors that come from the network rather than from our socket: a late ICMP message, or memory that is
// short for now.
func passing(err error) bool {
	for _, e := range []syscall.Errno{syscall.EINTR, syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// deliver hands a batch on: whole when it belongs to one worker, which is the rule, else in parts.
func (r *reader) deliver(ctx context.Context, b *batch) bool {
	to := r.worker
	if len(r.workers) > 1 {
		to = r.ownerOf(b)
	}
	if to == nil {
		r.split(b)
		to = r.worker
	}
	if to != r.worker {
		r.handOver(to, b)
		return true
	}
	select {
	case to.inbox <- b:
		return true
	case <-ctx.Done():
		return false
	}
}

// whose is the worker that owns a datagram; what is unknown stays here, for the router to drop and count.
func (r *reader) whose(b *batch, i int) *worker {
	if o, ok := r.worker.engine.directory.find(b.from[i], b.at(i)); ok {
		return r.workers[o.worker]
	}
	return r.worker
}

// ownerOf is the one worker that owns the whole batch, or nil.
func (r *reader) ownerOf(b *batch) *worker {
	first := r.whose(b, 0)
	for i := 1; i < b.n; i++ {
		if r.whose(b, i) != first {
			return nil
		}
	}
	return first
}

// split copies the datagrams of other workers into batches of theirs and empties them here.
func (r *reader) split(b *batch) {
	for i := range b.n {
		to := r.whose(b, i)
		if to == r.worker {
			continue
		}
		part := r.over[to.index]
		if part == nil {
			if part = r.spare.take(); part == nil {
				r.worker.counts.handOverFull.Add(1)
				b.size[i] = 0
				continue
			}
			r.over[to.index] = part
		}
		part.read = b.read
		part.add(b.from[i], b.at(i))
		b.size[i] = 0
	}
	for i, part := range r.over {
		if part != nil {
			r.over[i] = nil
			r.handOver(r.workers[i], part)
		}
	}
}

// handOver gives a batch to another worker. It never waits for it: what finds no room is dropped and counted, for a
// worker that is behind must not hold up this one.
func (r *reader) handOver(to *worker, b *batch) {
	select {
	case to.inbox <- b:
	default:
		r.worker.counts.handOverFull.Add(uint64(b.n))
		b.done()
	}
}
