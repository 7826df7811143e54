package sfu

import (
	"slices"
	"time"

	"noom/internal/sfu/cache"
	"noom/internal/sfu/layer"
)

// A peer moves from one worker to another while media flows, and nothing of what it sends or receives is lost or comes twice:
//
//   - Expect opens the room on the new worker, and the host has the tracks that the peer takes piped there.
//   - Release parts the peer from the old router, with its keys, numbers, caches and timers. What it sends goes on to those who
//     stay out of the pipe that comes the other way now: the same SSRCs and sequence numbers, so that they notice nothing.
//   - Adopt takes it into the new router. Its slots go on with the same streams as they come out of the pipe there, or as they
//     live there, and get at once what came of them since.
//
// In between the host holds what the peer sends. It sees to it that a pipe brings what was before the move before it brings what came
// after: what Release left in Out goes before the Moving does, and Adopt comes after what has arrived.

// Moving is a peer between two routers. Whoever has it owns it: the router that it comes from has kept nothing of it.
type Moving struct {
	peer  *peer
	room  RoomID
	sends [4]sending // by Kind
	slots []carrying // by index
}

// sending is what becomes of a source.
type sending struct {
	taken   bool  // it was its track's
	workers []int // to which the track is to be piped from now on
}

// carrying is what a slot was about.
type carrying struct {
	track Track // 0: it was free
	seen  *sight
	past  [generations]origin
}

// origin names a stream on any worker. The zero origin is none.
type origin struct {
	track Track
	layer int
	ssrc  uint32
}

// sight is what one worker knows of a track's streams, for another to go on with.
type sight [layer.Max]struct {
	ssrc          uint32 // 0: nothing came
	codec         Codec
	seen          time.Time
	width, height uint16
	times         timeline
	last          *cache.Cache // of the stream that the slot carries, should the receiver ask again for some of it; else nil
}

// lastKept packets of a picture go along: at 2.5 Mb/s 400 ms of it, longer than a receiver takes to notice what it lost.
const lastKept = 128

// ID is whose move it is.
func (w *Moving) ID() PeerID { return w.peer.id }

// Expect opens a room for a peer that will be adopted: these tracks are piped here, as if they were taken already. The host
// sets the states of all tracks after it, as for the first who enters. Unexpect must follow.
func (r *Router) Expect(_ time.Time, in RoomID, tracks []Track, out *Out) {
	m := r.openRoom(in)
	m.expected++
	for _, n := range tracks {
		if t := m.track(n); !t.local() && !t.piped {
			t.piped = true
			out.Events = append(out.Events, Event{Kind: PipeWanted, Room: in, Track: n})
		}
	}
}

// Unexpect ends Expect: the peer was adopted, or will not come.
func (r *Router) Unexpect(now time.Time, in RoomID, out *Out) {
	m := r.rooms[in]
	if m == nil || m.expected == 0 {
		return
	}
	m.expected--
	r.place(now, m, out)
	r.closeIfEmpty(m, out)
}

// Taken appends the tracks that a peer gets now.
func (r *Router) Taken(id PeerID, tracks []Track) []Track {
	if p := r.peers[id]; p != nil {
		for _, sl := range p.slots {
			if sl.track != nil {
				tracks = append(tracks, sl.track.number)
			}
		}
	}
	return tracks
}

// Release parts a peer from the router, for the router of another worker to adopt. It gives nil when there is no such peer in a
// room, and in the middle of a turn: the host calls Forward until there is no more before it calls this, or Adopt.
func (r *Router) Release(now time.Time, id PeerID, to int, out *Out) *Moving {
	p := r.peers[id]
	if p == nil || p.room == nil || p.lost || r.forwarding() {
		return nil
	}
	m := p.room
	w := &Moving{peer: p, room: m.id}
	for _, sl := range p.slots {
		w.slots = append(w.slots, sl.uproot(to))
	}
	r.part(p)
	m.peers = slices.DeleteFunc(m.peers, func(other *peer) bool { return other == p })
	p.room = nil
	for k, s := range p.sources {
		if s != nil && s.track != nil {
			w.sends[k] = r.leaveBehind(m, s, to)
		}
	}
	r.place(now, m, out)
	r.closeIfEmpty(m, out)
	return w
}

