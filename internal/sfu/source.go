package sfu

import (
	"time"

	"noom/internal/sfu/cache"
	"noom/internal/sfu/layer"
	"noom/internal/sfu/nack"
	"noom/internal/sfu/rtpx"
)

const (
	// videoCache in packets: about two seconds of the largest layer (2.5 Mb/s), more than any NACK waits for.
	videoCache = 512
	// audioCache in packets: no smaller than replayWindow, so that all that SRTP lets in finds its place.
	audioCache = 256
)

// source is an m-line on which a peer sends, or the same of another worker as it comes out of a pipe.
type source struct {
	owner   *peer // nil: piped
	kind    Kind
	mid     string
	rids    []string // nil: one stream
	streams [layer.Max]stream
	layers  int    // how many of the streams there may be
	track   *track // nil before the owner entered
}

// stream is one layer of a source.
type stream struct {
	source *source
	layer  int
	ssrc   uint32 // 0 while unknown; whole layers are repaired under one SSRC, whatever the sender's RTX SSRC
	codec  Codec  // of the newest packet
	kept   *cache.Cache
	missed *nack.Generator // nil for a piped stream: its owner asks
	seen   time.Time       // the newest packet; zero before the first
	times  timeline
	width  uint16 // of the newest keyframe, 0 while unknown
	height uint16
	slots  []*slot // to which its packets are offered
	first  int     // of its packets gathered in this turn, and the last; none where there is none
	last   int
	key    keyframe
	pace   pace
	muted  bool // its newest packet was not let out
}

// inbound is one SSRC that a peer sends.
type inbound struct {
	ssrc   uint32
	to     *stream // nil while nothing tells the m-line
	rtx    bool
	report reception
}

// settleSource takes an m-line of the offer.
func (r *Router) settleSource(p *peer, params *Source) {
	if params.Kind > ScreenAudio {
		return
	}
	s := p.sources[params.Kind]
	if s == nil {
		s = newSource(p, params.Kind)
		p.sources[params.Kind] = s
		if p.room != nil {
			p.room.adopt(s, p.seat)
		}
	}
	s.mid, s.rids = params.MID, params.RIDs
	s.layers = max(1, len(params.RIDs))
	for i, d := range params.Declared {
		if i >= s.layers {
			break
		}
		r.declare(p, &s.streams[i], d.SSRC, false)
		r.declare(p, &s.streams[i], d.RTX, true)
	}
}

func newSource(owner *peer, k Kind) *source {
	s := &source{owner: owner, kind: k, layers: 1}
	for i := range s.streams {
		s.streams[i].source, s.streams[i].layer = s, i
		s.streams[i].first, s.streams[i].last = none, none
	}
	return s
}

// declare maps an SSRC that the offer names.
func (r *Router) declare(p *peer, to *stream, ssrc uint32, rtx bool) {
	if ssrc == 0 || p.inbound[ssrc] != nil || len(p.inbound) >= maxSSRCs {
		return
	}
	in := p.admit(ssrc)
	r.bind(in, to, rtx)
}

// admit makes room for an SSRC.
func (p *peer) admit(ssrc uint32) *inbound {
	in := &inbound{ssrc: ssrc}
	p.inbound[ssrc] = in
	p.heard = append(p.heard, in)
	return in
}

// bind maps an SSRC for good.
func (r *Router) bind(in *inbound, to *stream, rtx bool) {
	in.to, in.rtx = to, rtx
	if rtx || to.ssrc == in.ssrc {
		return
	}
	to.ssrc = in.ssrc
	if to.kept != nil { // another SSRC has other sequence numbers and timestamps
		r.restart(to)
	}
}

// learn maps an SSRC by the MID and RID that its packet carries (RFC 8843 §9.2, RFC 8852). Retransmissions are told by their
// payload type: those of a single stream carry no repaired RID.
func (r *Router) learn(p *peer, in *inbound, packet *rtpx.Packet, f format) bool {
	mid := packet.Extension(p.params.Extensions.MID)
	if len(mid) == 0 {
		return false
	}
	for _, s := range p.sources {
		if s == nil || s.mid != string(mid) {
			continue
		}
		if s.rids == nil {
			r.bind(in, &s.streams[0], f.rtx)
			return true
		}
		id := p.params.Extensions.RID
		if f.rtx {
			id = p.params.Extensions.RepairedRID
		}
		rid := packet.Extension(id)
		for i, name := range s.rids {
			if name == string(rid) {
				r.bind(in, &s.streams[i], f.rtx)
				return true
			}
		}
	}
	return false
}

// start makes the memory of a stream whose first packet arrived.
func (s *stream) start() {
	if s.source.kind.Audio() {
		s.kept, s.times.rate = cache.New(audioCache), audioRate
	} else {
		s.kept, s.times.rate = cache.New(videoCache), videoRate
		s.pace.rate = unmeasured[s.layer]
		if s.source.kind == Screen {
			s.pace.rate = unmeasured[1]
		}
	}
	if s.source.owner != nil {
		s.missed = nack.New(s.patience())
	}
}

// patience is how late a packet of the stream may come and still be of use.
func (s *stream) patience() time.Duration {
	if s.source.kind.Audio() {
		return nack.Sound
	}
	return nack.Pictures
}

// restart forgets what was received under an earlier SSRC. Slots turn to the stream again as to a new one.
func (r *Router) restart(s *stream) {
	s.kept.Reset()
	r.beginAnew(s)
}

// beginAnew forgets what the cache has forgotten: the old numbers are no longer those of packets that slots have sent.
func (r *Router) beginAnew(s *stream) {
	r.cut(s)
	if s.missed != nil {
		s.missed = nack.New(s.patience())
	}
	s.times = timeline{rate: s.times.rate}
	s.seen = time.Time{}
	if t := s.source.track; t != nil {
		t.room.forget(func(other *stream) bool { return other == s })
	}
	for len(s.slots) > 0 {
		s.slots[0].turnAway()
	}
}

// live tells whether packets of the stream are arriving, as seen from the liveliest layer of its source: when all
// have stopped, none is worse than the others.
func (s *source) live(i int) bool {
	if s.streams[i].seen.IsZero() {
		return false
	}
	var newest time.Time
	for j := range s.layers {
		if s.streams[j].seen.After(newest) {
			newest = s.streams[j].seen
		}
	}
	return newest.Sub(s.streams[i].seen) < s.silence()
}

// How long a layer may send nothing while others do: browsers that drop a layer for want of bandwidth or CPU send nothing at all.
// All layers of a camera show the same pictures, so that one lags behind another by no more than its packets take to leave and
// a few pictures left out; those who see it see it stand still meanwhile. A screen's slowest rate is 1 picture/s.
const (
	layerSilence  = 1200 * time.Millisecond
	cameraSilence = 250 * time.Millisecond
)

func (s *source) silence() time.Duration {
	if s.kind == Camera {
		return cameraSilence
	}
	return layerSilence
}
