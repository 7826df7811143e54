package media

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// lagBuckets hold lags up to 16 s, four for each doubling: a quantile is off by a quarter at most.
const lagBuckets = 92

// lags counts how long inputs waited for a worker's loop: batches of datagrams from when they were read, or at worst from when
// the socket had last been looked at, and what time asked for from when it was due, less what the loop rested meanwhile. Tasks
// and what comes out of pipes are not counted. The loop adds, anyone may read.
type lags struct{ buckets [lagBuckets]atomic.Uint64 }

func (l *lags) add(d time.Duration) { l.buckets[bucketOf(d)].Add(1) }

// bucketOf counts microseconds one by one below four, and then by their three highest bits.
func bucketOf(d time.Duration) int {
	micros := uint64(max(d, 0) / time.Microsecond)
	if micros < 4 {
		return int(micros)
	}
	shift := bits.Len64(micros) - 3
	return min(4*shift+int(micros>>shift), lagBuckets-1)
}

// bucketTop is the upper end of a bucket.
func bucketTop(i int) time.Duration {
	if i < 8 {
		return time.Duration(i+1) * time.Microsecond
	}
	shift := i/4 - 1
	return time.Duration((i%4+5)<<shift) * time.Microsecond
}

// Lags is a copy of the counts of one or more workers.
type Lags [lagBuckets]uint64

func (l *lags) addTo(all *Lags) {
	for i := range l.buckets {
		all[i] += l.buckets[i].Load()
	}
}

// Since gives what came after an earlier copy.
func (l Lags) Since(before Lags) Lags {
	for i := range l {
		l[i] -= before[i]
	}
	return l
}

// Total is how many inputs there were.
func (l Lags) Total() (n uint64) {
	for _, one := range l {
		n += one
	}
	return n
}

// Below is how many inputs waited for less than d. It is exact where d is a power of two of microseconds, up to 16 s.
func (l Lags) Below(d time.Duration) (n uint64) {
	for i, one := range l {
		if bucketTop(i) <= d {
			n += one
		}
	}
	return n
}

// Sum is for how long all inputs waited together, to an eighth: each as long as the middle of its bucket.
func (l Lags) Sum() (sum time.Duration) {
	bottom := time.Duration(0)
	for i, one := range l {
		top := bucketTop(i)
		sum += time.Duration(one) * (bottom + top) / 2
		bottom = top
	}
	return sum
}

// Quantile is the lag that a share q of the inputs did not exceed; 0 when there were none.
func (l Lags) Quantile(q float64) time.Duration {
	total := l.Total()
	if total == 0 {
		return 0
	}
	seen := uint64(0)
	for i, n := range l {
		if seen += n; float64(seen) >= q*float64(total) {
			return bucketTop(i)
		}
	}
	return bucketTop(lagBuckets - 1)
}
