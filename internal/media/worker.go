package media

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync/atomic"
	"time"

	"noom/internal/loop"
	"noom/internal/sfu"
)

const (
	// taskDepth is how many functions may wait for a worker. Whoever brings one more waits.
	taskDepth = 64
	// roundInputs bounds what is taken in before something is sent: 8 batches of 64 datagrams are read well within a
	// millisecond.
	roundInputs = 8
)

// ErrUnknownPeer is what an operation on a peer that is not (or no longer) there returns.
var ErrUnknownPeer = errors.New("no such peer")

// worker owns one router, and all that belongs to its peers. Its loop goroutine alone touches what is below "owned".
type worker struct {
	index  int
	engine *Engine
	socket socket
	log    *slog.Logger
	loop   *loop.Loop[*worker]
	inbox  chan *batch
	pipes  chan *pipeBatch
	load   atomic.Int32 // peers pinned here
	counts counts
	meter  meter
	// deliveries counts, for the reader of the worker's socket, when a batch begins to find its owners and when it has: it is odd in
	// between. See Engine.awaitReaders.
	deliveries atomic.Uint64

	// owned by the loop
	router *sfu.Router
	out    sfu.Out
	now    time.Time     // of this round
	more   bool          // of this turn's packets have not left yet
	looked time.Time     // at the socket, in the middle of a turn
	began  time.Time     // the turn
	ended  time.Time     // the last round
	rested time.Duration // before the turn
	peers  map[sfu.PeerID]*peer
	rooms  map[sfu.RoomID]*Room
	coming map[sfu.PeerID]*held // who moves here
	lost   []sfu.Event          // PeerLost of this turn, to be carried out after it
	hot    *supply[batch]       // for what look finds
	spare  *supply[pipeBatch]
	alone  bool         // see Engine.hasOneProcessor
	filled []*pipeBatch // by worker, while a turn's packets are handed over
	timer  *time.Timer
	armed  time.Time // when the timer rings; zero when it is stopped
}

func newWorker(index int, e *Engine, s socket) *worker {
	w := &worker{
		index: index, engine: e, socket: s, log: e.log.With("worker", index),
		inbox: make(chan *batch, inboxDepth), pipes: make(chan *pipeBatch, inboxDepth),
		peers: make(map[sfu.PeerID]*peer), rooms: make(map[sfu.RoomID]*Room),
		coming: make(map[sfu.PeerID]*held),
		hot:    newSupply(1, newBatch), spare: newSupply(pipeBatchesPerWorker, newPipeBatch),
		alone: e.hasOneProcessor(),
	}
	w.loop = loop.New(w, taskDepth)
	w.router = w.newRouter()
	return w
}

func (w *worker) newRouter() *sfu.Router {
	return sfu.New(sfu.Config{Chance: rand.Uint64, Worker: w.index})
}

// run is the loop goroutine. It ends with ctx, after it has said goodbye to its peers.
//
// A turn begins with what the loop has waited for, and ends when all that it brings has left. It is cut into rounds: each
// sends some of it, and then sees to what has arrived meanwhile, so that sound does not wait behind a large picture.
func (w *worker) run(ctx context.Context) {
	w.filled = make([]*pipeBatch, len(w.engine.workers))
	w.timer = time.NewTimer(time.Hour)
	defer w.timer.Stop()
	defer w.loop.End()
	for {
		if w.more {
			w.now = time.Now()
			if ctx.Err() == nil && len(w.loop.Tasks()) == 0 && len(w.lost) == 0 { // those have to wait for the turn's end
				w.takeMore()
				w.look()
			}
		} else if !w.begin(ctx) {
			w.part()
			return
		}
		w.endRound()
		w.ended = time.Now()
		w.turned(w.now, w.ended)
	}
}

// begin waits for what begins a turn. It is false when ctx has ended.
func (w *worker) begin(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case b := <-w.inbox:
		w.now = time.Now()
		w.receive(b)
		w.takeMore()
	case p := <-w.pipes:
		w.now = time.Now()
		w.receivePiped(p)
		w.takeMore()
	case task := <-w.loop.Tasks():
		w.now = time.Now()
		task(w)
	case <-w.timer.C:
		w.now = time.Now()
		w.armed = time.Time{}
	}
	w.looked, w.began, w.rested = w.now, w.now, w.now.Sub(w.ended)
	return true
}

