package simnet

import "time"

const (
	audioFrame = 20 * time.Millisecond
	// CameraFrames is how many pictures a second a camera takes, screenFrames a shared screen.
	CameraFrames = 30
	screenFrames = 15
	// payloadSize is the largest payload of a video packet, in bytes.
	payloadSize = 1100
	// audioRate is what a voice takes, headers and all, in bits per second; copyRate is what its copies take beside it.
	audioRate, copyRate = 56_000, 34_000
	// backlog is how much may wait in the pacer before frames are left out.
	backlog = 300 * time.Millisecond
)

// keyframe is how many frames' worth a keyframe has: at 30 frames/s an encoder at its target rate makes them about so large.
const keyframe = 6

// layer is what one stream of a source looks like.
type layer struct {
	rid           string
	width, height uint16
	least, most   int // bits per second
	frames        int // per second
}

var cameraLayers = []layer{
	{"q", 320, 180, 30_000, 150_000, CameraFrames},
	{"h", 640, 360, 150_000, 500_000, CameraFrames},
	{"f", 1280, 720, 500_000, 1_500_000, CameraFrames},
}

var screenLayer = layer{width: 1920, height: 1080, least: 200_000, most: 2_400_000, frames: screenFrames}

const (
	// layerMargin: a layer that is out comes back when a fifth more than its least is there (WebRTC's hysteresis), for
	// layerPause without a break when it went before: WebRTC goes by a stable estimate that rises slowly.
	layerMargin = 5
	layerPause  = 3 * time.Second
)

// wants is what the peer has use for, in bits per second.
func (p *Peer) wants() float64 {
	most := audioRate
	if p.browser.RED {
		most += copyRate
	}
	for _, s := range p.streams {
		if s.on && !s.barred && s.video() {
			most += s.layer.most
		}
	}
	return 1.1 * float64(most)
}

// allocate gives each layer its share: the lower first, up to its most; a layer for which less than its least is left goes out,
// and what is above it too. One that comes on makes keyframes on all layers of its source.
func (p *Peer) allocate(target float64) {
	left := int(target)
	if again, known := p.again.rate(); known { // what is sent again is taken from the encoder, up to a half
		left -= min(int(again), left/2)
	}
	for _, s := range p.streams {
		if s.on && !s.video() {
			left -= audioRate
			if s.red() {
				left -= copyRate
			}
		}
	}
	for _, first := range []bool{true, false} { // the screen before the camera
		began, short := false, false
		for _, s := range p.streams {
			if !s.video() || (s.layer.rid == "") != first {
				continue
			}
			lowest := first || s.layer.rid == cameraLayers[0].rid
			before := s.bits
			s.bits = 0
			need := s.layer.least
			if before == 0 {
				need += need / layerMargin
			}
			now := p.call.clock.now
			if left < need {
				s.scarce = now
			}
			if !s.on || s.barred || !lowest && (short || left < need || before == 0 && s.went && now-s.scarce < layerPause) {
				short = short || s.on && !s.barred
				s.went = s.went || before > 0
				continue
			}
			s.bits = min(max(left, s.layer.least), s.layer.most)
			left -= s.bits
			began = began || before == 0
		}
		if began {
			p.refreshAll(first)
		}
	}
}

func (p *Peer) refreshAll(screen bool) {
	for _, s := range p.streams {
		if s.video() && (s.layer.rid == "") == screen && s.bits > 0 {
			s.refresh = true
		}
	}
}

// frameSize is how many bytes the next frame has. Frames vary, and what a keyframe took is saved on those after it.
func (s *stream) frameSize(key bool) int {
	even := float64(s.bits) / 8 / float64(s.layer.frames)
	if key {
		s.debt = int((keyframe - 1) * even)
		return int(keyframe * even)
	}
	s.frames++
	size := int(even * (0.85 + float64(0.3*s.chance.draw(s.frames, forSize))))
	saved := min(s.debt, size/3)
	s.debt -= saved
	return max(size-saved, 100)
}
