package load

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations in buckets that are 1/32 of their size wide, from 1 µs to 1 h. Anyone may add to it.
type histogram struct {
	buckets [buckets]atomic.Uint64
}

const (
	fraction = 5 // bits of a bucket's number below the leading one
	buckets  = (32 - fraction + 1) << fraction
)

func (h *histogram) add(d time.Duration) {
	h.buckets[bucket(uint32(min(max(d.Microseconds(), 0), 1<<32-1)))].Add(1)
}

// bucket is where a number of microseconds counts.
func bucket(us uint32) int {
	if us < 1<<fraction {
		return int(us)
	}
	shift := bits.Len32(us) - 1 - fraction
	return shift<<fraction + int(us>>shift)
}

// lowest is the smallest number of microseconds that counts in a bucket.
func lowest(bucket int) uint64 {
	if bucket < 1<<fraction {
		return uint64(bucket)
	}
	shift := bucket>>fraction - 1
	return uint64(bucket-shift<<fraction) << shift
}

func (h *histogram) count() uint64 {
	var n uint64
	for i := range h.buckets {
		n += h.buckets[i].Load()
	}
	return n
}

// quantile is the duration that a share q of all are not longer than; 0 when there are none.
func (h *histogram) quantile(q float64) time.Duration {
	rank := uint64(q * float64(h.count()))
	var seen uint64
	last := 0
	for i := range h.buckets {
		n := h.buckets[i].Load()
		if n == 0 {
			continue
		}
		last = i
		if seen += n; seen > rank {
			break
		}
	}
	return time.Duration(lowest(last)) * time.Microsecond
}