// takeMore adds to the round what has arrived meanwhile.
func (w *worker) takeMore() {
	for range roundInputs {
		select {
		case b := <-w.inbox:
			w.receive(b)
		case p := <-w.pipes:
			w.receivePiped(p)
		default:
			return
		}
	}
}

// look takes off the socket what has arrived since it was last looked at, when the reader cannot: it has no processor while the
// loop works. What the reader has read before is in the inbox, unless the scheduler has stopped it within the microsecond
// in between: then packets are out of order.
//
// Where all of several workers are busy at once, their readers have no processor either, for up to 10 ms. A loop would have
// to hand over what it finds for others; it does not look there yet.
func (w *worker) look() {
	if !w.alone || len(w.inbox) > 0 {
		return
	}
	b := w.hot.take() // given back by receive
	b.read, w.looked = w.looked, w.now
	if !w.socket.take(b) {
		b.done()
		return
	}
	w.counts.received(b)
	w.receive(b)
}

// receive routes a batch. A datagram at which the router panics ends its sender, as the router names it: the directory may
// have learnt of another owner meanwhile, on another worker. Where there is no sender, nothing of anybody was touched.
func (w *worker) receive(b *batch) {
	w.counts.lags.add(w.now.Sub(b.read))
	for i := 0; i < b.n; {
		i = w.receiveFrom(b, i)
	}
	w.settle() // handshakes borrow from b
	b.done()
}

func (w *worker) receiveFrom(b *batch, i int) (next int) {
	defer func() {
		if v := recover(); v != nil {
			if id := w.router.Sender(); id != 0 {
				w.panicked(v, id)
			} else {
				w.report(v, id)
			}
			next = i + 1
		}
	}()
	for ; i < b.n; i++ {
		data := b.at(i)
		if len(data) == 0 || len(w.coming) > 0 && w.hold(b.from[i], data) {
			continue
		}
		w.router.Gather(w.now, b.from[i], data, &w.out)
		w.makeRoom()
	}
	return i
}

// makeRoom sees to it that the router can gather one more packet.
func (w *worker) makeRoom() {
	for w.router.Gathered() {
		w.forwardSome()
		w.flush()
	}
	if w.out.Full() {
		w.flush()
	}
}

// forwardSome blames a panic on the sender of the packet in hand, as receiveFrom does. What came out of a pipe has none here.
func (w *worker) forwardSome() (more bool) {
	defer func() {
		if v := recover(); v != nil {
			w.panicked(v, w.router.Sender())
			more = true
		}
	}()
	return w.router.Forward(&w.out)
}

// receivePiped routes packets of other workers' tracks.
func (w *worker) receivePiped(p *pipeBatch) {
	defer p.done()
	w.guard(0, func() {
		for i := range p.n {
			w.router.GatherPiped(w.now, p.packet[i], &w.out)
			w.makeRoom()
		}
	})
}

// endRound forwards some of the turn, does what time asks for and sends. At the turn's end it removes who was lost.
func (w *worker) endRound() {
	w.more = w.forwardSome()
	if d := w.router.Deadline(); !d.IsZero() && !d.After(w.now) {
		w.counts.lags.add(w.waited(d))
		w.guard(0, func() { w.router.Tick(w.now, &w.out) })
	}
	w.flush()
	for !w.more && len(w.lost) > 0 { // each time fewer peers are left, also where it panics
		w.carryOutLost()
		w.flush()
	}
	w.arm()
}

// waited tells for how long the loop has not come to what was due at d. While it rested it was not the loop that was late, but
// the runtime's timer, which may count whole milliseconds.
func (w *worker) waited(d time.Time) time.Duration {
	waited := w.now.Sub(d)
	if late := w.began.Sub(d); late > 0 {
		waited -= min(late, w.rested)
	}
	return waited
}

// arm makes the timer ring at the router's deadline, or earlier: a needless ring costs less than a reset at every turn.
func (w *worker) arm() {
	d := w.router.Deadline()
	if d.IsZero() || (!w.armed.IsZero() && !d.Before(w.armed)) {
		return
	}
	w.armed = d
	w.timer.Reset(max(time.Until(d), 0))
}

