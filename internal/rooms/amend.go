package rooms

import (
	"context"
	"slices"

	"noom/internal/meeting"
	"noom/internal/store"
)

const (
	// maxAmendments bounds the changes of a room's record that wait for the disk: hosts' clicks.
	maxAmendments = 32
	// maxLinks and maxBans bound what a record holds. A record is read whole: with both it has 200 kB at most.
	maxLinks = 100
	maxBans  = 1000
)

var (
	errAmendments = &meeting.Error{Code: meeting.Limited, Text: "The room's settings are being written. Try again in a moment."}
	errLinks      = &meeting.Error{Code: meeting.Full, Text: "A room has at most 100 links. Remove one first."}
)

// amendment is a change of the room's record that waits for the disk. done is called once, on the room's goroutine
// where that is possible.
type amendment struct {
	edit func(*store.Room) error
	by   *client // who is answered
	done func(error)
}

// amend has a change kept and brought into the meeting. Changes are made one after the other, on a goroutine of their
// own. done is called unless amend fails.
func (r *room) amend(a amendment) error {
	if len(r.amendments) >= maxAmendments {
		return errAmendments
	}
	r.amendments = append(r.amendments, a)
	if len(r.amendments) == 1 {
		r.rooms.running.Go(func() { r.amendAll(r.ctx, a) }) // ends when there is nothing to change any more
	}
	return nil
}

// amendAll makes the changes that wait. The one that is being made stays the first of them.
func (r *room) amendAll(ctx context.Context, a amendment) {
	for more := true; more; {
		writing, cancel := context.WithTimeout(ctx, storePatience)
		record, err := r.rooms.config.Store.UpdateRoom(writing, r.name, a.edit)
		cancel()
		taken := r.loop.Do(ctx, func(r *room) error {
			if err == nil {
				err = r.takeRecord(record)
			}
			r.deliver(a.by)
			a.done(err)
			r.amendments = slices.Delete(r.amendments, 0, 1)
			if more = len(r.amendments) > 0; more {
				a = r.amendments[0]
			}
			return nil
		})
		if taken != nil { // the room ends; nobody else looks at its amendments once it has
			<-r.loop.Ended()
			for _, a := range r.amendments {
				a.done(taken)
			}
			return
		}
	}
}

// setSettings, addBan and addLink are edits of a record.
func setSettings(change meeting.SettingsChange) func(*store.Room) error {
	return func(record *store.Room) error {
		s, refusal := change.Apply(record.Settings)
		if refusal != nil {
			return refusal
		}
		record.Settings = s
		return nil
	}
}

func addBan(ban store.Ban) func(*store.Room) error {
	return func(record *store.Room) error {
		record.Bans = slices.DeleteFunc(slices.Clone(record.Bans), func(b store.Ban) bool { return b.Who == ban.Who })
		record.Bans = append(record.Bans, ban)
		record.Bans = record.Bans[max(0, len(record.Bans)-maxBans):] // the oldest are forgiven
		return nil
	}
}

func addLink(link store.Link) func(*store.Room) error {
	return func(record *store.Room) error {
		if len(record.Links) >= maxLinks {
			return errLinks
		}
		record.Links = append(slices.Clone(record.Links), link)
		return nil
	}
}
