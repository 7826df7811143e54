package rooms

import (
	"context"
	"errors"
	"strings"
	"time"

	"noom/internal/meeting"
	"noom/internal/store"
)

const (
	// erasePatience bounds the erasing of a room's chat: some milliseconds for each 32 messages.
	erasePatience = 5 * time.Minute
	// uploadsEvery is how often is looked for uploads that nobody goes on with, and noted that the server lives.
	uploadsEvery = time.Minute
	// sweepAfter and sweepEvery say when is looked for what is not kept any more. At first people may still be coming
	// back to the meetings of the process before, unless that ended as long ago: then those are over.
	sweepAfter = 10 * time.Minute
	sweepEvery = time.Hour
)

// finish takes an ended room out of the directory. When its meeting is over and its chat is not kept, nobody gets in under
// its name before that is erased.
func (r *Rooms) finish(room *room, erase bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[room.name] == room {
		delete(r.open, room.name)
	}
	if _, reserved := r.reserved[room.name]; reserved || !erase {
		return // whoever has the name moves or deletes the room; sweep finds what is left
	}
	free := make(chan struct{})
	r.reserved[room.name] = free
	r.running.Go(func() { // ends when the chat is erased or cannot be, and with the server: sweep goes on then
		<-room.chat.ended
		room.chat.erase(r.life)
		r.release(room.name, free)
	})
}

// keep looks after what is kept until ctx ends.
func (r *Rooms) keep(ctx context.Context) {
	uploads, rest := time.NewTicker(uploadsEvery), time.NewTimer(sweepAfter)
	defer uploads.Stop()
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-uploads.C:
			r.config.Store.Files().SweepUploads()
			r.config.Store.Mark()
		case <-rest.C:
			if err := r.sweep(ctx); err != nil && ctx.Err() == nil {
				r.log.Error("old chat not erased", "err", err)
			}
			rest.Reset(sweepEvery)
		}
	}
}

// lastMeetings is when the meetings were over, in milliseconds since 1970, that the process before this one has left: with
// this one's beginning, if nobody can have been waiting for it; 0: they may go on.
func (r *Rooms) lastMeetings() int64 {
	if r.config.Store.Rested() < sweepAfter {
		return 0
	}
	return r.began.UnixMilli()
}

// sweep erases chat and files that are not kept any more. What fails for one room is tried for the others.
func (r *Rooms) sweep(ctx context.Context) error {
	chats, err := r.config.Store.ChatRooms(ctx)
	if err != nil {
		return err
	}
	records, err := r.config.Store.Rooms(ctx) // after the chats: those of a room made meanwhile are not among them
	if err != nil {
		return err
	}
	errs := []error{r.config.Store.Files().SweepUnsent()}
	for _, id := range chats {
		record, made := records[id]
		if !made {
			record = unmade(id)
		}
		switch {
		case !made && strings.HasPrefix(id, store.MadeMark): // deleting it was cut short
			err = r.config.Store.EraseChat(ctx, id)
		case record.Settings.History == meeting.UntilEnd:
			err = r.eraseIdle(ctx, record)
		case record.Settings.History == meeting.Month:
			err = r.config.Store.Trim(ctx, id, r.now().Add(-meeting.HistoryKept).UnixMilli())
		default:
			err = r.config.Store.Trim(ctx, id, 0)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// eraseIdle erases the chat of a room whose last meeting did not end in this process, unless people are back.
func (r *Rooms) eraseIdle(ctx context.Context, record store.Room) error {
	release, err := r.reserve(ctx, record.Name, func(*room) error { return errOccupied })
	if errors.Is(err, errOccupied) || errors.Is(err, errReserved) {
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	return r.config.Store.EraseChat(ctx, record.ID)
}
