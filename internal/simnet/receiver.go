package simnet

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"noom/internal/sfu"
)

// receiving is what a peer receives.
type receiving struct {
	slots    []*slot
	arrivals arrivals
	header   rtp.Header
	packet   received
}

// received is the packet in hand, in the clear as far as it is read.
type received struct {
	sequence uint16
	extended uint64
	stamp    uint32
	pt       uint8
	marker   bool
	repaired bool // it came over RTX
	csrc     uint32
	opened
}

// label is what the slots event said: from this timestamp on, the slot carries the track.
type label struct {
	track sfu.Track
	from  uint32
}

// slot is a receiving m-line and everything that came out of it.
type slot struct {
	peer   *Peer
	life   int
	params sfu.Slot
	labels []label

	began    bool
	numbers  [2]numbers // of the slot's SSRC and of its RTX
	sampling int

	reportedNTP uint64
	reportedAt  time.Duration

	pictures
	sounds
	lostWords requests
	tracks    []*Received
}

// numbers extends sequence numbers and counts for receiver reports (RFC 3550 A.1, A.3).
type numbers struct {
	began            bool
	highest, base    uint64
	got              uint32
	expected, before uint32 // at the last report
}

func (n *numbers) extend(sequence uint16) uint64 {
	if !n.began {
		n.began = true
		n.highest = uint64(sequence)
		n.base = n.highest
		return n.highest
	}
	extended := n.highest + uint64(int64(int16(sequence-uint16(n.highest))))
	if extended > n.highest && extended < 1<<62 {
		n.highest = extended
	}
	return extended
}

func newReceiving(p *Peer) receiving {
	var r receiving
	for _, params := range p.params.Slots {
		s := &slot{peer: p, life: p.life, params: params}
		if params.Audio {
			s.sounds = newSounds()
		} else {
			s.pictures = newPictures()
		}
		r.slots = append(r.slots, s)
	}
	return r
}

// receiveMedia takes an RTP packet to its slot.
func (p *Peer) receiveMedia(data []byte) {
	at, err := p.header.Unmarshal(data)
	if err != nil {
		p.call.tb.Fatalf("%s got a packet that cannot be read: %v", p.Name, err)
	}
	h := &p.header
	s := p.slotOf(h.SSRC)
	if s == nil {
		p.call.tb.Fatalf("%s got a packet of the unknown SSRC %d", p.Name, h.SSRC)
		return
	}
	repaired := h.SSRC != s.params.SSRC
	numbers := &s.numbers[0]
	if repaired {
		numbers = &s.numbers[1]
	}
	extended := numbers.extend(h.SequenceNumber)
	numbers.got++
	k, most := &p.packet, openedSize
	if s.params.Audio {
		most = soundSize
	}
	p.session.openRTP(data, at, h.SSRC, extended, most, &k.opened)
	if s.sampling++; s.sampling%checkedEvery == 0 || h.Padding {
		if err := p.session.check(data, at, &k.opened); err != nil {
			p.call.tb.Fatalf("seed %d: %s: %v", p.call.seed, p.Name, err)
		}
	}
	if number := h.GetExtension(congestionExtension); len(number) >= 2 {
		p.arrivals.add(p, binary.BigEndian.Uint16(number))
	}
	k.sequence, k.extended, k.stamp, k.pt = h.SequenceNumber, extended, h.Timestamp, h.PayloadType
	k.marker, k.repaired = h.Marker, repaired
	if repaired {
		if k.size < 2 {
			return // padding
		}
		k.sequence = binary.BigEndian.Uint16(k.head[:])
		copy(k.head[:], k.head[2:])
		k.size -= 2
	}
	if k.size <= 0 {
		return
	}
	if len(h.CSRC) != 1 {
		p.call.tb.Fatalf("%s got a packet with %d contributing sources", p.Name, len(h.CSRC))
	}
	k.csrc = h.CSRC[0]
	s.receive(k)
}

func (p *Peer) slotOf(ssrc uint32) *slot {
	i := int(ssrc-100_000*uint32(p.id)) / 2
	if i < 0 || i >= len(p.slots) || p.slots[i].params.SSRC != ssrc && p.slots[i].params.RTX != ssrc {
		return nil
	}
	return p.slots[i]
}

func (s *slot) receive(k *received) {
	s.began = true
	if s.params.Audio {
		s.hear(k)
		return
	}
	s.see(k)
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

// reception is the slot's report block (RFC 3550 §6.4.1).
func (s *slot) reception(now time.Duration) rtcp.ReceptionReport {
	n := &s.numbers[0]
	r := rtcp.ReceptionReport{SSRC: s.params.SSRC, LastSequenceNumber: uint32(n.highest)}
	expected := uint32(n.highest - n.base + 1)
	interval, got := expected-n.expected, n.got-n.before
	if lost := int32(interval - got); lost > 0 && interval > 0 {
		r.FractionLost = uint8(min(uint32(lost)<<8/interval, 255))
	}
	if lost := int32(expected - n.got); lost > 0 {
		r.TotalLost = uint32(lost)
	}
	n.expected, n.before = expected, n.got
	if s.reportedAt > 0 {
		r.LastSenderReport = uint32(s.reportedNTP >> 16)
		r.Delay = uint32((now - s.reportedAt) * 65536 / time.Second)
	}
	return r
}
