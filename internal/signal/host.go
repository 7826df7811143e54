package signal

import (
	"context"

	"noom/internal/meeting"
)

// maxIDs bounds the participants that one request names: more than can wait.
const maxIDs = 500

// The requests of hosts and cohosts. Whether the one who asks may do it is for package meeting to say.
type (
	muteRequest struct {
		ID    meeting.ID `json:"id"`
		Track string     `json:"track"`
		kind  meeting.Kind
	}
	muteAllRequest struct{}
	askRequest     struct {
		ID    meeting.ID `json:"id"`
		Track string     `json:"track"`
		kind  meeting.Kind
	}
	roleRequest struct {
		ID   meeting.ID   `json:"id"`
		Role meeting.Role `json:"role"`
	}
	removeRequest struct {
		ID  meeting.ID `json:"id"`
		Ban bool       `json:"ban,omitempty"`
	}
	// admitRequest and refuseRequest without ids mean all who wait.
	admitRequest struct {
		IDs []meeting.ID `json:"ids,omitzero"`
	}
	refuseRequest struct {
		IDs []meeting.ID `json:"ids,omitzero"`
	}
	lockRequest struct {
		Locked bool `json:"locked"`
	}
	spotlightRequest struct {
		IDs []meeting.ID `json:"ids"`
	}
	timerRequest struct {
		Seconds int `json:"seconds"`
	}
	settingsRequest struct{ meeting.SettingsChange }
	linkRequest     struct {
		Role meeting.Role `json:"role"`
	}
	endRequest struct{}
)

func (r *muteRequest) check() *meeting.Error      { return parseTrack(r.Track, &r.kind) }
func (r *muteAllRequest) check() *meeting.Error   { return nil }
func (r *askRequest) check() *meeting.Error       { return parseTrack(r.Track, &r.kind) }
func (r *roleRequest) check() *meeting.Error      { return nil }
func (r *removeRequest) check() *meeting.Error    { return nil }
func (r *admitRequest) check() *meeting.Error     { return checkIDs(r.IDs) }
func (r *refuseRequest) check() *meeting.Error    { return checkIDs(r.IDs) }
func (r *lockRequest) check() *meeting.Error      { return nil }
func (r *spotlightRequest) check() *meeting.Error { return nil }
func (r *timerRequest) check() *meeting.Error     { return nil }
func (r *settingsRequest) check() *meeting.Error  { return nil }
func (r *linkRequest) check() *meeting.Error      { return nil }
func (r *endRequest) check() *meeting.Error       { return nil }

func checkIDs(ids []meeting.ID) *meeting.Error {
	if len(ids) > maxIDs {
		return invalid("A request names at most 500 people.")
	}
	return nil
}

func (r *muteRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Mute{ID: c.session.ID(), Target: r.ID, Kind: r.kind}, ack)
}

func (r *muteAllRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.MuteAll{ID: c.session.ID()}, ack)
}

func (r *askRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Ask{ID: c.session.ID(), Target: r.ID, Kind: r.kind}, ack)
}

func (r *roleRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Appoint{ID: c.session.ID(), Target: r.ID, Role: r.Role}, ack)
}

func (r *removeRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Remove{ID: c.session.ID(), Target: r.ID, Ban: r.Ban}, ack)
}

func (r *admitRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Admit{ID: c.session.ID(), IDs: r.IDs}, ack)
}

func (r *refuseRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Refuse{ID: c.session.ID(), IDs: r.IDs}, ack)
}

func (r *lockRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Lock{ID: c.session.ID(), Locked: r.Locked}, ack)
}

func (r *spotlightRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.Spotlight{ID: c.session.ID(), IDs: r.IDs}, ack)
}

func (r *timerRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.SetTimer{ID: c.session.ID(), Seconds: r.Seconds}, ack)
}

func (r *settingsRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.ChangeSettings{ID: c.session.ID(), Change: r.SettingsChange}, ack)
}

func (r *linkRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.session.MakeLink(ctx, r.Role, answering(c, ack, func(key string) any { return ackLink{OK: true, Key: key} }))
}

func (r *endRequest) carryOut(ctx context.Context, c *connection, ack func(any)) {
	c.command(ctx, meeting.End{ID: c.session.ID()}, ack)
}
