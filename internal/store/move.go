package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// move notes that a room is getting another name, so that a process that is killed meanwhile leaves it with one name only:
// the next one goes on from the note.
type move struct {
	Room string `json:"room"` // its id
	From string `json:"from"`
	To   string `json:"to"`
}

// moveKey is the key of a move's note in the bucket of rooms, whose own keys hold no dot.
func moveKey(from string) string { return "move." + token(from) }

// MoveRoom gives a room another name, with edit made as well. A room of that name that is there already is a
// meeting.Error with Conflict. Nobody may read or change the room meanwhile.
func (s *Store) MoveRoom(ctx context.Context, from, to string, edit func(*Room) error) (Room, error) {
	r, err := s.Room(ctx, from)
	if err != nil {
		return r, err
	}
	if err := edit(&r); err != nil {
		return r, err
	}
	r.Name = to
	m := move{Room: r.ID, From: from, To: to}
	if err := s.beginMove(ctx, m); err != nil {
		return r, err
	}
	moved, making := s.MakeRoom(ctx, r)
	if err := s.finishMove(ctx, m); err != nil { // after an error, too: it may have been made all the same
		return r, errors.Join(making, err)
	}
	return moved, making
}

func (s *Store) beginMove(ctx context.Context, m move) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encoding a room's move: %w", err)
	}
	if _, err := s.rooms.Put(ctx, moveKey(m.From), data); err != nil {
		return fmt.Errorf("beginning a room's move: %w", err)
	}
	return nil
}

// finishMove removes a room's record under its old name, if it is there under the new one, and then the note. A note that
// could not be removed outlives its move: another room may have the old name by then.
func (s *Store) finishMove(ctx context.Context, m move) error {
	there, err := s.holds(ctx, m.To, m.Room)
	here := false
	if there {
		here, err = s.holds(ctx, m.From, m.Room)
	}
	if here {
		err = s.rooms.Purge(ctx, roomKey(m.From))
	}
	if err == nil {
		err = s.rooms.Purge(ctx, moveKey(m.From))
	}
	if err != nil {
		return fmt.Errorf("finishing a room's move: %w", err)
	}
	return nil
}

// holds tells whether a name is that of the room with this id.
func (s *Store) holds(ctx context.Context, name, id string) (bool, error) {
	r, err := s.Room(ctx, name)
	if errors.Is(err, ErrNoRoom) {
		return false, nil
	}
	return err == nil && r.ID == id, err
}

// finishMoves goes on where a process was killed.
func (s *Store) finishMoves(ctx context.Context) error {
	keys, err := s.rooms.ListKeysFiltered(ctx, "move.*")
	if err != nil {
		return fmt.Errorf("listing rooms' moves: %w", err)
	}
	defer func() { _ = keys.Stop() }()
	for key := range keys.Keys() {
		entry, err := s.rooms.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue
		}
		var m move
		if err == nil {
			err = json.Unmarshal(entry.Value(), &m)
		}
		if err != nil {
			return fmt.Errorf("reading a room's move: %w", err)
		}
		if err := s.finishMove(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
