package sfu

import (
	"slices"
	"time"

	"noom/internal/sfu/speaker"
)

// roomTick is how often voices are weighed and layers looked after.
const roomTick = 100 * time.Millisecond

// room is the part of a meeting that this worker sees: its own peers, and all tracks of the meeting.
type room struct {
	id       RoomID
	peers    []*peer // entered, of this worker
	tracks   map[Track]*track
	order    []*track // the same, in order of appearance
	voices   *speaker.Detector
	speaking [speaker.Places]Track
	due      time.Time
	dirty    bool // tracks or peers changed outside a call with an Out
	expected int  // moves under way to here, see Expect
}

// track is what a participant sends in one room, wherever its peer lives.
type track struct {
	number  Track
	room    *room
	state   TrackState
	source  *source // nil while nobody here sends it and none was piped
	slots   []*slot // that carry it or wait for it
	workers []int   // to which it is piped
	piped   bool    // we asked for it to be piped here
	demand  demand
}

func (r *Router) openRoom(id RoomID) *room {
	m := r.rooms[id]
	if m == nil {
		m = &room{id: id, tracks: make(map[Track]*track), voices: speaker.New()}
		r.rooms[id] = m
		r.open = append(r.open, m)
	}
	return m
}

// closeIfEmpty forgets a room in which no peer of this worker is left.
func (r *Router) closeIfEmpty(m *room, out *Out) {
	if len(m.peers) > 0 || m.expected > 0 {
		return
	}
	for _, t := range m.order {
		r.settlePipe(t, out)
	}
	delete(r.rooms, m.id)
	r.open = slices.DeleteFunc(r.open, func(other *room) bool { return other == m })
}

// track gives the track with this number, known or new.
func (m *room) track(number Track) *track {
	t := m.tracks[number]
	if t == nil {
		t = &track{number: number, room: m}
		m.tracks[number] = t
		m.order = append(m.order, t)
	}
	return t
}

// adopt gives a local source the track of its seat and kind, and whoever waits for it.
func (m *room) adopt(s *source, seat uint32) {
	t := m.track(NewTrack(seat, s.kind))
	if t.source != nil {
		m.release(t.source)
	}
	t.source, s.track = s, t
	m.dirty = true
}

// release parts a source from its track: its slots wait for another source.
func (m *room) release(s *source) {
	t := s.track
	if t == nil {
		return
	}
	s.track, t.source = nil, nil
	for _, sl := range t.slots {
		if sl.source == s {
			sl.turnAway()
			sl.source = nil
		}
	}
	m.forget(func(other *stream) bool { return other.source == s })
	if t.number.Kind() == Microphone {
		m.voices.Remove(uint32(t.number))
	}
}

// forget has no slot send anything again of these streams: also one that carried them and has gone on to another track.
func (m *room) forget(these func(*stream) bool) {
	for _, p := range m.peers {
		for _, sl := range p.slots {
			sl.forget(these)
		}
	}
}

// orphan releases the source of a peer that is going away. Its track, should it go on elsewhere, comes from there: it is no
// longer ours to pipe. One that is off may never come again.
func (m *room) orphan(s *source) {
	t := s.track
	if t == nil {
		return // another peer has taken the seat
	}
	m.release(s)
	t.workers = nil
	if t.state == Off {
		m.drop(t)
	}
}

// local tells whether one of this worker's peers sends the track.
func (t *track) local() bool { return t.source != nil && t.source.owner != nil }

// SetTrack takes what the meeting decided about a track, wherever its owner lives. Worker by worker, the host tells it to
// all that have peers of the room, and tells all of it again to one on which the first enters. In between a room that is
// not known here, for its last peer has just been lost, stays so: nobody would close it.
func (r *Router) SetTrack(now time.Time, in RoomID, number Track, s TrackState, out *Out) {
	if number.Seat() == 0 {
		return
	}
	m := r.rooms[in]
	if m == nil {
		return
	}
	t := m.track(number)
	if t.state == s {
		return
	}
	t.state = s
	if s == On && !number.Kind().Audio() {
		t.begin(now, out)
	}
	if s == Off && number.Kind() == Microphone {
		m.voices.Remove(uint32(number))
	}
	r.place(now, m, out)
	if s == Off && !t.local() {
		m.drop(t)
	}
}

// drop forgets a track that is off and lives elsewhere: its number may never come again.
func (m *room) drop(t *track) {
	if t.source != nil {
		m.release(t.source)
	}
	if len(t.workers) > 0 {
		return
	}
	delete(m.tracks, t.number)
	m.order = slices.DeleteFunc(m.order, func(other *track) bool { return other == t })
}

// place decides anew which track goes to which slot of every peer in the room, and which tracks must be piped here.
func (r *Router) place(now time.Time, m *room, out *Out) {
	m.dirty = false
	for _, p := range m.peers {
		r.placeAudio(now, p, out)
		r.placeVideo(now, p, out)
	}
	for _, t := range m.order {
		r.settlePipe(t, out)
	}
	r.remind(now.Add(roomTick))
}

// tickRoom weighs the voices and looks after layers that came or went.
func (r *Router) tickRoom(now time.Time, m *room, out *Out) {
	if m.dirty {
		r.place(now, m, out)
	}
	if !m.busy() {
		return
	}
	if !m.due.After(now) {
		m.due = now.Add(roomTick)
		r.weighVoices(now, m, out)
		for _, t := range m.order {
			t.measure(now)
		}
		for _, p := range m.peers {
			r.divide(now, p, out)
		}
		for _, t := range m.order {
			if !t.number.Kind().Audio() {
				r.aimAll(now, t)
				r.requestPiped(now, t, out)
				r.tickDemand(now, t, out)
			}
		}
	}
	r.remind(m.due)
}

// busy tells whether anything is let out in the room.
func (m *room) busy() bool {
	if len(m.peers) == 0 {
		return false
	}
	for _, t := range m.order {
		if t.state == On {
			return true
		}
	}
	return m.speaking != [speaker.Places]Track{}
}
