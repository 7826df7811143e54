package sfu

import (
	"slices"
	"time"

	"noom/internal/sfu/layer"
)

const (
	// paceTime is how long the bytes of a stream are counted for one figure.
	paceTime = time.Second
	// paces is of how many figures the middle one counts: a keyframe comes with each switch, and must not look like more to come.
	paces = 5
	// wireOverhead is what a packet takes beside what a stream's sender gives it, in bytes: the number, SRTP, UDP and IP.
	wireOverhead = 8 + sealOverhead + 28
)

// unmeasured are the rates that layers are taken for in their first second, in bit/s: what the page asks its camera for.
var unmeasured = [layer.Max]int32{150_000, 500_000, 1_700_000}

// pace measures how much a stream takes on the wire.
type pace struct {
	since int64 // in ms
	bytes int32
	rate  int32        // bit/s
	last  [paces]int32 // a ring
	count uint8        // of it
	next  uint8
}

// add counts a packet.
func (c *pace) add(size int) { c.bytes += int32(size) + wireOverhead }

// measure makes a figure when it is time for one. Call it several times a second.
func (c *pace) measure(now time.Time) {
	at := now.UnixMilli()
	past := at - c.since
	if c.since == 0 {
		c.since, c.bytes = at, 0
	}
	if c.since == at || past < paceTime.Milliseconds() {
		return
	}
	if c.bytes == 0 { // what does not come says nothing of what it takes when it does
		c.since = at
		return
	}
	c.last[c.next] = int32(int64(c.bytes) * 8000 / past)
	c.next, c.count = (c.next+1)%paces, min(c.count+1, paces)
	c.since, c.bytes = at, 0
	n := int(c.count)
	sorted := c.last
	slices.Sort(sorted[:n])
	c.rate = sorted[n/2]
}

// measure looks at all streams of a track.
func (t *track) measure(now time.Time) {
	if t.source == nil {
		return
	}
	for i := range t.source.layers {
		if s := &t.source.streams[i]; !s.seen.IsZero() {
			s.pace.measure(now)
		}
	}
}
