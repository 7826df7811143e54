package simnet

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"noom/internal/sfu"
)

const (
	audioFrame = 20 * time.Millisecond
	videoFrame = time.Second / 15
	// payloadSize is the largest payload of a video packet, in bytes.
	payloadSize = 1100
	// historySize is how many packets a stream keeps for retransmission.
	historySize = 600
)

// layer is what one stream of a source looks like.
type layer struct {
	rid           string
	width, height uint16
	frame         int // bytes of a delta frame; a keyframe has three times as many
}

var cameraLayers = []layer{{"q", 320, 180, 1250}, {"h", 640, 360, 4200}, {"f", 1280, 720, 12500}}

// stream is one SSRC that a peer sends.
type stream struct {
	peer      *Peer
	mid       string
	track     sfu.Track
	layer     layer
	ssrc, rtx uint32
	offset    uint32 // of the RTP timestamps
	clock     uint32 // RTP timestamps per second
	sequence  uint16
	rtxNumber uint16
	packets   uint32
	octets    uint32
	on        bool
	running   bool
	level     uint8

	picture uint16 // VP8 picture id
	refresh bool   // the next frame is a keyframe
	history map[uint16]rtp.Packet
	words   uint32 // said so far
	before  []byte // the last

	// Refreshes counts the keyframe requests that came, Resent the packets sent again.
	Refreshes, Resent int
}

func (p *Peer) prepareStreams() {
	add := func(mid string, kind sfu.Kind, l layer, clock uint32) {
		i := uint32(len(p.streams))
		p.streams = append(p.streams, &stream{
			peer: p, mid: mid, track: p.Track(kind), layer: l, clock: clock,
			ssrc: 1_000_000*p.Seat + 10*i, rtx: 1_000_000*p.Seat + 10*i + 1,
			offset: uint32(p.call.chance.Uint64()), sequence: uint16(p.call.chance.Uint64()), picture: uint16(p.call.chance.Uint64()) & 0x7fff,
			history: make(map[uint16]rtp.Packet), level: 127,
		})
	}
	add("0", sfu.Microphone, layer{}, 48_000)
	for _, l := range cameraLayers {
		add("1", sfu.Camera, l, 90_000)
	}
	add("2", sfu.Screen, layer{width: 1920, height: 1080, frame: 20_000}, 90_000)
	add("3", sfu.ScreenAudio, layer{}, 48_000)
}

func (p *Peer) stream(ssrc uint32) *stream {
	for _, s := range p.streams {
		if s.ssrc == ssrc {
			return s
		}
	}
	return nil
}

// Talk turns the microphone on and speaks.
func (p *Peer) Talk() { p.Speak(20) }

// Hush keeps the microphone on in silence.
func (p *Peer) Hush() { p.Speak(110) }

// Speak turns the microphone on at an audio level (RFC 6464): 0 is loudest, 127 silent.
func (p *Peer) Speak(level uint8) {
	p.stream(p.streams[0].ssrc).level = level
	p.publish(sfu.Microphone, true)
}

// Mute turns the microphone off.
func (p *Peer) Mute() { p.publish(sfu.Microphone, false) }

// Film turns the camera on, with all its layers.
func (p *Peer) Film() { p.publish(sfu.Camera, true) }

// FilmOff turns the camera off.
func (p *Peer) FilmOff() { p.publish(sfu.Camera, false) }

// Share begins to share the screen, Unshare ends it.
func (p *Peer) Share()   { p.publish(sfu.Screen, true) }
func (p *Peer) Unshare() { p.publish(sfu.Screen, false) }

// Drop stops one layer of the camera, as a browser does that runs short of bandwidth; Resume brings it back.
func (p *Peer) Drop(rid string)   { p.enable(rid, false) }
func (p *Peer) Resume(rid string) { p.enable(rid, true) }

func (p *Peer) enable(rid string, on bool) {
	for _, s := range p.streams {
		if s.layer.rid == rid {
			s.turn(on)
		}
	}
}

// publish starts or stops the streams of a track and tells the meeting.
func (p *Peer) publish(k sfu.Kind, on bool) {
	state := sfu.Off
	if on {
		state = sfu.On
	}
	p.call.setTrack(p.Track(k), state)
	for _, s := range p.streams {
		if s.track == p.Track(k) {
			s.turn(on)
		}
	}
}

func (s *stream) turn(on bool) {
	if on && !s.on {
		s.refresh = true
	}
	s.on = on
	if on && !s.running {
		s.running = true
		s.next()
	}
}

// next sends a frame and sets the time of the one after it.
func (s *stream) next() {
	if s.peer.gone || !s.on {
		s.running = false
		return
	}
	every := videoFrame
	if s.track.Kind().Audio() {
		every = audioFrame
	}
	if s.peer.secured {
		if s.track.Kind().Audio() {
			s.sendAudio()
		} else {
			s.sendFrame()
		}
	}
	s.peer.call.clock.after(every, s.next)
}

