package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// diary notes who stops when. Parts stop one by one, so it needs no lock.
type diary struct{ lines []string }

func (d *diary) part(name string) part {
	return part{name, func(ctx context.Context) error {
		<-ctx.Done()
		d.lines = append(d.lines, name)
		return ctx.Err()
	}}
}

var quiet = slog.New(slog.DiscardHandler)

func TestPartsStopInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var d diary
		if err := runParts(ctx, quiet, []part{d.part("store"), d.part("media"), d.part("http")}); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"http", "media", "store"}, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAPartThatFailsStopsTheOthersAndIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		broken := errors.New("the socket broke")
		err := runParts(t.Context(), quiet, []part{
			d.part("store"),
			{"media", func(context.Context) error { time.Sleep(time.Minute); return broken }},
			d.part("http"),
		})
		if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "media: ") {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"http", "store"}, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAPartThatEndsForNoReasonIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := runParts(t.Context(), quiet, []part{{"http", func(context.Context) error { return nil }}})
		if err == nil || err.Error() != "http stopped by itself" {
			t.Errorf("got %v", err)
		}
	})
}

func TestAFailureWhileStoppingIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := runParts(ctx, quiet, []part{{"store", func(ctx context.Context) error { <-ctx.Done(); return full }}})
		if !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStoppingGivesUpOnAPartThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		err := runParts(ctx, quiet, []part{{"media", func(context.Context) error { time.Sleep(time.Hour); return nil }}})
		if took := time.Since(start) - time.Second; took != stopTimeout {
			t.Errorf("it took %v", took)
		}
		if err == nil || !strings.Contains(err.Error(), "media did not stop") {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Hour) // a bubble ends with all its goroutines, the hanging one too
	})
}
