//go:build linux

package main

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
)

const (
	opusPT, vp8PT = 111, 96
	// sample: one packet in so many is opened.
	sample = 16
)

// incoming is a stream that a client receives.
type incoming struct {
	ssrc      uint32
	started   bool
	base, top uint64 // extended sequence numbers
	unique    uint64
	seen      [window / 64]uint64
	sound     bool // carries voices
}

// window is how far back duplicates are told, in packets.
const window = 1024

// tally is what a hub's clients have received. The hub's lock guards it.
type tally struct {
	Packets, Bytes uint64
	Duplicates     uint64
	Wrong          uint64          // with a source or payload type that nobody agreed to
	Opened, Sealed uint64          // of the sample
	delays, sounds []time.Duration // of the sample's pictures and voices
}

// receiveMedia checks a packet's header, and opens some.
func (c *client) receiveMedia(now time.Time, p []byte) {
	t := &c.hub.tally
	if c.open == nil || len(p) < 12 {
		t.Wrong++
		return
	}
	s := c.last
	if ssrc := binary.BigEndian.Uint32(p[8:]); s == nil || s.ssrc != ssrc {
		s = c.find(ssrc)
	}
	if pt := p[1] & 0x7f; s == nil || (pt != opusPT && pt != vp8PT) {
		t.Wrong++
		return
	}
	c.last = s
	s.sound = p[1]&0x7f == opusPT
	if !s.add(binary.BigEndian.Uint16(p[2:])) {
		t.Duplicates++
		return
	}
	t.Packets++
	t.Bytes += uint64(len(p))
	if !c.gotFirst {
		c.gotFirst = true
		close(c.first)
	}
	if c.count++; c.count%sample != 0 {
		return
	}
	payload, ok := c.open(p)
	if !ok {
		t.Sealed++
		return
	}
	t.Opened++
	if left, ok := departure(payload, p[1]&0x7f); ok {
		if p[1]&0x7f == vp8PT {
			t.delays = append(t.delays, now.Sub(left))
		} else {
			t.sounds = append(t.sounds, now.Sub(left))
		}
	}
}

// find gives the stream with this SSRC. The answer named those that may come; where it names none, the handshake's keys
// vouch for them.
func (c *client) find(ssrc uint32) *incoming {
	for _, s := range c.streams {
		if s.ssrc == ssrc {
			return s
		}
	}
	return nil
}

// expect says that a stream may come.
func (c *client) expect(ssrc uint32) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.streams = append(c.streams, &incoming{ssrc: ssrc})
}

// openSRTP opens a packet of the sample.
func (c *client) openSRTP(p []byte) (payload []byte, ok bool) {
	plain, err := c.opens.DecryptRTP(c.scratch[:0], p, nil)
	if err != nil {
		return nil, false
	}
	c.scratch = plain
	return payloadOf(plain), true
}

// payloadOf steps over the header of a packet in the clear.
func payloadOf(p []byte) []byte {
	at := 12 + 4*int(p[0]&0x0f)
	if p[0]&0x10 != 0 && len(p) >= at+4 {
		at += 4 + 4*int(binary.BigEndian.Uint16(p[at+2:]))
	}
	return p[min(at, len(p)):]
}

// add notes a sequence number and reports whether it is new.
func (s *incoming) add(sequence uint16) bool {
	if !s.started {
		s.started = true
		s.base = 1<<32 | uint64(sequence)
		s.top = s.base - 1
	}
	at := uint64(int64(s.top) + int64(int16(sequence-uint16(s.top))))
	if at+window <= s.top || at < s.base {
		return false
	}
	for s.top < at {
		s.top++
		s.seen[s.top%window/64] &^= 1 << (s.top % 64)
	}
	bit := uint64(1) << (at % 64)
	if word := &s.seen[at%window/64]; *word&bit == 0 {
		*word |= bit
		s.unique++
		return true
	}
	return false
}

// missing is how many numbers never came.
func (s *incoming) missing() uint64 {
	if !s.started {
		return 0
	}
	return s.top - s.base + 1 - s.unique
}

// receiveReport hears keyframe requests.
func (c *client) receiveReport(data []byte) {
	if c.opens == nil || c.picture == nil {
		return
	}
	plain, err := c.opens.DecryptRTCP(nil, data, nil)
	if err != nil {
		return
	}
	packets, err := rtcp.Unmarshal(plain)
	if err != nil {
		return
	}
	for _, p := range packets {
		switch p.(type) {
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			c.picture.keyframe.Store(true)
		}
	}
}
