package media

import (
	"net/netip"
	"testing"
	"time"

	"noom/internal/sfu"
)

// threeWorkers are workers without routers' work to do, and peers 1 to 3 at addresses of theirs.
func threeWorkers() (*Engine, []netip.AddrPort) {
	e := &Engine{directory: newDirectory()}
	var addrs []netip.AddrPort
	for i := range 3 {
		e.workers = append(e.workers, &worker{
			index: i, engine: e, inbox: make(chan *batch, inboxDepth),
		})
		a := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(4000+i))
		e.directory.claimAddr(a, owner{sfu.PeerID(i + 1), i}, time.Time{})
		addrs = append(addrs, a)
	}
	return e, addrs
}

// arrived empties a worker's inbox: the datagrams' first bytes.
func arrived(w *worker) (got []byte) {
	for len(w.inbox) > 0 {
		b := <-w.inbox
		for i := range b.n {
			if len(b.at(i)) > 0 {
				got = append(got, b.at(i)[0])
			}
		}
		b.done()
	}
	return got
}

func TestEveryDatagramReachesItsOwnersWorkerInOrder(t *testing.T) {
	e, addrs := threeWorkers()
	unknown := netip.MustParseAddrPort("203.0.113.9:1")
	tests := []struct {
		name string
		from []netip.AddrPort
		want [3]string
	}{
		{"all of one worker", []netip.AddrPort{addrs[2], addrs[2]}, [3]string{"", "", "ab"}},
		{"all its own", []netip.AddrPort{addrs[0], addrs[0]}, [3]string{"ab", "", ""}},
		{"nobody's", []netip.AddrPort{unknown}, [3]string{"a", "", ""}},
		{"mixed", []netip.AddrPort{addrs[1], addrs[0], addrs[2], unknown, addrs[1]}, [3]string{"bd", "ae", "c"}},
	}
	for _, tt := range tests {
		r := newReader(e.workers[0], e.workers)
		b := r.spare.take()
		for i, from := range tt.from {
			b.add(from, []byte{'a' + byte(i)})
		}
		if !r.deliver(t.Context(), b) {
			t.Fatal("not delivered")
		}
		for i, w := range e.workers {
			if got := string(arrived(w)); got != tt.want[i] {
				t.Errorf("%s: worker %d got %q, want %q", tt.name, i, got, tt.want[i])
			}
		}
		if made := batchesPerReader - r.spare.left; len(r.spare.back) != made {
			t.Errorf("%s: %d batches came back of %d", tt.name, len(r.spare.back), made)
		}
	}
}

func TestAWorkerThatIsBehindLosesWhatIsHandedOverAndHoldsUpNobody(t *testing.T) {
	e, addrs := threeWorkers()
	r := newReader(e.workers[0], e.workers)
	for range cap(e.workers[1].inbox) {
		e.workers[1].inbox <- &batch{}
	}
	for range 3 {
		b := r.spare.take()
		b.add(addrs[1], []byte{'a'})
		b.add(addrs[0], []byte{'b'})
		if !r.deliver(t.Context(), b) {
			t.Fatal("not delivered")
		}
	}
	if n := e.workers[0].counts.handOverFull.Load(); n != 3 {
		t.Errorf("%d datagrams counted as dropped, want 3", n)
	}
	if got := string(arrived(e.workers[0])); got != "bbb" {
		t.Errorf("the worker itself got %q", got)
	}
}

func TestHandingOverAllocatesNothing(t *testing.T) {
	e, addrs := threeWorkers()
	r := newReader(e.workers[0], e.workers)
	data := make([]byte, 1000)
	n := testing.AllocsPerRun(100, func() {
		b := r.spare.take()
		for i := range batchSize {
			b.add(addrs[i%3], data)
		}
		r.deliver(t.Context(), b)
		for _, w := range e.workers {
			for len(w.inbox) > 0 {
				b := <-w.inbox
				b.done()
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestPipedPacketsReachTheOtherWorkerWholeAndWithoutAllocations(t *testing.T) {
	e, _ := threeWorkers()
	for _, w := range e.workers {
		w.pipes = make(chan *pipeBatch, inboxDepth)
		w.spare = newSupply(pipeBatchesPerWorker, newPipeBatch)
		w.filled = make([]*pipeBatch, len(e.workers))
	}
	w := e.workers[0]
	data := []byte{1, 2, 3}
	for i := range 100 {
		w.out.Piped = append(w.out.Piped, sfu.Piped{Worker: 1 + i%2, Track: sfu.Track(i), Data: data})
	}
	take := func(check func(p *sfu.Piped)) {
		for _, to := range e.workers[1:] {
			for len(to.pipes) > 0 {
				b := <-to.pipes
				for i := range b.n {
					check(&b.packet[i])
				}
				b.done()
			}
		}
	}
	w.handOverPiped()
	seen := 0
	take(func(p *sfu.Piped) {
		seen++
		if string(p.Data) != "\x01\x02\x03" || &p.Data[0] == &data[0] {
			t.Errorf("packet of track %d came as %v", p.Track, p.Data)
		}
	})
	if seen != 100 {
		t.Errorf("%d packets arrived, want 100", seen)
	}
	if n := testing.AllocsPerRun(100, func() { w.handOverPiped(); take(func(*sfu.Piped) {}) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestASupplyMakesWhatIsNeededAndNoMoreThanItsBound(t *testing.T) {
	s := newSupply(2, newBatch)
	for range 10 {
		s.take().done()
	}
	if s.left != 1 {
		t.Errorf("of a supply of 2 that are used one at a time, %d are left to be made; want 1", s.left)
	}
	first, second := s.take(), s.take()
	if first == second || s.take() != nil {
		t.Error("more are on their way than there may be")
	}
	second.done()
	if s.take() != second {
		t.Error("what came back was not used again")
	}
}