// forwarding tells whether something waits for Forward.
func (r *Router) forwarding() bool { return r.turns.gathering.count > 0 || r.turns.leaving.count > 0 }

// part takes a peer off the router's books.
func (r *Router) part(p *peer) {
	for _, a := range p.addresses {
		delete(r.proven, a.at)
	}
	delete(r.ufrags, p.params.LocalUfrag)
	delete(r.peers, p.id)
	r.order = slices.DeleteFunc(r.order, func(other *peer) bool { return other == p })
	if r.sender == p {
		r.sender = nil
	}
	r.unit, p.shares = unit{}, [2][]share{}
	p.held = held{} // Adopt catches up on it
}

// uproot parts a slot from what it carries, and has that piped to the worker where the slot goes on.
func (sl *slot) uproot(to int) carrying {
	var c carrying
	if sl.numbering != nil {
		for i := range sl.past {
			if from := sl.past[i].stream; from != nil && from.source.track != nil {
				c.past[i] = origin{from.source.track.number, from.layer, from.ssrc}
			}
			sl.past[i].stream = nil
		}
	}
	t := sl.track
	if t == nil {
		return c
	}
	c.track = t.number
	if sl.source != nil {
		c.seen = sl.source.sight()
		if i := sl.selector.Current(); i != layer.None && sl.params.RTX != 0 && sl.source.streams[i].kept != nil {
			c.seen[i].last = sl.source.streams[i].kept.Last(lastKept)
		}
	}
	if t.local() && !slices.Contains(t.workers, to) {
		t.workers = append(t.workers, to)
	}
	selector, reports := sl.selector, sl.reports
	sl.leave()
	sl.selector, sl.reports = selector, reports
	return c
}

// sight is what is known of the source's streams.
func (s *source) sight() *sight {
	v := new(sight)
	for i := range s.layers {
		from := &s.streams[i]
		if from.seen.IsZero() {
			continue
		}
		to := &v[i]
		to.ssrc, to.codec, to.seen, to.width, to.height = from.ssrc, from.codec, from.seen, from.width, from.height
		to.times = from.piped()
	}
	return v
}

// piped gives the stream's timeline by the server's clock, as it is where the stream comes out of a pipe.
func (s *stream) piped() timeline {
	t := s.times
	if t.known {
		t.reported, t.at = true, s.captured(t.rtp)
	}
	return t
}

// leaveBehind has those who stay get the source of a peer that moves out of a pipe from now on, where it goes on.
func (r *Router) leaveBehind(m *room, s *source, to int) sending {
	t := s.track
	going := sending{taken: true, workers: slices.DeleteFunc(t.workers, func(w int) bool { return w == to })}
	t.workers = nil
	if !t.taken() {
		m.orphan(s)
		return going
	}
	going.workers = append(going.workers, r.config.Worker)
	twin := newSource(nil, s.kind)
	twin.track, twin.layers = t, s.layers
	for i := range s.streams {
		from, to := &s.streams[i], &twin.streams[i]
		to.ssrc, to.codec, to.seen, to.width, to.height, to.key = from.ssrc, from.codec, from.seen, from.width, from.height, from.key
		to.times, to.kept = from.piped(), from.kept.Clone()
		to.slots, from.slots = from.slots, nil
	}
	m.turnTo(twin, s)
	t.source, s.track = twin, nil
	return going
}

// turnTo has the slots that carry, or have carried, one source of a track go on with another, which goes on with its streams.
func (m *room) turnTo(next, old *source) {
	for _, p := range m.peers {
		p.held.turnTo(next, old)
		for _, sl := range p.slots {
			if sl.source == old {
				sl.source = next
			}
			if sl.numbering == nil {
				continue
			}
			for i := range sl.past {
				if g := &sl.past[i]; g.stream != nil && g.stream.source == old {
					g.stream = &next.streams[g.stream.layer]
				}
			}
		}
	}
}
