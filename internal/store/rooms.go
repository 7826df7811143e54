package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"noom/internal/meeting"
)

// updateTries bounds how often an update begins anew because another one came between. Those are two hosts' clicks.
const updateTries = 16

// MadeMark begins the id of a room that was made. No name holds it: the id of one that nobody made is its name.
const MadeMark = "~"

// Room is the record of a room that somebody has made.
type Room struct {
	ID        string           `json:"id"`   // never changes, whatever the room is called; its chat is kept under it
	Name      string           `json:"name"` // as meeting.RoomName gives it
	CreatedAt int64            `json:"createdAt"`
	Settings  meeting.Settings `json:"settings"`
	Links     []Link           `json:"links"`
	Bans      []Ban            `json:"bans"`

	Revision uint64 `json:"-"` // grows with every change of any room
}

// Link says what role a link to the room gives. Its key is not kept: it can be computed.
type Link struct {
	ID   string       `json:"id"`
	Role meeting.Role `json:"role"`
}

// Ban keeps a browser out of the room, and takes the power from the link that it came by.
type Ban struct {
	Who  meeting.Who `json:"who"`
	Name string      `json:"name"` // that it had
	At   int64       `json:"at"`   // milliseconds since 1970
	Link string      `json:"link,omitempty"`
}

var (
	// ErrNoRoom says that nobody has made a room of this name.
	ErrNoRoom = &meeting.Error{Code: meeting.NotFound, Text: "There is no such room."}
	// ErrMade says that somebody has.
	ErrMade = &meeting.Error{Code: meeting.Conflict, Text: "This room has been made already."}
)

func roomBucket() jetstream.KeyValueConfig {
	return jetstream.KeyValueConfig{Bucket: "rooms", Description: "records of rooms that were made", History: 1, Storage: jetstream.FileStorage}
}

// Room reads a room's record. It returns ErrNoRoom when nobody has made a room of this name.
func (s *Store) Room(ctx context.Context, name string) (Room, error) {
	entry, err := s.rooms.Get(ctx, roomKey(name))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return Room{}, ErrNoRoom
	}
	if err != nil {
		return Room{}, fmt.Errorf("reading a room's record: %w", err)
	}
	var r Room
	if err := json.Unmarshal(entry.Value(), &r); err != nil {
		return Room{}, fmt.Errorf("decoding a room's record: %w", err)
	}
	r.Revision = entry.Revision()
	return r, nil
}

// MakeRoom keeps the record of a new room, on the disk when it returns. A room of this name that is there already is a
// meeting.Error with Conflict.
func (s *Store) MakeRoom(ctx context.Context, r Room) (Room, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return r, fmt.Errorf("encoding a room's record: %w", err)
	}
	r.Revision, err = s.rooms.Create(ctx, roomKey(r.Name), data)
	if errors.Is(err, jetstream.ErrKeyExists) {
		return r, ErrMade
	}
	if err != nil {
		return r, fmt.Errorf("keeping a new room's record: %w", err)
	}
	return r, nil
}

// UpdateRoom changes a room's record and returns the new one, once that is on the disk. edit is called again when
// another change came between; its error ends the update and is returned as it is.
func (s *Store) UpdateRoom(ctx context.Context, name string, edit func(*Room) error) (Room, error) {
	for range updateTries {
		r, err := s.Room(ctx, name)
		if err != nil {
			return r, err
		}
		if err := edit(&r); err != nil {
			return r, err
		}
		data, err := json.Marshal(r)
		if err != nil {
			return r, fmt.Errorf("encoding a room's record: %w", err)
		}
		revision, err := s.rooms.Update(ctx, roomKey(name), data, r.Revision)
		if err == nil {
			r.Revision = revision
			return r, nil
		}
		if !errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			return r, fmt.Errorf("keeping a room's record: %w", err)
		}
	}
	return Room{}, errors.New("keeping a room's record: others change it all the time")
}

// DeleteRoom removes a room's chat and then its record. Nobody may be in the room meanwhile. When it fails, the record is
// still there to try again with.
func (s *Store) DeleteRoom(ctx context.Context, r Room) error {
	if err := s.EraseChat(ctx, r.ID); err != nil {
		return err
	}
	if err := s.rooms.Purge(ctx, roomKey(r.Name)); err != nil {
		return fmt.Errorf("removing a room's record: %w", err)
	}
	return nil
}

// roomKey is a room's key in the bucket: names hold any script, keys do not.
func roomKey(name string) string { return token(name) }

// Rooms reads the records of all rooms that were made, by their ids.
func (s *Store) Rooms(ctx context.Context) (map[string]Room, error) {
	all := make(map[string]Room)
	keys, err := s.rooms.ListKeysFiltered(ctx, "*") // without moves
	if err != nil {
		return nil, fmt.Errorf("listing rooms: %w", err)
	}
	defer func() { _ = keys.Stop() }()
	for key := range keys.Keys() {
		name, err := base64.RawURLEncoding.DecodeString(key)
		if err != nil {
			return nil, fmt.Errorf("reading a room's key: %w", err)
		}
		r, err := s.Room(ctx, string(name))
		if errors.Is(err, ErrNoRoom) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		all[r.ID] = r
	}
	return all, nil
}

// ChatRooms lists the ids of the rooms in which something is said that is kept.
func (s *Store) ChatRooms(ctx context.Context) ([]string, error) {
	info, err := s.messages.Info(ctx, jetstream.WithSubjectFilter("message.*"))
	if err != nil {
		return nil, fmt.Errorf("listing chats: %w", err)
	}
	ids := make([]string, 0, len(info.State.Subjects))
	for subject := range info.State.Subjects {
		id, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(subject, "message."))
		if err != nil {
			return nil, fmt.Errorf("reading a chat's subject: %w", err)
		}
		ids = append(ids, string(id))
	}
	return ids, nil
}
