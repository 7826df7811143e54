package sfu

import (
	"time"

	"noom/internal/sfu/rtpx"
)

const (
	// firstReport is how soon an SSRC that was just heard is reported: early enough for Chromium to start its largest
	// layer, late enough to gather the other layers.
	firstReport = 50 * time.Millisecond
	// reportInterval of receiver and sender reports. RFC 3550 §6.2 asks for 5 s at least of small sessions and RFC 4585
	// §3.4 lets it go; browsers send theirs each second for video.
	reportInterval = time.Second
	// compoundFull is when a compound packet is sent rather than grown: what may still be appended fits MTU.
	compoundFull = 256
	// nackRun is how many sequence numbers one NACK asks for at most, 800 bytes at worst.
	nackRun = 200
	// cname of everything we send: slots are synchronised by msid, all to one clock (RFC 3550 §6.5.1).
	cname = "noom"
)

// tickPeer does what is due for one peer.
func (r *Router) tickPeer(now time.Time, p *peer, out *Out) {
	if p.lost {
		return
	}
	r.checkConsent(now, p, out)
	if !p.receives() {
		return
	}
	buf := r.compose[:0]
	buf = r.acknowledgements(now, p, buf, out)
	buf = r.requests(now, p, buf, out)
	buf = r.receiverReports(now, p, buf, out)
	buf = r.senderReports(now, p, buf, out)
	r.sendControl(p, buf, out)
	r.probe(now, p, out)
}

// acknowledgements appends transport-wide feedback.
func (r *Router) acknowledgements(now time.Time, p *peer, buf []byte, out *Out) []byte {
	if p.feedback.IsZero() {
		return buf
	}
	if p.feedback.After(now) {
		r.wake(p, p.feedback)
		return buf
	}
	p.feedback = time.Time{}
	for p.twcc.Pending() {
		buf = p.twcc.AppendFeedback(buf, p.reporter(), p.mediaSSRC())
		buf = r.sendControl(p, buf, out)
	}
	return buf
}

// requests appends what the sender must do again: packets that are missing and keyframes.
func (r *Router) requests(now time.Time, p *peer, buf []byte, out *Out) []byte {
	for _, s := range p.sources {
		if s == nil {
			continue
		}
		for i := range s.layers {
			buf = r.requestLost(now, p, &s.streams[i], buf, out)
			buf = r.requestKeyframe(now, p, &s.streams[i], buf)
			buf = r.sendFull(p, buf, out)
		}
	}
	return buf
}

func (r *Router) requestLost(now time.Time, p *peer, s *stream, buf []byte, out *Out) []byte {
	if s.missed == nil || s.missed.Missing() == 0 {
		return buf
	}
	lost, gaveUp := s.missed.Due(now, p.rtt, r.lost[:0])
	r.lost = lost
	p.stats.RetransmitAsked += uint64(len(lost))
	for len(lost) > 0 {
		n := min(len(lost), nackRun)
		buf = rtpx.AppendNACK(buf, p.reporter(), s.ssrc, lost[:n])
		buf = r.sendFull(p, buf, out)
		lost = lost[n:]
	}
	if gaveUp && !s.source.kind.Audio() && len(s.slots) > 0 {
		s.key.want()
	}
	if at, ok := s.missed.Deadline(); ok {
		r.wake(p, at)
	}
	return buf
}

func (r *Router) requestKeyframe(now time.Time, p *peer, s *stream, buf []byte) []byte {
	if s.ssrc == 0 || !s.key.wanted {
		return buf
	}
	if s.key.due(now, s.awaited()) {
		buf = rtpx.AppendPLI(buf, p.reporter(), s.ssrc)
		p.stats.KeyframesAsked++
		r.counts.KeyframesAsked++
	}
	if s.key.wanted {
		r.wake(p, s.key.next)
	}
	return buf
}

// receiverReports appends a block for each SSRC that is mapped and was heard. An SSRC that is not mapped gets none: its
// sender would stop telling the MID.
func (r *Router) receiverReports(now time.Time, p *peer, buf []byte, out *Out) []byte {
	if p.reports.IsZero() {
		return buf
	}
	if p.reports.After(now) {
		r.wake(p, p.reports)
		return buf
	}
	p.reports = now.Add(reportInterval)
	r.wake(p, p.reports)
	blocks := r.blocks[:0]
	for _, in := range p.heard {
		if in.to != nil && in.report.started {
			blocks = append(blocks, in.report.block(now, in.ssrc))
		}
	}
	for len(blocks) > 0 {
		n := min(len(blocks), 31) // RFC 3550 §6.4.1: five bits
		buf = r.sendControl(p, rtpx.AppendReceiverReport(buf, p.reporter(), blocks[:n]), out)
		blocks = blocks[n:]
	}
	return buf
}

// senderReports appends a report for each slot that is due for one: at once after a switch, then each second. All tell
// one clock, ours, so that the slots of a pair can be synchronised whatever they carry.
func (r *Router) senderReports(now time.Time, p *peer, buf []byte, out *Out) []byte {
	for _, sl := range p.slots {
		if sl.reports.IsZero() {
			continue
		}
		if !sl.reports.After(now) {
			sl.reports = now.Add(reportInterval)
			if rtp, ok := sl.stampAt(now); ok {
				buf = rtpx.AppendSenderReport(buf, rtpx.SenderReport{
					SSRC: sl.params.SSRC, NTP: rtpx.NTP(now), RTP: rtp, Packets: sl.packets, Octets: sl.octets,
				})
				buf = rtpx.AppendCNAME(buf, sl.params.SSRC, cname)
				buf = r.sendFull(p, buf, out)
			}
		}
		r.wake(p, sl.reports)
	}
	return buf
}

// sendFull sends the compound when it is large, and gives the memory to go on with.
func (r *Router) sendFull(p *peer, buf []byte, out *Out) []byte {
	if len(buf) < compoundFull {
		return buf
	}
	return r.sendControl(p, buf, out)
}

// sendControl seals a compound packet for the peer, and gives the memory for the next.
func (r *Router) sendControl(p *peer, buf []byte, out *Out) []byte {
	if len(buf) == 0 {
		return buf
	}
	memory := out.memory()
	if memory == nil {
		r.counts.NoMemory++
		return buf[:0]
	}
	sealed, err := p.seals.sealRTCP(memory, buf, &r.control)
	if err != nil || len(sealed) > MTU {
		r.counts.Unwritable++
		return buf[:0]
	}
	r.push(p, len(sealed), out)
	return buf[:0]
}

// push hands a sealed packet over.
func (r *Router) push(p *peer, size int, out *Out) {
	p.stats.PacketsSent++
	p.stats.BytesSent += uint64(size)
	out.push(&p.burst, p.id, p.address, size)
}

// reporter is the SSRC that our feedback comes from: a slot's, which the answer declared.
func (p *peer) reporter() uint32 {
	if len(p.slots) > 0 {
		return p.slots[0].params.SSRC
	}
	return 1
}

// mediaSSRC is a stream of the peer that transport-wide feedback can name: it is about all of them.
func (p *peer) mediaSSRC() uint32 {
	if len(p.heard) > 0 {
		return p.heard[0].ssrc
	}
	return 0
}
