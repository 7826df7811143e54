package signal

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"noom/internal/loop"
	"noom/internal/socketio"
)

// classicNamespace is where clients of the original course project connect.
const classicNamespace = "/"

const (
	maxClassicName     = 100   // characters of a room's name or a nick
	maxClassicRooms    = 16    // rooms of each stage that one socket may be in
	maxClassicRoomList = 1_000 // rooms of each stage in all
	// maxClassicListSize is how many bytes of names room_change lists, as JSON: all thousand rooms with the names that people
	// give them. What does not fit can be entered all the same.
	maxClassicListSize = 32 << 10
	// classicListPause is the least time between two lists: each goes to everybody, and nobody reads ten a second.
	classicListPause = 100 * time.Millisecond

	// Every enter tells everybody, so one socket may do it less often than it may send messages: as fast as a person
	// clicks through a list of rooms.
	classicEnterRate  = 2 // per second
	classicEnterBurst = 20
)

// classicDepth is how many events may wait for the hall before their senders' connections do.
const classicDepth = 256

// Classic is the handler of namespace "/": the signalling of the original Noom course project, for two people peer to
// peer, and its chat. PROTOCOL.md has the events. It knows nothing of meetings.
//
// Whatever a client sends in another shape than the original client would, or to a room that it is not in, is dropped
// without an acknowledgement. Binary arguments are not part of this protocol.
type Classic struct {
	sockets *socketio.Server
	state   *classicHall
	pause   *time.Timer // rings when the next list of rooms may be told
	// hall's loop decides, and tells everybody, about one event at a time: of two lists of rooms, each client gets the
	// newer one last. Nothing in it blocks, as sending never does.
	hall *loop.Loop[*classicHall]
}

// NewClassic makes the handler; pass it to sockets.Handle for namespace "/". Its clients are heard while Run runs.
func NewClassic(sockets *socketio.Server) *Classic {
	h := newClassicHall()
	pause := time.NewTimer(time.Hour)
	pause.Stop()
	return &Classic{sockets: sockets, state: h, pause: pause, hall: loop.New(h, classicDepth)}
}

// Run serves until ctx ends. It should run until the last socket has gone.
func (c *Classic) Run(ctx context.Context) error {
	defer c.hall.End()
	defer c.pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case task := <-c.hall.Tasks():
			task(c.state)
		case <-c.pause.C:
			c.state.pausing = false
			if c.state.changed {
				c.tellRooms(c.state)
			}
		}
	}
}

// do runs f on the hall. Once Run has ended it does not, and nobody is left to miss it.
func (c *Classic) do(f func(h *classicHall)) {
	_ = c.hall.Do(context.Background(), func(h *classicHall) error {
		f(h)
		return nil
	})
}

// tell sends an event to the others in a place.
func (c *Classic) tell(p classicPlace, but *socketio.Socket, event string, args ...any) {
	c.sockets.Broadcast(classicNamespace, p.key(), but, event, args...)
}

// tellRooms sends everybody the list of rooms: now, or once the pause after the list before is over.
func (c *Classic) tellRooms(h *classicHall) {
	if h.changed = h.pausing; h.changed {
		return
	}
	h.pausing = true
	c.pause.Reset(classicListPause)
	c.sockets.Broadcast(classicNamespace, "", nil, "room_change", h.list())
}

// classicVisitor is what a socket keeps with it, beside its rooms. Only its own events touch it.
type classicVisitor struct {
	nick   string
	enters *rate.Limiter
}

// Connect lets everybody in.
func (c *Classic) Connect(s *socketio.Socket, _ json.RawMessage) error {
	s.Set(&classicVisitor{nick: "Anon", enters: rate.NewLimiter(classicEnterRate, classicEnterBurst)})
	return nil
}

// Limited tells a client that sends too much. Its acknowledgements stay open: they would mean "done" to it.
func (c *Classic) Limited(s *socketio.Socket, _ socketio.Event) { s.Emit("limited") }

