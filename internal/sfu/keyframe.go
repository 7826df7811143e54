package sfu

import "time"

const (
	// keyframeInterval is the least time between two requests for one layer: a keyframe costs as much as seconds of
	// pictures, and takes a round trip and 50–220 ms to come.
	keyframeInterval = 500 * time.Millisecond
	// keyframeTries is how often a request is repeated at that pace. A sender that answers none of them gets one each
	// keyframePatience while somebody waits: it may be suspended.
	keyframeTries    = 10
	keyframePatience = 3 * time.Second
)

// keyframe merges the requests for keyframes of one stream.
type keyframe struct {
	wanted bool
	tries  int
	asked  time.Time // the last request, also of a keyframe that came
	next   time.Time // when to ask again
}

// want notes that somebody needs a keyframe.
func (k *keyframe) want() {
	if k.wanted {
		return
	}
	k.wanted, k.tries = true, 0
	k.next = k.asked
	if !k.asked.IsZero() {
		k.next = k.asked.Add(keyframeInterval)
	}
}

// came notes that one arrived.
func (k *keyframe) came() { k.wanted = false }

// due tells whether to ask now, and counts the request. awaited says that a slot cannot go on without.
func (k *keyframe) due(now time.Time, awaited bool) bool {
	if !k.wanted || k.next.After(now) {
		return false
	}
	if k.tries >= keyframeTries && !awaited {
		k.wanted = false // whoever asked has asked again or lost interest
		return false
	}
	k.tries++
	k.asked = now
	k.next = now.Add(keyframeInterval)
	if k.tries >= keyframeTries {
		k.next = now.Add(keyframePatience)
	}
	return true
}

// awaited tells whether a slot waits for a keyframe of the stream to turn to it.
func (s *stream) awaited() bool {
	for _, sl := range s.slots {
		if sl.selector.Target() == s.layer && sl.selector.Current() != s.layer {
			return true
		}
	}
	return false
}

// wantKeyframe has a keyframe asked for by the next tick, merged with other requests.
func (r *Router) wantKeyframe(now time.Time, s *stream) {
	if s.source.kind.Audio() {
		return
	}
	s.key.want()
	at := s.key.next
	if at.Before(now) {
		at = now
	}
	if s.source.owner != nil {
		r.wake(s.source.owner, at)
		return
	}
	if t := s.source.track; t != nil {
		if at.Before(t.room.due) {
			t.room.due = at
		}
		r.remind(at)
	}
}

// RequestKeyframe takes a request that came back through a pipe.
func (r *Router) RequestKeyframe(now time.Time, in RoomID, number Track, layer uint8, _ *Out) {
	m := r.rooms[in]
	if m == nil {
		return
	}
	t := m.tracks[number]
	if t == nil || !t.local() || int(layer) >= t.source.layers {
		return
	}
	r.wantKeyframe(now, &t.source.streams[layer])
}

// cutOff is after how long without a word a peer that speaks again was cut off: browsers report on what they are sent about each
// second, RFC 3550's random share of half of that included.
const cutOff = 1600 * time.Millisecond

// moveGap is the same of a peer that comes from another address: what it was sent at the old one is lost. One that moves
// in time, because it knows of its new network before the old one ends, misses nothing.
const moveGap = 300 * time.Millisecond

// returned has keyframes asked for of all that a peer sees: it misses what was sent while it was cut off, and would ask only after
// it has asked in vain for the packets.
func (r *Router) returned(now time.Time, p *peer) {
	for _, sl := range p.video {
		r.heardLoss(now, sl)
	}
}
