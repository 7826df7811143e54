package simnet

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"

	"noom/internal/sfu"
)

// Browser is what a browser does against the loss of sound, as the page has it offer.
type Browser struct {
	RED     bool // sends each packet with a copy of the one before (RFC 2198), and takes such packets
	Asks    bool // asks again for what it lost
	Answers bool // sends again what it is asked for
	Holds   bool // the page has it hold more sound where much had to be made up
}

// The browsers there are.
var (
	Chromium = Browser{RED: true, Asks: true, Answers: true, Holds: true}
	Firefox  = Browser{Answers: true, Holds: true}
)

// offerSound adds to the offer what the peer does against loss.
func (p *Peer) offerSound() {
	if p.browser.RED {
		p.params.PayloadTypes = append(p.params.PayloadTypes, sfu.PayloadType{Codec: sfu.RED, PT: redPT})
	}
	for i := range p.params.Slots {
		s := &p.params.Slots[i]
		if s.NACK = s.Audio && p.browser.Asks; s.Audio && p.browser.RED {
			s.Codecs = append(s.Codecs, sfu.RED)
		}
	}
}

const (
	redHeader = 4 // of a copy; the newest has one byte (RFC 2198 §3)
	// oldestCopy is an age that RED cannot say.
	oldestCopy = 1 << 14
)

// red tells whether the stream goes with copies: the server asks that of microphones alone.
func (s *stream) red() bool { return s.peer.browser.RED && s.track.Kind() == sfu.Microphone }

// sendAudio sends 20 ms of Opus. It repeats the frame before, a little worse, when some is lost on the way up.
func (s *stream) sendAudio() {
	k := s.keep(s.soundSize())
	if s.loss > 0.005 { // what libwebrtc rounds to a per cent: Opus repairs then
		k.head[0] |= repairs
	}
	s.sign(k, k.head[:])
	s.transmit(k.place, false)
}

// soundSize is how large the next packet of sound is.
func (s *stream) soundSize() int {
	before := &s.history[s.sequence%historySize]
	switch {
	case !s.red():
		return opusSize
	case before.place != s.sequence || before.size == 0 || s.timestamp(s.peer.call.clock.now)-before.stamp >= oldestCopy:
		return 1 + opusSize
	}
	return redHeader + 1 + 2*opusSize
}

// writeRED writes a word behind a copy of the one before it, if its size says so.
func (s *stream) writeRED(to []byte, k *keptPacket) {
	if len(to) > 1+opusSize {
		before := &s.history[(k.place-1)%historySize]
		binary.BigEndian.PutUint32(to, 1<<31|opusPT<<24|(k.stamp-before.stamp)<<10|opusSize)
		before.write(to[redHeader+1:][:opusSize])
		to[redHeader] = opusPT
	} else {
		to[0] = opusPT
	}
	k.write(to[len(to)-opusSize:])
}

// write writes what the packet carries.
func (k *keptPacket) write(to []byte) {
	head := copy(to, k.head[:])
	copy(to[head:], zeros[:])
}

// word is 20 ms of sound in a packet.
type word struct {
	age  uint32 // in the RTP clock
	data []byte
}

func (w word) track() sfu.Track { return sfu.Track(binary.BigEndian.Uint32(w.data[trackAt:])) }
func (w word) taken() time.Duration {
	return time.Duration(binary.BigEndian.Uint64(w.data[takenAt:]))
}
func (w word) repairs() bool { return w.data[0]&repairs != 0 }

// unwrap gives the newest word of a packet, and notes the copies before it.
func (s *slot) unwrap(k *received) word {
	s.copied = s.copied[:0]
	rest := k.head[:k.read]
	if k.pt != redPT {
		return word{data: rest}
	}
	fail := func(what string) {
		s.peer.call.tb.Fatalf("seed %d: %s got RED %s", s.peer.call.seed, s.peer.Name, what)
	}
	if !s.peer.browser.RED {
		fail("which it did not offer")
	}
	at := 0
	for ; rest[at]&0x80 != 0; at += redHeader {
		header := binary.BigEndian.Uint32(rest[at:])
		if header>>24&0x7f != opusPT {
			fail("of another codec")
		}
		s.copied = append(s.copied, word{age: header >> 10 & (oldestCopy - 1), data: rest[:header&0x3ff]})
	}
	rest = rest[at+1:]
	for i := range s.copied {
		size := len(s.copied[i].data)
		s.copied[i].data, rest = rest[:size], rest[size:]
	}
	if len(rest) < opusSize {
		fail("larger than it is opened")
	}
	return word{data: rest}
}

