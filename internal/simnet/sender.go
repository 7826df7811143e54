package simnet

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"noom/internal/sfu"
)

// historySize is how many packets a stream keeps for retransmission.
const historySize = 1024

// sending is what a peer sends.
type sending struct {
	streams []*stream
	rate    *rate
	pacer   *pacer
	again   window // what was sent again
}

// stream is one SSRC that a peer sends.
type stream struct {
	peer      *Peer
	mid       string
	track     sfu.Track
	layer     layer
	chance    draws
	ssrc, rtx uint32
	offset    uint32 // of the RTP timestamps
	clock     uint32 // RTP timestamps per second
	sequence  uint64 // extended
	rtxNumber uint64
	packets   uint32
	octets    uint32
	on        bool // its track is let out
	barred    bool // by Drop
	running   bool
	level     uint8
	loss      float64 // how much of it is lost as the server says, smoothed
	history   []keptPacket

	bits    int // video: what the encoder may spend; 0: the layer is off
	debt    int
	scarce  time.Duration // when there was not enough for the layer last
	went    bool          // the layer went out, once
	frames  uint64
	picture uint16 // VP8 picture id
	refresh bool   // the next frame is a keyframe

	headers [2][]byte // of media and of RTX, to be filled in
	at      [2]int    // where the transport-wide number stands in them

	// Refreshes counts the keyframe requests that came, Resent the packets sent again, Asked those asked for again, Needless those
	// of them that were not lost.
	Refreshes, Resent, Asked, Needless int

	needlessBefore int // the last Forget
	packetsBefore  uint32
}

// keptPacket is a packet before it is sealed. What lies behind head is nothing but zeros.
type keptPacket struct {
	place  uint64 // extended sequence number
	stamp  uint32
	marker bool
	acked  bool // by feedback: browsers forget it then
	lost   bool // on the way
	again  time.Duration
	size   int
	head   [headSize]byte
}

// headSize is how much of a payload says something: the descriptor, a keyframe's size, whose it is and when it was taken.
const headSize = 32

var zeros [payloadSize + headSize]byte

func (p *Peer) prepareStreams() {
	p.rate = newRate(p)
	p.pacer = &pacer{peer: p}
	add := func(mid string, kind sfu.Kind, l layer, clock uint32) {
		i := uint32(len(p.streams))
		s := &stream{
			peer: p, mid: mid, track: p.Track(kind), layer: l, clock: clock, level: 127,
			chance: newDraws(p.call.seed, uint64(p.Seat)<<32|uint64(i)<<16|1),
		}
		p.streams = append(p.streams, s)
		s.restart(i)
	}
	add("0", sfu.Microphone, layer{}, 48_000)
	for _, l := range cameraLayers {
		add("1", sfu.Camera, l, 90_000)
	}
	add("2", sfu.Screen, screenLayer, 90_000)
	add("3", sfu.ScreenAudio, layer{}, 48_000)
}

// restartStreams begins anew under other SSRCs, as a new connection does.
func (p *Peer) restartStreams() {
	p.rate = newRate(p)
	p.pacer = &pacer{peer: p}
	for i, s := range p.streams {
		s.restart(uint32(i))
	}
	p.allocate(p.rate.target)
}

func (s *stream) restart(i uint32) {
	p := s.peer
	s.ssrc = 1_000_000*p.Seat + 1000*uint32(p.life) + 10*i
	s.rtx = s.ssrc + 1
	s.offset = uint32(p.call.chance.Uint64())
	s.sequence, s.rtxNumber = p.call.chance.Uint64()&0x7fff, 0
	s.picture = uint16(p.call.chance.Uint64()) & 0x7fff
	s.packets, s.octets, s.packetsBefore, s.refresh, s.loss = 0, 0, 0, true, 0
	s.history = make([]keptPacket, historySize)
	s.headers[0], s.at[0] = s.template(false)
	s.headers[1], s.at[1] = s.template(true)
}