// flush settles the turn so far and sends its packets. Events come first: a peer's answer to what is sent may reach another
// worker's reader at once, and must find the peer in the directory.
func (w *worker) flush() {
	w.settle()
	w.guard(0, w.send)
	w.out.Reset()
}

// settle carries out the router's events, and then gives DTLS datagrams to their handshakes: the check that nominated a
// peer's address may have come together with its first flight. A panic is the peer's that it was about. It may add to the
// lists, or empty them.
func (w *worker) settle() {
	for next := 0; next < len(w.out.Events); { // not a range: see above
		e := w.out.Events[next]
		next++
		w.guard(e.Peer, func() { w.carryOut(&e) })
	}
	w.out.Events = w.out.Events[:0]
	for next := 0; next < len(w.out.Handshakes); {
		h := w.out.Handshakes[next]
		next++
		w.guard(h.Peer, func() { w.takeHandshake(h) })
	}
	clear(w.out.Handshakes)
	w.out.Handshakes = w.out.Handshakes[:0]
}

func (w *worker) send() {
	if len(w.out.Peers) > 0 {
		w.socket.send(&w.out)
		w.counts.sent(&w.out)
	}
	w.handOverPiped()
}

// handOverPiped copies packets to the other workers' inboxes; one that is full goes without.
func (w *worker) handOverPiped() {
	for i := range w.out.Piped {
		p := &w.out.Piped[i]
		b := w.filled[p.Worker]
		if b == nil {
			if b = w.spare.take(); b == nil {
				w.counts.pipeFull.Add(1)
				continue
			}
			w.filled[p.Worker] = b
		}
		b.add(p)
		if b.n == pipeBatchSize {
			w.sendPiped(p.Worker)
		}
	}
	if len(w.out.Piped) == 0 {
		return
	}
	for i := range w.filled {
		w.sendPiped(i)
	}
}

func (w *worker) sendPiped(to int) {
	b := w.filled[to]
	if b == nil {
		return
	}
	w.filled[to] = nil
	select {
	case w.engine.workers[to].pipes <- b:
	default:
		w.counts.pipeFull.Add(uint64(b.n))
		b.done()
	}
}

// do runs f on the worker's loop, at the turn's time; see loop.Do. A panic in f is f's error and ends the peer.
func (w *worker) do(ctx context.Context, id sfu.PeerID, f func() error) error {
	return w.loop.Do(ctx, func(w *worker) (err error) {
		if !w.guard(id, func() { err = f() }) {
			err = errors.New("panic in the media worker")
		}
		return err
	})
}

// guard calls f and reports whether it came to its end. A panic in it ends the peer, or everybody here when
// nobody can be blamed: id is 0.
func (w *worker) guard(id sfu.PeerID, f func()) (ok bool) {
	defer func() {
		if v := recover(); v != nil {
			w.panicked(v, id)
		}
	}()
	f()
	return true
}

// panicked logs and counts a panic and ends the peer at which it happened. When that fails too, or nobody is known, the
// router starts anew and its peers with it: they come back by new offers.
func (w *worker) panicked(v any, id sfu.PeerID) {
	w.report(v, id)
	if id != 0 && w.tryRemove(id) {
		return
	}
	w.router = w.newRouter()
	w.out.Reset()
	for id := range w.peers {
		w.lost = append(w.lost, sfu.Event{Kind: sfu.PeerLost, Peer: id, Reason: reasonPanic})
	}
}

func (w *worker) report(v any, id sfu.PeerID) {
	w.counts.panics.Add(1)
	w.log.Error("media worker panicked", "peer", id, "err", v, "stack", string(debug.Stack()))
}

// reasonPanic is why peers end that a defect of ours has hit.
const reasonPanic = "internal error"

func (w *worker) tryRemove(id sfu.PeerID) (ok bool) {
	defer func() { ok = recover() == nil }()
	w.router.RemovePeer(w.now, id, &w.out)
	w.lost = append(w.lost, sfu.Event{Kind: sfu.PeerLost, Peer: id, Reason: reasonPanic})
	return true
}
