package rooms

import (
	"context"
	"net/netip"

	"golang.org/x/time/rate"

	"noom/internal/meeting"
	"noom/internal/sfu"
)

const (
	// reactionRate and reactionBurst bound a participant's reactions: as fast as anybody clicks for joy.
	reactionRate  = 5 // per second
	reactionBurst = 10
	// changeRate and changeBurst bound what a participant changes of themselves: everybody is told of each.
	changeRate  = 10 // per second
	changeBurst = 40
)

// client is what the room keeps for one participant beside the rules. It outlives its connections.
type client struct {
	id      meeting.ID
	key     meeting.Key
	from    netip.Prefix // where its connection comes from
	session *Session     // nil while the connection is lost
	seat    uint32       // 0 outside
	outbox  outbox

	unsent      int // how many of the outbox's newest events have not been sent to the session
	unsentBytes int
	listed      bool // among the room's unsent
	pace        pace

	view   []sfu.Wish
	peer   *peer              // nil without a transport
	wanted map[sfu.Kind]uint8 // layers, of tracks of which somebody has been told

	offering bool   // an offer is being read
	lost     []byte // fingerprint of a peer that media gave up, until its owner has been told
	chat     chatLimits

	reactions *rate.Limiter
	changes   *rate.Limiter

	life context.Context // ends when its session is over, and with it what still goes to or comes from its files
	end  context.CancelFunc
}

// peer is a client's media endpoint.
type peer struct {
	id     sfu.PeerID
	params *sfu.PeerParams // never changed: a further offer brings new ones
	slots  map[int]SlotState
	rests  map[int]uint32 // tracks whose pictures rest for want of room, by slot
}

// resting lists the tracks whose pictures rest, in the order of the m-lines.
func (p *peer) resting() []uint32 {
	tracks := []uint32{}
	for i := range p.params.Slots {
		if t, ok := p.rests[i]; ok {
			tracks = append(tracks, t)
		}
	}
	return tracks
}

// SlotState says what a slot shows: from RTP timestamp FromTS on, the m-line carries Track (0: nothing).
type SlotState struct {
	MID    string `json:"mid"`
	Track  uint32 `json:"track"`
	FromTS uint32 `json:"fromTs"`
}

func newClient(id meeting.ID, key meeting.Key) *client {
	life, end := context.WithCancel(context.Background()) // not of the room: one that opens again after a fault cuts nobody off
	return &client{
		id: id, key: key, chat: newChatLimits(), life: life, end: end, wanted: make(map[sfu.Kind]uint8),
		reactions: rate.NewLimiter(reactionRate, reactionBurst), changes: rate.NewLimiter(changeRate, changeBurst),
	}
}

// tellEnd tells the client's connection that its session is over and lets go of it. The event is not kept: whoever
// comes back with the key is not meant. The caller closes or cuts the link.
func (r *room) tellEnd(c *client, why meeting.EndReason) Link {
	r.deliver(c)
	link := c.session.link
	c.session = nil
	e := meeting.Ended{Reason: why}
	link.Send(e.EventName(), encode(e), c.outbox.last+1)
	return link
}

// slotStates lists what the client's slots show, in the order of its m-lines.
func (c *client) slotStates() []SlotState {
	states := []SlotState{}
	if c.peer == nil {
		return states
	}
	for i := range c.peer.params.Slots {
		if s, ok := c.peer.slots[i]; ok {
			states = append(states, s)
		}
	}
	return states
}