// template writes an RTP header with the extensions that a browser gives it, and tells where the transport-wide number stands.
func (s *stream) template(again bool) (header []byte, at int) {
	h := rtp.Header{Version: 2, PayloadType: opusPT, SSRC: s.ssrc}
	if s.red() {
		h.PayloadType = redPT
	}
	set := func(id uint8, value string) {
		if value == "" {
			return
		}
		if err := h.SetExtension(id, []byte(value)); err != nil {
			s.peer.call.tb.Fatal(err)
		}
	}
	const mark = "\xaa\x55"
	set(congestionExtension, mark)
	set(midExtension, s.mid)
	if again {
		set(repairedExtension, s.layer.rid)
		h.SSRC, h.PayloadType = s.rtx, rtxPT
	} else {
		set(ridExtension, s.layer.rid)
		if s.video() {
			h.PayloadType = vp8PT
		}
	}
	if !s.video() {
		set(levelExtension, string([]byte{0x80 | s.level}))
	}
	header, err := h.Marshal()
	if err != nil {
		s.peer.call.tb.Fatal(err)
	}
	return header, 12 + 4 + 1 // behind the fixed header, the extensions' and the first element's
}

func (s *stream) video() bool { return !s.track.Kind().Audio() }

func (p *Peer) stream(ssrc uint32) *stream {
	for _, s := range p.streams {
		if s.ssrc == ssrc {
			return s
		}
	}
	return nil
}

// startSending: the handshake has ended.
func (p *Peer) startSending() {
	p.allocate(p.rate.target)
	// What WebRTC probes at the start, once there is something to send (RFC draft aside: three and six times the start).
	life := p.life
	p.call.clock.after(2*time.Second/CameraFrames, func() {
		if life == p.life && !p.gone {
			p.rate.probe(3 * startRate)
			p.rate.probe(6 * startRate)
		}
	})
}

// next sends a frame and sets the time of the one after it.
func (s *stream) happen() {
	if s.peer.gone && s.peer.LostFor == "" || !s.on {
		s.running = false
		return
	}
	every := audioFrame
	if s.video() {
		every = time.Second / time.Duration(s.layer.frames)
	}
	if s.peer.session != nil && !s.peer.gone {
		switch {
		case !s.video():
			s.sendAudio()
		case s.bits > 0 && (s.refresh || !s.peer.pacer.full()):
			s.sendFrame()
		}
	}
	s.peer.call.clock.in(every, s)
}

// timestamp is the RTP timestamp of a moment.
func (s *stream) timestamp(t time.Duration) uint32 {
	return s.offset + uint32(uint64(t)*uint64(s.clock)/uint64(time.Second))
}

// Where a payload says whose it is and when it was taken, after the descriptor.
const (
	trackAt, takenAt = 10, 14
	descriptorSize   = 6
	// repairs is the flag of an Opus packet that brings the one before it along (RFC 6716 §2.1.7).
	repairs = 1
	// opusSize is 20 ms of Opus at 32 kb/s.
	opusSize = 80
)

// sign writes whose the payload is and when it was taken.
func (s *stream) sign(k *keptPacket, frame []byte) {
	binary.BigEndian.PutUint32(frame[trackAt:], uint32(s.track))
	binary.BigEndian.PutUint64(frame[takenAt:], uint64(s.peer.call.clock.now))
}

// keep makes the next packet.
func (s *stream) keep(size int) *keptPacket {
	s.sequence++
	k := &s.history[s.sequence%historySize]
	*k = keptPacket{place: s.sequence, stamp: s.timestamp(s.peer.call.clock.now), size: size}
	s.packets++
	s.octets += uint32(size)
	return k
}

// sendFrame sends a VP8 frame (RFC 7741 §4.2) on every layer's own timeline.
func (s *stream) sendFrame() {
	key := s.refresh
	s.refresh = false
	s.picture = (s.picture + 1) & 0x7fff
	size := s.frameSize(key)
	for first := true; size > 0; first = false {
		part := max(min(size, payloadSize), headSize-descriptorSize)
		size -= part
		k := s.keep(descriptorSize + part)
		s.writeVP8(k, first, key)
		k.marker = size <= 0
		s.peer.pacer.add(s, k.place, k.size+40)
	}
}

func (s *stream) writeVP8(k *keptPacket, first, key bool) {
	payload := k.head[:]
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
	s.sign(k, frame)
}

