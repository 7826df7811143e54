package simnet

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"noom/internal/sfu"
)

const (
	redPT = 63
	// playout is how long after it was sent a word must be here to be heard: what listeners' jitter buffers hold, with the path.
	playout = 200 * time.Millisecond
	// frame is 20 ms in ticks of the sound's clock.
	frame = 960
)

// Sound is what a browser does against the loss of sound.
type Sound struct {
	RED  bool // sends each packet with a copy of the one before (RFC 2198), and takes such packets
	NACK bool // asks again for what it lost, and answers who asks it
}

// offerSound adds to the offer what the peer does against loss.
func (p *Peer) offerSound() {
	p.sound = p.call.Sound
	if p.sound.RED {
		p.params.PayloadTypes = append(p.params.PayloadTypes, sfu.PayloadType{Codec: sfu.RED, PT: redPT})
	}
	for i := range p.params.Slots {
		s := &p.params.Slots[i]
		if s.NACK = s.Audio && p.sound.NACK; s.Audio && p.sound.RED {
			s.Codecs = append(s.Codecs, sfu.RED)
		}
	}
}

// Said is how many words of 20 ms the peer has said into its microphone.
func (p *Peer) Said() int { return int(p.streams[0].words) }

// speak makes the next word: 80 bytes that tell whose it is, which, and when it was said.
func (s *stream) speak() (payload []byte, pt uint8) {
	s.words++
	word := make([]byte, 80)
	binary.BigEndian.PutUint32(word[4:], uint32(s.track))
	binary.BigEndian.PutUint32(word[8:], s.words)
	binary.BigEndian.PutUint64(word[12:], uint64(s.peer.call.clock.now.Sub(epoch)))
	before := s.before
	s.before = word
	if !s.peer.sound.RED {
		return word, opusPT
	}
	var front []byte
	if before != nil {
		front = binary.BigEndian.AppendUint32(front, 1<<31|opusPT<<24|frame<<10|uint32(len(before)))
	}
	front = append(front, opusPT)
	return append(append(front, before...), word...), redPT
}

// hearing is what a slot knows of the sound that came.
type hearing struct {
	heard    map[sfu.Track]map[uint32]bool // words
	awaited  map[uint16]time.Time          // packets that are missing, since when
	received uint32                        // packets since the last report
	reported uint16                        // the highest of it
}

// unwrap hears the copies in a packet and gives its newest payload.
func (s *slot) unwrap(packet *rtp.Packet) (newest []byte) {
	if packet.PayloadType != redPT {
		return packet.Payload
	}
	rest := packet.Payload
	var sizes []int
	for ; rest[0]&0x80 != 0; rest = rest[4:] {
		if rest[0]&0x7f != opusPT || len(sizes) > 2 {
			s.peer.call.tb.Fatalf("%s got RED of another codec, or without end", s.peer.Name)
		}
		sizes = append(sizes, int(binary.BigEndian.Uint32(rest)&0x3ff))
	}
	rest = rest[1:]
	for _, size := range sizes {
		word := rest[:size]
		rest = rest[size:]
		if r := s.tracks[sfu.Track(binary.BigEndian.Uint32(word[4:]))]; r != nil {
			s.hearWord(r, word)
		}
	}
	return rest
}

// hearWord counts a word that came in time, once.
func (s *slot) hearWord(r *Received, word []byte) {
	track, number := sfu.Track(binary.BigEndian.Uint32(word[4:])), binary.BigEndian.Uint32(word[8:])
	said := epoch.Add(time.Duration(binary.BigEndian.Uint64(word[12:])))
	if s.heard[track] == nil {
		if s.heard == nil {
			s.heard = make(map[sfu.Track]map[uint32]bool)
		}
		s.heard[track] = make(map[uint32]bool)
	}
	if s.peer.call.clock.now.Sub(said) > playout || s.heard[track][number] {
		return
	}
	s.heard[track][number] = true
	r.Words++
}

// missSound notes a packet of sound, and the gap before it.
func (s *slot) missSound(sequence uint16) {
	s.received++
	switch ahead := int16(sequence - s.highest); {
	case !s.began:
		s.began, s.highest, s.reported = true, sequence, sequence-1
		s.awaited = make(map[uint16]time.Time)
	case ahead > 0:
		for lost := s.highest + 1; s.peer.sound.NACK && lost != sequence; lost++ {
			s.awaited[lost] = s.peer.call.clock.now
			s.peer.call.clock.after(nackAfter, func() { s.askForSound(lost) })
		}
		s.highest = sequence
	default:
		delete(s.awaited, sequence)
	}
}

// askForSound sends a NACK for a packet of sound while it is of use.
func (s *slot) askForSound(lost uint16) {
	since, missing := s.awaited[lost]
	if !missing || s.peer.gone || s.peer.call.clock.now.Sub(since) > playout {
		delete(s.awaited, lost)
		return
	}
	s.peer.control(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: s.params.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{lost})})
	s.peer.call.clock.after(nackEvery, func() { s.askForSound(lost) })
}

// fractionLost is the share of the packets of sound since the last report that did not come, of 256 (RFC 3550 §6.4.1).
func (s *slot) fractionLost() uint8 {
	if !s.params.Audio {
		return 0
	}
	expected := uint32(s.highest - s.reported)
	lost := max(0, int(expected)-int(s.received))
	s.received, s.reported = 0, s.highest
	if expected == 0 {
		return 0
	}
	return uint8(min(255, lost*256/int(expected)))
}
