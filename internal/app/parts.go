package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// part is one thing that runs. run blocks until ctx ends and all it started has ended.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// stopTimeout bounds how long all parts together may take to stop. SIGTERM must end the program in 2 s; what has not
// ended by then is cut off by the end of the process.
const stopTimeout = 1500 * time.Millisecond

// runParts starts the parts in order and, when ctx ends or one of them fails, stops them one by one in reverse: whoever
// is called stops after its callers.
func runParts(ctx context.Context, log *slog.Logger, parts []part) error {
	failed := make(chan error, len(parts))
	running := make([]running, 0, len(parts))
	for _, p := range parts {
		running = append(running, start(context.WithoutCancel(ctx), p, failed))
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	deadline := time.NewTimer(stopTimeout)
	defer deadline.Stop()
	for i := len(running) - 1; i >= 0; i-- {
		running[i].cancel()
		select {
		case <-running[i].done:
		case <-deadline.C:
			log.Error("stopping takes too long, giving up", "err", errors.New(running[i].name))
			for _, r := range running {
				r.cancel()
			}
			return errors.Join(err, fmt.Errorf("%s did not stop within %v", running[i].name, stopTimeout))
		}
	}
	for len(failed) > 0 {
		err = errors.Join(err, <-failed)
	}
	return err
}

type running struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{}
}

func start(ctx context.Context, p part, failed chan<- error) running {
	ctx, cancel := context.WithCancel(ctx)
	r := running{name: p.name, cancel: cancel, done: make(chan struct{})}
	go func() { // ends with ctx, or when the part fails
		defer close(r.done)
		err := p.run(ctx)
		switch {
		case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)): // asked to stop
		case err == nil:
			failed <- fmt.Errorf("%s stopped by itself", p.name)
		default:
			failed <- fmt.Errorf("%s: %w", p.name, err)
		}
	}()
	return r
}
