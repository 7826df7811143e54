package rooms

import (
	"noom/internal/meeting"
)

// sessionEvent is the first event of every connection.
type sessionEvent struct {
	ID      meeting.ID        `json:"id"`
	Key     meeting.Key       `json:"key"`
	Resumed bool              `json:"resumed"`
	Joined  bool              `json:"joined"`
	Room    string            `json:"room"`
	Inside  []meeting.Present `json:"inside"`
	Server  server            `json:"server"`
	Now     int64             `json:"now"`               // of the server's clock, in milliseconds since 1970
	Browser string            `json:"browser,omitempty"` // a token that was issued anew
	Who     meeting.Who       `json:"who"`
	Role    meeting.Role      `json:"role"`
	Door    meeting.Door      `json:"door"`
}

type server struct {
	Version string `json:"version"`
}

// EventName is the event's name in the protocol.
func (sessionEvent) EventName() string { return "session" }

// slotsEvent tells a participant what its slots show.
type slotsEvent struct {
	Slots []SlotState `json:"slots"`
}

// EventName is the event's name in the protocol.
func (slotsEvent) EventName() string { return "slots" }

// pausedEvent tells a participant which pictures are not sent because their network has no room for them.
type pausedEvent struct {
	Tracks []uint32 `json:"tracks"`
}

// EventName is the event's name in the protocol.
func (pausedEvent) EventName() string { return "paused" }

// layersEvent tells a participant which layers of their track anybody has use for.
type layersEvent struct {
	Track  string `json:"track"`
	Layers []int  `json:"layers"`
}

// EventName is the event's name in the protocol.
func (layersEvent) EventName() string { return "layers" }

// connect gives a session its client, tells it who it is and what it missed. The meeting's other effects follow after
// that, so that they are counted on from there.
func (r *room) connect(s *Session, h Hello) error {
	r.visited = true
	if r.record == nil {
		return errRecord
	}
	browser, issued := r.rooms.browser(h.Browser)
	role, link := roleOfLink(r.rooms.keys, r.record, h.Link)
	c := meeting.Connect{Name: h.Name, Key: h.Key, Who: r.rooms.keys.who(r.record.ID, browser), Link: role, LinkID: link}
	for _, e := range r.meeting.Apply(r.rooms.now(), c) {
		switch e := e.(type) {
		case meeting.Refused:
			return e.Err
		case meeting.Replaced:
			r.tellEnd(r.client(e.ID), meeting.EndReplaced).Close()
		case meeting.Connected:
			r.welcome(s, h, e, issued)
		default:
			r.carryOut(e)
		}
	}
	return nil
}

// browser gives the id of the browser whose token this is. Who brings none of ours gets one issued.
func (r *Rooms) browser(token string) (id, issued string) {
	if id, ok := r.keys.browser(token); ok {
		return id, ""
	}
	return r.keys.newBrowser()
}

func (r *room) welcome(s *Session, h Hello, e meeting.Connected, issued string) {
	c := r.clients[e.ID]
	if c == nil {
		c = newClient(e.ID, e.Key)
		r.clients[e.ID] = c
	}
	s.id, c.session, c.from = c.id, s, Network(h.From)
	c.unsent, c.unsentBytes = 0, 0 // it is among what was missed, or in the snapshot to come
	var missed []*kept
	resumed := false
	if e.Known && h.Last != nil {
		missed, resumed = c.outbox.since(*h.Last)
	}
	p, _ := r.meeting.Find(c.id)
	hello := sessionEvent{
		Browser: issued, Who: p.Who, Role: p.Role, Door: r.meeting.Door(c.id),
		ID: c.id, Key: c.key, Resumed: resumed, Joined: e.Joined, Room: r.name,
		Inside: r.meeting.InsideFor(c.id), Server: server{Version: r.rooms.config.Version}, Now: r.rooms.now().UnixMilli(),
	}
	n := c.outbox.last - uint64(len(missed)) // counting goes on from here
	s.link.Send(hello.EventName(), encode(hello), n)
	r.sendAll(s.link, missed, c.outbox.last)
}
