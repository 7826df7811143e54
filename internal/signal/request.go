package signal

import (
	"context"

	"noom/internal/meeting"
	"noom/internal/rooms"
)

// request is one decoded event of a client.
type request interface {
	// check completes the request and says what is wrong with it.
	check() *meeting.Error
	// carryOut has it done; ack takes the answer.
	carryOut(ctx context.Context, c *connection, ack func(any))
}

// The acknowledgements.
type (
	ackDone struct {
		OK bool `json:"ok"`
	}
	ackError struct {
		OK    bool           `json:"ok"`
		Error *meeting.Error `json:"error"`
	}
	ackOffer struct {
		OK  bool   `json:"ok"`
		SDP string `json:"sdp"`
	}
	ackJoin struct {
		OK bool `json:"ok"`
		rooms.Snapshot
	}
	ackChat struct {
		OK  bool   `json:"ok"`
		Seq uint64 `json:"seq"`
		At  int64  `json:"at"`
	}
)

func refused(e *meeting.Error) ackError { return ackError{Error: e} }

// answering makes a reply that acks what to makes of the answer, or the error.
func answering[T any](c *connection, ack func(any), to func(T) any) rooms.Reply[T] {
	return func(answer T, err error) {
		if err != nil {
			ack(refused(c.server.shown(err)))
			return
		}
		ack(to(answer))
	}
}

// done makes a reply to a request whose answer says nothing more.
func done(c *connection, ack func(any)) rooms.Reply[rooms.None] {
	return answering(c, ack, func(rooms.None) any { return ackDone{OK: true} })
}

func (r *offerRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Offer(ctx, r.SDP, answering(c, ack, func(sdp string) any { return ackOffer{OK: true, SDP: sdp} }))
}

func (r *joinRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Join(ctx, r.Name, answering(c, ack, func(s rooms.Snapshot) any { return ackJoin{OK: true, Snapshot: s} }))
}

func (r *viewRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.View(ctx, r.wishes, done(c, ack))
}

func (r *publishRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Publish(ctx, r.kind, r.State, done(c, ack))
}

func (r *chatRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Chat(ctx, r.ID, r.Text, answering(c, ack, func(m meeting.Message) any {
		return ackChat{OK: true, Seq: m.Seq, At: m.At}
	}))
}

func (r *renameRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Rename(ctx, r.Name, done(c, ack))
}

func (r *leaveRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Leave(ctx, done(c, ack))
}
