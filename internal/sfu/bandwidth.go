package sfu

import (
	"time"

	"noom/internal/sfu/rtpx"
)

const (
	// mostPadding is how much padding one packet can have, in bytes (RFC 3550 §5.1).
	mostPadding = 255
	// probeStep is the least time between two looks at a probe: packets leave in turns of about as much.
	probeStep = time.Millisecond
)

// sent notes a sealed packet of the slot that carries the next transport-wide number.
func (sl *slot) sent(now time.Time, size int) {
	if sl.wide != 0 {
		sl.peer.bandwidth.Sent(now, size)
	}
}

// heardArrivals takes in what of what was sent to the peer has arrived.
func (r *Router) heardArrivals(now time.Time, p *peer, c *rtpx.Control, out *Out) {
	if !p.numbered { // nothing would be made of it
		return
	}
	if r.arrived.Parse(c.Information()) != nil {
		r.counts.Malformed++
		return
	}
	before := p.bandwidth.Estimate()
	if !p.bandwidth.Feedback(now, &r.arrived) {
		r.counts.Malformed++
		return
	}
	if rate := p.bandwidth.Estimate(); rate < before*9/10 || rate > before*5/4 { // it does not wait for the room
		r.divide(now, p, out)
		for _, sl := range p.division.order {
			r.aim(now, sl)
		}
	}
	r.awaitProbe(now, p)
}

// probe does for the estimate of what the peer's path carries what is due.
func (r *Router) probe(now time.Time, p *peer, out *Out) {
	if !p.numbered {
		return
	}
	p.bandwidth.Tick(now)
	for p.bandwidth.Padding(now) && (r.releaseOne(now, p, out) || r.pad(now, p, out)) {
		continue // until the probe has its rate
	}
	r.release(now, p, out)
	r.awaitProbe(now, p)
}

func (r *Router) awaitProbe(now time.Time, p *peer) {
	at := p.bandwidth.Deadline()
	if at.IsZero() {
		return
	}
	if next := now.Add(probeStep); at.Before(next) {
		at = next
	}
	r.wake(p, at)
}

// pad sends a packet of padding, over the RTX SSRC of a slot: whoever receives it reports it, and looks no further (RFC 4588 §4
// wants two bytes of payload at least).
func (r *Router) pad(now time.Time, p *peer, out *Out) (ok bool) {
	sl, pt := p.padded()
	if sl == nil {
		return false
	}
	memory := out.memory()
	if memory == nil {
		r.counts.NoMemory++
		return false
	}
	if sl.numbering == nil {
		sl.numbering = newNumbering(sl.chance)
	}
	header := rtpx.AppendHeader(memory[:0], rtpx.Header{
		PayloadType: pt, Sequence: sl.repairs, Timestamp: sl.stamp, SSRC: sl.params.RTX,
	}, r.elements(sl, NoCodec))
	header[0] |= 0x20
	size := r.seal(p, header, r.padding[:], &sl.repair, out)
	if size == 0 {
		return false
	}
	sl.sent(now, size)
	sl.repairs++
	r.counts.Probes++
	return true
}

// padded is the slot whose RTX carries padding, the first that shows something, or nil.
func (p *peer) padded() (to *slot, pt uint8) {
	for _, sl := range p.video {
		if sl.params.RTX == 0 || sl.wide == 0 || to != nil && sl.carried == 0 {
			continue
		}
		for _, c := range sl.params.Codecs {
			if t := p.types[c]; t.RTX != 0 {
				to, pt = sl, t.RTX
				break
			}
		}
		if to != nil && to.carried != 0 {
			break
		}
	}
	return to, pt
}
