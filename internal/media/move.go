package media

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"noom/internal/sfu"
)

// A peer moves to another worker while its media flows, and nothing is lost, doubled or out of order: see sfu.Release for what
// the routers do. The room's goroutine goes from worker to worker, so that nothing else changes in the room meanwhile:
//
//  1. The new worker opens the room, has piped to it what the peer takes, and holds the peer's datagrams from then on.
//  2. The directory sends them there. Once the readers are done with what they had looked up before, all earlier ones wait
//     in the old worker's inbox.
//  3. The old worker takes in what waits, sends what comes of it, and releases the peer.
//  4. The new one takes in what its pipes have brought by then, adopts the peer, and lets go of what it held.

// errStays says that a peer cannot move now.
var errStays = errors.New("the peer cannot move now")

// heldMost bounds the datagrams held for one peer: a second of a sender in three layers, a thousand times what a move takes.
const heldMost = 1024

// readerPause is how often a move looks whether a reader has gone on: it takes microseconds for a batch.
const readerPause = 50 * time.Microsecond

// held is what arrived for a peer that is still on its way.
type held struct{ datagrams []heldDatagram }

type heldDatagram struct {
	at   time.Time
	from netip.AddrPort
	data []byte
}

// hold keeps a datagram of a peer that moves here, and tells whether it was one.
func (w *worker) hold(from netip.AddrPort, data []byte) bool {
	o, ok := w.engine.directory.find(from, data)
	if !ok {
		return false
	}
	h := w.coming[o.peer]
	if h == nil {
		return false
	}
	if len(h.datagrams) == heldMost {
		w.counts.handOverFull.Add(1)
		return true
	}
	h.datagrams = append(h.datagrams, heldDatagram{w.now, from, bytes.Clone(data)})
	return true
}

// move takes a peer of the room to another worker. It runs on the room's goroutine, and not by the caller's context: a peer
// must not stay between two workers.
func (m *Room) move(id sfu.PeerID, to *worker) error {
	p := m.members[id]
	if p == nil {
		return ErrUnknownPeer
	}
	from := p.worker
	if from == to || p.seat == 0 || m.home(p.seat) != from {
		return errStays
	}
	ctx := m.engine.life
	tracks, err := m.takenBy(ctx, id, from, to)
	if err != nil {
		return err
	}
	if err = m.expect(ctx, id, to, tracks); err == nil {
		err = from.do(ctx, id, func() error { return from.point(id, to.index) })
	}
	if err != nil {
		return errors.Join(err, m.unexpect(ctx, id, to))
	}
	m.engine.awaitReaders()
	var peer *peer
	var moving *sfu.Moving
	err = from.do(ctx, id, func() error {
		peer, moving = from.release(id, to.index)
		return nil
	})
	if moving == nil {
		return errors.Join(errStays, err, m.unexpect(ctx, id, to))
	}
	p.worker = to
	for _, t := range tracks {
		m.wanted[pipe{t, to.index}] = struct{}{}
	}
	return errors.Join(
		to.do(ctx, id, func() error { return to.adopt(peer, moving) }),
		m.settle(ctx, p),
	)
}

// takenBy gives the tracks that have to be piped to a worker for a peer, if it can move. Voices are among them, for they must be
// heard to be chosen.
func (m *Room) takenBy(ctx context.Context, id sfu.PeerID, from, to *worker) (tracks []sfu.Track, err error) {
	err = from.do(ctx, id, func() error {
		if !from.mayMove(id) {
			return errStays
		}
		tracks = from.router.Taken(id, nil)
		return nil
	})
	for t := range m.tracks {
		if t.Kind() == sfu.Microphone && !slices.Contains(tracks, t) {
			tracks = append(tracks, t)
		}
	}
	tracks = slices.DeleteFunc(tracks, func(t sfu.Track) bool {
		home := m.home(t.Seat())
		return home == nil || home == to
	})
	return tracks, err
}

