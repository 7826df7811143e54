package sfu

import "time"

// The RTP clocks of everything we forward, in Hz (RFC 7587 §4.1, RFC 7741 §4.1, RFC 6184 §8.1).
const (
	audioRate = 48000
	videoRate = 90000
)

// clock relates a publisher's wall clock, as its sender reports show it, to ours. One belongs to each peer, so that its
// sound and its pictures are moved by the same amount.
type clock struct {
	known  bool
	offset time.Duration // ours − theirs, the fastest report's way included
}

// reported takes the moment a report was written (theirs) and arrived (ours). The fastest report tells the offset; a slow
// rise follows a drifting clock or a path that became longer, at most 0.2 ms per report so that no listener notices.
func (c *clock) reported(theirs, ours time.Time) {
	offset := ours.Sub(theirs)
	switch {
	case !c.known, offset < c.offset, offset > c.offset+10*time.Second:
		c.known, c.offset = true, offset
	default:
		c.offset += min(offset-c.offset, 200*time.Microsecond)
	}
}

// timeline ties the RTP timestamps of one stream to the server's clock: by the publisher's reports once there are
// any, by arrival before.
type timeline struct {
	rate     uint32
	known    bool
	reported bool // at is by the publisher's clock: add the peer's offset
	rtp      uint32
	at       time.Time
}

// arrived takes a packet's timestamp and arrival. Delays only add, so the earliest arrival is the truest.
func (t *timeline) arrived(rtp uint32, now time.Time) {
	if t.reported {
		return
	}
	late := now.Sub(t.when(rtp, 0))
	if !t.known || late < 0 || late > 5*time.Second {
		t.known, t.rtp, t.at = true, rtp, now
		return
	}
	// Move along, so that the distance stays far from the 2^31 where timestamps turn, and follow drift slowly.
	if int32(rtp-t.rtp) > int32(t.rate) {
		t.at = t.when(rtp, 0).Add(late / 512)
		t.rtp = rtp
	}
}

// report takes a sender report's pair.
func (t *timeline) report(rtp uint32, theirs time.Time) {
	t.known, t.reported, t.rtp, t.at = true, true, rtp, theirs
}

// when gives the server's time of an RTP timestamp; offset is the peer's clock offset.
func (t *timeline) when(rtp uint32, offset time.Duration) time.Time {
	d := time.Duration(int32(rtp-t.rtp)) * time.Second / time.Duration(max(t.rate, 1))
	if t.reported {
		d += offset
	}
	return t.at.Add(d)
}

// stamp gives the RTP timestamp at a server time.
func (t *timeline) stamp(at time.Time, offset time.Duration) uint32 {
	d := at.Sub(t.at)
	if t.reported {
		d -= offset
	}
	return t.rtp + ticks(d, t.rate)
}

// ticks converts a duration to an RTP clock, rounding to the nearest tick.
func ticks(d time.Duration, rate uint32) uint32 {
	seconds, rest := d/time.Second, d%time.Second
	return uint32(int64(seconds)*int64(rate) + (int64(rest)*int64(rate)+int64(time.Second/2))/int64(time.Second))
}

// captured gives the server's time at which a stream's timestamp was taken.
func (s *stream) captured(rtp uint32) time.Time { return s.times.when(rtp, s.offset()) }

func (s *stream) offset() time.Duration {
	if s.source.owner == nil {
		return 0
	}
	return s.source.owner.clock.offset
}

// ntpTime reads an NTP timestamp (RFC 3550 §4): seconds since 1900 in 32.32 fixed point.
func ntpTime(ntp uint64) time.Time {
	const since1900 = 2208988800 // seconds from 1900 to 1970
	nanos := int64((ntp & 0xffffffff) * 1e9 >> 32)
	return time.Unix(int64(ntp>>32)-since1900, nanos)
}
