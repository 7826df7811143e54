package sfu

import (
	"encoding/binary"
	"time"

	"noom/internal/sfu/cache"
	"noom/internal/sfu/codec"
	"noom/internal/sfu/rtpx"
)

const (
	// feedbackDelay is how long transport-wide feedback gathers arrivals: the draft's 50–100 ms.
	feedbackDelay = 50 * time.Millisecond
	// silence is a level of nothing (RFC 6464 §3).
	silence = 127
)

// arrival is what is known of a stream's packet beside its bytes.
type arrival struct {
	codec     Codec
	recovered bool // by a retransmission, or as restored
	restored  bool // from a copy in a later packet
	level     byte // the RFC 6464 element, silence when there is none
}

// unit is the media packet in hand, on its way from a stream to the stream's slots.
type unit struct {
	now      time.Time
	stream   *stream
	packet   *rtpx.Packet
	vp8      codec.VP8
	codec    Codec
	keyframe bool // the packet begins one
	level    byte // the RFC 6464 element as it came, silence when there was none
}

// receiveRTP opens a packet, tells the sender that it arrived, and passes on what is media.
func (r *Router) receiveRTP(now time.Time, p *peer, datagram []byte, out *Out) {
	if p.opens == nil {
		r.counts.Early++
		return
	}
	ssrc, _, ok := rtpx.PeekSSRC(datagram)
	if !ok {
		r.counts.Malformed++
		return
	}
	in := p.inbound[ssrc]
	if in == nil && len(p.inbound) >= maxSSRCs { // each would be a state in the SRTP context, for good
		r.counts.SSRCFlood++
		return
	}
	plain, err := p.opens.DecryptRTP(r.plain[:0], datagram, &r.header)
	if err != nil {
		r.counts.Unauthentic++
		return
	}
	if in == nil {
		in = p.admit(ssrc)
	}
	if r.packet.Parse(plain) != nil {
		r.counts.Malformed++
		return
	}
	r.acknowledge(now, p)
	f := p.formats[r.packet.PayloadType]
	if f.codec == NoCodec {
		r.counts.UnknownFormat++
		return
	}
	if in.to == nil && !r.learn(p, in, &r.packet, f) {
		r.counts.Unmapped++
		return
	}
	r.count(now, p, in)
	if f.rtx || in.rtx {
		r.recover(now, p, in, f, plain, out)
		return
	}
	if in.ssrc != in.to.ssrc { // the layer has gone on under another SSRC
		r.counts.Unmapped++
		return
	}
	r.ingest(now, in.to, arrival{codec: f.codec, level: r.levelOf(p)}, plain, out)
}

// acknowledge notes the packet for transport-wide feedback.
func (r *Router) acknowledge(now time.Time, p *peer) {
	number := r.packet.Extension(p.params.Extensions.TransportWideCC)
	if len(number) < 2 {
		return
	}
	p.twcc.Record(binary.BigEndian.Uint16(number), now)
	if p.feedback.IsZero() {
		p.feedback = now.Add(feedbackDelay)
		r.wake(p, p.feedback)
	}
}

// count notes the packet for receiver reports. The first of an SSRC hastens the report: browsers repeat the MID until then,
// and start their largest layer only after.
func (r *Router) count(now time.Time, p *peer, in *inbound) {
	rate := uint32(videoRate)
	if in.to.source.kind.Audio() {
		rate = audioRate
	}
	if !in.report.started {
		p.reports = now.Add(firstReport)
		r.wake(p, p.reports)
	}
	in.report.packet(r.packet.Sequence, r.packet.Timestamp, ticks(now.Sub(p.since), rate))
}

// recover restores the packet inside a retransmission (RFC 4588 §4) and passes it on as its stream's. plain lies at the
// start of the router's memory.
func (r *Router) recover(now time.Time, p *peer, in *inbound, f format, plain []byte, out *Out) {
	s := in.to
	if len(r.packet.Payload) < 2 || s.ssrc == 0 || !f.rtx {
		r.counts.Padding++ // probes: padding alone, also before the stream itself began
		return
	}
	header := len(plain) - len(r.packet.Payload) - r.packet.Padding
	original := binary.BigEndian.Uint16(plain[header:])
	copy(plain[2:2+header], plain[:header])
	plain = plain[2:]
	plain[1] = plain[1]&0x80 | f.media
	binary.BigEndian.PutUint16(plain[2:], original)
	binary.BigEndian.PutUint32(plain[8:], s.ssrc)
	if r.packet.Parse(plain) != nil {
		r.counts.Malformed++
		return
	}
	r.ingest(now, s, arrival{codec: f.codec, recovered: true, level: r.levelOf(p)}, plain, out)
}

