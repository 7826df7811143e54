package rooms

import (
	"context"
	"time"

	"noom/internal/meeting"
	"noom/internal/sfu"
)

// recallPatience is how long a join waits for the room's earlier chat to be read. It takes milliseconds and began
// when the room was opened; when the disk is in trouble the meeting goes on, and the chat is told once it is there.
const recallPatience = time.Second

// Session is one connection of a participant. Its methods may be called from any goroutine; requests of one session
// are carried out in the order of their calls. Each answers by its reply, exactly once, on the room's goroutine where
// that is possible, so that the answer and the events around it reach the client in the order in which they happened.
type Session struct {
	room *room
	link Link
	id   meeting.ID
}

// Reply takes the answer to a request. It must not block. An error that is a *meeting.Error may be shown to people.
type Reply[T any] func(T, error)

// None is the answer of a request that has nothing to say but that it was done.
type None struct{}

// Snapshot is the answer to Join, unless one has to Wait for something.
type Snapshot struct {
	meeting.Snapshot
	Slots []SlotState     `json:"slots"`
	Wait  meeting.WaitFor `json:"-"`
}

var (
	// errReplaced refuses what an older connection of the same session still asks for.
	errReplaced = &meeting.Error{Code: meeting.Forbidden, Text: "Another window has taken over this session."}
	// errOver refuses what a session asks for that has ended.
	errOver = &meeting.Error{Code: meeting.NotFound, Text: "This session is over. Open the meeting again."}
)

// ask runs f in the room, for the client that the session belongs to.
func ask[T any](ctx context.Context, s *Session, reply Reply[T], f func(*room, *client) (T, error)) {
	err := s.room.loop.Do(ctx, func(r *room) error {
		c := r.clients[s.id]
		if c == nil {
			return errOver
		}
		if c.session != s {
			return errReplaced
		}
		answer, err := f(r, c)
		r.deliver(c)
		if err != nil {
			return err
		}
		reply(answer, nil)
		return nil
	})
	if err != nil {
		var none T
		reply(none, err)
	}
}

// unlessDone replies only with a failure to begin: the answer itself comes later.
func unlessDone[T any](reply Reply[T]) Reply[None] {
	return func(_ None, err error) {
		if err != nil {
			var none T
			reply(none, err)
		}
	}
}

// Join enters the meeting, or gives a fresh snapshot to one who is inside.
func (s *Session) Join(ctx context.Context, name, passcode string, reply Reply[Snapshot]) {
	patience := time.NewTimer(recallPatience)
	defer patience.Stop()
	select {
	case <-s.room.recalled:
	case <-patience.C:
	case <-ctx.Done():
	}
	ask(ctx, s, reply, func(r *room, c *client) (Snapshot, error) {
		snapshot, err := r.join(c, name, passcode)
		if err == nil {
			r.tellWanted(c)
		}
		return snapshot, err
	})
}

// View says which tracks the participant sees, the most wanted first.
func (s *Session) View(ctx context.Context, view []sfu.Wish, reply Reply[None]) {
	ask(ctx, s, reply, func(r *room, c *client) (None, error) {
		c.view = view
		r.setView(c)
		return None{}, nil
	})
}

// Way is what media knows of the way to a participant.
type Way struct {
	Rate  int `json:"rate"`  // that it carries, in bit/s; 0: not known
	Queue int `json:"queue"` // that stands in it, in ms
	Lost  int `json:"lost"`  // of 1 000 packets
}

// Way tells about the way to the participant. Without a transport nothing is known.
func (s *Session) Way(ctx context.Context, reply Reply[Way]) {
	ask(ctx, s, reply, func(r *room, c *client) (w Way, err error) {
		if c.peer == nil {
			return w, nil
		}
		ctx, cancel := r.patience()
		defer cancel()
		stats, err := r.media.PeerStats(ctx, c.peer.id)
		if err != nil { // media gave it up meanwhile
			return w, nil
		}
		return Way{Rate: stats.Estimate, Queue: int(stats.Queue.Milliseconds()), Lost: int(stats.Loss*1000 + 0.5)}, nil
	})
}

// Disconnect says that the link is gone. The seat is kept for a while; a session that was replaced changes nothing.
func (s *Session) Disconnect() {
	// The room ends only when nobody is left or with the server: in both cases there is nothing to tell it.
	_ = s.room.loop.Do(context.Background(), func(r *room) error {
		c := r.clients[s.id]
		if c == nil || c.session != s {
			return nil
		}
		c.session, c.unsent, c.unsentBytes = nil, 0, 0 // what was not sent waits in the outbox
		_, err := r.apply(meeting.Disconnect{ID: s.id})
		return err
	})
}
