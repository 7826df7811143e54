package media

import (
	"context"
	"runtime/debug"
	"slices"

	"noom/internal/loop"
	"noom/internal/sfu"
)

const (
	// eventDepth is how many events may wait for the room's reader; beyond it they wait, and merge, in the mailbox.
	eventDepth = 64
	// roomDepth is how many operations may wait; whoever brings one more waits.
	roomDepth = 16
)

// Room is one meeting's media. Its methods may be called from any goroutine; they reach the workers that the room's
// peers are pinned to.
type Room struct {
	id      sfu.RoomID
	engine  *Engine
	loop    *loop.Loop[*Room]
	mailbox *mailbox
	events  chan Event
	end     context.CancelFunc

	// owned by the room's goroutine
	members map[sfu.PeerID]*member
	tracks  map[sfu.Track]sfu.TrackState // what participants let out; Off is left out
	wanted  map[pipe]struct{}            // pipes that routers want, whether or not the track is there
	known   map[*worker]struct{}         // workers that know the room
	layers  map[sfu.Track]*demand        // what is wanted of tracks
	lead    *worker                      // as the mailbox knows it; nil while nobody has entered
}

// member is where a peer of the room is.
type member struct {
	worker *worker
	seat   uint32 // 0 until it enters
}

// pipe is a track on its way to a worker.
type pipe struct {
	track sfu.Track
	to    int
}

// OpenRoom makes a room. Close ends it, and so does the engine's end.
func (e *Engine) OpenRoom() *Room {
	ctx, end := context.WithCancel(e.life)
	m := &Room{
		id: sfu.RoomID(e.rooms.Add(1)), engine: e, mailbox: newMailbox(), events: make(chan Event, eventDepth), end: end,
		members: make(map[sfu.PeerID]*member), tracks: make(map[sfu.Track]sfu.TrackState), wanted: make(map[pipe]struct{}),
		known: make(map[*worker]struct{}), layers: make(map[sfu.Track]*demand),
	}
	m.loop = loop.New(m, roomDepth)
	e.roomCount.Add(1)
	e.running.Go(func() { m.run(ctx) }) // ends with Close or with the engine
	return m
}

// Events is what happens in the room. It is never closed.
func (m *Room) Events() <-chan Event { return m.events }

// Close removes the room's peers and ends the room.
func (m *Room) Close() {
	m.end()
	<-m.loop.Ended()
}

// Ended is closed once the room has ended: by Close, with the engine, or by a panic.
func (m *Room) Ended() <-chan struct{} { return m.loop.Ended() }

// run is the room's goroutine: operations, wishes of the workers, and events on their way out. A panic is this room's
// alone.
func (m *Room) run(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil {
			m.engine.log.Error("room's media ended by a panic", "err", v, "stack", string(debug.Stack()))
		}
	}()
	defer m.engine.roomCount.Add(-1)
	defer m.loop.End()
	defer m.leave()
	var next Event
	var out chan<- Event // nil while there is nothing to send
	for {
		select {
		case <-ctx.Done():
			return
		case task := <-m.loop.Tasks():
			task(m)
		case <-m.mailbox.bell:
			m.fulfil(ctx)
		case out <- next:
			out = nil
		}
		if out == nil {
			var waits bool
			if next, waits = m.mailbox.next(); waits {
				out = m.events
				m.note(next)
			}
		}
	}
}

// leave removes all peers: the room has ended.
func (m *Room) leave() {
	ctx := m.engine.life // each step ends with the engine at the latest
	for id, p := range m.members {
		_ = p.worker.do(ctx, id, func() error { p.worker.removePeer(id); return nil })
	}
	for w := range m.known {
		_ = w.do(ctx, 0, func() error { delete(w.rooms, m.id); return nil })
	}
}

// AddPeer makes a peer that answers checks and shakes hands. It sends and receives nothing before Enter.
func (m *Room) AddPeer(ctx context.Context, p sfu.PeerParams) (sfu.PeerID, error) {
	var id sfu.PeerID
	err := m.loop.Do(ctx, func(m *Room) error {
		w := m.engine.place()
		id = m.engine.nextPeer()
		if err := w.do(ctx, id, func() error { return w.addPeer(m, id, p) }); err != nil {
			w.load.Add(-1)
			return err
		}
		m.members[id] = &member{worker: w}
		return nil
	})
	return id, err
}

// UpdatePeer takes in a further offer: more slots, or an ICE restart.
func (m *Room) UpdatePeer(ctx context.Context, id sfu.PeerID, p sfu.PeerParams) error {
	return m.with(ctx, id, func(_ *member, w *worker) error { return w.updatePeer(id, p) })
}

// Enter lets the peer send and receive as the participant in seat.
func (m *Room) Enter(ctx context.Context, id sfu.PeerID, seat uint32) error {
	return m.loop.Do(ctx, func(m *Room) error {
		p := m.members[id]
		if p == nil {
			return ErrUnknownPeer
		}
		w := p.worker
		err := w.do(ctx, id, func() error {
			if w.peers[id] == nil {
				return ErrUnknownPeer
			}
			w.rooms[m.id] = m
			w.router.Enter(w.now, id, m.id, seat)
			return nil
		})
		if err != nil {
			return err
		}
		p.seat = seat
		m.known[w] = struct{}{}
		return m.settle(ctx, p)
	})
}

// RemovePeer ends a peer, with its tracks. One that is gone already is fine.
func (m *Room) RemovePeer(ctx context.Context, id sfu.PeerID) error {
	return m.loop.Do(ctx, func(m *Room) error {
		p := m.members[id]
		if p == nil {
			return nil
		}
		if err := p.worker.do(ctx, id, func() error { p.worker.removePeer(id); return nil }); err != nil {
			return err
		}
		return m.forget(ctx, id)
	})
}

// SetTrack says what a participant lets out of a track. Routers learn it once the participant has a peer: a track that
// nobody sends must not take a slot from one that somebody does.
func (m *Room) SetTrack(ctx context.Context, t sfu.Track, s sfu.TrackState) error {
	return m.loop.Do(ctx, func(m *Room) error {
		if s == sfu.Off {
			delete(m.tracks, t)
		} else {
			m.tracks[t] = s
			if m.home(t.Seat()) == nil {
				return nil
			}
		}
		for _, w := range m.span() {
			if err := m.setTrack(ctx, w, t, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetView says which tracks a peer wants to see, the most wanted first.
func (m *Room) SetView(ctx context.Context, id sfu.PeerID, wishes []sfu.Wish) error {
	wishes = slices.Clone(wishes)
	return m.with(ctx, id, func(_ *member, w *worker) error {
		w.router.SetView(w.now, id, wishes, &w.out)
		return nil
	})
}

// PeerStats are the router's figures of a peer.
func (m *Room) PeerStats(ctx context.Context, id sfu.PeerID) (s sfu.PeerStats, err error) {
	err = m.with(ctx, id, func(_ *member, w *worker) error {
		var ok bool
		if s, ok = w.router.PeerStats(id); !ok {
			return ErrUnknownPeer
		}
		return nil
	})
	return s, err
}

// with runs f on the loop of the peer's worker.
func (m *Room) with(ctx context.Context, id sfu.PeerID, f func(*member, *worker) error) error {
	return m.loop.Do(ctx, func(m *Room) error {
		p := m.members[id]
		if p == nil {
			return ErrUnknownPeer
		}
		return p.worker.do(ctx, id, func() error { return f(p, p.worker) })
	})
}
