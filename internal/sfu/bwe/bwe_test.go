package bwe

import (
	"fmt"
	"testing"
	"time"

	"noom/internal/sfu/twcc"
)

// seeds is how many chances each link gets.
const seeds = 6

// onLinks runs a test on each kind of link that an estimate has to cope with.
func onLinks(t *testing.T, links map[string]func(*link), test func(*testing.T, *link)) {
	for name, change := range links {
		for seed := range uint64(seeds) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) { test(t, newLink(t, seed, change)) })
		}
	}
}

var kinds = map[string]func(*link){
	"as it is":                  nil,
	"a round trip of 20 ms":     func(l *link) { l.rtt = 20 * ms },
	"a round trip of 300 ms":    func(l *link) { l.rtt = 300 * ms },
	"a queue of 80 ms":          func(l *link) { l.room = 80 * ms },
	"3 % lost":                  func(l *link) { l.loss = 0.03 },
	"10 % lost":                 func(l *link) { l.loss = 0.1 },
	"feedback each 200 ms":      func(l *link) { l.every = 200 * ms },
	"30 % of the feedback lost": func(l *link) { l.deaf = 0.3 },
}

// best tells that all that the link carries is sent.
func (l *link) best() bool { return l.on >= len(l.layers)-2 }

func TestTheEstimateFollowsTheLinkDownAndUp(t *testing.T) {
	onLinks(t, kinds, func(t *testing.T, l *link) {
		if up := l.until(5*time.Second, l.best); up >= 5*time.Second {
			t.Fatalf("the best layer has not come within %v: the estimate is %d", up, l.c.Estimate())
		}
		l.run(20*time.Second - l.now)
		for _, rate := range []float64{0.5 * mb, 0.3 * mb, 0.15 * mb} {
			l.rate = rate
			l.run(3 * time.Second)
			l.forget()
			from := l.now
			l.run(27 * time.Second)
			// A probe, or a layer that is tried too early, may make a queue for a moment.
			if l.worst > 250*ms || l.p95() > 80*ms {
				t.Errorf("3 s after the fall to %.0f the queue is up to %v, 95 %% below %v", rate, l.worst, l.p95())
			}
			if e := float64(l.c.Estimate()); e < 0.7*rate || e > 1.9*rate {
				t.Errorf("30 s after the fall to %.0f the estimate is %.0f", rate, e)
			}
			if n := l.since(from + 2*time.Second); n > 4 {
				t.Errorf("at a constant %.0f the layer changed %d times in 25 s", rate, n)
			}
		}
		l.rate = 2.5 * mb
		if back := l.until(10*time.Second, l.best); back >= 10*time.Second {
			t.Errorf("not back in %v: the estimate is %d", back, l.c.Estimate())
		}
		l.run(5 * time.Second)
		l.forget()
		from := l.now
		l.run(time.Minute)
		if n := l.since(from); n > 2 || l.p95() > 60*ms {
			t.Errorf("at the full rate the layer changed %d times in a minute, with queues of %v", n, l.p95())
		}
	})
}

func TestJitterIsNoQueue(t *testing.T) {
	onLinks(t, map[string]func(*link){"±100 ms": func(l *link) { l.jitter = 200 * ms }}, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		from := l.now
		l.forget()
		if used := l.used(time.Minute); used < 0.55 || l.since(from) > 2 || l.p95() > 60*ms {
			t.Errorf("%.2f of the link is used, %d changes in a minute, queues of %v", used, l.since(from), l.p95())
		}
		l.rate = 0.5 * mb
		l.run(5 * time.Second)
		l.forget()
		l.run(25 * time.Second)
		if l.p95() > 160*ms {
			t.Errorf("at 0.5 Mb/s there are queues of %v", l.p95())
		}
	})
}

// Where no packet overtakes another, one that is late holds up those behind it, which looks much more like a queue.
func TestJitterThatKeepsTheOrderIsNoQueue(t *testing.T) {
	ordered := func(l *link) { l.jitter, l.ordered, l.rate = 100*ms, true, 20*mb }
	onLinks(t, map[string]func(*link){"up to 100 ms": ordered}, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		for range 60 {
			l.run(time.Second)
			if e := l.c.Estimate(); e < 1.1*mb {
				t.Fatalf("the estimate is %d", e)
			}
		}
	})
}

