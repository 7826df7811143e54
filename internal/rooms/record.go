package rooms

import (
	"context"
	"errors"
	"slices"
	"time"

	"noom/internal/meeting"
	"noom/internal/store"
)

// recordPatience is how long a session waits at the door for the room's record to be read. It takes a millisecond and
// began when the room was opened. Without it nobody knows who may enter, so nobody does.
const recordPatience = 3 * time.Second

var errRecord = &meeting.Error{Code: meeting.Internal, Text: "The room cannot be opened now. Try again in a moment."}

// readRecord reads the room's record and brings it into the meeting, on a goroutine of its own. When it cannot be read
// the room stays shut: it ends, and who comes next has it read again.
func (r *room) readRecord(ctx context.Context) {
	reading, cancel := context.WithTimeout(ctx, storePatience)
	record, err := r.rooms.config.Store.Room(reading, r.name)
	cancel()
	if errors.Is(err, store.ErrNoRoom) {
		record, err = unmade(r.name), nil
	}
	if err != nil && ctx.Err() == nil {
		r.log.Error("room's record cannot be read", "room", r.name, "err", err)
	}
	done := r.loop.Do(ctx, func(r *room) error {
		defer close(r.recorded)
		if err != nil {
			return err
		}
		return r.takeRecord(record)
	})
	if done != nil && err == nil && ctx.Err() == nil {
		r.log.Error("room did not take its record", "room", r.name, "err", done)
	}
}

// takeRecord brings a record into the meeting, unless a newer one is there already.
func (r *room) takeRecord(record store.Room) error {
	if r.record != nil && record.Revision <= r.record.Revision {
		return nil
	}
	r.record = &record
	banned := make([]meeting.Who, 0, len(record.Bans))
	for _, b := range record.Bans {
		banned = append(banned, b.Who)
	}
	links := make([]string, 0, len(record.Links))
	for _, l := range record.Links {
		if powerOf(&record, l.ID) != "" {
			links = append(links, l.ID)
		}
	}
	_, err := r.apply(meeting.Record{Settings: record.Settings, Banned: banned, Links: links})
	return err
}

// unmade is the record of a room that nobody has made. Its id is its name, which no made room's id can be.
func unmade(name string) store.Room {
	return store.Room{ID: name, Name: name, Settings: meeting.Unmade()}
}

// awaitRecord waits until the room knows its record, or knows that it will not.
func (r *room) awaitRecord(ctx context.Context) error {
	patience := time.NewTimer(recordPatience)
	defer patience.Stop()
	select {
	case <-r.recorded:
		return nil
	case <-r.loop.Ended():
		return nil // the loop says so
	case <-patience.C:
		return errRecord
	case <-ctx.Done():
		return ctx.Err()
	}
}

// roleOfLink is what a link's key gives in a room, and which link it is: "" when it is forged, revoked or banned.
func roleOfLink(keys keyring, record *store.Room, key string) (role meeting.Role, link string) {
	id, ok := keys.linkID(record.ID, key)
	if !ok {
		return "", ""
	}
	if role = powerOf(record, id); role == "" {
		return "", ""
	}
	return role, id
}

// powerOf is what a link gives in a room: "" when it is not there, or somebody who came by it was banned.
func powerOf(record *store.Room, link string) meeting.Role {
	if slices.ContainsFunc(record.Bans, func(b store.Ban) bool { return b.Link == link }) {
		return ""
	}
	for _, l := range record.Links {
		if l.ID == link {
			return l.Role
		}
	}
	return ""
}
