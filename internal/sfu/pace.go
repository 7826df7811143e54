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
var unmeasured = [layer.Max]int{150_000, 500_000, 1_700_000}

// pace measures how much a stream takes on the wire.
type pace struct {
	bytes int
	since time.Time
	last  [paces]int
	count int
	rate  int // bit/s
}

// add counts a packet.
func (c *pace) add(size int) { c.bytes += size + wireOverhead }

// measure makes a figure when it is time for one. Call it several times a second.
func (c *pace) measure(now time.Time) {
	if c.since.IsZero() {
		c.since, c.bytes = now, 0
		return
	}
	past := now.Sub(c.since)
	if past < paceTime {
		return
	}
	c.last[c.count%paces] = int(float64(c.bytes*8) / past.Seconds())
	c.count++
	c.since, c.bytes = now, 0
	n := min(c.count, paces)
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