func TestTenPercentOfLossIsNoCollapse(t *testing.T) {
	onLinks(t, map[string]func(*link){"from the start": func(l *link) { l.loss = 0.1 }, "later": nil}, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		l.loss = 0.1
		l.run(5 * time.Second)
		if used := l.used(time.Minute); used < 0.55 {
			t.Errorf("%.2f of the link is used, the estimate is %d", used, l.c.Estimate())
		}
		if e := l.c.Estimate(); e < 1.5*mb {
			t.Errorf("the estimate is %d", e)
		}
	})
}

func TestTheLossOfAShortQueueIsHeeded(t *testing.T) {
	onLinks(t, map[string]func(*link){"30 ms": func(l *link) { l.room = 30 * ms }}, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		l.rate = 0.4 * mb
		l.run(10 * time.Second)
		l.forget()
		l.run(20 * time.Second)
		if share := float64(l.lost) / float64(l.all); share > 0.06 {
			t.Errorf("%.2f of all packets is lost", share)
		}
	})
}

func TestWhoFillsTheQueueDoesNotSilenceTheRest(t *testing.T) {
	others := func(l *link) { l.cross = &flow{from: 10 * time.Second, to: 70 * time.Second} }
	onLinks(t, map[string]func(*link){"a download": others}, func(t *testing.T, l *link) {
		l.run(20 * time.Second)
		before := l.sent
		l.run(50 * time.Second)
		if rate := float64(l.sent-before) / 50; rate < 1.25*l.layers[0] {
			t.Errorf("%.0f bit/s are left beside the download", rate)
		}
		l.run(10 * time.Second)
		if !l.best() {
			t.Errorf("10 s after the download the estimate is %d", l.c.Estimate())
		}
	})
}

// A voice alone says nothing of what else there would be room for.
func TestSendingLittleNeitherRaisesNorLowersTheEstimate(t *testing.T) {
	onLinks(t, kinds, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		before := l.c.Estimate()
		l.layers = l.layers[:1]
		l.run(time.Minute)
		if e := l.c.Estimate(); e < before || e > before+before/50 { // what was under way may still show
			t.Errorf("the estimate went from %d to %d", before, e)
		}
	})
}

func TestAPathThatBreaksIsNotNarrow(t *testing.T) {
	onLinks(t, kinds, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		before := l.c.Estimate()
		l.loss = 1
		l.run(5 * time.Second)
		if e := l.c.Estimate(); e > before/8 {
			t.Errorf("after 5 s of nothing the estimate is still %d", e)
		}
		l.loss = 0
		if back := l.until(5*time.Second, l.best); back >= 4*time.Second {
			t.Errorf("back after %v, the estimate is %d", back, l.c.Estimate())
		}
	})
}

// Where everything rests for want of room, and nobody speaks, nothing leaves of which feedback could tell that the way is whole again.
func TestAPathThatIsWholeAgainIsFoundThoughNothingIsSent(t *testing.T) {
	onLinks(t, kinds, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		before, loss := l.c.Estimate(), l.loss
		l.loss = 1
		l.run(time.Second)
		l.layers, l.on = []float64{0}, 0
		l.run(5 * time.Second)
		if e := l.c.Estimate(); e > before/8 {
			t.Fatalf("after 6 s of nothing the estimate is still %d", e)
		}
		l.loss = loss
		l.forget()
		l.run(2 * time.Second)
		if e := l.c.Estimate(); e < before {
			t.Errorf("the estimate was %d and is %d", before, e)
		}
		if most := 20 * paddingSize; l.padding > most {
			t.Errorf("%d bytes of padding", l.padding)
		}
		l.forget()
		l.run(2 * time.Second)
		if l.padding > 0 {
			t.Errorf("%d bytes of padding though nothing is waited for", l.padding)
		}
	})
}

