package rooms

import (
	"slices"

	"noom/internal/media"
	"noom/internal/meeting"
	"noom/internal/sfu"
)

// eventsAtOnce is how many events of media are taken in one turn: what happened together is told together.
const eventsAtOnce = 64

// mediaEvents takes in what media reports: the first event, and those that wait behind it.
func (r *room) mediaEvents(first media.Event) {
	var changed []*client // whose slots changed, in the order of the changes
	slots := make(map[*client][]SlotState)
	paused := make(map[*client]bool)
	for e, n := first, 0; ; n++ {
		if c := r.peers[e.Peer]; c != nil && e.Kind == media.SlotRests {
			if c.peer.rest(e.Slot, uint32(e.Track)); !paused[c] && slots[c] == nil {
				changed = append(changed, c)
			}
			paused[c] = true
		}
		if c, s, ok := r.mediaEvent(e); ok {
			if slots[c] == nil && !paused[c] {
				changed = append(changed, c)
			}
			slots[c] = append(slots[c], s)
		}
		if n == eventsAtOnce || len(r.media.Events()) == 0 {
			break
		}
		e = <-r.media.Events() // the room is its only reader
	}
	for _, c := range changed {
		if slots[c] != nil {
			e := slotsEvent{Slots: slots[c]}
			r.send(c, &kept{e.EventName(), encode(e)})
		}
		if paused[c] && c.peer != nil { // one that was lost since has told that nothing rests
			r.tellPaused(c, c.peer.resting())
		}
	}
}

// rest notes which track's picture rests in a slot; 0: none.
func (p *peer) rest(slot int, track uint32) {
	if track == 0 {
		delete(p.rests, slot)
		return
	}
	p.rests[slot] = track
}

func (r *room) tellPaused(c *client, tracks []uint32) {
	e := pausedEvent{Tracks: tracks}
	r.send(c, &kept{e.EventName(), encode(e)})
}

// wake tells that nothing rests any more: the peer is gone, and with it what was known of its path.
func (r *room) wake(c *client) {
	if c.peer != nil && len(c.peer.rests) > 0 {
		r.tellPaused(c, []uint32{})
	}
}

// mediaEvent takes in one event. A change of a slot is returned, to be told with others.
func (r *room) mediaEvent(e media.Event) (c *client, s SlotState, slot bool) {
	switch e.Kind {
	case media.SpeakersChanged:
		r.speakers(e.Speakers)
	case media.PeerLost:
		r.peerLost(e)
	case media.SlotSwitched:
		c = r.peers[e.Peer]
		if c == nil {
			return nil, s, false // of a peer that was replaced meanwhile
		}
		s = SlotState{Track: uint32(e.Track), FromTS: e.FromTS}
		known := e.Slot < len(c.peer.params.Slots)
		if known { // else its offer is still being answered: tellEarly tells it
			s.MID = c.peer.params.Slots[e.Slot].MID
		}
		c.peer.slots[e.Slot] = s
		return c, s, known
	case media.LayersWanted:
		r.layersWanted(e.Track, e.Layers)
	}
	return nil, s, false
}

// layersWanted notes which layers of a track are wanted, and tells who sends it.
func (r *room) layersWanted(t sfu.Track, layers uint8) {
	for _, c := range r.clients {
		if c.seat == t.Seat() {
			c.wanted[t.Kind()] = layers
			r.tellLayers(c, t.Kind(), layers)
		}
	}
}

// tellWanted says again which layers are wanted: who has just entered may have missed it, and a new connection sends all at first.
func (r *room) tellWanted(c *client) {
	for _, kind := range []sfu.Kind{sfu.Camera, sfu.Screen} {
		if layers, ok := c.wanted[kind]; ok {
			r.tellLayers(c, kind, layers)
		}
	}
}

func (r *room) tellLayers(c *client, kind sfu.Kind, layers uint8) {
	e := layersEvent{Track: kind.String(), Layers: []int{}}
	for i := range 8 {
		if layers&(1<<i) != 0 {
			e.Layers = append(e.Layers, i)
		}
	}
	r.send(c, &kept{e.EventName(), encode(e)})
}

// tellEarly names the slots from number first on, which an offer has just added, and tells those that media has filled
// already.
func (r *room) tellEarly(c *client, first int) {
	var e slotsEvent
	for i := first; i < len(c.peer.params.Slots); i++ {
		if s, filled := c.peer.slots[i]; filled {
			s.MID = c.peer.params.Slots[i].MID
			c.peer.slots[i] = s
			e.Slots = append(e.Slots, s)
		}
	}
	if len(e.Slots) > 0 {
		r.send(c, &kept{e.EventName(), encode(e)})
	}
}

func (r *room) speakers(tracks [3]sfu.Track) {
	seats := make([]uint32, 0, len(tracks))
	for _, t := range tracks {
		if seat := t.Seat(); seat != 0 && !slices.Contains(seats, seat) {
			seats = append(seats, seat)
		}
	}
	if _, err := r.apply(meeting.Speak{Seats: seats}); err != nil {
		r.log.Error("speakers refused by the meeting", "room", r.name, "err", err)
	}
}

// peerLost notes that media gave a peer up. The seat stays: that is the session's affair.
func (r *room) peerLost(e media.Event) {
	c := r.peers[e.Peer]
	if c == nil {
		return
	}
	r.log.Debug("peer lost", "room", r.name, "participant", c.id, "peer", uint64(e.Peer), "err", e.Reason)
	r.wake(c)
	c.lost = c.peer.params.Fingerprint
	delete(r.peers, e.Peer)
	c.peer = nil
}
