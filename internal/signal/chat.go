package signal

import (
	"context"

	"noom/internal/meeting"
	"noom/internal/rooms"
)

// The requests about what is said.
type (
	chatRequest struct {
		ID    string     `json:"id"`
		Text  string     `json:"text"`
		To    meeting.ID `json:"to,omitempty"`
		Reply uint64     `json:"reply,omitempty"`
		File  string     `json:"file,omitempty"`
	}
	chatEditRequest struct {
		Seq  uint64 `json:"seq"`
		Text string `json:"text"`
	}
	chatDeleteRequest struct {
		Seq uint64 `json:"seq"`
	}
	chatReactRequest struct {
		Seq   uint64 `json:"seq"`
		Emoji string `json:"emoji"`
		On    bool   `json:"on"`
	}
	historyRequest struct {
		Before uint64 `json:"before"`
		Limit  int    `json:"limit,omitempty"`
	}
)

type (
	ackChat struct {
		OK  bool   `json:"ok"`
		Seq uint64 `json:"seq"`
		At  int64  `json:"at"`
	}
	ackHistory struct {
		OK bool `json:"ok"`
		rooms.Page
	}
)

func (r *chatRequest) check() *meeting.Error       { return nil }
func (r *chatEditRequest) check() *meeting.Error   { return nil }
func (r *chatDeleteRequest) check() *meeting.Error { return nil }
func (r *chatReactRequest) check() *meeting.Error  { return nil }
func (r *historyRequest) check() *meeting.Error    { return nil }

func (r *chatRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	say := meeting.Chat{ID: c.session.ID(), ClientID: r.ID, Text: r.Text, To: r.To, Reply: r.Reply, File: r.File}
	c.session.Chat(ctx, say, answering(c, ack, func(m meeting.Message) any {
		return ackChat{OK: true, Seq: m.Seq, At: m.At}
	}))
}

func (r *chatEditRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Revise(ctx, meeting.ChatEdit{ID: c.session.ID(), Seq: r.Seq, Text: r.Text}, done(c, ack))
}

func (r *chatDeleteRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Revise(ctx, meeting.ChatDelete{ID: c.session.ID(), Seq: r.Seq}, done(c, ack))
}

func (r *chatReactRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Revise(ctx, meeting.ChatReact{ID: c.session.ID(), Seq: r.Seq, Emoji: r.Emoji, On: r.On}, done(c, ack))
}

func (r *historyRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.History(ctx, r.Before, r.Limit, answering(c, ack, func(p rooms.Page) any { return ackHistory{OK: true, Page: p} }))
}
