package simnet

import (
	"math"
	"strings"
	"testing"
	"time"
)

// crossings sends datagrams of 1 000 bytes over a link, one each interval, and gives when each arrived; 0: never.
func crossings(t *testing.T, seed uint64, l Link, n int, every time.Duration) (arrivals []time.Duration, copies int) {
	t.Helper()
	c := NewCall(t, seed)
	p := c.JoinOver("a", Link{}, l)
	c.clock.events = nil // nothing but what follows
	arrivals = make([]time.Duration, n)
	for i := range n {
		c.clock.after(time.Duration(i)*every, func() {
			d := c.datagram(1000)
			d.peer, d.to = p, p.address
			d.data[0], d.data[1], d.data[2] = byte(i>>16), byte(i>>8), byte(i)
			p.down.carry(d)
		})
	}
	for at, ok := c.clock.due(); ok; at, ok = c.clock.due() {
		e := c.clock.events[0]
		if d, is := e.do.(*datagram); is {
			i := int(d.data[0])<<16 | int(d.data[1])<<8 | int(d.data[2])
			if arrivals[i] > 0 {
				copies++
			}
			arrivals[i] = at
		}
		c.clock.step()
	}
	return arrivals, copies
}

func TestLossComesAsOftenAndInRunsAsLongAsTheLinkSays(t *testing.T) {
	for _, l := range []Link{{Loss: 0.05}, {Loss: 0.3}, {Loss: 0.05, Burst: 4}, {Loss: 0.1, Burst: 8}} {
		l.Delay = time.Millisecond
		const n = 200_000
		arrivals, _ := crossings(t, 3, l, n, time.Microsecond*100)
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
	base := Link{Delay: 10 * time.Millisecond, Loss: 0.1, Burst: 3}
	first, _ := crossings(t, 5, base, 5000, time.Millisecond)
	other := base // what else the link does, and when, changes nothing of it
	other.Jitter, other.Copies = 5*time.Millisecond, 0.2
	second, _ := crossings(t, 5, other, 5000, 3*time.Millisecond)
	third, _ := crossings(t, 6, base, 5000, time.Millisecond)
	same, differ := true, false
	for i := range first {
		same = same && (first[i] == 0) == (second[i] == 0)
		differ = differ || (first[i] == 0) != (third[i] == 0)
	}
	if !same || !differ {
		t.Errorf("of one seed the same are lost: %v; of two others: %v", same, differ)
	}
}

func TestJitterOvertakesUnlessTheLinkIsOrdered(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		l := Link{Delay: 50 * time.Millisecond, Jitter: 30 * time.Millisecond, Ordered: ordered}
		arrivals, _ := crossings(t, 7, l, 5000, 5*time.Millisecond)
		overtaken, early, late := 0, time.Hour, time.Duration(0)
		for i := range arrivals {
			took := arrivals[i] - time.Duration(i)*5*time.Millisecond
			early, late = min(early, took), max(late, took)
			if i > 0 && arrivals[i] < arrivals[i-1] {
				overtaken++
			}
		}
		if ordered != (overtaken == 0) || late > 80*time.Millisecond || late < 79*time.Millisecond || early < 20*time.Millisecond {
			t.Errorf("ordered %v: %d overtaken, %v to %v", ordered, overtaken, early, late)
		}
	}
}

func TestSomeAreLateAndSomeComeTwice(t *testing.T) {
	const n = 20_000
	arrivals, copies := crossings(t, 8, Link{Delay: 10 * time.Millisecond, Late: 0.05, LateBy: 40 * time.Millisecond, Copies: 0.05}, n, 2*time.Millisecond)
	late := 0
	for i := range arrivals {
		if arrivals[i]-time.Duration(i)*2*time.Millisecond >= 50*time.Millisecond {
			late++
		}
	}
	if math.Abs(float64(late)/n-0.05) > 0.01 || math.Abs(float64(copies)/n-0.05) > 0.01 {
		t.Errorf("%d of %d late, %d copies", late, n, copies)
	}
}

