package rooms

import (
	"context"
	"errors"

	"noom/internal/loop"
	"noom/internal/meeting"
)

var (
	errReserved = &meeting.Error{Code: meeting.Conflict, Text: "Somebody else is changing this room. Try again in a moment."}
	errOccupied = &meeting.Error{Code: meeting.Conflict, Text: "People are in this room. Try again when the meeting is over."}
)

// enter gives the open room of this name, opening it when it is not; nil once the server ends. While the name is
// reserved it gives no room, but what is closed when it may be tried again.
func (r *Rooms) enter(name string) (*room, <-chan struct{}) {
	fresh := newRoom(r, name)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return nil, nil
	}
	if free, reserved := r.reserved[name]; reserved {
		return nil, free
	}
	if room, ok := r.open[name]; ok {
		return room, nil
	}
	r.open[name] = fresh
	r.running.Go(func() { fresh.run(r.life) }) // ends when the room is empty, or with life
	return fresh, nil
}

// find gives the open room of this name, nil when it is not open.
func (r *Rooms) find(name string) *room {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open[name]
}

// reserve keeps everybody out of a name until release is called. A room that is open there ends, unless vacate refuses
// that: it runs in the room.
func (r *Rooms) reserve(ctx context.Context, name string, vacate func(*room) error) (release func(), err error) {
	free := make(chan struct{})
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return nil, errShutdown
	}
	if _, taken := r.reserved[name]; taken {
		r.mu.Unlock()
		return nil, errReserved
	}
	r.reserved[name] = free
	open := r.open[name]
	r.mu.Unlock()
	release = func() { r.release(name, free) }
	if open == nil {
		return release, nil
	}
	err = open.loop.Do(ctx, func(room *room) error {
		if err := vacate(room); err != nil {
			return err
		}
		room.over = true
		return nil
	})
	if err != nil && !errors.Is(err, loop.ErrEnded) {
		release()
		return nil, err
	}
	<-open.loop.Ended() // by then it is out of the directory
	<-open.chat.ended   // and by then nothing more is said in it
	return release, nil
}

// release lets people in under a name again.
func (r *Rooms) release(name string, free chan struct{}) {
	r.mu.Lock()
	delete(r.reserved, name)
	r.mu.Unlock()
	close(free)
}

// unlessOccupied lets a room end that nobody is in. Who stands outside comes back to the room that is there then.
func unlessOccupied(r *room) error {
	if len(r.meeting.Inside()) > 0 {
		return errOccupied
	}
	return nil
}

// forAll lets a room end whoever is in it.
func forAll(r *room) error {
	_, err := r.apply(meeting.Dissolve{})
	return err
}
