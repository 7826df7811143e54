//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	framePackets  = 5    // of a picture, all alike, as a camera of 1.5 Mb/s sends them
	framePayload  = 1180 // bytes
	soundPayload  = 80
	voicePeriod   = 20 * time.Millisecond
	descriptor    = 4 // VP8 payload descriptor with a 15-bit picture id (RFC 7741 §4.2)
	keyframeStart = 10
)

// mark goes before the time of departure in a payload.
const mark = 0x4e6f6f6d62656e63

// outgoing is a stream that a client sends.
type outgoing struct {
	client    *client
	ssrc      uint32
	pt        byte
	level     byte // id of the audio level extension; 0: none
	sequence  uint16
	timestamp uint32
	picture   uint16
	keyframe  atomic.Bool
	plain     []byte
	sealed    []byte
}

func (c *client) newOutgoing(pt byte) *outgoing {
	return &outgoing{client: c, ssrc: rand.Uint32() | 1, pt: pt, sequence: uint16(rand.Uint32() & 0x7fff), timestamp: rand.Uint32()}
}

// film sends frames until ctx ends.
func (s *outgoing) film(ctx context.Context, period time.Duration) {
	s.keyframe.Store(true)
	every(ctx, period, func() {
		key := s.keyframe.Swap(false)
		for i := range framePackets {
			s.sendPicture(key, i == 0, i == framePackets-1)
		}
		s.picture = (s.picture + 1) & 0x7fff
		s.timestamp += uint32(90000 * period / time.Second)
	})
}

// speak sends a voice until ctx ends.
func (s *outgoing) speak(ctx context.Context) {
	every(ctx, voicePeriod, func() {
		s.begin(false)
		payload := make([]byte, soundPayload)
		payload[0] = 0xf8 // an Opus frame of 20 ms (RFC 6716 §3.1)
		depart(payload[2:])
		s.finish(payload)
		s.timestamp += 960
	})
}

// every calls f once per period, from a random moment on.
func every(ctx context.Context, period time.Duration, f func()) {
	next := time.Now().Add(rand.N(period))
	timer := time.NewTimer(time.Until(next))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		f()
		next = next.Add(period)
		timer.Reset(time.Until(next))
	}
}

// sendPicture sends a packet of a frame.
func (s *outgoing) sendPicture(key, first, last bool) {
	s.begin(last)
	payload := make([]byte, framePayload)
	payload[0], payload[1] = 0x80, 0x80
	if first {
		payload[0] |= 0x10
	}
	binary.BigEndian.PutUint16(payload[2:], 0x8000|s.picture)
	if payload[descriptor] = 1; key && first { // RFC 6386 §9.1: a frame tag of a keyframe, the start code and the size
		copy(payload[descriptor:], []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02})
	}
	depart(payload[descriptor+keyframeStart:])
	s.finish(payload)
}

// begin writes the header.
func (s *outgoing) begin(marker bool) {
	pt := s.pt
	if marker {
		pt |= 0x80
	}
	b := append(s.plain[:0], 0x80, pt)
	b = binary.BigEndian.AppendUint16(b, s.sequence)
	b = binary.BigEndian.AppendUint32(b, s.timestamp)
	b = binary.BigEndian.AppendUint32(b, s.ssrc)
	if s.level != 0 { // RFC 6464: speech at −20 dBov
		b[0] |= 0x10
		b = append(b, 0xbe, 0xde, 0, 1, s.level<<4, 0x80|20, 0, 0)
	}
	s.plain = b
	s.sequence++
}

// finish seals the packet and sends it.
func (s *outgoing) finish(payload []byte) {
	s.plain = append(s.plain, payload...)
	s.client.sealing.Lock()
	sealed, err := s.client.seals.EncryptRTP(s.sealed[:0], s.plain, nil)
	s.client.sealing.Unlock()
	if err != nil {
		panic(err) // our own packet
	}
	s.sealed = sealed
	s.client.hub.send(s.client.ip, s.client.server, sealed)
}

// depart stamps a payload with the time, on a clock that all clients of the process share.
func depart(b []byte) {
	binary.BigEndian.PutUint64(b, mark)
	binary.BigEndian.PutUint64(b[8:], uint64(time.Since(epoch)))
}

var epoch = time.Now()

// departure reads the stamp of a payload.
func departure(payload []byte, pt byte) (time.Time, bool) {
	at := 2
	if pt == vp8PT {
		at = descriptor + keyframeStart
	}
	if len(payload) < at+16 || binary.BigEndian.Uint64(payload[at:]) != mark {
		return time.Time{}, false
	}
	return epoch.Add(time.Duration(binary.BigEndian.Uint64(payload[at+8:]))), true
}
