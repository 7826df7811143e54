package media

import (
	"context"
	"net"
	"testing"
	"time"
)

func skipUnlessLooking(t *testing.T, s socket) {
	t.Helper()
	if _, portable := s.(*portableSocket); portable {
		t.Skip("a portable socket cannot be looked at without waiting")
	}
}

// TestTheMiddleOfATurnSeesWhatArrives: where the reader gets no processor before the turn ends, the loop looks itself.
func TestTheMiddleOfATurnSeesWhatArrives(t *testing.T) {
	for _, waits := range []bool{false, true} {
		_, w := loaded(t)
		skipUnlessLooking(t, w.socket)
		w.alone = true
		conn := listenLocal(t)
		for range 3 {
			if _, err := conn.WriteTo([]byte{0x80, 96}, net.UDPAddrFromAddrPort(loopback(w.socket))); err != nil {
				t.Fatal(err)
			}
		}
		w.more, w.looked = true, time.Now() // as in the middle of a turn; no reader runs
		ctx, cancel := context.WithCancel(t.Context())
		var got uint64
		task := func(w *worker) {
			got = w.router.Counters().Strangers
			cancel()
		}
		if waits { // a task is let in as soon as the turn is over
			if !w.loop.Post(task) {
				t.Fatal("no room for a task")
			}
		} else {
			time.AfterFunc(50*time.Millisecond, func() { w.loop.Post(task) })
		}
		w.run(ctx)
		if want := uint64(3); !waits && got != want {
			t.Errorf("%d datagrams were taken in, want %d", got, want)
		} else if waits && got != 0 {
			t.Errorf("%d datagrams were taken in while a task waited", got)
		}
		if in := w.counts.packetsIn.Load(); in != got {
			t.Errorf("%d datagrams were counted, want %d", in, got)
		}
	}
}

func TestALookAtAnEmptySocketWaitsForNothing(t *testing.T) {
	for _, kind := range kinds {
		s := openOne(t, kind.open, "127.0.0.1:0")
		b := newBatch(make(chan *batch, 1))
		if s.take(b) || b.n != 0 {
			t.Errorf("%s: something was there", kind.name)
		}
	}
}

func TestALookBringsWhatIsThere(t *testing.T) {
	s := openOne(t, openSockets, "127.0.0.1:0")
	skipUnlessLooking(t, s)
	conn := listenLocal(t)
	for n := range 5 {
		if _, err := conn.WriteTo(numbered(n, 100+n), net.UDPAddrFromAddrPort(loopback(s))); err != nil {
			t.Fatal(err)
		}
	}
	b := newBatch(make(chan *batch, 1))
	if !s.take(b) || b.n != 5 {
		t.Fatalf("%d datagrams, want 5", b.n)
	}
	for i := range b.n {
		if string(b.at(i)) != string(numbered(i, 100+i)) || b.from[i] != localAddr(conn) {
			t.Errorf("datagram %d is not what was sent, or not from there: %v", i, b.from[i])
		}
	}
}