// Event carries out what a client of either stage sent.
func (c *Classic) Event(s *socketio.Socket, e socketio.Event) {
	if len(e.Attachments) > 0 {
		return
	}
	switch e.Name {
	case "join_room":
		c.joinRoom(s, e)
	case "offer", "answer", "ice":
		c.relay(s, e)
	case "enter_room":
		c.enterRoom(s, e)
	case "nickname":
		c.rename(s, e)
	case "new_message":
		c.message(s, e)
	}
}

// joinRoom enters a room of the peer-to-peer stage.
func (c *Classic) joinRoom(s *socketio.Socket, e socketio.Event) {
	room, ok := roomArgument(e, 0)
	if !ok || !visitor(s).enters.Allow() {
		return
	}
	place := peerPlace(room)
	c.do(func(h *classicHall) {
		if _, ok := h.enter(s, place); !ok {
			return
		}
		s.Join(place.key())
		classicDone(e)
		c.tell(place, s, "welcome")
	})
}

// relay passes an offer, an answer or a candidate on, untouched.
func (c *Classic) relay(s *socketio.Socket, e socketio.Event) {
	room, ok := roomArgument(e, 1)
	if !ok {
		return
	}
	place := peerPlace(room)
	c.do(func(h *classicHall) {
		if h.isIn(s, place) {
			c.tell(place, s, e.Name, e.Args[0])
		}
	})
}

// enterRoom enters a room of the chat stage.
func (c *Classic) enterRoom(s *socketio.Socket, e socketio.Event) {
	room, ok := roomArgument(e, 0)
	if !ok || !visitor(s).enters.Allow() {
		return
	}
	place, nick := chatPlace(room), visitor(s).nick
	c.do(func(h *classicHall) {
		count, ok := h.enter(s, place)
		if !ok {
			return
		}
		s.Join(place.key())
		classicDone(e)
		c.tell(place, s, "welcome", nick, count)
		c.tellRooms(h)
	})
}

func (c *Classic) rename(s *socketio.Socket, e socketio.Event) {
	if nick, ok := textArgument(e, 0); ok {
		visitor(s).nick = firstCharacters(nick, maxClassicName)
	}
}

func (c *Classic) message(s *socketio.Socket, e socketio.Event) {
	text, isText := textArgument(e, 0)
	room, ok := roomArgument(e, 1)
	if !isText || !ok {
		return
	}
	place, line := chatPlace(room), visitor(s).nick+": "+text
	c.do(func(h *classicHall) {
		if !h.isIn(s, place) {
			return
		}
		c.tell(place, s, "new_message", line)
		classicDone(e)
	})
}

// Disconnect leaves all rooms. Those of the chat stage are told.
func (c *Classic) Disconnect(s *socketio.Socket, _ string) {
	nick := visitor(s).nick
	c.do(func(h *classicHall) {
		chats := 0
		for _, left := range h.leaveAll(s) {
			if left.place.chat {
				chats++
				c.tell(left.place, s, "bye", nick, left.remaining)
			}
		}
		if chats > 0 {
			c.tellRooms(h)
		}
	})
}

func visitor(s *socketio.Socket) *classicVisitor { return s.Value().(*classicVisitor) }

// classicDone answers an event whose client asked for that.
func classicDone(e socketio.Event) {
	if e.Ack != nil {
		e.Ack()
	}
}

// textArgument is the i-th argument, if it is a string.
func textArgument(e socketio.Event, i int) (text string, ok bool) {
	if i >= len(e.Args) || e.Args[i][0] != '"' {
		return "", false
	}
	return text, json.Unmarshal(e.Args[i], &text) == nil
}

// roomArgument is the i-th argument, if it can be a room's name.
func roomArgument(e socketio.Event, i int) (room string, ok bool) {
	room, ok = textArgument(e, i)
	return room, ok && utf8.RuneCountInString(room) <= maxClassicName
}

func firstCharacters(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
