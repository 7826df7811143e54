package sfu

import (
	"slices"
	"time"
)

// A track crosses to another worker once, whoever takes it there. The worker on which somebody wants it says PipeWanted; the
// host tells the owner's worker StartPipe; the owner's packets, opened and repaired, come out of Out.Piped and go
// into GatherPiped. Requests for keyframes go back as KeyframeWanted.

// StartPipe has a track that lives here copied to another worker.
func (r *Router) StartPipe(_ time.Time, in RoomID, number Track, worker int) {
	m := r.rooms[in]
	if m == nil || number.Seat() == 0 || worker == r.config.Worker {
		return
	}
	if t := m.track(number); !slices.Contains(t.workers, worker) {
		t.workers = append(t.workers, worker)
	}
}

// StopPipe ends StartPipe.
func (r *Router) StopPipe(_ time.Time, in RoomID, number Track, worker int) {
	m := r.rooms[in]
	if m == nil {
		return
	}
	t := m.tracks[number]
	if t == nil {
		return
	}
	t.workers = slices.DeleteFunc(t.workers, func(w int) bool { return w == worker })
	if t.state == Off && !t.local() {
		m.drop(t)
	}
}

// pipe copies the unit in hand to the workers that want it.
func (r *Router) pipe(t *track, u *unit, plain []byte, out *Out) {
	data := out.copied(plain)
	if data == nil {
		r.counts.NoMemory++
		return
	}
	for _, w := range t.workers {
		out.Piped = append(out.Piped, Piped{
			Worker: w, Room: t.room.id, Track: t.number, Layer: uint8(u.stream.layer), Codec: u.codec, Level: u.level,
			Arrived: u.now, Captured: u.stream.captured(u.packet.Timestamp), Data: data,
		})
		r.counts.PacketsPiped++
	}
}

// ReceivePiped takes a packet of a track that lives on another worker, and forwards it at once.
func (r *Router) ReceivePiped(now time.Time, p Piped, out *Out) {
	r.GatherPiped(now, p, out)
	for r.Forward(out) {
		continue
	}
}

// GatherPiped is ReceivePiped, but the packet waits for Forward: see Gather.
func (r *Router) GatherPiped(now time.Time, p Piped, out *Out) {
	var t *track
	if m := r.rooms[p.Room]; m != nil {
		t = m.tracks[p.Track]
	}
	if t == nil || t.local() || t.state != On || int(p.Layer) >= len(t.pipedSource().streams) {
		r.counts.NotPiped++
		return
	}
	if len(p.Data) > MTU {
		r.counts.TooLarge++
		return
	}
	plain := r.plain[:copy(r.plain[:], p.Data)]
	if p.Codec == NoCodec || p.Codec > H264 || r.packet.Parse(plain) != nil {
		r.counts.Malformed++
		return
	}
	s := &t.source.streams[p.Layer]
	t.source.layers = max(t.source.layers, int(p.Layer)+1)
	if s.ssrc != r.packet.SSRC { // the owner's restart comes through the pipe as this alone
		s.ssrc = r.packet.SSRC
		if s.kept != nil {
			r.restart(s)
		}
	}
	r.ingest(now, s, arrival{codec: p.Codec, level: p.Level}, plain, out)
	s.times.report(r.packet.Timestamp, p.Captured) // after a restart that ingest may find
}

// pipedSource gives the track's source, made when its first packet comes out of the pipe.
func (t *track) pipedSource() *source {
	if t.source == nil {
		t.source = newSource(nil, t.number.Kind())
		t.source.track = t
	}
	return t.source
}

// settlePipe tells the host when a track must begin or cease to be piped here. Voices are always wanted: they must be
// heard to be chosen.
func (r *Router) settlePipe(t *track, out *Out) {
	wanted := !t.local() && t.taken()
	if wanted == t.piped || !wanted && !t.local() && t.room.expected > 0 { // whoever comes may take it
		return
	}
	t.piped = wanted
	kind := PipeUnwanted
	if wanted {
		kind = PipeWanted
	}
	out.Events = append(out.Events, Event{Kind: kind, Room: t.room.id, Track: t.number})
}

// taken tells whether somebody here gets the track.
func (t *track) taken() bool {
	return t.state == On && (len(t.slots) > 0 || t.number.Kind() == Microphone && len(t.room.peers) > 0)
}

// requestPiped passes the wish for keyframes of a piped track back to its owner's worker.
func (r *Router) requestPiped(now time.Time, t *track, out *Out) {
	if t.source == nil || t.source.owner != nil {
		return
	}
	for i := range t.source.layers {
		s := &t.source.streams[i]
		if s.key.due(now, s.awaited()) {
			r.counts.KeyframesAsked++
			out.Events = append(out.Events, Event{Kind: KeyframeWanted, Room: t.room.id, Track: t.number, Layer: uint8(i)})
		}
	}
}
