package simnet

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"

	"noom/internal/sfu"
)

const (
	// pictureRing is how many packets a receiver keeps in order to put frames together.
	pictureRing = 2048
	// processEvery is how often WebRTC looks whether to ask again; nackTries how often it asks at most.
	processEvery = 20 * time.Millisecond
	nackTries    = 10
	// refreshEvery is how often a decoder that waits for a keyframe asks for one; stuckFor when one that waits for the rest of a
	// frame does (WebRTC: 200 ms and 3 s).
	refreshEvery, stuckFor = 200 * time.Millisecond, 3 * time.Second
	// silentFor is when a stream counts as ended: nothing is asked for then.
	silentFor = 5 * time.Second
)

// pictures is what makes frames of a video slot's packets.
type pictures struct {
	highest   uint64
	next      uint64 // what the decoder needs next
	first     bool   // nothing came yet
	ring      []place
	missing   []lostPacket
	orders    [64]int // how many packets later reordered ones came, for how long to wait before asking
	reordered int

	picture   int32 // the last decoded
	broken    bool  // the decoder needs a keyframe
	keyAt     uint64
	refreshed time.Duration // when a keyframe was last asked for
	decoded   time.Duration // when a frame last was
	arrived   time.Duration // when a packet last did
	set       bool          // a look is set
	smoothing
}

// place is a packet that waits to be put into a frame.
type place struct {
	extended uint64
	stamp    uint32
	csrc     uint32
	marker   bool
	head     [headSize]byte
}

type lostPacket struct {
	extended uint64
	askAt    uint64 // ask when this has come
	asked    time.Duration
	tries    int
}

func newPictures() pictures { return pictures{first: true, picture: -1, broken: true} }

func (s *slot) placeOf(extended uint64) *place { return &s.ring[extended%pictureRing] }

func (s *slot) has(extended uint64) bool { return s.placeOf(extended).extended == extended }

// see takes a packet of video.
func (s *slot) see(k *received) {
	now := s.peer.call.clock.now
	s.arrived = now
	if s.first {
		s.first = false
		s.ring = make([]place, pictureRing)
		s.highest = uint64(k.sequence) + 1<<16
		s.next = s.highest
		s.decoded = now
	}
	extended := s.highest + uint64(int64(int16(k.sequence-uint16(s.highest))))
	switch {
	case extended > s.highest:
		s.miss(extended)
		s.highest = extended
	case extended < s.next || s.has(extended):
		s.found(extended, k.repaired)
		return
	default:
		s.found(extended, k.repaired)
	}
	p := s.placeOf(extended)
	p.extended, p.stamp, p.csrc, p.marker = extended, k.stamp, k.csrc, k.marker
	copy(p.head[:], k.head[:])
	if k.head[0]&0x10 != 0 && k.head[descriptorSize]&1 == 0 && extended > s.keyAt {
		s.keyAt = extended
	}
	s.ask(false)
	s.assemble()
	s.watch()
}

// miss notices the gap before a packet.
func (s *slot) miss(extended uint64) {
	if extended-s.next >= pictureRing { // hopeless
		s.giveUp(extended)
		return
	}
	wait := uint64(s.usualOrder())
	for lost := s.highest + 1; lost < extended; lost++ {
		s.missing = append(s.missing, lostPacket{extended: lost, askAt: lost + wait})
	}
}

// usualOrder is by how many packets half of those that are merely overtaken are late (WebRTC's WaitNumberOfPackets).
func (s *slot) usualOrder() int {
	if s.reordered == 0 {
		return 0
	}
	left := s.reordered / 2
	for i, n := range s.orders {
		if left -= n; left < 0 {
			return i
		}
	}
	return len(s.orders)
}

// found takes a packet off the list.
func (s *slot) found(extended uint64, repaired bool) {
	for i := range s.missing {
		if s.missing[i].extended == extended {
			s.missing = append(s.missing[:i], s.missing[i+1:]...)
			break
		}
	}
	if !repaired && extended < s.highest {
		s.orders[min(s.highest-extended, uint64(len(s.orders)-1))]++
		s.reordered++
	}
}

// ask sends a NACK for what is due: by number as soon as it is missing, again a round trip later.
func (s *slot) ask(again bool) {
	now, rtt := s.peer.call.clock.now, s.peer.roundTrip()
	var lost []uint16
	kept := s.missing[:0]
	for _, m := range s.missing {
		switch {
		case m.extended < s.next:
			continue
		case m.tries == 0 && s.highest >= m.askAt, again && m.tries > 0 && now-m.asked >= rtt:
			if m.tries == nackTries {
				continue
			}
			m.tries++
			m.asked = now
			lost = append(lost, uint16(m.extended))
		}
		kept = append(kept, m)
	}
	s.missing = kept
	if len(lost) > 0 {
		s.asks++
		s.smoothing.asked = now
		s.peer.control(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: s.params.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers(lost)})
	}
}

// giveUp throws away what waits, up to a packet, and asks for a keyframe.
func (s *slot) giveUp(until uint64) {
	s.broken = true
	s.next = until
	s.missing = s.missing[:0]
	s.refresh()
}

