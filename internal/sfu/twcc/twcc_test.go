package twcc

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)

// told is what a sender learns: when each number arrived, or that it did not.
type told map[uint16]time.Duration

const never = time.Duration(-1)

// tb is what testing and rapid have in common.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// listen reads feedback by another stack until nothing is pending. Times are relative to the first arrival told.
func listen(t tb, r *Recorder) (all []told) {
	t.Helper()
	for n := 0; r.Pending(); n++ {
		if n > 2*window {
			t.Fatal("there is no end")
		}
		data := r.AppendFeedback(nil, 1, 2)
		if len(data) > mostSize || len(data)%4 != 0 {
			t.Fatalf("%d bytes", len(data))
		}
		var cc rtcp.TransportLayerCC
		if err := cc.Unmarshal(data); err != nil {
			t.Fatalf("another stack cannot read %x: %v", data, err)
		}
		if cc.SenderSSRC != 1 || cc.MediaSSRC != 2 {
			t.Fatal("the SSRCs are wrong")
		}
		all = append(all, decode(t, &cc))
	}
	if r.AppendFeedback(nil, 1, 2) != nil {
		t.Fatal("feedback of nothing")
	}
	return all
}

// decode gives what a feedback packet tells, in time since our epoch.
func decode(t tb, cc *rtcp.TransportLayerCC) told {
	t.Helper()
	var symbols []uint16
	for _, chunk := range cc.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				symbols = append(symbols, c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			symbols = append(symbols, c.SymbolList...)
		}
	}
	if len(symbols) < int(cc.PacketStatusCount) {
		t.Fatalf("%d symbols for %d packets", len(symbols), cc.PacketStatusCount)
	}
	out, at, deltas := told{}, time.Duration(cc.ReferenceTime)*64*time.Millisecond, cc.RecvDeltas
	for i, s := range symbols[:cc.PacketStatusCount] {
		sequence := cc.BaseSequenceNumber + uint16(i)
		if s == rtcp.TypeTCCPacketNotReceived {
			out[sequence] = never
			continue
		}
		at += time.Duration(deltas[0].Delta) * time.Microsecond
		deltas = deltas[1:]
		out[sequence] = at - time.Minute
	}
	if len(deltas) != 0 {
		t.Fatalf("%d deltas too many", len(deltas))
	}
	return out
}

// record notes arrivals, in milliseconds.
func record(r *Recorder, arrivals ...[2]int) {
	for _, a := range arrivals {
		r.Record(uint16(a[0]), start.Add(time.Duration(a[1])*time.Millisecond))
	}
}

const ms = time.Millisecond

