package sfu

import (
	"time"

	"noom/internal/sfu/rtpx"
)

// reception counts what arrives of one SSRC, for receiver reports (RFC 3550 §6.4.1, A.3, A.8).
type reception struct {
	started  bool
	base     uint32 // the first sequence number
	highest  uint32 // cycles<<16 | sequence number
	received uint32
	transit  uint32
	jitter   uint32 // in 1/16 of a clock tick

	expectedBefore, receivedBefore uint32 // at the last report

	lastSR   uint32 // middle bits of the newest sender report
	reported time.Time
}

// packet takes a packet's numbers. stamp is the time in the stream's clock.
func (c *reception) packet(sequence uint16, timestamp, stamp uint32) {
	transit := stamp - timestamp
	if !c.started {
		c.started, c.base, c.highest = true, uint32(sequence), uint32(sequence)
		c.received, c.transit = 1, transit
		return
	}
	c.received++
	if ahead := int16(sequence - uint16(c.highest)); ahead > 0 {
		c.highest += uint32(ahead)
	}
	d := int32(transit - c.transit)
	c.transit = transit
	if d < 0 {
		d = -d
	}
	c.jitter += uint32(d) - (c.jitter+8)>>4
}

// senderReport remembers what LSR and DLSR need.
func (c *reception) senderReport(now time.Time, ntp uint64) {
	c.lastSR, c.reported = rtpx.MiddleNTP(ntp), now
}

// block writes the report and begins the next interval.
func (c *reception) block(now time.Time, ssrc uint32) rtpx.ReportBlock {
	expected := c.highest - c.base + 1
	lost := int32(expected - c.received)
	b := rtpx.ReportBlock{
		SSRC:      ssrc,
		TotalLost: max(min(lost, 0x7fffff), -0x800000), // 24 bits, signed
		Highest:   c.highest,
		Jitter:    c.jitter >> 4,
	}
	interval := expected - c.expectedBefore
	if missing := int32(interval - (c.received - c.receivedBefore)); interval != 0 && missing > 0 {
		b.FractionLost = uint8(min(uint32(missing)<<8/interval, 255))
	}
	c.expectedBefore, c.receivedBefore = expected, c.received
	if !c.reported.IsZero() {
		b.LastSR = c.lastSR
		b.Delay = ticks(now.Sub(c.reported), 1<<16)
	}
	return b
}