// transmit seals a kept packet and sends it; again: over RTX (RFC 4588 §4).
func (s *stream) transmit(place uint64, again bool) {
	k := &s.history[place%historySize]
	if k.place != place {
		return
	}
	which, ssrc, number := 0, s.ssrc, place
	if again {
		s.rtxNumber++
		which, ssrc, number = 1, s.rtx, s.rtxNumber
	}
	template := s.headers[which]
	size := len(template) + k.size
	if again {
		size += 2
	}
	d := s.peer.call.datagram(size)
	at := copy(d.memory[:], template)
	if k.marker {
		d.memory[1] |= 0x80
	}
	if again {
		binary.BigEndian.PutUint16(d.memory[at:], uint16(place))
		at += 2
	}
	if s.red() {
		s.writeRED(d.memory[at:size], k)
	} else {
		k.write(d.memory[at:size])
	}
	s.finish(d, which, ssrc, number, k.stamp, place, nil)
}

// pad sends a packet of padding over RTX, as part of a probe.
func (s *stream) pad(c *cluster) {
	const padding = probeSize - 60
	s.rtxNumber++
	template := s.headers[1]
	d := s.peer.call.datagram(len(template) + padding)
	at := copy(d.memory[:], template)
	d.memory[0] |= 0x20
	copy(d.memory[at:at+padding], zeros[:])
	d.memory[at+padding-1] = padding
	s.finish(d, 1, s.rtx, s.rtxNumber, s.timestamp(s.peer.call.clock.now), 0, c)
}

// finish numbers, seals and sends.
func (s *stream) finish(d *datagram, which int, ssrc uint32, number uint64, stamp uint32, place uint64, c *cluster) {
	p := s.peer
	binary.BigEndian.PutUint16(d.memory[2:], uint16(number))
	binary.BigEndian.PutUint32(d.memory[4:], stamp)
	stream := s
	if c != nil {
		stream = nil
	}
	congestion := p.rate.leaves(p.call.clock.now, len(d.data)+tagSize, stream, place, c)
	binary.BigEndian.PutUint16(d.memory[s.at[which]:], congestion)
	p.session.sealRTP(d, len(s.headers[which]), ssrc, number)
	if which == 0 {
		d.stream, d.place = s, place
	}
	p.send(d)
}

// acknowledged: browsers forget a packet that has arrived.
func (s *stream) acknowledged(place uint64) {
	if k := &s.history[place%historySize]; k.place == place {
		k.acked = true
	}
}

// vanished: a packet did not get through.
func (s *stream) vanished(place uint64) {
	if k := &s.history[place%historySize]; k.place == place {
		k.lost = true
	}
}

// asked books a NACK.
func (s *stream) asked(place uint64) {
	s.Asked++
	if k := &s.history[place%historySize]; k.place == place && !k.lost {
		s.Needless++
	}
}

// resend answers a NACK over RTX, or with the packet itself if it is of sound, for which there is no RTX. What was sent again within a round trip is not, nor what feedback has acknowledged.
func (p *Peer) resend(nack *rtcp.TransportLayerNack) {
	s := p.stream(nack.MediaSSRC)
	if s == nil {
		return
	}
	now := p.call.clock.now
	for _, pair := range nack.Nacks {
		for _, lost := range pair.PacketList() {
			place := s.sequence + uint64(int64(int16(lost-uint16(s.sequence))))
			k := &s.history[place%historySize]
			s.asked(place)
			if !s.video() && !p.browser.Answers || k.place != place || k.acked || k.again > 0 && now-k.again < p.roundTrip() {
				continue
			}
			p.again.age(now)
			if float64(p.again.bytes*8) > p.rate.target*rateWindow.Seconds() {
				continue // no more is sent again than the rate (WebRTC's RateLimiter)
			}
			p.again.add(now, k.size)
			k.again = now
			s.Resent++
			p.pacer.spend(k.size + 40)
			s.transmit(place, s.video())
		}
	}
}

// refresh has a stream's next frame be a keyframe.
func (p *Peer) refresh(ssrc uint32) {
	if s := p.stream(ssrc); s != nil {
		s.refresh = true
		s.Refreshes++
	}
}
