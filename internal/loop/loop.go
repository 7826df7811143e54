// Package loop runs functions one at a time on the goroutine that owns some state, so that the state needs no lock.
//
// It owns the inbox and nothing else. The media workers and the rooms are its callers: each makes a Loop around its
// state, runs it on one goroutine and reaches the state from all others by Do and Post.
package loop

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// ErrEnded is what Do returns when the loop has ended before it ran the function.
var ErrEnded = errors.New("loop has ended")

// Loop guards a state S: only functions passed to Do and Post see it, and only one at a time.
type Loop[S any] struct {
	state S
	tasks chan func(S)
	ended chan struct{}
	end   sync.Once
}

// New makes a loop around state with room for depth waiting functions. It starts nothing: see Run.
func New[S any](state S, depth int) *Loop[S] {
	return &Loop[S]{state: state, tasks: make(chan func(S), depth), ended: make(chan struct{})}
}

// Run runs functions in the order they came, until ctx ends, and returns the reason. What still waits then never runs.
func (l *Loop[S]) Run(ctx context.Context) error {
	defer l.End()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case task := <-l.tasks:
			task(l.state)
		}
	}
}

// Tasks is for an owner that waits for more than functions: instead of Run, it reads Tasks in a select of its own,
// calls each with the state, and calls End when it stops.
func (l *Loop[S]) Tasks() <-chan func(S) { return l.tasks }

// End says that no function will run any more. Run does it by itself.
func (l *Loop[S]) End() { l.end.Do(func() { close(l.ended) }) }

// Ended is closed once no function will run any more.
func (l *Loop[S]) Ended() <-chan struct{} { return l.ended }

// Do runs f on the owner's goroutine and returns its error. It waits while the inbox is full. When Do returns, f has
// either run to its end or never will, so f may write its caller's variables. It returns ctx's error or ErrEnded when
// f did not run. The owner itself must not call Do: it would wait for itself.
func (l *Loop[S]) Do(ctx context.Context, f func(S) error) error {
	var claimed atomic.Bool // by the owner to run f, or by us to give up
	done := make(chan error, 1)
	task := func(s S) {
		if claimed.CompareAndSwap(false, true) {
			done <- f(s)
		}
	}
	select {
	case l.tasks <- task:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.ended:
		return ErrEnded
	}
	select {
	case err := <-done:
		return err
	case <-l.ended:
	case <-ctx.Done():
		if claimed.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		select { // f is running now
		case err := <-done:
			return err
		case <-l.ended:
		}
	}
	select { // f may have been the last function to run
	case err := <-done:
		return err
	default:
		return ErrEnded
	}
}

// Post queues f without waiting. It reports false, and f never runs, when the inbox is full or the loop has ended.
func (l *Loop[S]) Post(f func(S)) bool {
	select {
	case <-l.ended:
		return false
	default:
	}
	select {
	case l.tasks <- f:
		return true
	default:
		return false
	}
}
