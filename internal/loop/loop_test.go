package loop_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"noom/internal/loop"
)

// start runs a loop around a counter on a goroutine that ends with the returned cancel.
func start(depth int) (*loop.Loop[*int], context.CancelFunc) {
	l := loop.New(new(int), depth)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = l.Run(ctx) }() // ended by cancel
	return l, cancel
}

func TestManyCallersNeverMeetInsideTheState(t *testing.T) {
	l, cancel := start(4)
	defer cancel()
	const callers, calls = 16, 200
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range calls {
				if err := l.Do(t.Context(), func(n *int) error { *n++; return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var got int
	if err := l.Do(t.Context(), func(n *int) error { got = *n; return nil }); err != nil {
		t.Fatal(err)
	}
	if got != callers*calls {
		t.Fatalf("counted %d, want %d", got, callers*calls)
	}
}

func TestDoGivesBackTheErrorOfItsFunction(t *testing.T) {
	l, cancel := start(1)
	defer cancel()
	want := errors.New("no")
	if err := l.Do(t.Context(), func(*int) error { return want }); !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func TestAFunctionWhoseCallerGaveUpNeverRuns(t *testing.T) {
	l := loop.New(new(int), 1) // nobody runs it yet
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	ran := false
	if err := l.Do(ctx, func(*int) error { ran = true; return nil }); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	select {
	case task := <-l.Tasks():
		task(new(int))
	default:
	}
	if ran {
		t.Fatal("it ran after its caller had gone")
	}
}

func TestDoWaitsForAFunctionThatHasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, cancel := start(1)
		defer cancel()
		ctx, giveUp := context.WithCancel(t.Context())
		finish := make(chan struct{})
		result := make(chan error, 1)
		go func() { // ends when finish is closed
			result <- l.Do(ctx, func(*int) error { <-finish; return nil })
		}()
		synctest.Wait()
		giveUp()
		synctest.Wait()
		select {
		case <-result:
			t.Fatal("Do returned while its function ran")
		default:
		}
		close(finish)
		if err := <-result; err != nil {
			t.Fatalf("got %v, want the function's own result", err)
		}
	})
}

func TestAnEndedLoopRefusesWork(t *testing.T) {
	l, cancel := start(1)
	cancel()
	<-l.Ended()
	if err := l.Do(t.Context(), func(*int) error { return nil }); !errors.Is(err, loop.ErrEnded) {
		t.Fatalf("Do got %v, want %v", err, loop.ErrEnded)
	}
	if l.Post(func(*int) {}) {
		t.Fatal("Post took work that will never run")
	}
}

func TestPostNeverWaits(t *testing.T) {
	l := loop.New(new(int), 2) // nobody runs it
	if !l.Post(func(*int) {}) || !l.Post(func(*int) {}) {
		t.Fatal("refused with room left")
	}
	if l.Post(func(*int) {}) {
		t.Fatal("took more than its depth")
	}
}