// hearCopies puts the copies in a packet where words are missing.
func (s *slot) hearCopies(stamp uint32, number int64) {
	for _, c := range s.copied {
		track := c.track()
		if s.labelled(stamp-c.age) != track {
			s.of(track).Wrong++
		}
		n := number - int64(c.age)/opusTicks
		if h := &s.have[max(n, 0)%soundRing]; n >= s.at/2 && h.number != n {
			*h = heard{n, track, c.repairs()}
		}
	}
}

// requests is what a receiver of sound asks for again, as WebRTC's NackTracker does: what would come before it is to be played.
type requests struct {
	last    uint64 // the highest that came
	missing []missingWord
	told    uint64        // the last that was asked for
	toldAll time.Duration // when all that is missing was
}

type missingWord struct {
	extended uint64
	number   int64
}

// missingMost is how many it remembers.
const missingMost = 250

// request notes a packet that came, and asks for what is missing.
func (s *slot) request(now time.Duration, extended uint64, number int64) {
	if !s.peer.browser.Asks {
		return
	}
	q := &s.lostWords
	if q.last == 0 || extended > q.last+missingMost {
		q.missing, q.last = q.missing[:0], extended
	}
	for q.last < extended {
		if q.last++; q.last < extended {
			q.missing = append(q.missing, missingWord{q.last, number - int64(extended-q.last)})
		}
	}
	rtt := s.peer.roundTrip()
	all := now-q.toldAll >= 5*time.Millisecond+rtt*3/2 // what was asked for already is only then asked for again (WebRTC's SendNACK)
	var lost []uint16
	kept := q.missing[:0]
	for _, m := range q.missing {
		left := time.Duration(2*m.number-s.at) * soundTick
		if m.extended == extended || left <= 0 {
			continue
		}
		kept = append(kept, m)
		if left > rtt && (all || m.extended > q.told) {
			lost = append(lost, uint16(m.extended))
			q.told = max(q.told, m.extended)
		}
	}
	q.missing = kept
	if len(lost) == 0 {
		return
	}
	if all {
		q.toldAll = now
	}
	s.peer.control(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: s.params.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers(lost)})
}

// holding is what the page has a slot hold at least (jitterBufferTarget), by what had to be made up: ui/src/lib/holding.ts.
type holding struct {
	hold           time.Duration
	played, madeUp int // ticks since the last look
	calm           int // looks in a row at which next to nothing was made up
}

const (
	lookEvery            = 2 * time.Second
	holdStep, holdMost   = 40 * time.Millisecond, 200 * time.Millisecond
	worse, better, calms = 0.01, 0.002, 15
)

// look is what the page does every two seconds.
func (p *Peer) look(life int) {
	if p.gone || life != p.life {
		return
	}
	for _, s := range p.slots {
		if s.params.Audio {
			s.playUntil(p.call.clock.now)
			s.adjust()
		}
	}
	p.call.clock.after(lookEvery, func() { p.look(life) })
}

func (h *holding) adjust() {
	if h.played < int(lookEvery/soundTick)/2 {
		return
	}
	share := float64(h.madeUp) / float64(h.played)
	h.played, h.madeUp = 0, 0
	switch {
	case share > 0.5: // cut off
	case share > worse:
		h.hold = min(h.hold+holdStep, holdMost)
		h.calm = 0
	case share > better:
		h.calm = 0
	default:
		if h.calm++; h.calm >= calms {
			h.hold = max(h.hold-holdStep, 0)
			h.calm = 0
		}
	}
}
