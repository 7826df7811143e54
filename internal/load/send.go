package load

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// outgoing is one stream of RTP that a bot sends: a microphone, or a layer of a camera.
type outgoing struct {
	track       *webrtc.TrackLocalStaticRTP
	transceiver *webrtc.RTPTransceiver
	rid         string // of a layer; empty where there is one stream

	header   rtp.Header
	level    uint8       // id of the audio level extension; 0: none
	keyframe atomic.Bool // asked for
	picture  uint16
	frame    int // of the clip
}

// prepare sets the header that all packets share, once the answer is in. Every packet of a layer names its m-line and
// layer (RFC 8843 §15, RFC 8852): the server learns which SSRC is which from them.
func (s *outgoing) prepare() error {
	s.header = rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32()}
	s.picture = uint16(rand.Uint32() & pictureMask)
	for _, e := range s.transceiver.Sender().GetParameters().HeaderExtensions {
		var value string
		switch e.URI {
		case audioLevelURI:
			s.level = uint8(e.ID)
		case "urn:ietf:params:rtp-hdrext:sdes:mid":
			value = s.transceiver.Mid()
		case "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id":
			value = s.rid
		}
		if value != "" {
			if err := s.header.SetExtension(uint8(e.ID), []byte(value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// write sends one packet. An error means that the connection is not up yet or already down: the packet is lost like any.
func (s *outgoing) write(payload []byte, marker bool, t *tally) {
	h := s.header.Clone()
	h.Marker = marker
	s.header.SequenceNumber++
	if s.track.WriteRTP(&rtp.Packet{Header: h, Payload: payload}) == nil {
		t.sent.Add(1)
	}
}

const (
	framePeriod = time.Second / frameRate
	pictureMask = 0x7fff
	// descriptorSize is that of the VP8 payload descriptor (RFC 7741 §4.2) with a 15-bit picture id.
	descriptorSize = 4
)

// film sends the layers' clips, a frame of each at a time, until ctx ends.
func film(ctx context.Context, layers []*outgoing, times *departures, t *tally) {
	next := time.Now().Add(rand.N(framePeriod)) // bots are not in step
	timer := time.NewTimer(time.Until(next))
	defer timer.Stop()
	buf := make([]byte, descriptorSize+partSize)
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		for i, s := range layers {
			s.sendFrame(i, buf, times, t)
		}
		next = next.Add(framePeriod)
		timer.Reset(time.Until(next))
	}
}

// sendFrame sends the next picture of a layer.
func (s *outgoing) sendFrame(layer int, buf []byte, times *departures, t *tally) {
	c := times.clips[layer]
	if s.keyframe.Swap(false) {
		s.frame = 0
	}
	parts := c.frames[s.frame]
	for i := range parts {
		p := &parts[i]
		buf[0] = 0x80 // X: extended
		if i == 0 {
			buf[0] |= 0x10 // S: start of partition 0
		}
		buf[1] = 0x80 // I: picture id
		buf[2] = 0x80 | byte(s.picture>>8)
		buf[3] = byte(s.picture)
		times.leave(layer, p)
		s.write(buf[:descriptorSize+copy(buf[descriptorSize:], p.data)], i == len(parts)-1, t)
	}
	s.picture = (s.picture + 1) & pictureMask
	s.frame = (s.frame + 1) % len(c.frames)
	s.header.Timestamp += 90000 / frameRate
}

const (
	voicePeriod = 20 * time.Millisecond
	// speech is how long a bot speaks or is silent: a third of them speak at a time.
	speech     = 3 * time.Second
	speakLevel = 20 // −dBov, RFC 6464
	quietLevel = 127
)

// silence is an Opus packet of 20 ms of nothing.
var silence = []byte{0xf8, 0xff, 0xfe}

// speak sends the tone, in turns with silence, until ctx ends. number says whose turn it is when.
func (s *outgoing) speak(ctx context.Context, tone [][]byte, number int, t *tally) {
	start := time.Now()
	tick := time.NewTicker(voicePeriod)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		payload, level := silence, byte(quietLevel)
		if (int(time.Since(start)/speech)+number)%3 == 0 {
			payload, level = tone[i%len(tone)], 0x80|speakLevel
		}
		if s.level != 0 {
			_ = s.header.SetExtension(s.level, []byte{level}) // replaces the last
		}
		s.write(payload, false, t)
		s.header.Timestamp += 960
	}
}

// hear reads what the server says about the stream: keyframe requests. It ends with the peer connection.
func (s *outgoing) hear(t *tally) {
	for {
		packets, err := s.read()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				t.keyframes.Add(1)
				s.keyframe.Store(true)
			}
		}
	}
}

func (s *outgoing) read() ([]rtcp.Packet, error) {
	if s.rid == "" {
		packets, _, err := s.transceiver.Sender().ReadRTCP()
		return packets, err
	}
	packets, _, err := s.transceiver.Sender().ReadSimulcastRTCP(s.rid)
	return packets, err
}