// refresh asks for a keyframe.
func (s *slot) refresh() {
	now := s.peer.call.clock.now
	if s.refreshed == 0 || now-s.refreshed >= refreshEvery {
		s.refreshed = now
		s.peer.control(&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: s.params.SSRC})
	}
}

// watch looks again soon while something is waited for.
func (s *slot) watch() {
	if s.set || !s.broken && len(s.missing) == 0 && s.highest < s.next {
		return
	}
	s.set = true
	s.peer.call.clock.in(processEvery, (*look)(s))
}

// look is a slot that may have to ask again.
type look slot

func (l *look) happen() {
	s := (*slot)(l)
	s.set = false
	now := s.peer.call.clock.now
	if s.life != s.peer.life || s.peer.gone || s.peer.session == nil || now-s.arrived > silentFor {
		return
	}
	s.ask(true)
	if s.broken || now-s.decoded >= stuckFor && s.highest >= s.next {
		s.refresh()
	}
	s.watch()
}

// assemble decodes every frame that is whole and in its turn. A whole keyframe is gone on with, whatever is missing before it.
func (s *slot) assemble() {
	for {
		end, ok := s.frameEnd(s.next)
		if !ok && s.keyAt > s.next && s.has(s.keyAt) {
			if end, ok = s.frameEnd(s.keyAt); ok {
				s.next = s.keyAt
				s.broken = true // it brings what is missing
			}
		}
		if !ok {
			return
		}
		s.decode(s.next, end)
		s.next = end + 1
	}
}

// frameEnd finds the marker of the frame that begins at a packet. A frame that another one cuts short, because the slot turned to
// another layer in the middle of it, is left out.
func (s *slot) frameEnd(from uint64) (end uint64, ok bool) {
	for at := from; s.has(at); at++ {
		p := s.placeOf(at)
		if p.stamp != s.placeOf(from).stamp {
			if from != s.next {
				return 0, false
			}
			s.next, from = at, at
			s.broken = true
		}
		if p.marker {
			return at, true
		}
	}
	return 0, false
}

// decode does what a decoder would: a delta frame needs the picture before it.
func (s *slot) decode(from, to uint64) {
	first := s.placeOf(from)
	if first.head[0]&0x10 == 0 {
		s.broken = true // the frame's beginning is missing
	}
	picture := int32(binary.BigEndian.Uint16(first.head[2:]) & 0x7fff)
	frame := first.head[descriptorSize:]
	key := frame[0]&1 == 0 && first.head[0]&0x10 != 0
	follows := picture == (s.picture+1)&0x7fff
	if !key && (s.broken || !follows) {
		if !s.broken {
			s.peer.call.tb.Errorf("seed %d: %s at %v, slot %s: picture %d came after %d (packet %d)", s.peer.call.seed, s.peer.Name, s.peer.call.clock.now, s.params.MID, picture, s.picture, from)
		}
		s.broken = true
		s.refresh()
		return
	}
	s.picture, s.broken = picture, false
	now := s.peer.call.clock.now
	s.decoded = now
	track := sfu.Track(binary.BigEndian.Uint32(frame[trackAt:]))
	taken := time.Duration(binary.BigEndian.Uint64(frame[takenAt:]))
	r := s.account(track, first.csrc, first.stamp, taken, int(to-from)+1)
	r.Frames++
	r.show(s.shown(now, first.stamp, s.peer.roundTrip()))
	if key {
		r.Width = int(binary.LittleEndian.Uint16(frame[6:]))
	}
}

// smoothing is the delay that a receiver adds, so that frames come evenly: as late as they lately were.
type smoothing struct {
	began  bool
	origin uint32
	base   time.Duration // arrival less timestamp, of the fastest frame
	late   time.Duration // how much later than that frames are expected
	last   time.Duration
	before time.Duration
	asks   int           // NACKs sent
	asked  time.Duration // the last
}

const (
	// smoothMost is what is added at most: browsers rather freeze than be later still.
	smoothMost = 500 * time.Millisecond
	// smoothFor is how long a late frame is remembered, as a time constant.
	smoothFor = 10 * time.Second
	// repairsAfter is after how many NACKs a receiver allows for their round trip, repairsFor for how long after the last (WebRTC's
	// jitter estimator).
	repairsAfter, repairsFor = 3, time.Minute
)

// shown gives when a frame decoded now is shown.
func (m *smoothing) shown(now time.Duration, stamp uint32, rtt time.Duration) time.Duration {
	if !m.began {
		m.began, m.origin, m.base, m.before = true, stamp, now, now
	}
	due := time.Duration(int32(stamp-m.origin)) * time.Second / 90_000
	if now-due < m.base || now-due > m.base+5*time.Second {
		m.base = now - due
	}
	passed := now - m.before
	m.before = now
	m.late -= time.Duration(float64(m.late) * min(float64(passed)/float64(smoothFor), 1))
	if m.asks >= repairsAfter && now-m.asked < repairsFor {
		m.late = max(m.late, rtt*9/10)
	}
	m.late = min(max(m.late, now-due-m.base), smoothMost)
	m.last = max(m.last, now, due+m.base+m.late)
	return m.last
}
