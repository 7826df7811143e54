package rooms

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"noom/internal/media"
	"noom/internal/meeting"
	"noom/internal/sdp"
	"noom/internal/sfu"
)

var (
	errOffering = &meeting.Error{Code: meeting.Conflict, Text: "An earlier offer is still being answered."}
	errLostPeer = &meeting.Error{Code: meeting.Conflict, Text: "This connection has ended. Open a new one."}
)

// Offer opens the participant's transport, extends it or restarts its ICE, and replies with the answer. Reading an
// offer costs milliseconds, so it happens on the caller's goroutine, on as many at a time as there are cores. A node that has
// no room refuses a newcomer's here, before it has read the offer and shaken hands: that is most of what a join costs.
func (s *Session) Offer(ctx context.Context, offer string, reply Reply[string]) {
	var before *peer
	var lost []byte
	begun := false
	ask(ctx, s, unlessDone(reply), func(r *room, c *client) (None, error) {
		if c.offering {
			return None{}, errOffering
		}
		if c.peer == nil && r.meeting.IsNew(c.id) && r.rooms.full() { // who waits in the lobby keeps the transport there is
			return None{}, meeting.ErrBusy
		}
		c.offering, begun = true, true
		before, lost, c.lost = c.peer, c.lost, nil
		return None{}, nil
	})
	if !begun {
		return
	}
	n, err := negotiated{}, errors.New("reading the offer came to no end")
	defer func() { // even if it panics, or the client could never offer again
		done := s.room.loop.Do(context.WithoutCancel(ctx), func(r *room) error {
			r.settle(s, n, err, reply)
			return nil
		})
		if done != nil {
			reply("", done)
		}
	}()
	n, err = s.room.negotiate(ctx, offer, before, lost)
}

// negotiated is what became of an offer.
type negotiated struct {
	answer string
	params *sfu.PeerParams
	fresh  bool // a new peer, with this id
	id     sfu.PeerID
}

// negotiate reads the offer and brings media's peer up to it: a new one, or the one there was before.
func (r *room) negotiate(ctx context.Context, offer string, before *peer, lost []byte) (n negotiated, err error) {
	select {
	case r.rooms.offers <- struct{}{}:
		defer func() { <-r.rooms.offers }()
	case <-ctx.Done():
		return n, ctx.Err()
	}
	var prev *sfu.PeerParams
	if before != nil {
		prev = before.params
	}
	n, err = r.answer(offer, prev)
	if err != nil {
		return n, err
	}
	if prev == nil && lost != nil && bytes.Equal(lost, n.params.Fingerprint) {
		return n, errLostPeer
	}
	ctx, cancel := context.WithTimeout(ctx, mediaPatience)
	defer cancel()
	if !n.fresh {
		n.id = before.id
		err := r.media.UpdatePeer(ctx, n.id, *n.params)
		if errors.Is(err, media.ErrUnknownPeer) { // lost, and the room is about to hear of it
			return n, errLostPeer
		}
		if err != nil {
			return n, fmt.Errorf("updating peer %d: %w", n.id, err)
		}
		return n, nil
	}
	if n.id, err = r.media.AddPeer(ctx, *n.params); err != nil {
		return n, fmt.Errorf("adding a peer: %w", err)
	}
	return n, nil
}

// answer reads an offer, beside what an earlier offer settled (nil: nothing). It belongs to the same connection when
// its ICE credentials are the same, or when they are new (a restart) but certificate and m-lines are still there.
// Anything else is a new connection, which knows nothing of the old one's slots.
func (r *room) answer(offer string, prev *sfu.PeerParams) (negotiated, error) {
	engine := r.rooms.config.Media
	local := sdp.Local{Ufrag: token(8), Pwd: token(24), Fingerprint: engine.Fingerprint(), Candidates: engine.Candidates()}
	answer, params, err := sdp.Answer(offer, local, nil, chance)
	if err != nil {
		return negotiated{}, refusal(err)
	}
	if prev == nil || !sameConnection(prev, &params) {
		return negotiated{answer: answer, params: &params, fresh: true}, nil
	}
	if params.RemoteUfrag == prev.RemoteUfrag {
		local.Ufrag, local.Pwd = prev.LocalUfrag, prev.LocalPwd
	}
	if answer, params, err = sdp.Answer(offer, local, prev, chance); err != nil {
		return negotiated{}, refusal(err)
	}
	return negotiated{answer: answer, params: &params}, nil
}

func sameConnection(prev, next *sfu.PeerParams) bool {
	if next.RemoteUfrag == prev.RemoteUfrag {
		return true
	}
	return bytes.Equal(next.Fingerprint, prev.Fingerprint) &&
		len(next.Sources)+len(next.Slots) >= len(prev.Sources)+len(prev.Slots)
}

// settle is the end of an offer, back on the room's goroutine.
func (r *room) settle(s *Session, n negotiated, err error, reply Reply[string]) {
	c := r.clients[s.id]
	if c != nil {
		c.offering = false
		r.deliver(c)
	}
	switch {
	case err != nil:
		reply("", err)
	case c == nil: // forgotten while we read its offer
		if n.fresh {
			r.removePeer(n.id)
		}
		reply("", errReplaced)
	case n.fresh:
		r.wake(c)
		r.dropPeer(c)
		c.peer = &peer{id: n.id, params: n.params, slots: make(map[int]SlotState), rests: make(map[int]uint32)}
		r.peers[n.id] = c
		r.enterMedia(c)
		reply(n.answer, nil)
		r.tellWanted(c)
	case c.peer == nil || c.peer.id != n.id: // media gave it up meanwhile
		reply("", errLostPeer)
	default:
		known := len(c.peer.params.Slots)
		c.peer.params = n.params
		reply(n.answer, nil)
		r.tellEarly(c, known)
	}
}

// refusal makes what is wrong with an offer fit to show.
func refusal(err error) error {
	var bad sdp.Error
	if errors.As(err, &bad) {
		return &meeting.Error{Code: meeting.Invalid, Text: bad.Text}
	}
	return fmt.Errorf("reading an offer: %w", err)
}

// token is an ICE credential of n characters. Base64's alphabet is ICE's (RFC 8839 §5.4); RFC 8445 §5.3 asks for 24
// bits of ufrag and 128 of password, these are 48 and 144: no two peers of a node share a ufrag by accident.
func token(n int) string {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.NativeEndian.AppendUint64(b, chance())
	}
	return base64.RawStdEncoding.EncodeToString(b)[:n]
}
