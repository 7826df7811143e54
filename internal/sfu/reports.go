package sfu

import (
	"time"

	"noom/internal/sfu/rtpx"
)

// receiveRTCP opens a compound packet and does what it asks.
func (r *Router) receiveRTCP(now time.Time, p *peer, datagram []byte, out *Out) {
	if p.opens == nil {
		r.counts.Early++
		return
	}
	sender, ok := senderSSRC(datagram)
	if !ok {
		r.counts.Malformed++
		return
	}
	_, known := p.senders[sender]
	if !known && len(p.senders) >= maxSSRCs { // each would be a state in the SRTP context, for good
		r.counts.SSRCFlood++
		return
	}
	plain, err := p.opens.DecryptRTCP(r.plain[:0], datagram, &r.control)
	if err != nil {
		r.counts.Unauthentic++
		return
	}
	if !known {
		p.senders[sender] = struct{}{}
	}
	for len(plain) > 0 {
		var c rtpx.Control
		if c, plain, err = rtpx.NextControl(plain); err != nil {
			r.counts.Malformed++
			return
		}
		r.obey(now, p, &c, out)
	}
}

// senderSSRC reads the SSRC of a sealed SRTCP packet (RFC 3711 §3.4).
func senderSSRC(datagram []byte) (ssrc uint32, ok bool) {
	if len(datagram) < 8 {
		return 0, false
	}
	return uint32(datagram[4])<<24 | uint32(datagram[5])<<16 | uint32(datagram[6])<<8 | uint32(datagram[7]), true
}

// obey does what one packet of a compound says.
func (r *Router) obey(now time.Time, p *peer, c *rtpx.Control, out *Out) {
	switch c.Kind {
	case rtpx.SenderReportKind, rtpx.ReceiverReportKind:
		if sr, ok := c.SenderReport(); ok {
			p.heardReport(now, sr)
		}
		for i := range c.Blocks() {
			p.heardBlock(now, c.Block(i))
		}
	case rtpx.NACK:
		sl := p.slotOf(c.Media)
		if sl == nil {
			return
		}
		for lost := range c.Lost {
			if sl.giveUp(now) {
				r.counts.RepairLimited++
				continue
			}
			r.resend(now, sl, lost, out)
		}
	case rtpx.TransportFeedback:
		r.heardArrivals(now, p, c, out)
	case rtpx.PLI:
		r.heardLoss(now, p.slotOf(c.Media))
	case rtpx.FIR:
		for ssrc := range c.Targets {
			r.heardLoss(now, p.slotOf(ssrc))
		}
	}
}

// heardReport ties the sender's RTP clock to its wall clock, and that to ours.
func (p *peer) heardReport(now time.Time, sr rtpx.SenderReport) {
	in := p.inbound[sr.SSRC]
	if in == nil || in.to == nil {
		return
	}
	in.report.senderReport(now, sr.NTP)
	if in.rtx || sr.NTP == 0 || in.ssrc != in.to.ssrc {
		return
	}
	theirs := ntpTime(sr.NTP)
	p.clock.reported(theirs, now)
	in.to.times.report(sr.RTP, theirs)
}

// heardBlock learns the round trip from how long our report was under way (RFC 3550 §6.4.1). It is smoothed like TCP's
// (RFC 6298 §2), as one slow answer says little.
func (p *peer) heardBlock(now time.Time, b rtpx.ReportBlock) {
	sl := p.slotOf(b.SSRC)
	if sl == nil {
		return
	}
	if b.SSRC == sl.params.SSRC {
		sl.heardLost(b.FractionLost)
	}
	rtt := rtpx.RoundTrip(now, b)
	if rtt <= 0 || rtt > 10*time.Second { // the sender can claim anything
		return
	}
	if p.rtt == 0 {
		p.rtt = rtt
		return
	}
	p.rtt += (rtt - p.rtt) / 8
}

// heardLoss passes on a receiver's request for a keyframe, unless its slot is empty: browsers ask once when a slot falls silent.
func (r *Router) heardLoss(now time.Time, sl *slot) {
	if sl == nil || sl.source == nil {
		return
	}
	if i := sl.selector.Current(); i >= 0 {
		r.wantKeyframe(now, &sl.source.streams[i])
	}
}

// slotOf finds the slot that sends under an SSRC. Sixty compares are cheaper than a map is large.
func (p *peer) slotOf(ssrc uint32) *slot {
	if ssrc == 0 {
		return nil
	}
	for _, sl := range p.slots {
		if sl.params.SSRC == ssrc || sl.params.RTX == ssrc {
			return sl
		}
	}
	return nil
}
