package sfu

import (
	"slices"
	"time"
)

// maxWishes bounds a view: more tiles than anybody can look at.
const maxWishes = 256

// pairs is how many audio and video slots share an msid: browsers synchronise sound and picture of a pair only.
const pairs = 4

// SetView takes what a peer shows. It replaces the view before.
func (r *Router) SetView(now time.Time, id PeerID, wishes []Wish, out *Out) {
	p := r.peers[id]
	if p == nil {
		return
	}
	p.wishes = append(p.wishes[:0], wishes[:min(len(wishes), maxWishes)]...)
	if p.room == nil {
		return // placed once it has entered
	}
	r.placeVideo(now, p, out)
	r.placeAudio(now, p, out) // a voice follows its picture into a pair
	for _, t := range p.room.order {
		r.settlePipe(t, out)
	}
}

// placeVideo puts the tracks that the peer wishes into its slots. A track that goes on being wished keeps its slot, and
// nobody else moves; when slots are short the first wishes win.
func (r *Router) placeVideo(now time.Time, p *peer, out *Out) {
	r.wished = p.granted(r.wished[:0])
	for _, sl := range p.video {
		if sl.track != nil && !slices.ContainsFunc(r.wished, func(g grant) bool { return g.track == sl.track }) {
			sl.leave()
		}
	}
	p.division.order = p.division.order[:0]
	for _, g := range r.wished {
		sl := p.videoSlotOf(g.track)
		if sl == nil {
			if sl = p.freeVideoSlot(g.track); sl == nil {
				break
			}
			sl.fill(g.track)
		}
		sl.width, sl.height = g.wish.Width, g.wish.Height
		p.division.order = append(p.division.order, sl)
	}
	r.divide(now, p, out)
	for _, sl := range p.division.order {
		r.aim(now, sl)
	}
	for _, sl := range p.video {
		sl.settle(out)
	}
}

// grant is a wish that can come true: its track is let out.
type grant struct {
	wish  Wish
	track *track
}

// granted appends the peer's wishes that get a slot, the first ones winning.
func (p *peer) granted(to []grant) []grant {
	for _, w := range p.wishes {
		if len(to) == len(p.video) {
			break
		}
		t := p.room.tracks[w.Track]
		if t == nil || t.state != On || w.Track.Kind().Audio() || w.Track.Seat() == p.seat {
			continue
		}
		if !slices.ContainsFunc(to, func(g grant) bool { return g.track == t }) {
			to = append(to, grant{w, t})
		}
	}
	return to
}

func (p *peer) videoSlotOf(t *track) *slot { return holding(p.video, t) }

// holding finds the slot in which a track is placed.
func holding(slots []*slot, t *track) *slot {
	for _, sl := range slots {
		if sl.track == t {
			return sl
		}
	}
	return nil
}

// freeVideoSlot chooses where a picture goes: back to where it was, else into the pair of its own sound, else outside the
// pairs, so that these stay free for those who will speak.
func (p *peer) freeVideoSlot(t *track) *slot {
	best, most := (*slot)(nil), -1
	for i, sl := range p.video {
		if sl.track != nil {
			continue
		}
		if worth := p.worth(t, sl, i); worth > most {
			best, most = sl, worth
		}
	}
	return best
}

func (p *peer) worth(t *track, sl *slot, i int) int {
	sound := Microphone
	if t.number.Kind() == Screen {
		sound = ScreenAudio
	}
	at := p.audioIndexOf(NewTrack(t.number.Seat(), sound))
	switch {
	case i < pairs && i == at:
		return 5
	case sl.last == t.number:
		return 4
	case i < pairs && at < 0 && p.awaitsSound(i, sound): // its sound is not placed yet and may come here
		return 3
	case i >= pairs:
		return 2
	case p.awaitsSound(i, sound):
		return 1
	}
	return 0
}

// audioIndexOf tells which audio slot a track is placed in, or −1.
func (p *peer) audioIndexOf(t Track) int {
	return slices.IndexFunc(p.audio, func(sl *slot) bool { return sl.track != nil && sl.track.number == t })
}

// awaitsSound tells whether audio slot i is free and one that a sound of this kind may be placed in.
func (p *peer) awaitsSound(i int, k Kind) bool {
	return i < len(p.audio) && p.audio[i].track == nil && (i == screenSlot) == (k == ScreenAudio)
}
