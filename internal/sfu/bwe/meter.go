package bwe

const (
	// bucket is the grain of a meter, in µs: pictures come each 33–66 ms.
	bucket = 50_000
	// buckets are a second and more.
	buckets = 32
)

// meter counts bytes over time. The zero meter is ready.
type meter struct {
	bytes [buckets]int32
	now   int64 // number of the newest bucket
	since int64 // number of the first, 0 before
	edge  int64 // where the newest begins
}

// add counts bytes.
func (m *meter) add(at int64, size int) {
	if past := at - m.edge; past >= 0 && past < bucket && m.since != 0 {
		m.bytes[uint64(m.now)%buckets] += int32(size)
		return
	}
	*m.at(at) += int32(size)
}

// at is where bytes of a time are counted, or the newest where that is long past; it holds until a later time is asked for.
func (m *meter) at(at int64) *int32 {
	n := at/bucket + buckets // above zero, also a little before the epoch
	if n != m.now {
		m.advance(n)
	}
	if n <= m.now-buckets || n < m.since {
		n = m.now
	}
	return &m.bytes[uint64(n)%buckets]
}

// advance makes room for a new bucket. An older one than the newest has its room already.
func (m *meter) advance(to int64) {
	if m.since == 0 || to > m.now+4*buckets || to < m.now-4*buckets { // the first, or another time altogether
		*m = meter{now: to, since: to, edge: (to - buckets) * bucket}
		return
	}
	m.edge = (max(to, m.now) - buckets) * bucket
	for m.now < to {
		m.now++
		m.bytes[uint64(m.now)%buckets] = 0
	}
}

// rate is how much came in the newest whole buckets before a time, in bit/s. ok is false where fewer were counted.
func (m *meter) rate(at int64, over int64) (rate float64, ok bool) {
	last := at/bucket + buckets - 1
	first := last - over/bucket + 1
	if m.since == 0 || first < m.since {
		return 0, false
	}
	sum := int64(0)
	for n := max(first, m.now-buckets+1); n <= min(last, m.now); n++ {
		sum += int64(m.bytes[uint64(n)%buckets])
	}
	return float64(sum) * 8e6 / float64(over), true
}