func TestPaddingThatCannotBeSentIsNotAskedForAtOnce(t *testing.T) {
	l := newLink(t, 1, nil)
	l.run(10 * time.Second)
	l.c.phase = draining
	asked, now := 0, l.time()
	for range 1000 {
		now = now.Add(ms)
		if at := l.c.Deadline(); at.After(now) {
			continue
		}
		l.c.Tick(now)
		for l.c.Padding(now) {
			asked++
		}
	}
	if asked < 5 || asked > 10 {
		t.Errorf("asked for %d packets in a second", asked)
	}
}

// An access point that is changed, a lift: nothing comes for less than would count as broken.
func TestAShortBreakChangesNothing(t *testing.T) {
	onLinks(t, kinds, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		before, loss := l.c.Estimate(), l.loss
		l.loss = 1
		l.run(600 * ms)
		l.loss = loss
		l.run(2 * time.Second)
		if e := l.c.Estimate(); e < before*3/4 {
			t.Errorf("the estimate went from %d to %d", before, e)
		}
	})
}

func TestALongerRouteIsNotAQueueForGood(t *testing.T) {
	onLinks(t, map[string]func(*link){"60 ms more": nil}, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		l.rtt += 120 * ms
		l.run(15 * time.Second)
		if !l.best() {
			t.Errorf("15 s later the estimate is %d", l.c.Estimate())
		}
		l.c.Moved()
		if e := l.c.Estimate(); e > Start {
			t.Errorf("a new path begins with %d", e)
		}
		if back := l.until(3*time.Second, l.best); back >= 3*time.Second {
			t.Errorf("on a new path the estimate is %d after 3 s", l.c.Estimate())
		}
	})
}

// Whoever leaves a network mostly does so after it broke.
func TestAPathThatBrokeSaysNothingOfTheNext(t *testing.T) {
	onLinks(t, kinds, func(t *testing.T, l *link) {
		l.run(10 * time.Second)
		if e := l.c.Estimate(); e < 2*Start {
			t.Fatalf("at first the estimate is %d", e)
		}
		loss := l.loss
		l.loss = 1
		l.run(4 * time.Second)
		l.c.Moved()
		if e := l.c.Estimate(); e != Start {
			t.Errorf("a new path begins with %d", e)
		}
		l.loss, l.rate = loss, 0.5*mb
		for range 1000 {
			l.run(ms)
			if e := l.c.Estimate(); e > Start {
				t.Fatalf("on a path of 500 000 the estimate is %d", e)
			}
		}
	})
}

func TestNothingIsProbedThatNobodyWants(t *testing.T) {
	l := newLink(t, 1, func(l *link) { l.layers = l.layers[:2] })
	l.run(time.Minute)
	if l.padding != 0 || l.c.Estimate() != Start {
		t.Errorf("%d bytes of padding, the estimate is %d", l.padding, l.c.Estimate())
	}
}

func TestWithoutFeedbackNothingIsKnown(t *testing.T) {
	l := newLink(t, 1, func(l *link) { l.deaf = 1 })
	l.run(10 * time.Second)
	if l.c.Known() || l.c.Estimate() != Start || l.padding > 30_000 {
		t.Errorf("known: %v, the estimate is %d, %d bytes of padding", l.c.Known(), l.c.Estimate(), l.padding)
	}
	var c Controller
	c.Feedback(start, &twcc.Feedback{})
	c.Tick(start)
	c.Moved()
	if c.Known() || c.Estimate() != Start || !c.Deadline().IsZero() || c.Padding(start) {
		t.Error("a controller that has sent nothing does something")
	}
}

// A few bytes can tell of thousands of packets, and a datagram holds sixty such feedbacks.
func TestNoMoreIsTakenInThanWasSent(t *testing.T) {
	l := newLink(t, 1, nil)
	l.run(time.Minute)
	first := l.c.Next() - 4096
	data := []byte{byte(first >> 8), byte(first), 0x10, 0, 0, 0, 0, 1, 0x10, 0} // 4096 that are missing
	var f twcc.Feedback
	if err := f.Parse(data); err != nil {
		t.Fatal(err)
	}
	taken := 0
	for range 1000 {
		if l.c.Feedback(l.time(), &f) {
			taken++
		}
	}
	if taken > 2 {
		t.Errorf("%d of 1000 were taken in", taken)
	}
	l.run(5 * time.Second)
	before := l.refused
	l.run(5 * time.Second)
	if l.refused != before {
		t.Errorf("%d were refused when it was over", l.refused-before)
	}
}

