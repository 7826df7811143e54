package media

import (
	"testing"
	"time"
)

func TestEveryPeerIsReportedOnceWithoutItsAddress(t *testing.T) {
	e, room, ids := quietEngine(t, 2*reportedAtOnce+3)
	e.config.Patience = time.Minute // a machine that is busy with other tests
	all := e.Peers()
	if len(all) != len(ids) {
		t.Fatalf("%d peers are reported, want %d", len(all), len(ids))
	}
	for i, p := range all {
		if p.Peer != ids[i] || p.Room != room.id || p.Worker != 0 || p.Address.IsValid() {
			t.Errorf("peer %d of room %d is reported as %+v", ids[i], room.id, p)
		}
	}
}

func TestAReportIsBounded(t *testing.T) {
	e, room, _ := quietEngine(t, 0)
	for i := range mostReported + 1 {
		if _, err := room.AddPeer(t.Context(), quietParams(i)); err != nil {
			t.Fatal(err)
		}
	}
	e.config.Patience = time.Minute
	if n := len(e.Peers()); n != mostReported {
		t.Errorf("%d peers are reported, want %d", n, mostReported)
	}
}

func TestAWorkerThatIsBusyIsLeftOutOfTheReport(t *testing.T) {
	e, _, _ := quietEngine(t, 1)
	busy, free := make(chan struct{}), make(chan struct{})
	go func() { // ends when free is closed
		_ = e.workers[0].do(t.Context(), 0, func() error { close(busy); <-free; return nil })
	}()
	<-busy
	e.config.Patience = 50 * time.Millisecond
	all := e.Peers()
	close(free)
	if len(all) != 0 {
		t.Errorf("a busy worker told of %d peers", len(all))
	}
}

func TestLagsBelowAPowerOfTwoAreCountedExactly(t *testing.T) {
	var l lags
	for d := time.Microsecond / 2; d < 10*time.Second; d += d/7 + 1 {
		l.add(d)
	}
	var all Lags
	l.addTo(&all)
	for bound := time.Microsecond; bound < 8*time.Second; bound *= 2 {
		want, sum := uint64(0), time.Duration(0)
		for d := time.Microsecond / 2; d < 10*time.Second; d += d/7 + 1 {
			sum += d
			if d < bound {
				want++
			}
		}
		if got := all.Below(bound); got != want {
			t.Errorf("%d inputs waited less than %v, want %d", got, bound, want)
		}
		if got := all.Sum(); got < sum*7/8 || got > sum*9/8 {
			t.Fatalf("all waited %v, want about %v", got, sum)
		}
	}
}