// timestamp is the RTP timestamp of a moment.
func (s *stream) timestamp(t time.Time) uint32 {
	return s.offset + uint32(uint64(t.Sub(epoch))*uint64(s.clock)/uint64(time.Second))
}

// sendAudio sends 20 ms of Opus whose payload says whose it is.
func (s *stream) sendAudio() {
	payload, pt := s.speak()
	s.sendPacket(payload, pt, false)
}

// sendFrame sends a VP8 frame (RFC 7741 §4.2) on every layer's own timeline. Its payload says whose it is.
func (s *stream) sendFrame() {
	key := s.refresh
	s.refresh = false
	s.picture = (s.picture + 1) & 0x7fff
	size := s.layer.frame
	if key {
		size *= 3
	}
	for first := true; size > 0; first = false {
		part := min(size, payloadSize)
		size -= part
		s.sendPacket(s.framePart(part, first, key), vp8PT, size == 0)
	}
}

const descriptorSize = 6

func (s *stream) framePart(size int, first, key bool) []byte {
	payload := make([]byte, descriptorSize+14+size)
	payload[0] = 0x80 // X
	if first {
		payload[0] |= 0x10 // S, partition 0
	}
	payload[1] = 0x80 | 0x40 | 0x20 // I, L, T
	binary.BigEndian.PutUint16(payload[2:], 0x8000|s.picture)
	payload[4] = byte(s.picture)
	payload[5] = 0 // TID 0
	frame := payload[descriptorSize:]
	frame[0] = 1 // not a keyframe
	if key {
		frame[0] = 0
	}
	if key && first {
		copy(frame[3:], []byte{0x9d, 0x01, 0x2a})
		binary.LittleEndian.PutUint16(frame[6:], s.layer.width)
		binary.LittleEndian.PutUint16(frame[8:], s.layer.height)
	}
	binary.BigEndian.PutUint32(frame[10:], uint32(s.track))
	return payload
}

func (s *stream) sendPacket(payload []byte, pt uint8, marker bool) {
	s.sequence++
	packet := rtp.Packet{
		Header: rtp.Header{
			Version: 2, PayloadType: pt, SequenceNumber: s.sequence, SSRC: s.ssrc, Marker: marker,
			Timestamp: s.timestamp(s.peer.call.clock.now),
		},
		Payload: payload,
	}
	s.packets++
	s.octets += uint32(len(payload))
	s.history[s.sequence] = packet
	delete(s.history, s.sequence-historySize)
	s.transmit(packet, false)
}

// transmit sends a packet with the extensions that a browser gives it.
func (s *stream) transmit(packet rtp.Packet, again bool) {
	set := func(id uint8, value string) {
		if value == "" {
			return
		}
		if err := packet.SetExtension(id, []byte(value)); err != nil {
			s.peer.call.tb.Fatal(err)
		}
	}
	packet.Extensions, packet.Extension = nil, false
	set(midExtension, s.mid)
	if again {
		set(repairedExtension, s.layer.rid)
	} else {
		set(ridExtension, s.layer.rid)
	}
	s.peer.congestion++
	set(congestionExtension, string([]byte{byte(s.peer.congestion >> 8), byte(s.peer.congestion)}))
	if s.track.Kind().Audio() {
		set(levelExtension, string([]byte{0x80 | s.level}))
	}
	plain, err := packet.Marshal()
	if err != nil {
		s.peer.call.tb.Fatal(err)
	}
	sealed, err := s.peer.seals.EncryptRTP(nil, plain, nil)
	if err != nil {
		s.peer.call.tb.Fatal(err)
	}
	s.peer.send(sealed)
}

// resend answers a NACK over RTX (RFC 4588 §4).
func (p *Peer) resend(nack *rtcp.TransportLayerNack) {
	s := p.stream(nack.MediaSSRC)
	if s == nil || s.track.Kind().Audio() && !p.sound.NACK {
		return
	}
	for _, pair := range nack.Nacks {
		for _, lost := range pair.PacketList() {
			packet, ok := s.history[lost]
			if !ok {
				continue
			}
			if s.track.Kind().Audio() { // there is no RTX for sound: the same packet again
				s.Resent++
				s.transmit(packet, false)
				continue
			}
			packet.Payload = append([]byte{byte(lost >> 8), byte(lost)}, packet.Payload...)
			s.rtxNumber++
			packet.SSRC, packet.PayloadType, packet.SequenceNumber = s.rtx, rtxPT, s.rtxNumber
			s.Resent++
			s.transmit(packet, true)
		}
	}
}
