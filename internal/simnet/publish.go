package simnet

import "noom/internal/sfu"

// Talk turns the microphone on and speaks.
func (p *Peer) Talk() { p.Speak(20) }

// Hush keeps the microphone on in silence.
func (p *Peer) Hush() { p.Speak(110) }

// Speak turns the microphone on at an audio level (RFC 6464): 0 is loudest, 127 silent.
func (p *Peer) Speak(level uint8) {
	s := p.streams[0]
	s.level = level
	s.headers[0], s.at[0] = s.template(false)
	p.publish(sfu.Microphone, true)
}

// Mute turns the microphone off.
func (p *Peer) Mute() { p.publish(sfu.Microphone, false) }

// Film turns the camera on, with as many of its layers as the network carries.
func (p *Peer) Film() { p.publish(sfu.Camera, true) }

// FilmOff turns the camera off.
func (p *Peer) FilmOff() { p.publish(sfu.Camera, false) }

// Share begins to share the screen, Unshare ends it.
func (p *Peer) Share()   { p.publish(sfu.Screen, true) }
func (p *Peer) Unshare() { p.publish(sfu.Screen, false) }

// Drop stops one layer of the camera, as a browser does that runs short of processor; Resume brings it back.
func (p *Peer) Drop(rid string)   { p.bar(rid, true) }
func (p *Peer) Resume(rid string) { p.bar(rid, false) }

func (p *Peer) bar(rid string, barred bool) {
	for _, s := range p.streams {
		if s.layer.rid == rid && s.video() {
			s.barred = barred
		}
	}
	p.allocate(p.rate.target)
}

// publish starts or stops the streams of a track and tells the meeting.
func (p *Peer) publish(k sfu.Kind, on bool) {
	state := sfu.Off
	if on {
		state = sfu.On
	}
	p.call.setTrack(p.Track(k), state)
	for _, s := range p.streams {
		if s.track != p.Track(k) {
			continue
		}
		if on && !s.on {
			s.refresh = true
		}
		s.on = on
	}
	p.allocate(p.rate.target)
	for _, s := range p.streams {
		if s.on && !s.running {
			s.running = true
			s.happen()
		}
	}
}
