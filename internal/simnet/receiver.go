package simnet

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"noom/internal/sfu"
)

const (
	// nackAfter is how long a receiver waits for a packet that was overtaken; nackEvery how often it asks again.
	nackAfter, nackEvery = 20 * time.Millisecond, 60 * time.Millisecond
	// nackFor is how long a packet is asked for before the picture is given up.
	nackFor = 600 * time.Millisecond
	// kept is how many packets behind the newest a receiver keeps in order to put frames together.
	kept = 1000
	// refreshEvery is how often a decoder that cannot go on asks for a keyframe.
	refreshEvery = 300 * time.Millisecond
)

// label is what the slots event said: from this timestamp on, the slot carries the track.
type label struct {
	track sfu.Track
	from  uint32
}

// slot is a receiving m-line and everything that came out of it.
type slot struct {
	peer   *Peer
	params sfu.Slot
	labels []label

	began     bool
	highest   uint16
	packets   map[uint16]*rtp.Packet // not yet put into frames
	missing   map[uint16]time.Time   // since when
	next      uint16                 // what the decoder needs next
	picture   int32                  // the last decoded; -1: a keyframe is needed
	broken    bool                   // the decoder needs a keyframe
	refreshed time.Time              // when a keyframe was last asked for

	reportedNTP uint64
	reportedAt  time.Time

	tracks map[sfu.Track]*Received
	hearing
}

// Received is what a peer got of one track.
type Received struct {
	Packets    int           // audio packets, or packets of decoded frames
	Words      int           // 20 ms of sound each, that came in time to be heard
	Frames     int           // decoded video frames
	Width      int           // of the last keyframe, in pixels
	LongestGap time.Duration // between two decoded frames, or two audio packets
	Wrong      int           // frames or packets that a wrong name would have stood under
	last       time.Time
}

func newSlot(p *Peer, params sfu.Slot) *slot {
	return &slot{
		peer: p, params: params, picture: -1, broken: true,
		packets: make(map[uint16]*rtp.Packet), missing: make(map[uint16]time.Time), tracks: make(map[sfu.Track]*Received),
	}
}

func (s *slot) switched(t sfu.Track, from uint32) { s.labels = append(s.labels, label{t, from}) }

// labelled is the track whose name a page shows for a timestamp.
func (s *slot) labelled(timestamp uint32) sfu.Track {
	for i := len(s.labels) - 1; i >= 0; i-- {
		if int32(timestamp-s.labels[i].from) >= 0 {
			return s.labels[i].track
		}
	}
	return 0
}

// Got sums up what the peer received of a track, over all its slots.
func (p *Peer) Got(t sfu.Track) Received {
	var sum Received
	for _, s := range p.slots {
		if r := s.tracks[t]; r != nil {
			sum.Packets += r.Packets
			sum.Words += r.Words
			sum.Frames += r.Frames
			sum.Wrong += r.Wrong
			sum.LongestGap = max(sum.LongestGap, r.LongestGap)
			if r.Width > 0 {
				sum.Width = r.Width
			}
		}
	}
	return sum
}

// Forget begins the accounts anew.
func (p *Peer) Forget() {
	for _, s := range p.slots {
		clear(s.tracks)
	}
}

func (s *slot) receive(packet *rtp.Packet) {
	if s.params.RTX != 0 && packet.SSRC == s.params.RTX {
		if len(packet.Payload) < 2 {
			return // padding
		}
		packet.SequenceNumber = binary.BigEndian.Uint16(packet.Payload)
		packet.Payload = packet.Payload[2:]
	}
	if len(packet.CSRC) != 1 {
		s.peer.call.tb.Fatalf("%s got a packet with %d contributing sources", s.peer.Name, len(packet.CSRC))
	}
	if s.params.Audio {
		s.hear(packet)
		return
	}
	s.enter(packet)
	s.assemble()
}

// hear accounts a packet of audio.
func (s *slot) hear(packet *rtp.Packet) {
	s.missSound(packet.SequenceNumber)
	newest := s.unwrap(packet)
	track := sfu.Track(binary.BigEndian.Uint32(newest[4:]))
	s.hearWord(s.account(track, packet, 1), newest)
}