func TestNoHonestFeedbackIsRefused(t *testing.T) {
	for name, change := range map[string]func(*link){
		"as it is": nil,
		"jitter":   func(l *link) { l.jitter, l.every = 200*ms, 50*ms },
		"a voice":  func(l *link) { l.layers = l.layers[:1]; l.jitter, l.every = 200*ms, 20*ms },
		"loss":     func(l *link) { l.loss, l.every = 0.3, 20*ms },
		"outages":  func(l *link) { l.room, l.rate = 30*ms, 0.1*mb },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t, 1, change)
			for range 10 {
				l.run(5 * time.Second)
				loss := l.loss
				l.loss = 1
				l.run(time.Second)
				l.loss = loss
			}
			if l.refused > 0 {
				t.Errorf("%d were refused", l.refused)
			}
		})
	}
}

// What a receiver claims may be wrong in every way: it harms nobody but itself.
func FuzzFeedback(f *testing.F) {
	f.Add([]byte{0, 1, 0, 9, 0, 0, 0, 1, 0x20, 9, 4, 4, 4, 4, 4, 4, 4, 4, 4}, uint16(20))
	f.Add([]byte{0, 0, 0, 7, 0x80, 0, 0, 1, 0xea, 0xaa, 0x80, 0, 0x7f, 0xff, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0}, uint16(7))
	f.Fuzz(func(t *testing.T, data []byte, sent uint16) {
		var c Controller
		now := start
		c.Want(5 * mb)
		var feedback twcc.Feedback
		ok := feedback.Parse(data) == nil
		for range min(sent, 300) {
			now = now.Add(7 * ms)
			c.Sent(now, 900)
			c.Tick(now)
			for n := 0; c.Padding(now); n++ {
				if n > 1000 {
					t.Fatal("padding without end")
				}
				c.Sent(now, paddingSize-overhead)
			}
			if ok {
				c.Feedback(now, &feedback)
				feedback.Reference += uint32(sent)
			}
			if e := c.Estimate(); e < Floor || e > Ceiling {
				t.Fatalf("the estimate is %d", e)
			}
		}
	})
}

func TestNothingIsAllocated(t *testing.T) {
	l := newLink(t, 1, nil)
	l.run(time.Second)
	var r twcc.Recorder
	var f twcc.Feedback
	buf := make([]byte, 0, 1500)
	now := l.time()
	if allocs := testing.AllocsPerRun(200, func() {
		for range 20 {
			now = now.Add(ms)
			r.Record(l.c.Next(), now)
			l.c.Sent(now, 1000)
		}
		buf = r.AppendFeedback(buf[:0], 1, 2)
		data := buf
		if data[0]&0x20 != 0 {
			data = data[:len(data)-int(data[len(data)-1])]
		}
		if f.Parse(data[12:]) != nil {
			t.Fatal("refused")
		}
		l.c.Feedback(now, &f)
		l.c.Tick(now)
	}); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkSent(b *testing.B) {
	var c Controller
	now := start
	for b.Loop() {
		now = now.Add(100 * time.Microsecond)
		c.Sent(now, 1000)
	}
}

// BenchmarkFeedback measures 20 packets and the feedback that tells of them.
func BenchmarkFeedback(b *testing.B) {
	l := newLink(b, 1, nil)
	l.run(time.Second)
	var r twcc.Recorder
	var f twcc.Feedback
	buf := make([]byte, 0, 1500)
	now := l.time()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for range 20 {
			now = now.Add(3 * ms)
			r.Record(l.c.Next(), now)
			l.c.Sent(now, 1000)
		}
		buf = r.AppendFeedback(buf[:0], 1, 2)
		data := buf
		if data[0]&0x20 != 0 {
			data = data[:len(data)-int(data[len(data)-1])]
		}
		b.StartTimer()
		if f.Parse(data[12:]) != nil {
			b.Fatal("refused")
		}
		l.c.Feedback(now, &f)
	}
}
