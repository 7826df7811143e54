package load

import (
	"math"
	"testing"
	"time"
)

func TestAWindowTellsLossAndDuplicates(t *testing.T) {
	tests := []struct {
		name               string
		seqs               []uint16
		missing            uint64
		duplicates, unique int
	}{
		{"nothing yet", nil, 0, 0, 0},
		{"in order", []uint16{5, 6, 7}, 0, 0, 3},
		{"a gap", []uint16{5, 6, 9}, 2, 0, 3},
		{"a gap that is filled late", []uint16{5, 7, 8, 6}, 0, 0, 4},
		{"twice the same", []uint16{5, 6, 6, 5, 7}, 0, 2, 3},
		{"across the wrap", []uint16{65534, 65535, 0, 2, 65535, 1}, 0, 1, 5},
		{"before the first", []uint16{5, 4}, 0, 1, 1},
	}
	for _, tt := range tests {
		var w window
		duplicates := 0
		for _, s := range tt.seqs {
			if !w.add(s) {
				duplicates++
			}
		}
		if w.missing() != tt.missing || duplicates != tt.duplicates || int(w.unique) != tt.unique {
			t.Errorf("%s: %d missing, %d duplicates, %d unique; want %d, %d, %d",
				tt.name, w.missing(), duplicates, w.unique, tt.missing, tt.duplicates, tt.unique)
		}
	}
}

func TestAWindowFollowsALongStream(t *testing.T) {
	var w window
	const count = 300_000
	for i := range count {
		if i%10 != 3 {
			w.add(uint16(i))
		}
	}
	if w.missing() != count/10 {
		t.Errorf("%d missing, want %d", w.missing(), count/10)
	}
}

func TestQuantilesAreWithinABucketOfTheTruth(t *testing.T) {
	var h histogram
	const count = 10_000
	for i := range count {
		h.add(time.Duration(i+1) * 100 * time.Microsecond)
	}
	for _, q := range []float64{0.01, 0.5, 0.99} {
		want := q * count * 100
		if got := float64(h.quantile(q).Microseconds()); math.Abs(got-want) > want/32+100 {
			t.Errorf("quantile %v is %v µs, want about %v", q, got, want)
		}
	}
	if h.count() != count {
		t.Errorf("%d counted, want %d", h.count(), count)
	}
}

func TestEveryDurationHasABucketThatHoldsIt(t *testing.T) {
	for _, us := range []uint32{0, 1, 31, 32, 33, 63, 64, 1000, 65535, 1 << 20, math.MaxUint32} {
		b := bucket(us)
		if b < 0 || b >= buckets {
			t.Fatalf("%d µs is in bucket %d of %d", us, b, buckets)
		}
		if lowest(b) > uint64(us) || b+1 < buckets && lowest(b+1) <= uint64(us) {
			t.Errorf("%d µs is in bucket %d, from %d to %d", us, b, lowest(b), lowest(b+1))
		}
	}
}
