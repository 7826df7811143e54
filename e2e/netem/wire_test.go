//go:build linux

package main

import (
	"encoding/binary"
	"math"
	"testing"
	"time"
)

// datagram is a packet of UDP with so many bytes and a number in it.
func datagram(port uint16, number, size int) packet {
	p := make(packet, size)
	p[0], p[9] = 0x45, udp
	copy(p[sourceAt:], []byte{10, 78, 0, 2})
	copy(p[destinationAt:], []byte{10, 78, 0, 1})
	binary.BigEndian.PutUint16(p[2:], uint16(size))
	binary.BigEndian.PutUint16(p[20:], port)
	binary.BigEndian.PutUint16(p[22:], 3000)
	binary.BigEndian.PutUint16(p[24:], uint16(size-20))
	binary.BigEndian.PutUint32(p[28:], uint32(number))
	return p
}

// train sends datagrams of 1 000 bytes over a wire, one each interval, and gives when each arrived first (0: never) and the numbers in
// the order in which they came.
func train(w *wire, n int, every time.Duration) (arrivals []time.Duration, order []int) {
	arrivals = make([]time.Duration, n)
	catchUp := func(now time.Duration) {
		for at, ok := w.next(); ok && at <= now; at, ok = w.next() {
			if p := w.arrived(at); p != nil {
				i := int(binary.BigEndian.Uint32(p[28:]))
				if arrivals[i] == 0 {
					arrivals[i] = at
				}
				order = append(order, i)
			}
		}
	}
	for i := range n {
		now := time.Duration(i) * every
		catchUp(now)
		w.enter(now, datagram(40_000, i, 1000))
	}
	catchUp(math.MaxInt64)
	return arrivals, order
}

func over(seed uint64, l Link) *wire {
	w := newWire(seed)
	w.replace(0, l)
	return w
}

func TestLossComesAsOftenAndInRunsAsLongAsTheLinkSays(t *testing.T) {
	for _, l := range []Link{{Loss: 0.05}, {Loss: 0.3}, {Loss: 0.05, Burst: 4}, {Loss: 0.1, Burst: 8}} {
		l.Delay = 1
		const n = 200_000
		arrivals, _ := train(over(3, l), n, 100*time.Microsecond)
		lost, runs := 0, 0
		for i, at := range arrivals {
			if at == 0 {
				lost++
				if i == 0 || arrivals[i-1] > 0 {
					runs++
				}
			}
		}
		share, length := float64(lost)/n, float64(lost)/float64(runs)
		burst := l.Burst
		if burst == 0 {
			burst = 1 / (1 - l.Loss)
		}
		if math.Abs(share-l.Loss) > l.Loss/10 || math.Abs(length-burst) > burst/10 {
			t.Errorf("%+v: %.3f lost, in runs of %.2f", l, share, length)
		}
	}
}

func TestWhatIsLostDependsOnSeedFlowAndNumberAlone(t *testing.T) {
	base := Link{Delay: 10, Loss: 0.1, Burst: 3}
	first, _ := train(over(5, base), 5000, time.Millisecond)
	other := base
	other.Jitter, other.Copies = 5, 0.2
	busy := over(5, other)
	for i := range 100 { // other flows, of UDP too, but later ones
		p := datagram(1, i, 100)
		p[9] = tcp
		busy.enter(0, p)
	}
	second, _ := train(busy, 5000, 3*time.Millisecond)
	third, _ := train(over(6, base), 5000, time.Millisecond)
	again := over(6, base)
	train(again, 1234, time.Millisecond)
	again.reseed(5)
	fourth, _ := train(again, 5000, time.Millisecond)
	for i := range first {
		if (first[i] == 0) != (second[i] == 0) {
			t.Fatalf("packet %d is lost in one of two calls with the same seed", i)
		}
		if (first[i] == 0) != (fourth[i] == 0) {
			t.Fatalf("packet %d is lost in one of two calls, of which one got its seed later", i)
		}
	}
	differ := 0
	for i := range first {
		if (first[i] == 0) != (third[i] == 0) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("two seeds lose the same packets")
	}
}

func TestJitterStaysWithinItsBoundsAndOvertakesOnlyWhereItMay(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		arrivals, order := train(over(1, Link{Delay: 50, Jitter: 30, Ordered: ordered}), 5000, 2*time.Millisecond)
		overtaken := 0
		for i := 1; i < len(order); i++ {
			if order[i] < order[i-1] {
				overtaken++
			}
		}
		if len(order) != 5000 || (overtaken == 0) != ordered {
			t.Errorf("ordered %v: %d arrived, %d overtaken", ordered, len(order), overtaken)
		}
		least, most := time.Hour, time.Duration(0)
		for i, at := range arrivals {
			d := at - time.Duration(i)*2*time.Millisecond
			least, most = min(least, d), max(most, d)
		}
		if least < 20*time.Millisecond || most > 80*time.Millisecond || most < 75*time.Millisecond {
			t.Errorf("ordered %v: delays from %v to %v", ordered, least, most)
		}
	}
}

