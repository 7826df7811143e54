package media

import (
	"context"
	"errors"
	"slices"

	"noom/internal/sfu"
)

// This file keeps a room one although its peers are on several workers: every router that has somebody of the room knows
// which tracks there are, and tracks cross by pipes where they are wanted. All of it runs on the room's goroutine.

// span is the workers that the room's members have entered on, in order.
func (m *Room) span() []*worker {
	var span []*worker
	for _, w := range m.engine.workers {
		for _, p := range m.members {
			if p.worker == w && p.seat != 0 {
				span = append(span, w)
				break
			}
		}
	}
	return span
}

// settle makes a member known that has just entered: its tracks to every router, all tracks that somebody sends to its own.
func (m *Room) settle(ctx context.Context, entered *member) error {
	span := m.span()
	errs := []error{m.appoint(ctx, span)}
	m.demandAnew(span)
	for t, s := range m.tracks {
		if m.home(t.Seat()) == nil {
			continue
		}
		for _, w := range span {
			if w == entered.worker || t.Seat() == entered.seat {
				errs = append(errs, m.setTrack(ctx, w, t, s))
			}
		}
	}
	for p := range m.wanted {
		if p.track.Seat() == entered.seat {
			errs = append(errs, m.startPipe(ctx, entered.worker, p))
		}
	}
	return errors.Join(errs...)
}

// forget takes a removed peer out of the room's books. Tracks of a participant who has no peer any more are off for the
// routers; what the participant lets out is remembered, for a new peer in the seat.
func (m *Room) forget(ctx context.Context, id sfu.PeerID) error {
	gone := m.members[id]
	delete(m.members, id)
	span := m.span()
	errs := []error{m.appoint(ctx, span)}
	m.demandAnew(span)
	if gone.seat == 0 || m.home(gone.seat) != nil {
		return errors.Join(errs...)
	}
	m.demandNothing(gone.seat)
	for t := range m.tracks {
		if t.Seat() != gone.seat {
			continue
		}
		for _, w := range span {
			errs = append(errs, m.setTrack(ctx, w, t, sfu.Off))
		}
	}
	return errors.Join(errs...)
}

// appoint sees to it that one worker of the span speaks for the room about speakers. It stays the same one as long as may
// be, for who enters finds out only by and by who speaks; who follows knows, and tells at once.
func (m *Room) appoint(ctx context.Context, span []*worker) error {
	if slices.Contains(span, m.lead) {
		return nil
	}
	if len(span) == 0 {
		m.lead = nil
		m.mailbox.appoint(nobody, [3]sfu.Track{})
		return nil
	}
	w := span[0]
	err := w.do(ctx, 0, func() error {
		m.mailbox.appoint(w.index, w.router.Speakers(m.id))
		return nil
	})
	if err == nil {
		m.lead = w
	}
	return err
}

// note keeps the books true to an event that is about to leave.
func (m *Room) note(e Event) {
	if e.Kind == PeerLost && m.members[e.Peer] != nil {
		// An error means that the engine ends, and the room with it.
		_ = m.forget(m.engine.life, e.Peer)
	}
}

// home is the worker on which the tracks of a seat live, or nil.
func (m *Room) home(seat uint32) *worker {
	var newest sfu.PeerID
	var home *worker
	for id, p := range m.members {
		if p.seat == seat && id > newest {
			newest, home = id, p.worker
		}
	}
	return home
}

func (m *Room) setTrack(ctx context.Context, w *worker, t sfu.Track, s sfu.TrackState) error {
	return w.do(ctx, 0, func() error {
		w.router.SetTrack(w.now, m.id, t, s, &w.out)
		return nil
	})
}

// fulfil carries out what routers want of each other.
func (m *Room) fulfil(ctx context.Context) {
	for _, wish := range m.mailbox.takeWishes() {
		home := m.home(wish.track.Seat())
		p := pipe{wish.track, wish.worker}
		switch wish.kind {
		case sfu.PipeWanted:
			m.wanted[p] = struct{}{}
			if home != nil {
				_ = m.startPipe(ctx, home, p) // fails only when the engine or the room ends
			}
		case sfu.PipeUnwanted:
			delete(m.wanted, p)
			if home != nil {
				_ = home.do(ctx, 0, func() error { home.router.StopPipe(home.now, m.id, p.track, p.to); return nil })
			}
		case sfu.LayersWanted:
			m.demand(wish.track, wish.worker, wish.layers)
		case sfu.KeyframeWanted:
			if home != nil {
				_ = home.do(ctx, 0, func() error {
					home.router.RequestKeyframe(home.now, m.id, wish.track, wish.layer, &home.out)
					return nil
				})
			}
		}
	}
}

// startPipe has a track copied to a worker, unless it lives there.
func (m *Room) startPipe(ctx context.Context, home *worker, p pipe) error {
	if home.index == p.to {
		return nil
	}
	return home.do(ctx, 0, func() error {
		home.router.StartPipe(home.now, m.id, p.track, p.to)
		return nil
	})
}
