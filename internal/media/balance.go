package media

import (
	"context"
	"time"

	"noom/internal/sfu"
)

// A peer's worker is chosen when it comes, by how many are on each; who sends much, who watches much and who leaves shows only
// later. So workers are evened out by moving peers, one at a time, while one of them has persistently much more to do.

const (
	// weighWorkers is how often the workers are compared: each weighs itself once a second.
	weighWorkers = time.Second
	// unevenGap of a second's time is much more to do than another, and evenGap no longer. Below unevenBusy nobody waits for
	// a worker, however little the others have to do.
	unevenGap, evenGap = 0.25, 0.1
	unevenBusy         = 0.4
	// unevenAfter is how many such seconds in a row it takes: a storm of joins, or a screen that is just being shared, is over.
	unevenAfter = 5
	// settleAfter is how many seconds after a move the next may come: the first is measured in part before it, and the
	// second has to be seen.
	settleAfter = 3
	// leastMove of a worker's work is worth a move.
	leastMove = 0.01
)

// balancer decides from one second to the next whether a peer is to move. The zero balancer is ready.
type balancer struct {
	from    int // the busiest worker of the last second
	uneven  int // seconds in a row in which it had much more to do than another
	evening bool
	rest    int // seconds until the next move may come
}

// weigh takes how busy each worker was, of a second's time, and tells between which two a peer is to move, and what part of the first
// one's work at most: half of what they are apart, so that the busier one stays so and nothing goes back. ok is false when
// nobody moves.
func (b *balancer) weigh(busy []float64) (from, to int, most float64, ok bool) {
	for i := range busy {
		if busy[i] > busy[from] {
			from = i
		}
		if busy[i] < busy[to] {
			to = i
		}
	}
	gap := busy[from] - busy[to]
	if from != b.from || gap < evenGap || busy[from] < unevenBusy {
		b.uneven, b.evening = 0, false
	}
	b.from = from
	if b.rest > 0 {
		b.rest--
	}
	switch {
	case b.evening:
	case gap >= unevenGap && busy[from] >= unevenBusy:
		b.uneven++
		b.evening = b.uneven >= unevenAfter
	default:
		b.uneven = 0
	}
	if !b.evening || b.rest > 0 {
		return 0, 0, 0, false
	}
	b.rest = settleAfter
	return from, to, gap / 2 / busy[from], true
}

// work is what a peer has had done in a second, in packets.
type work struct {
	peer    sfu.PeerID
	packets uint64
	stays   bool // it cannot move now
}

// choose gives the peer whose part of all the work is the largest that is not above most, or 0 when no move is worth it.
func choose(all []work, most float64) (best sfu.PeerID) {
	var total, largest uint64
	for _, w := range all {
		total += w.packets
	}
	for _, w := range all {
		part := float64(w.packets) / float64(max(total, 1))
		if !w.stays && w.packets > largest && part <= most && part >= leastMove {
			best, largest = w.peer, w.packets
		}
	}
	return best
}

// balance evens the workers out until ctx ends.
func (e *Engine) balance(ctx context.Context) {
	tick := time.NewTicker(weighWorkers)
	defer tick.Stop()
	var b balancer
	busy := make([]float64, len(e.workers))
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			for i, w := range e.workers {
				busy[i] = w.share(now)
			}
			if from, to, most, ok := b.weigh(busy); ok {
				e.moveOne(ctx, e.workers[from], e.workers[to], most)
			}
		}
	}
}

// moveOne moves a peer that makes up at most such a part of a worker's work, if there is one.
func (e *Engine) moveOne(ctx context.Context, from, to *worker, most float64) {
	before := map[sfu.PeerID]uint64{}
	if err := from.do(ctx, 0, func() error { from.tally(before); return nil }); err != nil {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(weighWorkers):
	}
	var id sfu.PeerID
	var room *Room
	err := from.do(ctx, 0, func() error {
		after := map[sfu.PeerID]uint64{}
		from.tally(after)
		var all []work
		for id, was := range before {
			if packets, here := after[id]; here {
				all = append(all, work{id, packets - was, !from.mayMove(id)})
			}
		}
		if id = choose(all, most); id != 0 {
			room = from.peers[id].room
		}
		return nil
	})
	if err != nil || room == nil {
		return
	}
	if err := room.loop.Do(ctx, func(m *Room) error { return m.move(id, to) }); err != nil {
		e.log.Debug("peer stays", "peer", id, "err", err) // it has left, or its room; or there will be another second
		return
	}
	e.log.Info("peer moved to a worker with less to do", "peer", id, "worker", to.index)
}

// tally notes how many packets each peer has sent and been sent.
func (w *worker) tally(to map[sfu.PeerID]uint64) {
	for id := range w.peers {
		s, _ := w.router.PeerStats(id)
		to[id] = s.PacketsReceived + s.PacketsSent
	}
}
