package speaker

import (
	"math"
	"time"
)

// voice is what is known of one microphone.
type voice struct {
	id uint32
	at time.Time // of the last packet
	// score is how loud it speaks when it speaks, smoothed, in dB above the floor. Pauses do not lower it.
	score float64
	// talk is how long it has been speaking: it grows with speech and shrinks with silence.
	talk time.Duration
	// heard and loud are when it last was above the floor, and when it last spoke.
	heard, loud time.Time
	placed      int // in which place, or nowhere
	since       time.Time
	speaking    bool
}

const nowhere = -1

const (
	// floor is what counts as a sound, and speech what counts as speaking, in −dBov: fans and keyboards lie about −65,
	// quiet speech into a laptop about −45.
	floor  = 60
	speech = 50
	// smoothing is the time constant of the score: half a syllable, so that a new speaker's is right within lasting.
	smoothing = 100 * time.Millisecond
	// packet is the longest time that one packet speaks for (RFC 7587 §4.2: browsers send 20 ms, Opus has up to 60).
	packet = 60 * time.Millisecond
	// longest bounds talk, so that who spoke for an hour is not taken for speaking during the next one.
	longest = time.Second
)

// note takes in one packet's level.
func (v *voice) note(now time.Time, level uint8) {
	elapsed := max(0, now.Sub(v.at))
	if gap := elapsed - packet; gap > 0 { // nothing was sent: silence (DTX, mute)
		v.talk = max(0, v.talk-gap)
		elapsed = packet
	}
	v.at = now
	if level <= floor {
		v.heard = now
	}
	if level > speech {
		v.talk = max(0, v.talk-elapsed)
		return
	}
	v.loud = now
	v.talk = min(v.talk+elapsed, longest)
	v.score += (floor - float64(level) - v.score) * (1 - math.Exp(-float64(elapsed)/float64(smoothing)))
}