// expect prepares a worker for a peer: it knows the room, and gets these tracks.
func (m *Room) expect(ctx context.Context, id sfu.PeerID, to *worker, tracks []sfu.Track) error {
	m.known[to] = struct{}{}
	err := to.do(ctx, id, func() error {
		to.coming[id] = new(held)
		to.rooms[m.id] = m
		to.router.Expect(to.now, m.id, tracks, &to.out)
		for t, s := range m.tracks { // the room waits for this
			if m.home(t.Seat()) != nil {
				to.router.SetTrack(to.now, m.id, t, s, &to.out)
			}
		}
		return nil
	})
	for _, t := range tracks {
		err = errors.Join(err, m.startPipe(ctx, m.home(t.Seat()), pipe{t, to.index}))
	}
	return err
}

// unexpect says that the peer does not come after all.
func (m *Room) unexpect(ctx context.Context, id sfu.PeerID, to *worker) error {
	return to.do(ctx, id, func() error {
		if h := to.coming[id]; h != nil {
			to.counts.handOverFull.Add(uint64(len(h.datagrams)))
		}
		delete(to.coming, id)
		to.router.Unexpect(to.now, m.id, &to.out)
		return nil
	})
}

// mayMove tells whether a peer can move: it has shaken hands, and datagrams from its address are its own.
func (w *worker) mayMove(id sfu.PeerID) bool {
	p := w.peers[id]
	return p != nil && p.connected && p.handshake == nil && w.engine.directory.first(p.addr, id)
}

// point has a peer's datagrams go to a worker.
func (w *worker) point(id sfu.PeerID, to int) error {
	p := w.peers[id]
	if p == nil {
		return ErrUnknownPeer
	}
	p.at = to
	w.engine.directory.moveAddr(p.addr, owner{id, to})
	w.engine.directory.moveUfrag(p.params.LocalUfrag, owner{id, to})
	return nil
}

// awaitReaders returns once no reader is on its way with datagrams that it looked up in the directory before.
func (e *Engine) awaitReaders() {
	for _, w := range e.workers {
		for n := w.deliveries.Load(); n%2 == 1 && w.deliveries.Load() == n; {
			time.Sleep(readerPause)
		}
	}
}

// release takes in what has arrived for a peer, and lets it go. moving is nil when it stays, or is not here any more.
func (w *worker) release(id sfu.PeerID, to int) (p *peer, moving *sfu.Moving) {
	for range len(w.inbox) {
		w.receive(<-w.inbox)
	}
	w.drainPipes()
	if slices.ContainsFunc(w.lost, func(e sfu.Event) bool { return e.Peer == id }) {
		return nil, nil
	}
	if p = w.peers[id]; p == nil {
		return nil, nil
	}
	if moving = w.router.Release(w.now, id, to, &w.out); moving == nil {
		_ = w.point(id, w.index) // it is here
		return nil, nil
	}
	delete(w.peers, id)
	w.load.Add(-1)
	w.flush()
	return p, moving
}

// drainPipes takes in what other workers have piped here, and sends all that waits.
func (w *worker) drainPipes() {
	for range len(w.pipes) {
		w.receivePiped(<-w.pipes)
	}
	w.finishTurn()
}

// finishTurn sends all that waits.
func (w *worker) finishTurn() {
	for w.forwardSome() {
		w.flush()
	}
	w.flush()
}

// adopt takes a peer in that another worker has released.
func (w *worker) adopt(p *peer, moving *sfu.Moving) error {
	w.drainPipes()
	defer func() { // also after a panic
		w.router.Unexpect(w.now, p.room.id, &w.out)
		w.flush()
	}()
	w.peers[p.id] = p // first, so that whatever happens below ends it
	w.load.Add(1)
	waits := w.coming[p.id]
	delete(w.coming, p.id)
	err := w.router.Adopt(w.now, moving, &w.out)
	if err == nil {
		w.counts.moves.Add(1)
	} else {
		w.end(p.id, err.Error())
	}
	if waits != nil && err == nil {
		for _, d := range waits.datagrams {
			w.router.Gather(d.at, d.from, d.data, &w.out)
			w.makeRoom()
		}
	}
	return err
}
