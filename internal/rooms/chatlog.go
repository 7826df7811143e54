package rooms

import (
	"context"
	"errors"
	"time"

	"noom/internal/meeting"
	"noom/internal/store"
)

const (
	// chatDepth is how many requests of a room may wait for the disk. A write takes about a millisecond; when so
	// many wait the disk is in trouble, and further ones are refused.
	chatDepth = 64
	// storePatience bounds one write or read. The sender may repeat the message: it is kept once.
	storePatience = 10 * time.Second
)

var errChatBusy = &meeting.Error{Code: meeting.Limited, Text: "The chat is busy. Try again in a moment."}

// chatLog takes a room's chat to the store and back, one thing after the other, on a goroutine of its own.
type chatLog struct {
	room  *room
	id    string // of the room: what its chat is kept under
	queue chan func(context.Context)
	ended chan struct{} // closed once nothing more is written
}

func newChatLog(r *room) *chatLog {
	// One place more, which requests leave free: see forget.
	return &chatLog{room: r, queue: make(chan func(context.Context), chatDepth+1), ended: make(chan struct{})}
}

// do has f done after what already waits. Only the room's goroutine calls it.
func (l *chatLog) do(f func(context.Context)) error {
	if len(l.queue) >= chatDepth {
		return errChatBusy
	}
	l.queue <- f
	return nil
}

// again has f go on after what already waits; false when so much does that it had better go on at once. Only what the log
// is just doing calls it.
func (l *chatLog) again(f func(context.Context)) bool {
	if len(l.queue) >= chatDepth/2 {
		return false
	}
	select {
	case l.queue <- f:
		return true
	default:
		return false
	}
}

// forget erases what has been said so far: the meeting is over and its chat is not kept. Only the room's goroutine
// calls it. When even the place that is left for it is taken, it is by another forget, after which nothing was said.
func (l *chatLog) forget() {
	select {
	case l.queue <- l.erase:
	default:
	}
}

func (l *chatLog) erase(ctx context.Context) {
	erasing, cancel := context.WithTimeout(ctx, erasePatience)
	defer cancel()
	if err := l.room.rooms.config.Store.EraseChat(erasing, l.id); err != nil && ctx.Err() == nil {
		l.room.log.Error("chat of a meeting that is over not erased", "room", l.room.name, "err", err)
	}
}

// trim erases what was said before a time, in milliseconds since 1970.
func (l *chatLog) trim(ctx context.Context, before int64) {
	erasing, cancel := context.WithTimeout(ctx, erasePatience)
	defer cancel()
	if err := l.room.rooms.config.Store.Trim(erasing, l.id, before); err != nil && ctx.Err() == nil {
		l.room.log.Error("chat of a meeting that is over not erased", "room", l.room.name, "err", err)
	}
}

// run reads what the room said before and then keeps what it says, until ctx ends.
func (l *chatLog) run(ctx context.Context) {
	defer close(l.ended)
	since, before := int64(0), int64(0)
	err := l.room.loop.Do(ctx, func(r *room) error {
		if r.record == nil {
			return errRecord
		}
		l.id = r.record.ID
		since = r.meeting.Since(r.rooms.now())
		if r.record.Settings.History == meeting.UntilEnd {
			before = r.rooms.lastMeetings()
		}
		return nil
	})
	if err != nil {
		return // the room ends, or was never opened
	}
	if before > 0 {
		l.trim(ctx, before)
	}
	l.recall(ctx, max(since, before))
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-l.queue:
			f(ctx)
		}
	}
}

// recall brings the room's earlier chat into the meeting. Without it the meeting goes on with an empty chat.
func (l *chatLog) recall(ctx context.Context, since int64) {
	reading, cancel := context.WithTimeout(ctx, storePatience)
	page, err := l.room.rooms.config.Store.History(reading, l.id, store.Query{Limit: meeting.TailLen, Since: since})
	cancel()
	if err != nil && ctx.Err() == nil {
		l.room.log.Error("room's chat cannot be read", "room", l.room.name, "err", err)
	}
	err = l.room.loop.Do(ctx, func(r *room) error {
		_, err := r.apply(meeting.Recall{Messages: page.Found})
		close(r.recalled)
		return err
	})
	l.warn(ctx, err)
}

// answer tells what a request has come to: then is applied and the client answered after it. A failure that is no
// refusal goes to the log.
func answer[T any](ctx context.Context, l *chatLog, by *client, then meeting.Command, v T, err error, reply Reply[T]) {
	if err != nil {
		var refusal *meeting.Error
		if !errors.As(err, &refusal) && ctx.Err() == nil {
			l.room.log.Error("chat not kept or read", "room", l.room.name, "err", err)
		}
		then = nil
	}
	told := l.room.loop.Do(ctx, func(r *room) error {
		var failed error
		if then != nil {
			_, failed = r.apply(then)
		}
		r.deliver(by)
		reply(v, err)
		return failed
	})
	l.warn(ctx, told)
}

func (l *chatLog) warn(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		l.room.log.Warn("room did not take its chat", "room", l.room.name, "err", err)
	}
}
