package sfu

import (
	"encoding/binary"
	"testing"
	"time"

	"noom/internal/sfu/rtpx"
)

// besieged is a call in which alice may say anything, and carol and dave in the same worker must not notice.
func besieged(t testing.TB) (c *call, alice, carol, dave *testPeer) {
	c = newCall(t, 1)
	alice, carol, dave = c.join("alice", 0), c.join("carol", 0), c.join("dave", 0)
	alice.camera()
	alice.microphone(20)
	dave.microphone(20)
	carol.view(Wish{alice.track(Camera), 640, 360}, Wish{alice.track(Screen), 640, 360})
	alice.view(Wish{carol.track(Camera), 320, 180})
	c.run(500 * time.Millisecond)
	for _, s := range alice.streams {
		s.next = time.Time{}
	}
	return c, alice, carol, dave
}

// unharmed fails unless dave's voice still reaches carol.
func unharmed(t testing.TB, c *call, carol, dave *testPeer) {
	t.Helper()
	carol.clear()
	c.run(time.Second)
	heard := 0
	for slot := range 4 {
		for _, g := range carol.slot(slot) {
			if g.csrc == dave.track(Microphone) {
				heard++
			}
		}
	}
	if heard < 49 || heard > 51 {
		t.Errorf("carol heard %d packets of dave in a second, want 50", heard)
	}
}

func TestMalformedDatagramsDoNoHarm(t *testing.T) {
	c, alice, carol, dave := besieged(t)
	known := alice.streams[0].ssrc
	fill := byte(1)
	for size := 0; size <= MTU; size++ {
		for _, first := range []byte{0x80, 0x90, 0xa0, 0xb0, 0x8f, 0x9f, 0xbf, 0x00, 0x01, 0x16, 0x3f, 0x40, 0xc0} {
			for _, second := range []byte{ptVP8, 0x80 | ptVP8RTX, 200, 201, 205, 206} {
				data := make([]byte, size)
				for i := range data {
					fill = fill*5 + 17
					data[i] = fill
				}
				if size > 1 {
					data[0], data[1] = first, second
				}
				if size >= 12 {
					binary.BigEndian.PutUint32(data[8:], known)
				}
				alice.up(data)                        // from a proven address
				c.inject(alice, stranger, data)       // and from elsewhere
				sealAndSend(alice, data, size%3 == 0) // and with the right key
			}
		}
	}
	unharmed(t, c, carol, dave)
}

// sealAndSend seals what can be sealed: a packet whose header pion/srtp can read.
func sealAndSend(p *testPeer, plain []byte, numbered bool) {
	if rtpx.Classify(plain) == rtpx.RTCP {
		if data, err := p.seals.EncryptRTCP(nil, plain, nil); err == nil {
			p.up(data)
		}
		return
	}
	if len(plain) < 12 || plain[0]>>6 != 2 {
		return
	}
	s := p.streams[0]
	if numbered { // in sequence, else the replay window has most of it
		binary.BigEndian.PutUint16(plain[2:], s.sequence)
		s.sequence++
	}
	if data, err := p.seals.EncryptRTP(nil, plain, nil); err == nil {
		p.up(data)
	}
}

// step writes one step of a fuzz script: what to do with which bytes.
func step(how, pt uint8, data []byte) []byte {
	return append([]byte{how, pt, byte(len(data) >> 8), byte(len(data))}, data...)
}

// FuzzReceive (run with -fuzzminimizetime 20x: map order makes coverage flicker, and the minimiser chase it) lets a peer send whatever it may to a worker of three, in the clear or sealed with the right keys, as a script of
// steps with time passing between them.
func FuzzReceive(f *testing.F) {
	key, delta := vp8Payload(true, true, 7, 1, 320, 180, 60), vp8Payload(true, false, 8, 2, 0, 0, 60)
	h264 := []byte{0x78, 0, 9, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0, 2, 0x65, 0x88}
	check := checkRequest("lalice:ralice", "password-of-alice-0123456789", true)
	f.Add(append(step(1, ptVP8, key), step(1, ptVP8, delta)...))
	f.Add(append(step(1, ptVP8, key), step(4, ptVP8RTX, append([]byte{0, 0}, delta...))...))
	f.Add(append(step(1, ptVP8, key), step(1, ptH264, h264)...))
	f.Add(step(10, ptOpus, []byte{0xfc, 1, 2, 3}))
	f.Add(step(2, 0, rtpx.AppendNACK(nil, 1, 0x8008, []uint16{1, 2, 3, 9})))
	f.Add(step(2, 0, append(rtpx.AppendPLI(nil, 1, 0x18008), 0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0x80, 8, 1, 0, 0, 0)))
	f.Add(step(2, 0, rtpx.AppendSenderReport(nil, rtpx.SenderReport{SSRC: 0x10010, NTP: 1 << 60, RTP: 9})))
	f.Add(step(0, 0, []byte{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0xbe, 0xde, 0xff, 0xff}))
	f.Add(step(0, 0, check))
	f.Fuzz(func(t *testing.T, script []byte) {
		c := newCall(t, 1)
		alice, bob := c.join("alice", 0), c.join("bob", 0)
		alice.camera()
		alice.microphone(20)
		for _, s := range alice.streams {
			s.next = time.Time{}
			s.frame()
		}
		bob.view(Wish{alice.track(Camera), 320, 180}, Wish{alice.track(Screen), 0, 0})
		for len(script) >= 4 {
			how, pt, size := script[0], script[1], int(script[2])<<8|int(script[3])
			script = script[4:]
			size = min(size, len(script), 1400)
			alice.say(how, pt, script[:size])
			script = script[size:]
			c.workers[0].Tick(c.now, c.outs[0])
			c.flush(0)
			c.now = c.now.Add(time.Duration(how) * time.Millisecond)
		}
		if got := c.workers[0].peers[alice.id]; len(got.inbound) > maxSSRCs || len(got.senders) > maxSSRCs {
			t.Fatal("more SSRCs are kept than allowed")
		}
	})
}

// say does one step of a fuzz script.
func (p *testPeer) say(how, pt uint8, data []byte) {
	s := p.streams[int(how/3)%len(p.streams)]
	switch {
	case how%3 == 0:
		p.up(data)
	case how%3 == 2:
		if sealed, err := p.seals.EncryptRTCP(nil, data, nil); err == nil {
			p.up(sealed)
		}
	case pt&0x7f == ptVP8RTX && s.rtx != 0:
		p.rtpRaw(pt, s.rtxSeq, s.rtx, data)
		s.rtxSeq++
	default: // as the payload of the stream's next packet
		p.rtpRaw(pt, s.sequence, s.ssrc, data)
		s.sequence++
	}
}

// rtpRaw seals and sends a packet without extensions.
func (p *testPeer) rtpRaw(pt uint8, sequence uint16, ssrc uint32, payload []byte) {
	plain := rtpx.AppendHeader(nil, rtpx.Header{Marker: pt&0x80 != 0, PayloadType: pt & 0x7f, Sequence: sequence, SSRC: ssrc}, nil)
	p.sealed(append(plain, payload...))
}
