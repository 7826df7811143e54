package rooms

import (
	"context"
	"errors"
	"reflect"

	"golang.org/x/time/rate"

	"noom/internal/meeting"
	"noom/internal/store"
)

const (
	// chatRate and chatBurst bound what one participant may say: faster than anybody types, slow enough to read.
	chatRate  = 10 // messages per second
	chatBurst = 20
	// editRate and editBurst bound edits and deletions, each of which has keys overwritten on the disk.
	editRate  = 2 // per second
	editBurst = 20
	// browseRate and browseBurst bound the pages of earlier messages: scrolling, and an export of a long chat.
	browseRate  = 5 // per second
	browseBurst = 30
	// maxPage bounds a page of earlier messages, and pageBytes what is in it.
	maxPage   = 100
	pageBytes = 256 << 10
	// scanAtOnce is how many messages are looked at before others may speak: a long private talk of two others may lie
	// between me and the page I want.
	scanAtOnce = 1000
)

var errChatLimit = &meeting.Error{Code: meeting.Limited, Text: "You are asking too much of the chat at once.", Retry: 1}

// chatLimits are what one participant may ask of the chat.
type chatLimits struct{ say, edit, browse *rate.Limiter }

func newChatLimits() chatLimits {
	return chatLimits{
		say: rate.NewLimiter(chatRate, chatBurst), edit: rate.NewLimiter(editRate, editBurst), browse: rate.NewLimiter(browseRate, browseBurst),
	}
}

// Chat keeps a message and tells it to those who may see it: the caller has set the command's ID. The reply comes when
// it is durable, and brings it with Seq and At.
func (s *Session) Chat(ctx context.Context, c meeting.Chat, reply Reply[meeting.Message]) {
	ask(ctx, s, unlessDone(reply), func(r *room, by *client) (None, error) {
		if !by.chat.say.AllowN(r.rooms.now(), 1) {
			return None{}, errChatLimit
		}
		keep, err := r.apply(c)
		if err != nil {
			return None{}, err
		}
		return None{}, r.chat.do(func(ctx context.Context) {
			m, err := r.chat.keep(ctx, keep.(meeting.Keep))
			answer(ctx, r.chat, by, meeting.Stored{Message: m}, m, err, reply)
		})
	})
}

// keep makes one message durable, with the file that it carries.
func (l *chatLog) keep(ctx context.Context, keep meeting.Keep) (meeting.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	m, kept := keep.Message, l.room.rooms.config.Store
	if m.Reply != 0 {
		to, err := kept.Message(ctx, l.id, m.Reply)
		if err != nil {
			return m, err
		}
		if refusal := m.CheckReply(to); refusal != nil {
			return m, refusal
		}
	}
	if keep.File == "" {
		return kept.Append(ctx, l.id, m)
	}
	to := meeting.Who("")
	if m.To != nil {
		to = m.To.Who
	}
	file, fresh, err := kept.Files().Send(l.id, keep.File, m.From.Who, to, m.ID)
	if err != nil {
		return m, err
	}
	m.File = &file
	m, err = kept.Append(ctx, l.id, m)
	var refusal *meeting.Error
	if fresh && errors.As(err, &refusal) { // after any other error it may be kept
		if undone := kept.Files().Unsend(l.id, keep.File); undone != nil {
			return m, errors.Join(refusal, undone)
		}
	}
	return m, err
}

// Revise changes a message: c is ChatEdit, ChatDelete or ChatReact, with its ID set. The reply comes when it is durable.
func (s *Session) Revise(ctx context.Context, c meeting.Command, reply Reply[None]) {
	ask(ctx, s, unlessDone(reply), func(r *room, by *client) (None, error) {
		limiter := by.chat.edit
		if _, ok := c.(meeting.ChatReact); ok {
			limiter = by.reactions
		}
		if !limiter.AllowN(r.rooms.now(), 1) {
			return None{}, errChatLimit
		}
		effect, err := r.apply(c)
		if err != nil {
			return None{}, err
		}
		a := effect.(meeting.Amend).Amendment
		return None{}, r.chat.do(func(ctx context.Context) {
			m, changed, err := r.chat.revise(ctx, a)
			var then meeting.Command
			if changed {
				then = meeting.Amended{Message: m}
			}
			answer(ctx, r.chat, by, then, None{}, err, reply)
		})
	})
}

// revise makes a change of a message durable.
func (l *chatLog) revise(ctx context.Context, a meeting.Amendment) (m meeting.Message, changed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	m, err = l.room.rooms.config.Store.Amend(ctx, l.id, a.Seq, func(before meeting.Message) (meeting.Message, error) {
		after, refusal := a.Apply(before)
		if refusal != nil {
			return before, refusal
		}
		changed = !reflect.DeepEqual(after, before)
		return after, nil
	})
	return m, changed, err
}

// Page is some of a room's messages, oldest first.
type Page struct {
	Chat []meeting.Message `json:"chat"`
	More bool              `json:"more"` // there are earlier ones
}

// History reads messages before the one with this Seq (0: the newest), at most limit (0: as many as a page may have).
func (s *Session) History(ctx context.Context, before uint64, limit int, reply Reply[Page]) {
	ask(ctx, s, unlessDone(reply), func(r *room, by *client) (None, error) {
		if !by.chat.browse.AllowN(r.rooms.now(), 1) {
			return None{}, errChatLimit
		}
		effect, err := r.apply(meeting.Browse{ID: by.id})
		if err != nil {
			return None{}, err
		}
		since := effect.(meeting.Read)
		if limit <= 0 || limit > maxPage {
			limit = maxPage
		}
		q := store.Query{
			Before: before, Limit: limit, Bytes: pageBytes, Scan: scanAtOnce, Since: since.Since,
			See: func(m meeting.Message) bool { return m.SeenBy(since.Who) },
		}
		p := Page{Chat: []meeting.Message{}}
		var read func(context.Context)
		read = func(ctx context.Context) {
			err := r.chat.read(ctx, &q, &p)
			if err != nil || q.Before == 0 {
				answer(ctx, r.chat, by, nil, p, err, reply)
			} else if !r.chat.again(read) {
				read(ctx)
			}
		}
		return None{}, r.chat.do(read)
	})
}

// read adds to a page what a part of the reading finds, and says in q where it goes on: before 0 when it is done.
func (l *chatLog) read(ctx context.Context, q *store.Query, p *Page) error {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	found, err := l.room.rooms.config.Store.History(ctx, l.id, *q)
	if err != nil {
		return err
	}
	p.Chat, p.More = append(found.Found, p.Chat...), found.More
	for _, m := range found.Found {
		q.Bytes = max(1, q.Bytes-m.Size()) // 0 would be no bound
	}
	q.Limit, q.Before = q.Limit-len(found.Found), found.Rest
	return nil
}
