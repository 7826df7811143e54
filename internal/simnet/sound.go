package simnet

import (
	"time"

	"noom/internal/sfu"
)

const (
	// soundTick is how much is played at a time.
	soundTick = 10 * time.Millisecond
	// soundRing is how many packets the jitter buffer has place for.
	soundRing = 256
	// opusTicks are 20 ms in the RTP clock.
	opusTicks = 960
	// scaleEvery is after how many ticks the buffer may be stretched or squeezed again (NetEq's kMinTimescaleInterval).
	scaleEvery = 5
	// afresh is a gap in the timestamps after which playing begins anew.
	afresh = 50
)

// sounds is an audio slot's jitter buffer, as WebRTC's NetEq: it plays 10 ms at a time, makes up what is not there, and holds as
// much as lately came late. What is stretched or squeezed is not made up.
type sounds struct {
	playing bool
	origin  uint32
	newest  int64 // packet number: timestamps over opusTicks
	at      int64 // in ticks of soundTick: what is played next
	due     time.Duration
	have    []heard
	track   sfu.Track // played last
	scaled  int       // ticks since the buffer was stretched or squeezed
	gap     int       // ticks made up in a row
	delays  lateness
	copied  []word // of the packet in hand
	holding
}

// heard is a packet in the buffer.
type heard struct {
	number  int64
	track   sfu.Track
	repairs bool // it brings the one before it along
}

func newSounds() sounds { return sounds{} }

// hear takes a packet of sound.
func (s *slot) hear(k *received) {
	now := s.peer.call.clock.now
	newest := s.unwrap(k)
	track := newest.track()
	s.account(track, k.csrc, k.stamp, newest.taken(), 1)
	s.playUntil(now)
	if s.have == nil {
		s.have = make([]heard, soundRing)
	}
	number := int64(int32(k.stamp-s.origin)) / opusTicks
	if !s.playing || number-s.newest > afresh || s.at/2-number > afresh {
		s.playing, s.origin, number = true, k.stamp, 1
		s.newest, s.at, s.due, s.gap = 1, 2, now, 0
		clear(s.have)
	}
	s.delays.arrived(now, number, number < s.newest)
	s.newest = max(s.newest, number)
	if number >= s.at/2 {
		s.have[number%soundRing] = heard{number, track, newest.repairs()}
	}
	s.hearCopies(k.stamp, number)
	s.request(now, k.extended, number)
}

// playUntil plays up to a time.
func (s *slot) playUntil(now time.Duration) {
	if !s.playing {
		return
	}
	for s.due <= now {
		s.play()
		s.due += soundTick
	}
}

// held is the packet with a number, or one that brings it along.
func (s *slot) held(number int64) *heard {
	if h := &s.have[number%soundRing]; h.number == number {
		return h
	}
	if h := &s.have[(number+1)%soundRing]; h.number == number+1 && h.repairs {
		return h
	}
	return nil
}

// leap goes on with what there is after a gap, once as much has been made up as is missing.
func (s *slot) leap() {
	for next := s.at/2 + 1; next <= s.newest && int64(s.gap) >= 2*next-s.at; next++ {
		if s.held(next) != nil {
			s.at = 2 * next
			return
		}
	}
}

func (s *slot) play() {
	number := s.at / 2
	level := time.Duration(2*s.newest+2-s.at) * soundTick
	target := max(s.delays.target, s.hold)
	h := s.held(number)
	if h == nil && s.track == 0 {
		return
	}
	if s.played++; h == nil {
		r := s.of(s.track)
		r.Played += soundTick
		r.Concealed += soundTick
		s.gap++
		s.madeUp++
		s.leap()
		return
	}
	s.gap = 0
	s.track = h.track
	s.of(s.track).Played += soundTick
	s.at++
	if s.scaled++; s.scaled < scaleEvery && level < 4*target {
		return
	}
	switch {
	case level > target+max(target/4, 2*soundTick): // squeeze
		s.at++
		s.scaled = 0
	case level < target*3/4: // stretch
		s.at--
		s.scaled = 0
	}
}

// lateness decides how much the buffer should hold (NetEq's DelayManager): what 95 % of the packets that come in order need, and for
// those that do not as much as costs less than losing them.
type lateness struct {
	history [100]time.Duration // arrival less timestamp, of the last two seconds
	count   int
	ordered histogram
	late    histogram
	target  time.Duration
}

const (
	delayBucket  = 20 * time.Millisecond
	delayBuckets = 50
)

type histogram struct {
	counts [delayBuckets]float64
	added  int
}

// add takes one delay; forget is what all before it keep of their weight in the long run.
func (h *histogram) add(bucket int, forget float64) {
	h.added++
	forget = min(forget, 1-2/float64(h.added+1))
	for i := range h.counts {
		h.counts[i] *= forget
	}
	h.counts[min(max(bucket, 0), delayBuckets-1)] += 1 - forget
}

func (l *lateness) arrived(now time.Duration, number int64, reordered bool) {
	d := now - time.Duration(number)*20*time.Millisecond
	least := d
	for i := range min(l.count, len(l.history)) {
		least = min(least, l.history[i])
	}
	l.history[l.count%len(l.history)] = d
	l.count++
	bucket := int((d - least) / delayBucket)
	if reordered {
		l.late.add(bucket, 0.9993)
	} else {
		l.ordered.add(bucket, 0.983)
		l.late.add(0, 0.9993)
	}
	l.target = max(time.Duration(l.ordered.quantile()+1)*delayBucket, time.Duration(l.late.cheapest()+1)*delayBucket)
}

func (h *histogram) quantile() int {
	left := 0.95
	for i, share := range h.counts {
		if left -= share; left <= 0 {
			return i
		}
	}
	return delayBuckets - 1
}

// cheapest weighs 20 ms of delay against one per cent that is lost.
func (h *histogram) cheapest() int {
	best, least := 0, 1e9
	lost := 1.0
	for i, share := range h.counts {
		lost -= share
		if cost := float64(20*i) + float64(20*100*max(lost, 0)); cost < least-1e-6 {
			best, least = i, cost
		}
	}
	return best
}
