package simnet

import (
	"time"

	"github.com/pion/rtcp"
)

const (
	// feedbackLeast and feedbackMost bound how often a receiver tells of arrivals, feedbackShare is of the uplink's estimate, as
	// which WebRTC lets it take packets of feedbackSize bytes.
	feedbackLeast, feedbackMost = 50 * time.Millisecond, 250 * time.Millisecond
	feedbackShare, feedbackSize = 0.05, 68
)

// feedbackEvery is how often the peer tells of arrivals.
func (p *Peer) feedbackEvery() time.Duration {
	every := time.Duration(feedbackSize * 8 / (feedbackShare * p.rate.target) * float64(time.Second))
	return min(max(every, feedbackLeast), feedbackMost)
}

// arrivals is a receiver's half of transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01). It does
// nothing as long as the server numbers nothing.
type arrivals struct {
	began  bool
	newest uint64
	next   uint64 // the first that the next feedback tells of
	times  [1 << 12]arrivalTime
	count  uint8
	set    bool
}

type arrivalTime struct {
	number uint64
	at     time.Duration
}

func (a *arrivals) add(p *Peer, number uint16) {
	if !a.began {
		a.began, a.newest = true, uint64(number)+1<<16
		a.next = a.newest
	}
	extended := a.newest + uint64(int64(int16(number-uint16(a.newest))))
	a.newest = max(a.newest, extended)
	if t := &a.times[extended%uint64(len(a.times))]; t.number != extended {
		*t = arrivalTime{extended, p.call.clock.now}
		a.next = min(a.next, extended) // late: told again with what followed
	}
	if !a.set {
		a.set = true
		life := p.life
		p.call.clock.after(p.feedbackEvery(), func() {
			if life == p.life && !p.gone {
				a.set = false
				a.tell(p)
			}
		})
	}
}

// tell sends what came since.
func (a *arrivals) tell(p *Peer) {
	const most = 400 // packets that one feedback tells of
	a.next = max(a.next, a.newest-min(a.newest, uint64(len(a.times))/2))
	for a.next <= a.newest {
		f, next := a.feedback(a.next, min(a.newest, a.next+most))
		a.next = next
		if f != nil {
			p.control(f)
		}
	}
}

// feedback tells of [from, to], or of less where times lie too far apart (§3.1.5: deltas of 16 bits).
func (a *arrivals) feedback(from, to uint64) (*rtcp.TransportLayerCC, uint64) {
	const unit = 250 * time.Microsecond
	f := &rtcp.TransportLayerCC{SenderSSRC: 1, BaseSequenceNumber: uint16(from), FbPktCount: a.count}
	var last time.Duration
	var symbols []uint16
	at := from
	for ; at <= to; at++ {
		t := a.times[at%uint64(len(a.times))]
		if t.number != at {
			symbols = append(symbols, rtcp.TypeTCCPacketNotReceived)
			continue
		}
		if len(f.RecvDeltas) == 0 {
			f.ReferenceTime = uint32(t.at / (64 * time.Millisecond))
			last = time.Duration(f.ReferenceTime) * 64 * time.Millisecond
		}
		ticks := t.at/unit - last/unit
		if ticks != time.Duration(int16(ticks)) {
			break
		}
		kind := rtcp.TypeTCCPacketReceivedSmallDelta
		if ticks < 0 || ticks > 255 {
			kind = rtcp.TypeTCCPacketReceivedLargeDelta
		}
		f.RecvDeltas = append(f.RecvDeltas, &rtcp.RecvDelta{Type: kind, Delta: int64(ticks) * 250})
		symbols = append(symbols, kind)
		last = t.at
	}
	if len(f.RecvDeltas) == 0 {
		return nil, max(at, from+1)
	}
	a.count++
	f.PacketStatusCount = uint16(len(symbols))
	for len(symbols) > 0 { // seven two-bit symbols a chunk (§3.1.4)
		n := min(7, len(symbols))
		list := append([]uint16(nil), symbols[:n]...)
		for len(list) < 7 {
			list = append(list, rtcp.TypeTCCPacketNotReceived)
		}
		f.PacketChunks = append(f.PacketChunks, &rtcp.StatusVectorChunk{
			Type: rtcp.TypeTCCStatusVectorChunk, SymbolSize: rtcp.TypeTCCSymbolSizeTwoBit, SymbolList: list,
		})
		symbols = symbols[n:]
	}
	size := 20 + 2*len(f.PacketChunks)
	for _, d := range f.RecvDeltas {
		size++
		if d.Type == rtcp.TypeTCCPacketReceivedLargeDelta {
			size++
		}
	}
	f.Header = rtcp.Header{
		Padding: size%4 != 0, Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: uint16((size+3)/4 - 1),
	}
	return f, at
}
