// Package speaker finds who speaks in a meeting from the levels that packets carry (RFC 6464), and keeps the loudest three in
// stable places. It is pure: times are passed in. The router owns one Detector for each meeting.
package speaker

import "time"

// Places is how many voices are heard at once.
const Places = 3

// Detector weighs voices. ids are microphone track numbers, never 0.
type Detector struct {
	voices   []voice
	index    map[uint32]int // of an id in voices
	placed   [Places]uint32
	speaking [Places]uint32
	told     [Places]uint32 // placed as Update last left it
}

const (
	// lasting is how long someone must speak to take another's place: longer than a cough, short enough not to lose a word.
	lasting = 240 * time.Millisecond
	// quiet is how long a place's holder must be silent before any lasting speaker may have it: longer than between words.
	quiet = 500 * time.Millisecond
	// margin, in dB, is how much louder a speaker must be to take a place from someone who is speaking too, who keeps it
	// for at least hold.
	margin = 6
	hold   = time.Second
	// silence is how long a voice may be below the floor before its place is free: longer than a pause for thought.
	silence = 2 * time.Second
	// begins and ends say who counts as speaking: sounds shorter than begins do not, pauses shorter than ends do.
	begins = 120 * time.Millisecond
	ends   = 600 * time.Millisecond
)

// New gives a detector of nobody.
func New() *Detector { return &Detector{index: make(map[uint32]int)} }

// Level notes one packet's level in −dBov (0 loudest, 127 silence). placed: this sound took a free place, so that the very
// packet can be heard (Update reports the change as well). It allocates only for a new id.
func (d *Detector) Level(now time.Time, id uint32, level uint8) (placed bool) {
	i, known := d.index[id]
	if !known {
		i = len(d.voices)
		d.index[id] = i
		d.voices = append(d.voices, voice{id: id, at: now.Add(-packet / 3), placed: nowhere})
	}
	v := &d.voices[i]
	v.note(now, level)
	if v.placed != nowhere || level > floor {
		return false
	}
	for place, holder := range d.placed {
		if holder == 0 {
			d.put(now, v, place)
			return true
		}
	}
	return false
}

func (d *Detector) put(now time.Time, v *voice, place int) {
	v.placed, v.since = place, now
	d.placed[place] = v.id
}

func (d *Detector) free(v *voice) {
	d.placed[v.placed] = 0
	v.placed = nowhere
}

// holder gives the voice in a place, nil when it is free.
func (d *Detector) holder(place int) *voice {
	if d.placed[place] == 0 {
		return nil
	}
	return &d.voices[d.index[d.placed[place]]]
}

// Remove forgets a voice that left or was switched off; its place is free at once (Update reports it).
func (d *Detector) Remove(id uint32) {
	i, known := d.index[id]
	if !known {
		return
	}
	if d.voices[i].placed != nowhere {
		d.free(&d.voices[i])
	}
	last := len(d.voices) - 1
	d.voices[i] = d.voices[last]
	d.voices = d.voices[:last]
	delete(d.index, id)
	if i < last {
		d.index[d.voices[i].id] = i
	}
}

// Changed says what Update changed.
type Changed struct{ Placed, Speaking bool }

// Update weighs everybody again. Call it every 20–100 ms. changed tells what became different since the last Update.
func (d *Detector) Update(now time.Time) (changed Changed) {
	for place := range d.placed {
		if v := d.holder(place); v != nil && now.Sub(v.heard) > silence {
			d.free(v)
		}
	}
	for range Places {
		if !d.admit(now) {
			break
		}
	}
	changed.Placed = d.placed != d.told
	d.told = d.placed
	before := d.speaking
	d.rank(now)
	changed.Speaking = d.speaking != before
	return changed
}

// admit gives the loudest lasting speaker without a place one, if there is one to be had.
func (d *Detector) admit(now time.Time) bool {
	var comer *voice
	for i := range d.voices {
		v := &d.voices[i]
		if v.placed != nowhere || v.talk < lasting || now.Sub(v.loud) > lasting {
			continue
		}
		if comer == nil || v.score > comer.score {
			comer = v
		}
	}
	if comer == nil {
		return false
	}
	place := d.weakest(now)
	if holder := d.holder(place); holder != nil {
		louder := comer.score >= holder.score+margin && now.Sub(holder.since) >= hold
		if now.Sub(holder.loud) < quiet && !louder {
			return false
		}
		d.free(holder)
	}
	d.put(now, comer, place)
	return true
}

// weakest gives a free place, or the one whose holder matters least: who is quiet before who speaks, then by score.
func (d *Detector) weakest(now time.Time) (place int) {
	var least *voice
	for i := range d.placed {
		v := d.holder(i)
		if v == nil {
			return i
		}
		if least == nil || weaker(now, v, least) {
			place, least = i, v
		}
	}
	return place
}

func weaker(now time.Time, a, b *voice) bool {
	if qa, qb := now.Sub(a.loud) >= quiet, now.Sub(b.loud) >= quiet; qa != qb {
		return qa
	}
	return a.score < b.score
}

// rank lists who of the placed speaks, the loudest first. Two change their order only when clearly apart, so that
// people who speak together do not make the list flicker.
func (d *Detector) rank(now time.Time) {
	var ranked [Places]*voice
	n := 0
	add := func(v *voice) {
		if v == nil || v.placed == nowhere {
			return
		}
		for _, other := range ranked[:n] {
			if other == v {
				return
			}
		}
		recent := now.Sub(v.loud) < ends
		if v.speaking = recent && (v.speaking || v.talk >= begins); v.speaking {
			ranked[n] = v
			n++
		}
	}
	for _, id := range d.speaking { // in their old order first
		if i, known := d.index[id]; known {
			add(&d.voices[i])
		}
	}
	for place := range d.placed {
		add(d.holder(place))
	}
	for range n {
		for i := 1; i < n; i++ {
			if ranked[i].score > ranked[i-1].score+margin {
				ranked[i], ranked[i-1] = ranked[i-1], ranked[i]
			}
		}
	}
	d.speaking = [Places]uint32{}
	for i, v := range ranked[:n] {
		d.speaking[i] = v.id
	}
}

// Placed tells whose voice is in which place; 0 is nobody. A voice keeps its place while it has one.
func (d *Detector) Placed() [Places]uint32 { return d.placed }

// Speaking lists who speaks now, the loudest first; 0 where fewer do. Only who has a place is listed.
func (d *Detector) Speaking() [Places]uint32 { return d.speaking }
