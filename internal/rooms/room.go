package rooms

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"time"

	"noom/internal/loop"
	"noom/internal/media"
	"noom/internal/meeting"
	"noom/internal/sfu"
	"noom/internal/store"
)

const (
	// inboxDepth is how many requests may wait for a room; whoever brings one more waits, and the client with it.
	inboxDepth = 256
	// emptyGrace is how long a room that nobody has entered yet stays open for the session that opened it.
	emptyGrace = 10 * time.Second
	// mediaPatience bounds one operation on media. It takes microseconds; beyond this a worker is stuck, and the
	// room goes on without.
	mediaPatience = 2 * time.Second
)

// room is one open room. Its goroutine owns every field but the first group, which never changes.
type room struct {
	name     string
	rooms    *Rooms
	log      *slog.Logger
	loop     *loop.Loop[*room]
	chat     *chatLog
	recorded chan struct{} // closed once the room's record is known, or cannot be
	recalled chan struct{} // closed once the room's earlier chat is in the meeting, or cannot be read

	ctx     context.Context // ends with the room
	record  *store.Room     // never changed: a new one takes its place; nil when it cannot be read
	meeting *meeting.Meeting
	media   *media.Room
	clients map[meeting.ID]*client
	peers   map[sfu.PeerID]*client
	parting []Link         // of those who were dismissed in this turn
	turned  []netip.Prefix // from where a host has turned somebody away in this turn
	opened  time.Time

	unsent    []*client // for whom something has been collected
	deliverAt time.Time // when the next of them may get it; zero: nobody waits
	batches   []batch   // of this turn

	amendments []amendment // the first is being made
	over       bool        // the room ends after this turn
	visited    bool        // somebody has connected, or tried to
	met        bool        // there has been a meeting whose chat is not erased
}

func newRoom(r *Rooms, name string) *room {
	room := &room{
		name: name, rooms: r, log: r.log, recorded: make(chan struct{}), recalled: make(chan struct{}),
		meeting: meeting.New(meeting.Config{Room: name, Chance: chance}),
		clients: make(map[meeting.ID]*client),
		peers:   make(map[sfu.PeerID]*client),
	}
	room.loop = loop.New(room, inboxDepth)
	room.chat = newChatLog(room)
	return room
}

// run is the room's goroutine: requests, what media reports, and time. It ends when nobody is left, with ctx, or by a
// panic, which is this room's alone.
func (r *room) run(ctx context.Context) {
	ctx, end := context.WithCancel(ctx)
	r.ctx, r.opened, r.media = ctx, time.Now(), r.rooms.config.Media.OpenRoom()
	r.rooms.running.Go(func() { // ends with ctx, which ends with this function
		r.readRecord(ctx)
		r.chat.run(ctx)
	})
	r.log.Debug("room opened", "room", r.name)
	over := false // unlike by a panic or the server's end, after which people come back to their meeting
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("room ended by a panic", "room", r.name, "err", v, "stack", string(debug.Stack()))
		}
		end()
		r.rooms.finish(r, over && r.met && r.record.Settings.History == meeting.UntilEnd)
		r.loop.End() // who still waits at the door opens the room anew
		r.goodbye()
		r.media.Close()
		r.log.Debug("room closed", "room", r.name)
	}()
	timer := time.NewTimer(emptyGrace)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case task := <-r.loop.Tasks():
			task(r)
		case e := <-r.media.Events():
			r.mediaEvents(e)
		case <-r.media.Ended(): // by a panic: everybody comes back to a room that is whole
			return
		case <-timer.C:
			r.expire()
		}
		r.deliverDue()
		r.part()
		if r.over {
			over = true
			return
		}
		if r.meeting.Empty() && len(r.loop.Tasks()) == 0 && (r.visited || time.Since(r.opened) >= emptyGrace) {
			over = true
			return
		}
		timer.Reset(r.untilDeadline())
	}
}

// untilDeadline is how long the room may sleep.
func (r *room) untilDeadline() time.Duration {
	due := r.meeting.Deadline()
	if due.IsZero() || !r.deliverAt.IsZero() && r.deliverAt.Before(due) {
		due = r.deliverAt
	}
	if due.IsZero() {
		return emptyGrace
	}
	return due.Sub(r.rooms.now())
}

func (r *room) expire() {
	if _, err := r.apply(meeting.Expire{}); err != nil {
		r.log.Error("time refused by the meeting", "room", r.name, "err", err)
	}
}

// goodbye tells those who are still connected that the server ends, or after a panic only cuts them off: they come
// back to a new room.
func (r *room) goodbye() {
	shutdown := r.rooms.life.Err() != nil
	for _, c := range r.clients {
		if c.session == nil {
			continue
		}
		if shutdown {
			r.tellEnd(c, meeting.EndShutdown).Cut()
		} else {
			c.session.link.Cut()
		}
	}
}

// patience is a context for one operation on media.
func (r *room) patience() (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.ctx, mediaPatience)
}
