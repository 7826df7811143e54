package sfu

import (
	"slices"
	"time"

	"noom/internal/sfu/speaker"
)

// screenSlot is the audio slot kept for the sound of a shared screen, where a peer has so many.
const screenSlot = 3

// placeAudio puts voices and the sound of screens into the peer's audio slots. Up to three other voices are all heard, for
// as long as they are let out; of more the loudest three. Whoever has a slot keeps it as long as may be.
func (r *Router) placeAudio(now time.Time, p *peer, out *Out) {
	for _, sl := range p.audio {
		if t := sl.track; t != nil && (t.state != On || t.number.Seat() == p.seat) {
			sl.leave()
		}
	}
	r.placeScreens(p)
	r.placeVoices(p)
	p.pairUp()
	for _, sl := range p.audio {
		r.aim(now, sl)
		sl.settle(out)
	}
}

// placeScreens places the sound of shared screens: into their own slot, or where room is left.
func (r *Router) placeScreens(p *peer) {
	for _, t := range p.room.order {
		if t.number.Kind() != ScreenAudio || t.state != On || t.number.Seat() == p.seat || holding(p.audio, t) != nil {
			continue
		}
		for i := len(p.audio) - 1; i >= 0; i-- {
			if p.audio[i].track == nil {
				p.audio[i].fill(t)
				break
			}
		}
	}
}

// placeVoices places microphones.
func (r *Router) placeVoices(p *peer) {
	others := p.otherVoices(r.voices[:0])
	r.voices = others
	slots := p.voiceSlots()
	if len(others) > len(slots) {
		for _, id := range p.room.voices.Placed() {
			if t := p.room.tracks[Track(id)]; t != nil && t.state == On && t.number.Seat() != p.seat && holding(slots, t) == nil {
				p.placeVoice(t, slots, true)
			}
		}
	}
	for _, t := range others { // the rest, as far as there is room: heard from their first word on
		if holding(slots, t) == nil && !p.placeVoice(t, slots, false) {
			return
		}
	}
}

// otherVoices appends everybody else's microphones that are on.
func (p *peer) otherVoices(to []*track) []*track {
	for _, t := range p.room.order {
		if t.number.Kind() == Microphone && t.state == On && t.number.Seat() != p.seat {
			to = append(to, t)
		}
	}
	return to
}

// voiceSlots are the audio slots for voices: the first three.
func (p *peer) voiceSlots() []*slot { return p.audio[:min(len(p.audio), speaker.Places)] }

// placeVoice finds a slot for a voice: the best that is free, or by force the slot of somebody who is not among the
// loudest.
func (p *peer) placeVoice(t *track, slots []*slot, force bool) bool {
	var to *slot
	most := -1
	for i, sl := range slots {
		if sl.track == nil && p.voiceWorth(t, i) > most {
			to, most = sl, p.voiceWorth(t, i)
		}
	}
	if to == nil && force {
		loud := p.room.voices.Placed()
		for _, sl := range slots {
			if sl.track.number.Kind() == Microphone && !slices.Contains(loud[:], uint32(sl.track.number)) {
				to = sl
				break
			}
		}
	}
	if to == nil {
		return false
	}
	to.leave()
	to.fill(t)
	return true
}

// voiceWorth tells how well a voice would sit in audio slot i: beside its picture, back where it was, or at least not
// beside somebody else's picture.
func (p *peer) voiceWorth(t *track, i int) int {
	var picture *track
	if i < len(p.video) {
		picture = p.video[i].track
	}
	switch {
	case picture != nil && picture.number == NewTrack(t.number.Seat(), Camera):
		return 3
	case p.audio[i].last == t.number:
		return 2
	case picture == nil:
		return 1
	}
	return 0
}

// pairUp moves each voice whose picture is in a pair into the same pair, so that the browser synchronises them. Sound moves
// without being heard; pictures stay where they are.
func (p *peer) pairUp() {
	slots := p.voiceSlots()
	for i, sl := range slots {
		if sl.track == nil || sl.track.number.Kind() != Microphone {
			continue
		}
		camera := NewTrack(sl.track.number.Seat(), Camera)
		j := slices.IndexFunc(p.video, func(v *slot) bool { return v.track != nil && v.track.number == camera })
		if j < 0 || j == i || j >= len(slots) {
			continue
		}
		voice, other := sl.track, slots[j].track
		sl.leave()
		slots[j].leave()
		slots[j].fill(voice)
		if other != nil {
			sl.fill(other)
		}
	}
}

// Speakers lists who speaks in a room as the last event SpeakersChanged did; nobody in a room that is not known here.
func (r *Router) Speakers(in RoomID) (s [speaker.Places]Track) {
	if m := r.rooms[in]; m != nil {
		s = m.speaking
	}
	return s
}

// weighVoices finds out who speaks, and lets the loudest be heard.
func (r *Router) weighVoices(now time.Time, m *room, out *Out) {
	changed := m.voices.Update(now)
	if changed.Placed {
		for _, p := range m.peers {
			if len(p.audio) > 0 {
				r.placeAudio(now, p, out)
			}
		}
	}
	if !changed.Speaking {
		return
	}
	for i, id := range m.voices.Speaking() {
		m.speaking[i] = Track(id)
	}
	out.Events = append(out.Events, Event{Kind: SpeakersChanged, Room: m.id, Speakers: m.speaking})
}
