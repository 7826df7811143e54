package media

import (
	"context"
	"time"

	"noom/internal/sfu"
)

// Portable makes the engine use the portable sockets on any system.
func (c Config) Portable() Config {
	c.portable = true
	return c
}

// Move takes a peer to another worker now.
func (m *Room) Move(ctx context.Context, id sfu.PeerID, to int) error {
	return m.loop.Do(ctx, func(m *Room) error { return m.move(id, m.engine.workers[to]) })
}

// WorkerOf is the worker that a peer is on.
func (m *Room) WorkerOf(ctx context.Context, id sfu.PeerID) (index int, err error) {
	err = m.with(ctx, id, func(p *member, _ *worker) error { index = p.worker.index; return nil })
	return index, err
}

// Occupy keeps the workers' loops busy by turns until ctx ends, as meetings with more to do would, so that things wait for them.
func (e *Engine) Occupy(ctx context.Context, turn time.Duration) {
	for ctx.Err() == nil {
		for _, w := range e.workers {
			_ = w.do(ctx, 0, func() error { // ctx ends
				for began := time.Now(); time.Since(began) < turn; {
					continue
				}
				return nil
			})
		}
	}
}

// MoveOne has a peer that makes up at most such a part of a worker's work go to another.
func (e *Engine) MoveOne(ctx context.Context, from, to int, most float64) {
	e.moveOne(ctx, e.workers[from], e.workers[to], most)
}
