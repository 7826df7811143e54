package nack

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)

// at gives a moment of a test, in milliseconds.
func at(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }

// receive notes original packets.
func receive(t *testing.T, g *Generator, ms int, sequences ...uint16) {
	t.Helper()
	for _, s := range sequences {
		if g.Received(at(ms), s) {
			t.Fatalf("packet %d made a burst", s)
		}
	}
}

// expect checks what is asked for at a moment, with a round trip of 50 ms.
func expect(t *testing.T, g *Generator, ms int, want ...uint16) {
	t.Helper()
	got, gaveUp := g.Due(at(ms), 50*time.Millisecond, nil)
	if diff := cmp.Diff(want, got); diff != "" || gaveUp {
		t.Errorf("at %d ms: %s, gave up %v", ms, diff, gaveUp)
	}
}

func TestALostPacketIsAskedForAfterTheTolerance(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 65533, 65534, 2) // over the wrap
	if g.Missing() != 3 {
		t.Errorf("%d are missing", g.Missing())
	}
	expect(t, g, 9)
	if next, ok := g.Deadline(); !ok || !next.Equal(at(10)) {
		t.Errorf("deadline %v, %v", next, ok)
	}
	expect(t, g, 10, 65535, 0, 1)
	expect(t, g, 11)
}

func TestAReorderedPacketIsNotAskedFor(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 1, 3)
	receive(t, g, 5, 2)
	expect(t, g, 1000)
	if _, ok := g.Deadline(); ok {
		t.Error("there is a deadline for nothing")
	}
}

func TestTriesFollowTheRoundTripUntilThePacketComes(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 1, 3)
	expect(t, g, 10, 2)
	expect(t, g, 66)
	expect(t, g, 67, 2) // 50 ms and an eighth later
	expect(t, g, 123)
	expect(t, g, 124, 2)
	g.Recovered(at(160), 2)
	expect(t, g, 1000)
}

func TestOnALossyPathARequestIsSaidTwice(t *testing.T) {
	g := New(Pictures)
	n := uint16(0)
	for ms := range 999 { // one of 20 is lost, and comes as a retransmission
		n++
		if n%20 == 0 {
			g.Recovered(at(ms), n-20)
			continue
		}
		g.Received(at(ms), n)
		g.Due(at(ms), 50*time.Millisecond, nil)
	}
	g.Forget()
	receive(t, g, 2000, n+1, n+3)
	expect(t, g, 2010, n+2)
	expect(t, g, 2024)
	expect(t, g, 2025, n+2) // once more
	expect(t, g, 2066)
	expect(t, g, 2067, n+2) // a round trip and an eighth after the first
	g.Recovered(at(2070), n+2)
	for ms := range 1000 {
		receive(t, g, 2100+ms, n+4+uint16(ms))
	}
	receive(t, g, 4000, n+1005)
	expect(t, g, 4010, n+1004)
	expect(t, g, 4025) // where nothing was lost for long, once is enough
}

// TestAnEchoIsNotSaidWhenItsAnswerWouldComeTooLate also shows that what copies restore before it is missed counts as lost.
func TestAnEchoIsNotSaidWhenItsAnswerWouldComeTooLate(t *testing.T) {
	for rtt, want := range map[time.Duration]int{60 * time.Millisecond: 2, 180 * time.Millisecond: 1} {
		g := New(Sound)
		n := uint16(0)
		for ms := 0; ms < 20_000; ms += 20 { // one of ten is lost, and comes as a copy
			n++
			if n%10 == 9 {
				continue
			}
			if n%10 == 0 {
				g.Recovered(at(ms), n-1)
			}
			g.Received(at(ms), n)
		}
		g.Received(at(20_000), n+2)
		asked := 0
		for ms := 20_000; ms < 20_030; ms++ {
			lost, gaveUp := g.Due(at(ms), rtt, nil)
			asked += len(lost)
			if gaveUp {
				t.Errorf("it gave up after %d ms", ms-20_000)
			}
		}
		if asked != want {
			t.Errorf("asked %d times at a round trip of %v, want %d", asked, rtt, want)
		}
	}
}

func TestAnUnknownOrTinyRoundTripHasALeastWait(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 1, 3)
	for _, c := range []struct {
		ms   int
		rtt  time.Duration
		want int
	}{{10, time.Microsecond, 1}, {29, time.Microsecond, 0}, {30, 0, 1}, {142, 0, 0}, {143, 0, 1}} {
		if got, _ := g.Due(at(c.ms), c.rtt, nil); len(got) != c.want {
			t.Errorf("at %d ms %v", c.ms, got)
		}
	}
}

func TestItGivesUpAfterASecond(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 1, 3)
	asked := 0
	for ms := 0; ms < 3000; ms += 10 {
		lost, gaveUp := g.Due(at(ms), 100*time.Millisecond, nil)
		asked += len(lost)
		if gaveUp != (g.Missing() == 0) && ms < 900 { // later an answer would come after a second
			t.Errorf("at %d ms: gave up %v, %d missing", ms, gaveUp, g.Missing())
		}
	}
	if asked < 5 || asked > tries || g.Missing() != 0 {
		t.Errorf("asked %d times, %d missing", asked, g.Missing())
	}
}

func TestABurstAsksForAKeyframeInstead(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 1)
	if g.Received(at(1), 2+most) {
		t.Error("a gap of the most packets is a burst already")
	}
	if !g.Received(at(2), 4+most) || g.Missing() != 0 {
		t.Error("one more is not")
	}
	receive(t, g, 3, 6+most)
	expect(t, g, 100, 5+most)
}