func TestARateLetsThroughWhatItSaysAndTheQueueHoldsNoMore(t *testing.T) {
	for _, c := range []struct {
		link Link
		wait time.Duration // the longest
	}{
		{Link{Rate: 800_000}, 310 * time.Millisecond},
		{Link{Rate: 800_000, Queue: 100 * time.Millisecond}, 110 * time.Millisecond},
		{Link{Rate: 800_000, QueueBytes: 5000}, 50 * time.Millisecond},
	} {
		arrivals, _ := crossings(t, 9, c.link, 3000, 5*time.Millisecond) // twice as much as passes: 1.6 Mb/s
		got, longest := 0, time.Duration(0)
		for i, at := range arrivals {
			if at > 0 {
				got++
				longest = max(longest, at-time.Duration(i)*5*time.Millisecond)
			}
		}
		if got < 1490 || got > 1540 || longest > c.wait || longest < c.wait*9/10 {
			t.Errorf("%+v: %d of 3000 arrived, the slowest after %v", c.link, got, longest)
		}
	}
}

func TestARateThatStepsHoldsWhatWaitsUntilItComesBack(t *testing.T) {
	steps, err := ReadRates(strings.NewReader("# a tunnel\n0 8000\n\n1000 0\n1200 8000\n"))
	if err != nil {
		t.Fatal(err)
	}
	arrivals, _ := crossings(t, 10, Link{Rates: steps, Queue: time.Second}, 300, 5*time.Millisecond)
	for i, at := range arrivals {
		sent := time.Duration(i) * 5 * time.Millisecond
		switch {
		case at == 0:
			t.Fatalf("packet %d was lost", i)
		case sent >= time.Second && sent < 1200*time.Millisecond && at < 1200*time.Millisecond:
			t.Errorf("packet %d passed at %v while nothing could", i, at)
		}
	}
	for _, wrong := range []string{"0", "x 1", "0 -1", "5 1\n5 2", "5 1\n4 1"} {
		if _, err := ReadRates(strings.NewReader(wrong)); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
}

func TestCoDelKeepsTheQueueShortWhereTailDropFillsIt(t *testing.T) {
	p95 := func(l Link) time.Duration {
		c := NewCall(t, 11)
		l.Rate = 5_000_000
		b := c.NewBottleneck(l)
		r := c.AddRival(b, 50*time.Millisecond)
		var delays Delays
		b.Log = func(x Crossing) {
			if !x.Dropped && x.At > 5*time.Second {
				delays.Add(x.Delay)
			}
		}
		c.Run(30 * time.Second)
		if rate := r.Delivered * 8 / 30; rate < 4_000_000 || rate > 5_000_000 {
			t.Errorf("%+v: the flow gets %d b/s through", l, rate)
		}
		return delays.At(0.95)
	}
	tail, codel := p95(Link{Queue: 300 * time.Millisecond}), p95(Link{Queue: 300 * time.Millisecond, CoDel: true})
	if tail < 200*time.Millisecond || codel > 60*time.Millisecond {
		t.Errorf("p95 of the delay: %v with tail drop, %v with CoDel", tail, codel)
	}
}

func TestTwoRivalsShareABottleneckAndAVisitorComesAndGoes(t *testing.T) {
	c := NewCall(t, 12)
	b := c.NewBottleneck(Link{Rate: 4_000_000})
	one, two := c.AddRival(b, 60*time.Millisecond), c.AddRival(b, 60*time.Millisecond)
	visits := 0
	visitor := c.AddVisitor(b, 60*time.Millisecond, func() (time.Duration, int) {
		visits++
		return time.Second, 30_000
	})
	c.Run(60 * time.Second)
	if share := float64(one.Delivered) / float64(one.Delivered+two.Delivered); share < 0.25 || share > 0.75 {
		t.Errorf("one of two equal flows gets %.2f", share)
	}
	if visits < 10 || visitor.Delivered < (visits-1)*30_000 {
		t.Errorf("%d visits, %d bytes", visits, visitor.Delivered)
	}
	one.Stop()
	two.Stop()
	before := one.Delivered
	c.Run(5 * time.Second)
	if one.Delivered > before+100*rivalSize {
		t.Error("a flow that was stopped goes on")
	}
}