func TestSomeAreLateAndSomeComeTwice(t *testing.T) {
	w := over(1, Link{Delay: 50, Late: 0.05, LateBy: 40, Copies: 0.05})
	arrivals, order := train(w, 10_000, 10*time.Millisecond)
	late := 0
	for i, at := range arrivals {
		switch at - time.Duration(i)*10*time.Millisecond {
		case 50 * time.Millisecond:
		case 90 * time.Millisecond:
			late++
		default:
			t.Fatalf("packet %d took %v", i, at-time.Duration(i)*10*time.Millisecond)
		}
	}
	if copies := len(order) - 10_000; late < 400 || late > 600 || copies < 400 || copies > 600 {
		t.Errorf("of 10 000 packets %d were late and %d came twice, want about 500", late, copies)
	}
	if c := w.counts; c.Late != uint64(late) || c.Copies != uint64(len(order)-10_000) {
		t.Errorf("counted %d late and %d twice", c.Late, c.Copies)
	}
}

func TestAQueueFillsAndDropsItsTail(t *testing.T) {
	for _, c := range []struct {
		link Link
		held int // packets that wait, with the one that is leaving
	}{
		{Link{Rate: 800_000, Queue: 100}, 12}, // 10 ms a packet: none enters where more than 100 ms wait
		{Link{Rate: 800_000}, 32},
		{Link{Rate: 800_000, QueueBytes: 20_000}, 20},
	} {
		w := over(1, c.link)
		for i := range 100 {
			w.enter(0, datagram(40_000, i, 1000))
		}
		if len(w.waits) > c.held || len(w.waits) < c.held-1 || w.counts.Refused != uint64(100-len(w.waits)) {
			t.Errorf("%+v: %d wait and %d were refused", c.link, len(w.waits), w.counts.Refused)
		}
		arrived := 0
		for at, ok := w.next(); ok; at, ok = w.next() {
			if w.arrived(at) != nil {
				arrived++
				if want := time.Duration(arrived) * 10 * time.Millisecond; at != want {
					t.Fatalf("%+v: packet %d left at %v, want %v", c.link, arrived, at, want)
				}
			}
		}
		if got := w.counts.take(); got.WaitMax != arrived*10 || got.Wait95 < arrived*9 {
			t.Errorf("%+v: packets waited %d and %d ms, the longest of them %d", c.link, got.Wait95, got.WaitMax, arrived*10)
		}
	}
}

func TestWhatWaitsGoesOnAtTheNewRate(t *testing.T) {
	w := over(1, Link{Rate: 800_000, Queue: 1000})
	for i := range 10 {
		w.enter(0, datagram(40_000, i, 1000))
	}
	if at, _ := w.next(); at != 10*time.Millisecond {
		t.Fatalf("the first leaves at %v", at)
	}
	if w.arrived(10*time.Millisecond) == nil {
		t.Fatal("the first has not left")
	}
	w.replace(15*time.Millisecond, Link{Rate: 8_000_000})
	left := 0
	for w.arrived(19*time.Millisecond) != nil { // a millisecond each
		left++
	}
	if left != 4 {
		t.Errorf("%d left in 4 ms at 1 ms each", left)
	}
	w.replace(19*time.Millisecond, Link{})
	for w.arrived(19*time.Millisecond) != nil {
		left++
	}
	if _, more := w.next(); left != 9 || more {
		t.Errorf("%d left when the rate was lifted", left)
	}
}

func TestNothingPassesInAnOutageAndNoUDPWhereItIsBlocked(t *testing.T) {
	segment := datagram(40_000, 0, 100)
	segment[9] = tcp
	for _, c := range []struct {
		link     Link
		udp, tcp bool
	}{{Link{}, true, true}, {Link{Down: true}, false, false}, {Link{NoUDP: true}, false, true}} {
		w := over(1, c.link)
		w.enter(0, datagram(40_000, 0, 100))
		if got := w.arrived(0) != nil; got != c.udp {
			t.Errorf("%+v: UDP arrives: %v", c.link, got)
		}
		w.enter(0, append(packet(nil), segment...))
		if got := w.arrived(0) != nil; got != c.tcp {
			t.Errorf("%+v: TCP arrives: %v", c.link, got)
		}
	}
}

func TestWhatIsOnItsWayIsBounded(t *testing.T) {
	w := over(1, Link{Delay: mostDelay})
	for i := range mostFlying + 10 {
		w.enter(0, datagram(uint16(i), i, 40))
	}
	if len(w.flying) != mostFlying || w.counts.Refused != 10 || len(w.flows.known) > mostFlows+1 {
		t.Errorf("%d packets of %d flows are on their way, %d were refused", len(w.flying), len(w.flows.known), w.counts.Refused)
	}
}
