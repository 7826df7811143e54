package rooms

import (
	"context"
	"errors"
	"time"

	"noom/internal/meeting"
	"noom/internal/store"
)

const (
	// chatDepth is how many messages of a room may wait for the disk. A write takes about a millisecond; when so
	// many wait the disk is in trouble, and further ones are refused.
	chatDepth = 64
	// storePatience bounds one write or read. The sender may repeat the message: it is kept once.
	storePatience = 10 * time.Second
)

var (
	errChatBusy  = &meeting.Error{Code: meeting.Limited, Text: "The chat is busy. Try again in a moment."}
	errChatLimit = &meeting.Error{Code: meeting.Limited, Text: "You are sending messages too fast."}
)

// chatLog takes a room's chat to the store, one message after the other, on a goroutine of its own.
type chatLog struct {
	room  *room
	id    string // of the room: what its chat is kept under
	queue chan chatEntry
}

type chatEntry struct {
	message meeting.Message
	reply   Reply[meeting.Message]
}

func newChatLog(r *room) *chatLog {
	return &chatLog{room: r, queue: make(chan chatEntry, chatDepth)}
}

// say asks the meeting for a message and queues it. The reply comes from the log, unless say fails.
func (r *room) say(c *client, clientID, text string, reply Reply[meeting.Message]) error {
	if !c.chat.Allow() {
		return errChatLimit
	}
	answer, err := r.apply(meeting.Chat{ID: c.id, ClientID: clientID, Text: text})
	if err != nil {
		return err
	}
	select {
	case r.chat.queue <- chatEntry{answer.(meeting.Keep).Message, reply}:
		return nil
	default:
		return errChatBusy
	}
}

// run reads what the room said before and then keeps what it says, until ctx ends.
func (l *chatLog) run(ctx context.Context) {
	err := l.room.loop.Do(ctx, func(r *room) error {
		if r.record == nil {
			return errRecord
		}
		l.id = r.record.ID
		return nil
	})
	if err != nil {
		return // the room ends, or was never opened
	}
	l.recall(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-l.queue:
			l.keep(ctx, e)
		}
	}
}

// recall brings the room's earlier chat into the meeting. Without it the meeting goes on with an empty chat.
func (l *chatLog) recall(ctx context.Context) {
	reading, cancel := context.WithTimeout(ctx, storePatience)
	messages, _, err := l.room.rooms.config.Store.History(reading, l.id, store.Query{Limit: meeting.TailLen})
	cancel()
	if err != nil && ctx.Err() == nil {
		l.room.log.Error("room's chat cannot be read", "room", l.room.name, "err", err)
	}
	err = l.room.loop.Do(ctx, func(r *room) error {
		_, err := r.apply(meeting.Recall{Messages: messages})
		close(r.recalled)
		return err
	})
	l.warn(ctx, err)
}

// keep makes one message durable, has it told, and answers its sender after that.
func (l *chatLog) keep(ctx context.Context, e chatEntry) {
	writing, cancel := context.WithTimeout(ctx, storePatience)
	message, err := l.room.rooms.config.Store.Append(writing, l.id, e.message)
	cancel()
	if err != nil {
		var refusal *meeting.Error
		if !errors.As(err, &refusal) && ctx.Err() == nil {
			l.room.log.Error("chat message not kept", "room", l.room.name, "err", err)
		}
		e.reply(meeting.Message{}, err)
		return
	}
	err = l.room.loop.Do(ctx, func(r *room) error {
		_, err := r.apply(meeting.Stored{Message: message})
		if c := r.clients[message.From.ID]; c != nil {
			r.deliver(c)
		}
		e.reply(message, nil)
		return err
	})
	l.warn(ctx, err)
}

func (l *chatLog) warn(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		l.room.log.Warn("room did not take its chat", "room", l.room.name, "err", err)
	}
}