// ingest takes a packet of a stream, in the clear and parsed into r.packet: keeps it, reads it, passes it on.
func (r *Router) ingest(now time.Time, s *stream, a arrival, plain []byte, out *Out) {
	if a.codec == RED && len(r.packet.Payload) > 0 {
		r.restore(now, s, a, plain, out)
		return
	}
	if s.kept == nil {
		s.start()
	}
	sequence := r.packet.Sequence
	r.note(now, s, a.recovered)
	if r.packet.Padding > 0 { // of no use to receivers: it is stripped here, once
		plain = plain[:len(plain)-r.packet.Padding]
		plain[0] &^= 0x20
	}
	switch s.kept.Put(sequence, now, a.recovered, plain) {
	case cache.Restarted: // its numbers may be those of before again: slots go on with others
		r.beginAnew(s)
		r.note(now, s, false)
	case cache.Duplicate:
		r.counts.Duplicates++
		return
	case cache.Late:
		r.counts.Late++
		return
	case cache.TooLarge:
		r.counts.TooLarge++
		return
	}
	s.repaired(a)
	if a.restored {
		r.counts.Restored++
	}
	if len(r.packet.Payload) == 0 {
		r.counts.Padding++
		r.leaveOut(now, s)
		return
	}
	r.seen(now, s)
	s.pace.add(len(plain))
	s.codec = a.codec
	s.times.arrived(r.packet.Timestamp, now)
	if !r.read(now, s, a) {
		r.counts.Malformed++
		r.leaveOut(now, s)
		return
	}
	r.distribute(s, a.restored, plain, out)
}

// repaired counts a packet that its sender's peer lost and we have all the same.
func (s *stream) repaired(a arrival) {
	switch p := s.source.owner; {
	case p == nil:
	case a.restored:
		p.stats.Restored++
	case a.recovered:
		p.stats.Recovered++
	}
}

// note tells the NACK generator about a packet.
func (r *Router) note(now time.Time, s *stream, recovered bool) {
	if s.missed == nil {
		return
	}
	take := s.missed.Received
	if recovered {
		take = s.missed.Recovered
	} else if s.source.kind.Audio() { // which has no RTX: what was asked for comes as it was
		if _, asked := s.missed.Waits(r.packet.Sequence); asked {
			s.source.owner.stats.Recovered++
		}
	}
	if take(now, r.packet.Sequence) && !s.source.kind.Audio() {
		r.wantKeyframe(now, s)
	}
	if s.missed.Missing() == 0 {
		return
	}
	if at, ok := s.missed.Deadline(); ok {
		r.wake(s.source.owner, at)
	}
}

// read fills the unit in hand from the packet in hand. ok is false when the payload is not of its codec.
func (r *Router) read(now time.Time, s *stream, a arrival) (ok bool) {
	u := &r.unit
	u.now, u.stream, u.packet, u.codec = now, s, &r.packet, a.codec
	u.keyframe, u.level = false, a.level
	switch a.codec {
	case VP8:
		if u.vp8.Parse(r.packet.Payload) != nil {
			return false
		}
		if u.vp8.Keyframe {
			u.keyframe = true
			s.width, s.height = u.vp8.Width, u.vp8.Height
		}
	case H264:
		if codec.H264Keyframe(r.packet.Payload) {
			u.keyframe = true
			if width, height, ok := codec.H264Size(r.packet.Payload); ok {
				s.width, s.height = width, height
			}
		}
	case Opus:
		u.keyframe = true // every packet stands for itself
	}
	if u.keyframe {
		s.key.came()
	}
	return true
}

// distribute sees to it that whoever takes its stream gets the unit in hand.
func (r *Router) distribute(s *stream, restored bool, plain []byte, out *Out) {
	t := s.source.track
	if t == nil || t.state != On {
		s.muted = true
		r.counts.Muted++
		return
	}
	if s.muted && restored { // said before it was let out
		r.counts.Muted++
		return
	}
	s.muted = false
	if t.number.Kind() == Microphone {
		t.room.voices.Level(r.unit.now, uint32(t.number), r.unit.level&0x7f)
	}
	if len(s.slots) > 0 {
		r.pass(&r.unit, out)
	}
	if len(t.workers) > 0 {
		r.pipe(t, &r.unit, plain, out)
	}
}

// levelOf reads the level from the packet in hand (RFC 6464 §3).
func (r *Router) levelOf(p *peer) byte {
	if element := r.packet.Extension(p.params.Extensions.AudioLevel); len(element) > 0 {
		return element[0]
	}
	return silence
}

// seen notes that the stream is alive, and lets slots turn to it at once when it was not.
func (r *Router) seen(now time.Time, s *stream) {
	before := s.seen
	s.seen = now
	if now.Sub(before) < s.source.silence() && !before.IsZero() {
		return
	}
	if t := s.source.track; t != nil {
		r.aimAll(now, t)
	}
}
