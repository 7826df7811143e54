package rooms

import (
	"encoding/json"
	"fmt"

	"noom/internal/meeting"
	"noom/internal/sfu"
)

// apply gives the meeting a command and carries out what follows, but for the answer: that is returned, for its
// caller to give: what answers the command, or what is to be kept before it is done; nil when there is neither.
func (r *room) apply(c meeting.Command) (answer meeting.Effect, err error) {
	for _, e := range r.meeting.Apply(r.rooms.now(), c) {
		switch e := e.(type) {
		case meeting.Refused:
			return nil, e.Err
		case meeting.Snapshot, meeting.Waits, meeting.Connected, meeting.Keep, meeting.Amend, meeting.Read, meeting.KeepSettings, meeting.KeepBan, meeting.KeepLink:
			answer = e
		default:
			r.carryOut(e)
		}
	}
	return answer, nil
}

func (r *room) carryOut(e meeting.Effect) {
	switch e := e.(type) {
	case meeting.Tell:
		r.tell(e)
	case meeting.Entered:
		c := r.client(e.ID)
		c.seat, r.met = e.Seat, true
		r.enterMedia(c)
	case meeting.Gone:
		c := r.client(e.ID)
		r.dropPeer(c)
		c.seat, c.view = 0, nil
		clear(c.wanted)
		if e.Forgotten {
			c.end()
			delete(r.clients, e.ID)
		}
	case meeting.LetIn:
		r.rooms.knocks.forgive(try{r.client(e.ID).from, r.name})
	case meeting.Dismissed:
		r.dismiss(e)
	case meeting.TrackSet:
		r.setTrack(e)
	case meeting.Over:
		if r.record.Settings.History == meeting.UntilEnd {
			r.chat.forget()
		}
	default:
		panic(fmt.Sprintf("rooms: effect %T is not carried out", e))
	}
}

// client is the one that the meeting speaks of; it knows none that we do not.
func (r *room) client(id meeting.ID) *client {
	c, ok := r.clients[id]
	if !ok {
		panic(fmt.Sprintf("rooms: the meeting speaks of %s, whom the room does not know", id))
	}
	return c
}

// tell encodes an event once and gives it to each who is to know.
func (r *room) tell(t meeting.Tell) {
	e := &kept{t.Event.EventName(), encode(t.Event)}
	for _, id := range t.To {
		r.send(r.client(id), e)
	}
}

// encode gives an event's JSON. Our events are plain data: none fails to encode.
func encode(e any) []byte {
	data, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("rooms: encoding %T: %v", e, err))
	}
	return data
}

// enterMedia lets a client's peer in, when it has both a peer and a seat.
func (r *room) enterMedia(c *client) {
	if c.peer == nil || c.seat == 0 {
		return
	}
	ctx, cancel := r.patience()
	defer cancel()
	if err := r.media.Enter(ctx, c.peer.id, c.seat); err != nil {
		r.log.Warn("peer cannot enter", "room", r.name, "participant", c.id, "peer", c.peer.id, "err", err)
		return
	}
	r.setView(c)
}

func (r *room) setView(c *client) {
	if c.peer == nil || c.view == nil {
		return
	}
	ctx, cancel := r.patience()
	defer cancel()
	if err := r.media.SetView(ctx, c.peer.id, c.view); err != nil {
		r.log.Warn("view not set", "room", r.name, "participant", c.id, "peer", c.peer.id, "err", err)
	}
}

func (r *room) setTrack(e meeting.TrackSet) {
	state := sfu.Off
	if e.State == meeting.On {
		state = sfu.On
	}
	track := sfu.NewTrack(e.Seat, sfu.Kind(e.Kind)) // the two cores count kinds alike: a test holds them to it
	ctx, cancel := r.patience()
	defer cancel()
	if err := r.media.SetTrack(ctx, track, state); err != nil {
		r.log.Warn("track not set", "room", r.name, "track", uint32(track), "err", err)
	}
}

// dropPeer ends a client's peer: from here on nothing of it is forwarded.
func (r *room) dropPeer(c *client) {
	if c.peer == nil {
		return
	}
	id := c.peer.id
	delete(r.peers, id)
	c.peer = nil
	r.removePeer(id)
}

func (r *room) removePeer(id sfu.PeerID) {
	ctx, cancel := r.patience()
	defer cancel()
	if err := r.media.RemovePeer(ctx, id); err != nil {
		r.log.Warn("peer not removed", "room", r.name, "peer", uint64(id), "err", err)
	}
}
