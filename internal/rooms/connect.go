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

// connect gives a session its client, tells it who it is and what it missed. The meeting's other effects follow after
// that, so that they are counted on from there.
func (r *room) connect(s *Session, h Hello) error {
	r.visited = true
	for _, e := range r.meeting.Apply(r.rooms.now(), meeting.Connect{Name: h.Name, Key: h.Key}) {
		switch e := e.(type) {
		case meeting.Refused:
			return e.Err
		case meeting.Replaced:
			r.client(e.ID).tellEnd(meeting.EndReplaced).Close()
		case meeting.Connected:
			r.welcome(s, h, e)
		default:
			r.carryOut(e)
		}
	}
	return nil
}

func (r *room) welcome(s *Session, h Hello, e meeting.Connected) {
	c := r.clients[e.ID]
	if c == nil {
		c = newClient(e.ID, e.Key)
		r.clients[e.ID] = c
	}
	s.id, c.session = c.id, s
	var missed []kept
	resumed := false
	if e.Known && h.Last != nil {
		missed, resumed = c.outbox.since(*h.Last)
	}
	hello := sessionEvent{
		ID: c.id, Key: c.key, Resumed: resumed, Joined: e.Joined, Room: r.name,
		Inside: r.meeting.Inside(), Server: server{Version: r.rooms.config.Version},
	}
	n := c.outbox.last - uint64(len(missed)) // counting goes on from here
	s.link.Send(hello.EventName(), encode(hello), n)
	for _, k := range missed {
		n++
		s.link.Send(k.event, k.data, n)
	}
}
