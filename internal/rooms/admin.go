package rooms

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"noom/internal/meeting"
	"noom/internal/store"
)

// roomIDLen is how many bytes of chance a made room's id has.
const roomIDLen = 16

// Record is what is kept of a room that somebody has made.
type Record = store.Room

// RoomLink is a link to a room, as its record has it.
type RoomLink = store.Link

// errLastLink refuses to make a room that nobody is host of.
var errLastLink = &meeting.Error{Code: meeting.Conflict, Text: "This is the last host link. Without it nobody could host the room."}

// Make makes a room and gives its record and the key of its first host link. It is a conflict when the room has been
// made already, or when people are in it.
func (r *Rooms) Make(ctx context.Context, addr netip.Addr, name string, change meeting.SettingsChange) (Record, string, error) {
	name, refusal := meeting.RoomName(name)
	if refusal != nil {
		return Record{}, "", refusal
	}
	settings, refusal := change.Apply(meeting.Fresh())
	if refusal != nil {
		return Record{}, "", refusal
	}
	if wait := r.makes.take(r.now(), try{from: Network(addr)}); wait > 0 {
		return Record{}, "", errTries(wait)
	}
	// Before anybody is sent out of a room that has been made.
	if _, err := r.config.Store.Room(ctx, name); !errors.Is(err, store.ErrNoRoom) {
		if err == nil {
			err = store.ErrMade
		}
		return Record{}, "", err
	}
	release, err := r.reserve(ctx, name, unlessOccupied)
	if err != nil {
		return Record{}, "", err
	}
	defer release()
	link := RoomLink{ID: newID(linkIDLen), Role: meeting.Host}
	record, err := r.config.Store.MakeRoom(ctx, Record{
		ID: store.MadeMark + newID(roomIDLen), Name: name, CreatedAt: r.now().UnixMilli(),
		Settings: settings, Links: []RoomLink{link}, Bans: []store.Ban{},
	})
	if err != nil {
		return Record{}, "", err
	}
	return record, r.keys.link(record.ID, link.ID), nil
}

// Read gives a room's record to one with a host's key. A wrong key and an absent room are the same refusal.
func (r *Rooms) Read(ctx context.Context, name, key string) (Record, error) {
	name, refusal := meeting.RoomName(name)
	if refusal != nil {
		return Record{}, store.ErrNoRoom
	}
	record, err := r.config.Store.Room(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNoRoom) {
		return Record{}, err
	}
	if !r.isHost(record, key) { // of an absent room too, which takes the same time
		return Record{}, store.ErrNoRoom
	}
	return record, nil
}

// isHost tells whether a key is of a host's link to the room that still holds.
func (r *Rooms) isHost(record Record, key string) bool {
	role, _ := roleOfLink(r.keys, &record, key)
	return role == meeting.Host
}

// A Change is what a host changes of a room; nil and empty leave things as they are.
type Change struct {
	Name     *string
	Settings meeting.SettingsChange
	Unban    []meeting.Who
}

// Change changes a room and gives its record as it is then. Renaming is a conflict while people are in the room, or in
// one of the new name, or when that has been made. Its chat goes with it.
func (r *Rooms) Change(ctx context.Context, name, key string, c Change) (Record, error) {
	before, err := r.Read(ctx, name, key)
	if err != nil {
		return Record{}, err
	}
	edit := r.asHost(key, func(record *Record) error {
		record.Bans = slices.DeleteFunc(slices.Clone(record.Bans), func(b store.Ban) bool { return slices.Contains(c.Unban, b.Who) })
		return setSettings(c.Settings)(record)
	})
	if c.Name != nil {
		to, refusal := meeting.RoomName(*c.Name)
		if refusal != nil {
			return Record{}, refusal
		}
		if to != before.Name {
			return r.move(ctx, before.Name, to, edit)
		}
	}
	return r.update(ctx, before.Name, edit)
}

// asHost makes an edit only while the key still is a host's: it is asked again when others came between.
func (r *Rooms) asHost(key string, edit func(*Record) error) func(*Record) error {
	return func(record *Record) error {
		if !r.isHost(*record, key) {
			return store.ErrNoRoom
		}
		return edit(record)
	}
}

// update changes a record, and brings it into the room when that is open.
func (r *Rooms) update(ctx context.Context, name string, edit func(*Record) error) (Record, error) {
	record, err := r.config.Store.UpdateRoom(ctx, name, edit)
	if err != nil {
		return Record{}, err
	}
	if open := r.find(name); open != nil {
		// A room that ends meanwhile reads its record when it is opened again.
		_ = open.loop.Do(ctx, func(room *room) error { return room.takeRecord(record) })
	}
	return record, nil
}

// move gives a room another name.
func (r *Rooms) move(ctx context.Context, name, to string, edit func(*Record) error) (Record, error) {
	if _, err := r.config.Store.Room(ctx, to); !errors.Is(err, store.ErrNoRoom) {
		if err == nil {
			err = store.ErrMade
		}
		return Record{}, err
	}
	for _, reserved := range []string{name, to} {
		release, err := r.reserve(ctx, reserved, unlessOccupied)
		if err != nil {
			return Record{}, err
		}
		defer release()
	}
	// Begun is done: it is several writes, and a host may close the page in between.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storePatience)
	defer cancel()
	return r.config.Store.MoveRoom(ctx, name, to, edit)
}

// Delete ends the meeting for all and removes the room with everything in it.
func (r *Rooms) Delete(ctx context.Context, name, key string) error {
	record, err := r.Read(ctx, name, key)
	if err != nil {
		return err
	}
	release, err := r.reserve(ctx, record.Name, forAll)
	if err != nil {
		return err
	}
	defer release()
	// Begun is done: a host who closes the page leaves no half of a room behind.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erasePatience)
	defer cancel()
	return r.config.Store.DeleteRoom(ctx, record)
}

// AddLink makes a further link to a room and gives its key.
func (r *Rooms) AddLink(ctx context.Context, name, key string, role meeting.Role) (RoomLink, string, error) {
	record, err := r.Read(ctx, name, key)
	if err != nil {
		return RoomLink{}, "", err
	}
	if !meeting.IsRole(role) {
		return RoomLink{}, "", &meeting.Error{Code: meeting.Invalid, Text: "A role is host, cohost, speaker or viewer."}
	}
	link := RoomLink{ID: newID(linkIDLen), Role: role}
	if record, err = r.update(ctx, record.Name, r.asHost(key, addLink(link))); err != nil {
		return RoomLink{}, "", err
	}
	return link, r.keys.link(record.ID, link.ID), nil
}

// RemoveLink takes the power from a link. Who is inside by it keeps it until they leave. One that is not there is
// removed already.
func (r *Rooms) RemoveLink(ctx context.Context, name, key, id string) error {
	record, err := r.Read(ctx, name, key)
	if err != nil {
		return err
	}
	_, err = r.update(ctx, record.Name, r.asHost(key, func(record *Record) error {
		record.Links = slices.DeleteFunc(slices.Clone(record.Links), func(l RoomLink) bool { return l.ID == id })
		if !slices.ContainsFunc(record.Links, func(l RoomLink) bool { return l.Role == meeting.Host }) {
			return errLastLink
		}
		return nil
	}))
	return err
}
