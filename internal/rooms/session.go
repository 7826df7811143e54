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

// Snapshot is the answer to Join.
type Snapshot struct {
	meeting.Snapshot
	Slots []SlotState `json:"slots"`
}

// errReplaced refuses what an older connection of the same session still asks for.
var errReplaced = &meeting.Error{Code: meeting.Forbidden, Text: "Another window has taken over this session."}

// ask runs f in the room, for the client that the session belongs to.
func ask[T any](ctx context.Context, s *Session, reply Reply[T], f func(*room, *client) (T, error)) {
	err := s.room.loop.Do(ctx, func(r *room) error {
		c := r.clients[s.id]
		if c == nil || c.session != s {
			return errReplaced
		}
		answer, err := f(r, c)
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

// command runs a meeting command that has no answer of its own.
func (s *Session) command(ctx context.Context, c meeting.Command, reply Reply[None]) {
	ask(ctx, s, reply, func(r *room, _ *client) (None, error) {
		_, err := r.apply(c)
		return None{}, err
	})
}

// Join enters the meeting, or gives a fresh snapshot to one who is inside.
func (s *Session) Join(ctx context.Context, name string, reply Reply[Snapshot]) {
	patience := time.NewTimer(recallPatience)
	defer patience.Stop()
	select {
	case <-s.room.recalled:
	case <-patience.C:
	case <-ctx.Done():
	}
	ask(ctx, s, reply, func(r *room, c *client) (Snapshot, error) {
		answer, err := r.apply(meeting.Join{ID: c.id, Name: name})
		if err != nil {
			return Snapshot{}, err
		}
		return Snapshot{Snapshot: answer.(meeting.Snapshot), Slots: c.slotStates()}, nil
	})
}

// Leave gives up the seat at once, and the peer with it.
func (s *Session) Leave(ctx context.Context, reply Reply[None]) {
	s.command(ctx, meeting.Leave{ID: s.id}, reply)
}

// Rename changes the participant's name.
func (s *Session) Rename(ctx context.Context, name string, reply Reply[None]) {
	s.command(ctx, meeting.Rename{ID: s.id, Name: name}, reply)
}

// Publish says what the participant lets out of one of its tracks.
func (s *Session) Publish(ctx context.Context, kind meeting.Kind, state meeting.TrackState, reply Reply[None]) {
	s.command(ctx, meeting.Publish{ID: s.id, Kind: kind, State: state}, reply)
}

// View says which tracks the participant sees, the most wanted first.
func (s *Session) View(ctx context.Context, view []sfu.Wish, reply Reply[None]) {
	ask(ctx, s, reply, func(r *room, c *client) (None, error) {
		c.view = view
		r.setView(c)
		return None{}, nil
	})
}

// Chat keeps a message and tells it to all. The reply comes when it is durable, and brings it with Seq and At.
func (s *Session) Chat(ctx context.Context, clientID, text string, reply Reply[meeting.Message]) {
	ask(ctx, s, unlessDone(reply), func(r *room, c *client) (None, error) {
		return None{}, r.say(c, clientID, text, reply)
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
		c.session = nil
		_, err := r.apply(meeting.Disconnect{ID: s.id})
		return err
	})
}