// enter puts a video packet in its place and notices the gaps before it.
func (s *slot) enter(packet *rtp.Packet) {
	sequence := packet.SequenceNumber
	switch ahead := int16(sequence - s.highest); {
	case !s.began:
		s.began, s.highest, s.next = true, sequence, sequence
	case ahead > 0:
		for lost := s.highest + 1; lost != sequence; lost++ {
			s.missing[lost] = s.peer.call.clock.now
			s.peer.call.clock.after(nackAfter, func() { s.ask(lost) })
		}
		s.highest = sequence
	case int16(sequence-s.next) < 0:
		return // too late
	}
	delete(s.missing, sequence)
	s.packets[sequence] = packet
}

// ask sends a NACK for a packet that is still missing, and gives up in the end.
func (s *slot) ask(lost uint16) {
	since, missing := s.missing[lost]
	if !missing || s.peer.gone {
		return
	}
	if s.peer.call.clock.now.Sub(since) > nackFor || s.highest-lost > kept {
		s.giveUp()
		return
	}
	s.peer.control(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: s.params.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{lost})})
	s.peer.call.clock.after(nackEvery, func() { s.ask(lost) })
}

// giveUp throws away what waits and asks for a keyframe.
func (s *slot) giveUp() {
	s.broken = true
	s.next = s.highest + 1
	clear(s.missing)
	clear(s.packets)
	s.refresh()
}

// refresh asks for a keyframe.
func (s *slot) refresh() {
	if now := s.peer.call.clock.now; now.Sub(s.refreshed) >= refreshEvery {
		s.refreshed = now
		s.peer.control(&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: s.params.SSRC})
	}
}

// assemble decodes every frame that is whole and in its turn.
func (s *slot) assemble() {
	for {
		end, ok := s.frameEnd()
		if !ok {
			return
		}
		s.decode(s.next, end)
		for at := s.next; at != end+1; at++ {
			delete(s.packets, at)
		}
		s.next = end + 1
	}
}

// frameEnd finds the marker of the frame that begins at next. A frame that another one cuts short, because the slot
// turned to another layer in the middle of it, is left out.
func (s *slot) frameEnd() (end uint16, ok bool) {
	for at := s.next; ; at++ {
		packet := s.packets[at]
		if packet == nil {
			return 0, false
		}
		if packet.Timestamp != s.packets[s.next].Timestamp {
			for s.next != at {
				delete(s.packets, s.next)
				s.next++
			}
			s.broken = true
		}
		if packet.Marker {
			return at, true
		}
	}
}

// decode does what a decoder would: a delta frame needs the picture before it.
func (s *slot) decode(from, to uint16) {
	first := s.packets[from]
	if first.Payload[0]&0x10 == 0 {
		s.broken = true // the frame's beginning is missing
	}
	picture := int32(binary.BigEndian.Uint16(first.Payload[2:]) & 0x7fff)
	frame := first.Payload[descriptorSize:]
	key := frame[0]&1 == 0
	follows := picture == (s.picture+1)&0x7fff
	if !key && (s.broken || !follows) {
		if !s.broken {
			s.peer.call.tb.Errorf("seed %d: %s at %v, slot %s: picture %d came after %d (packet %d)", s.peer.call.seed, s.peer.Name, s.peer.call.clock.now.Sub(epoch), s.params.MID, picture, s.picture, from)
		}
		s.broken = true
		s.refresh()
		return
	}
	s.picture, s.broken = picture, false
	track := sfu.Track(binary.BigEndian.Uint32(frame[10:]))
	r := s.account(track, first, int(to-from)+1)
	r.Frames++
	if key {
		r.Width = int(binary.LittleEndian.Uint16(frame[6:]))
	}
}

// account books packets for the track that their payload names, and compares it with the names on the outside.
func (s *slot) account(track sfu.Track, packet *rtp.Packet, packets int) *Received {
	r := s.tracks[track]
	now := s.peer.call.clock.now
	if r == nil {
		r = &Received{last: now}
		s.tracks[track] = r
	}
	r.Packets += packets
	r.LongestGap = max(r.LongestGap, now.Sub(r.last))
	r.last = now
	if sfu.Track(packet.CSRC[0]) != track || s.labelled(packet.Timestamp) != track {
		r.Wrong++
	}
	return r
}

// reception is the slot's report block (RFC 3550 §6.4.1).
func (s *slot) reception(now time.Time) rtcp.ReceptionReport {
	r := rtcp.ReceptionReport{SSRC: s.params.SSRC, LastSequenceNumber: uint32(s.highest), FractionLost: s.fractionLost()}
	if !s.reportedAt.IsZero() {
		r.LastSenderReport = uint32(s.reportedNTP >> 16)
		r.Delay = uint32(now.Sub(s.reportedAt) * 65536 / time.Second)
	}
	return r
}