func TestASenderThatBeginsAnewIsFollowed(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 30000, 30002)
	if !g.Received(at(1), 10000) || g.Missing() != 0 {
		t.Error("the old stream is waited for")
	}
	receive(t, g, 2, 10002)
	expect(t, g, 100, 10001)
	g.Recovered(at(101), 40000) // an old stream's retransmission
	receive(t, g, 102, 10003)
}

func TestAKeyframeEndsTheWaiting(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 1, 5)
	g.Forget()
	expect(t, g, 100)
	receive(t, g, 101, 3) // one of them comes after all
}

// On a path that only reorders, it learns how late packets are and asks for next to none.
func TestAPathThatReordersCausesFewNeedlessRequests(t *testing.T) {
	g, chance := New(Pictures), rand.New(rand.NewPCG(1, 2))
	const packets, every = 6000, 5 // one each 5 ms
	arrivals := make([][]uint16, packets*every+100)
	for n := range packets {
		delay := 30
		if chance.IntN(20) == 0 {
			delay += 10 + chance.IntN(40)
		}
		arrivals[n*every+delay] = append(arrivals[n*every+delay], uint16(n))
	}
	if asked := asksFor(g, arrivals); asked > packets/100 {
		t.Errorf("%d needless requests for %d packets", asked, packets)
	}
}

// asksFor counts the requests of a generator to which these packets come, by millisecond.
func asksFor(g *Generator, arrivals [][]uint16) (asked int) {
	for ms, now := range arrivals {
		for _, s := range now {
			g.Received(at(ms), s)
		}
		lost, _ := g.Due(at(ms), 60*time.Millisecond, nil)
		asked += len(lost)
	}
	return asked
}

// Where all packets are up to 200 ms later than others, as with jitter of ± 100 ms, next to none are asked for either.
func TestGreatJitterCausesFewNeedlessRequests(t *testing.T) {
	g, chance := New(Pictures), rand.New(rand.NewPCG(1, 3))
	const packets, every = 12_000, 5
	arrivals := make([][]uint16, packets*every+300)
	for n := range packets {
		at := n*every + chance.IntN(200)
		arrivals[at] = append(arrivals[at], uint16(n))
	}
	if asked := asksFor(g, arrivals); asked > packets/50 {
		t.Errorf("%d needless requests for %d packets", asked, packets)
	}
}

func TestWhatWasMissedInAnOutageIsNotAskedFor(t *testing.T) {
	g := New(Pictures)
	receive(t, g, 0, 1)
	if !g.Received(at(1500), 60) || g.Missing() != 0 {
		t.Error("58 packets of more than a second ago are asked for")
	}
	receive(t, g, 3000, 64) // the end of a still picture
	expect(t, g, 3010, 61, 62, 63)
	g.Forget()
	if g.Received(at(3400), 120) {
		t.Error("a short silence is an outage")
	}
}

func TestAWarmGeneratorAllocatesNothing(t *testing.T) {
	g, dst, n, ms := New(Pictures), make([]uint16, 0, most), uint16(0), 0
	step := func() {
		n, ms = n+3, ms+20
		g.Received(at(ms), n)
		dst, _ = g.Due(at(ms), 50*time.Millisecond, dst[:0])
		g.Recovered(at(ms), n-2)
	}
	for range 1000 {
		step()
	}
	if allocs := testing.AllocsPerRun(100, step); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestSoundIsNotAskedForWhenItWouldComeTooLate(t *testing.T) {
	for _, c := range []struct {
		rtt   int // ms
		asked []int
	}{
		{0, []int{10}}, // unknown: as 100 ms
		{20, []int{10, 33, 56, 79, 102, 125, 148, 171}},
		{50, []int{10, 67, 124}},
		{100, []int{10}},
		{190, []int{10}},
		{191, nil},
		{600, nil},
	} {
		g := New(Sound)
		receive(t, g, 0, 1, 3)
		var asked []int
		gave := false
		for ms := range 1000 {
			lost, gaveUp := g.Due(at(ms), time.Duration(c.rtt)*time.Millisecond, nil)
			if len(lost) > 0 {
				asked = append(asked, ms)
			}
			gave = gave || gaveUp
		}
		if diff := cmp.Diff(c.asked, asked); diff != "" {
			t.Errorf("round trip %d ms: %s", c.rtt, diff)
		}
		if g.Missing() > 0 || !gave {
			t.Errorf("round trip %d ms: still waited for after a second", c.rtt)
		}
	}
}

// TestTheAnswerToARequestDoesNotCountAsReordering: sound comes again as it was, without RTX.
func TestTheAnswerToARequestDoesNotCountAsReordering(t *testing.T) {
	for _, c := range []struct{ answered, tolerance int }{
		{60, 10}, // a round trip after the request
		{30, 38}, // sooner than any answer: the original, late by 30 ms
	} {
		g := New(Sound)
		receive(t, g, 0, 1, 3)
		expect(t, g, 10, 2)
		if waits, asked := g.Waits(2); !waits || !asked {
			t.Fatal("packet 2 is not waited for")
		}
		receive(t, g, c.answered, 2)
		receive(t, g, 100, 5)
		expect(t, g, 100+c.tolerance-1)
		expect(t, g, 100+c.tolerance, 4)
	}
}
