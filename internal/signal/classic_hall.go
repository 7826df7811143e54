package signal

import (
	"encoding/json"
	"slices"

	"noom/internal/socketio"
)

// A classicPlace is a room of one of the two stages; the stages have nothing to do with each other.
type classicPlace struct {
	chat bool
	room string
}

func peerPlace(room string) classicPlace { return classicPlace{room: room} }
func chatPlace(room string) classicPlace { return classicPlace{chat: true, room: room} }

// key is the place's name as a room of Socket.IO.
func (p classicPlace) key() string {
	if p.chat {
		return "chat " + p.room
	}
	return "peer " + p.room
}

// A classicHall is who is where. The Classic's loop owns it.
type classicHall struct {
	members map[classicPlace]map[*socketio.Socket]struct{}
	places  map[*socketio.Socket][]classicPlace // in the order of entering
	chats   []classicChat                       // open rooms of the chat stage, oldest first
	peers   int                                 // open rooms of the peer-to-peer stage
	pausing bool                                // the list of rooms was told just now
	changed bool                                // and there is something to tell since
}

// A classicChat is a room of the chat stage.
type classicChat struct {
	room string
	size int // of the name as JSON, in bytes
}

func newClassicHall() *classicHall {
	return &classicHall{
		members: make(map[classicPlace]map[*socketio.Socket]struct{}),
		places:  make(map[*socketio.Socket][]classicPlace),
	}
}

// enter takes a socket in and counts who is there then. Entering again is entering.
func (h *classicHall) enter(s *socketio.Socket, p classicPlace) (count int, ok bool) {
	if h.isIn(s, p) {
		return len(h.members[p]), true
	}
	mine := 0
	for _, q := range h.places[s] {
		if q.chat == p.chat {
			mine++
		}
	}
	if mine >= maxClassicRooms || (len(h.members[p]) == 0 && !h.open(p)) {
		return 0, false
	}
	h.members[p][s] = struct{}{}
	h.places[s] = append(h.places[s], p)
	return len(h.members[p]), true
}

// open makes an empty room, if there are not too many.
func (h *classicHall) open(p classicPlace) bool {
	if p.chat {
		if len(h.chats) >= maxClassicRoomList {
			return false
		}
		quoted, _ := json.Marshal(p.room) // cannot fail
		h.chats = append(h.chats, classicChat{p.room, len(quoted)})
	} else {
		if h.peers >= maxClassicRoomList {
			return false
		}
		h.peers++
	}
	h.members[p] = make(map[*socketio.Socket]struct{})
	return true
}

func (h *classicHall) isIn(s *socketio.Socket, p classicPlace) bool {
	_, in := h.members[p][s]
	return in
}

// A classicDeparture is a room that was left.
type classicDeparture struct {
	place     classicPlace
	remaining int
}

// leaveAll takes a socket out of all rooms, and away those that it was the last in.
func (h *classicHall) leaveAll(s *socketio.Socket) []classicDeparture {
	var left []classicDeparture
	for _, p := range h.places[s] {
		delete(h.members[p], s)
		remaining := len(h.members[p])
		left = append(left, classicDeparture{p, remaining})
		if remaining > 0 {
			continue
		}
		delete(h.members, p)
		if p.chat {
			h.chats = slices.DeleteFunc(h.chats, func(c classicChat) bool { return c.room == p.room })
		} else {
			h.peers--
		}
	}
	delete(h.places, s)
	return left
}

// list is the chat stage's rooms for room_change, the oldest first, as many as fit.
func (h *classicHall) list() []string {
	names, size := []string{}, 0
	for _, c := range h.chats {
		if size += c.size + len(","); size > maxClassicListSize {
			break
		}
		names = append(names, c.room)
	}
	return names
}
