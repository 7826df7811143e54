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
	ackWait struct {
		OK   bool            `json:"ok"`
		Wait meeting.WaitFor `json:"wait"`
	}
	ackNetwork struct {
		OK bool `json:"ok"`
		rooms.Way
	}
	ackLink struct {
		OK  bool   `json:"ok"`
		Key string `json:"key"`
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

// command has a command carried out that the session's participant gives.
func (c *connection) command(ctx context.Context, command meeting.Command, ack func(any)) {
	c.session.Command(ctx, command, done(c, ack))
}

func (r *offerRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Offer(ctx, r.SDP, answering(c, ack, func(sdp string) any { return ackOffer{OK: true, SDP: sdp} }))
}

func (r *joinRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Join(ctx, r.Name, r.Passcode, answering(c, ack, func(s rooms.Snapshot) any {
		if s.Wait != "" {
			return ackWait{OK: true, Wait: s.Wait}
		}
		return ackJoin{OK: true, Snapshot: s}
	}))
}

func (r *viewRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.View(ctx, r.wishes, done(c, ack))
}

func (r *networkRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.Way(ctx, answering(c, ack, func(w rooms.Way) any { return ackNetwork{OK: true, Way: w} }))
}

func (r *publishRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Publish{ID: c.session.ID(), Kind: r.kind, State: r.State}, ack)
}

func (r *renameRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Rename{ID: c.session.ID(), Target: r.ID, Name: r.Name}, ack)
}

func (r *leaveRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Leave{ID: c.session.ID()}, ack)
}

func (r *closingRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Closing{ID: c.session.ID()}, ack)
}

func (r *handRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Hand{ID: c.session.ID(), Target: r.ID, Up: r.Up}, ack)
}

func (r *reactRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.React(ctx, r.Emoji, done(c, ack))
}