func TestFeedbackTellsWhatArrivedAndWhen(t *testing.T) {
	for name, c := range map[string]struct {
		arrivals [][2]int
		want     []told
	}{
		"one packet":                    {[][2]int{{7, 0}}, []told{{7: 0}}},
		"in order over the wrap":        {[][2]int{{65535, 0}, {0, 5}, {1, 10}}, []told{{65535: 0, 0: 5 * ms, 1: 10 * ms}}},
		"with a gap":                    {[][2]int{{1, 0}, {4, 9}}, []told{{1: 0, 2: never, 3: never, 4: 9 * ms}}},
		"reordered":                     {[][2]int{{1, 0}, {3, 9}, {2, 12}}, []told{{1: 0, 2: 12 * ms, 3: 9 * ms}}},
		"reordered at the start":        {[][2]int{{5, 3}, {4, 9}}, []told{{4: 6 * ms, 5: 0}}},
		"twice: the first counts":       {[][2]int{{1, 0}, {1, 9}}, []told{{1: 0}}},
		"a pause of a second":           {[][2]int{{1, 0}, {2, 1000}}, []told{{1: 0, 2: 1000 * ms}}},
		"a pause of nine: two packets":  {[][2]int{{1, 0}, {2, 9000}}, []told{{1: 0}, {2: 9000 * ms}}},
		"older than the window: no use": {[][2]int{{2000, 0}, {2000 - window, 1}}, []told{{2000: 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			var r Recorder
			record(&r, c.arrivals...)
			if diff := cmp.Diff(c.want, listen(t, &r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFeedbackContinuesWhereItEnded(t *testing.T) {
	var r Recorder
	record(&r, [2]int{1, 0}, [2]int{3, 10})
	listen(t, &r)
	record(&r, [2]int{6, 100})
	if diff := cmp.Diff([]told{{4: never, 5: never, 6: 100 * ms}}, listen(t, &r)); diff != "" {
		t.Error(diff)
	}
	record(&r, [2]int{5, 120}) // after it was told missing
	if diff := cmp.Diff([]told{{5: 120 * ms, 6: 100 * ms}}, listen(t, &r)); diff != "" {
		t.Error(diff)
	}
	record(&r, [2]int{6, 130})
	if r.Pending() {
		t.Error("a duplicate makes feedback")
	}
}

func TestFeedbackPacketsAreCounted(t *testing.T) {
	var r Recorder
	for n := range 300 {
		record(&r, [2]int{n, n})
		if data := r.AppendFeedback(nil, 1, 2); data[19] != uint8(n) {
			t.Fatalf("packet %d has count %d", n, data[19])
		}
	}
}

func TestNothingOfNothing(t *testing.T) {
	var r Recorder
	if r.Pending() || len(r.AppendFeedback([]byte("x"), 1, 2)) != 1 {
		t.Error("feedback without arrivals")
	}
}

// Whatever arrives, in which order and with which pauses: another stack reads each arrival, in its time, and
// nothing else.
func TestFeedbackHoldsForAnyTraffic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Recorder
		first := rapid.Uint16().Draw(t, "first")
		now, number := time.Duration(0), int64(first)
		r.Record(first, start)
		want, got := map[uint16]time.Duration{first: 0}, map[uint16]time.Duration{}
		for range rapid.IntRange(1, 300).Draw(t, "arrivals") {
			number += int64(rapid.SampledFrom([]int{1, 1, 1, 1, 1, 2, 5, 40, -3}).Draw(t, "step"))
			now += time.Duration(rapid.SampledFrom([]int{0, 1, 4, 20, 300, 5000, 50_000}).Draw(t, "ticks")) * tick
			if _, twice := want[uint16(number)]; !twice {
				want[uint16(number)] = now
			}
			r.Record(uint16(number), start.Add(now))
			if rapid.IntRange(0, 30).Draw(t, "report") == 0 {
				for _, told := range listen(t, &r) {
					for s, at := range told {
						got[s] = at
					}
				}
			}
		}
		for _, told := range listen(t, &r) {
			for s, at := range told {
				got[s] = at
			}
		}
		for s, at := range want {
			if got[s] != at {
				t.Fatalf("packet %d at %v was told at %v", s, at, got[s])
			}
		}
		for s, at := range got {
			if _, ok := want[s]; !ok && at != never {
				t.Fatalf("packet %d was told and never came", s)
			}
		}
	})
}

func TestAWarmRecorderAllocatesNothing(t *testing.T) {
	var r Recorder
	dst, n := make([]byte, 0, 1500), 0
	step := func() {
		for range 20 {
			n += 1 + n%3
			r.Record(uint16(n), start.Add(time.Duration(n)*ms))
		}
		dst = r.AppendFeedback(dst[:0], 1, 2)
	}
	step()
	if allocs := testing.AllocsPerRun(100, step); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkRecord(b *testing.B) {
	var r Recorder
	dst, n := make([]byte, 0, 1500), 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		r.Record(uint16(n), start.Add(time.Duration(n)*ms))
		if n%30 == 0 {
			dst = r.AppendFeedback(dst[:0], 1, 2)
		}
	}
}

func TestWhatWasLostInAnOutageIsNotToldOf(t *testing.T) {
	var r Recorder
	r.Record(1, start)
	r.Record(3, start.Add(10*time.Millisecond))
	listen(t, &r)
	r.Record(200, start.Add(1500*time.Millisecond))
	r.Record(202, start.Add(1510*time.Millisecond))
	all := listen(t, &r)
	if len(all) != 1 || len(all[0]) != 3 {
		t.Fatalf("after 1.5 s of silence it tells of %v, want 200 to 202 alone", all)
	}
	if all[0][201] != never {
		t.Errorf("packet 201, lost after the outage, came at %v", all[0][201])
	}
	r.Record(210, start.Add(2000*time.Millisecond))
	if all = listen(t, &r); len(all[0]) != 8 {
		t.Errorf("after half a second of silence it tells of %d packets, want 8", len(all[0]))
	}
}
