package socketio

import (
	"maps"
	"slices"
	"sync"
)

// A namespace is a Handler with the sockets that are connected to it, and their rooms.
type namespace struct {
	name    string
	handler Handler

	mu      sync.RWMutex
	sockets map[*Socket]struct{}
	rooms   map[string]map[*Socket]struct{}
}

func newNamespace(name string, h Handler) *namespace {
	return &namespace{
		name: name, handler: h,
		sockets: make(map[*Socket]struct{}),
		rooms:   make(map[string]map[*Socket]struct{}),
	}
}

func (n *namespace) add(s *Socket) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !s.left {
		n.sockets[s] = struct{}{}
	}
}

// remove takes a socket out of the namespace and its rooms for good.
func (n *namespace) remove(s *Socket) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s.left = true
	delete(n.sockets, s)
	for room := range s.rooms {
		n.quit(s, room)
	}
	s.rooms = nil
}

func (n *namespace) join(s *Socket, room string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.left {
		return
	}
	if s.rooms == nil {
		s.rooms = make(map[string]struct{}, 1)
	}
	s.rooms[room] = struct{}{}
	if n.rooms[room] == nil {
		n.rooms[room] = make(map[*Socket]struct{})
	}
	n.rooms[room][s] = struct{}{}
}

func (n *namespace) leave(s *Socket, room string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.quit(s, room)
	delete(s.rooms, room)
}

// quit takes a socket out of a room, and the room away when it was the last; mu is held.
func (n *namespace) quit(s *Socket, room string) {
	delete(n.rooms[room], s)
	if len(n.rooms[room]) == 0 {
		delete(n.rooms, room)
	}
}

func (n *namespace) roomsOf(s *Socket) []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.rooms))
}

// appendMembers appends the sockets of a room, or all for "", without one.
func (n *namespace) appendMembers(members []*Socket, room string, except *Socket) []*Socket {
	n.mu.RLock()
	defer n.mu.RUnlock()
	in := n.sockets
	if room != "" {
		in = n.rooms[room]
	}
	for s := range in {
		if s != except {
			members = append(members, s)
		}
	}
	return members
}

// recipients are lists of sockets for broadcasts to use again.
var recipients = sync.Pool{New: func() any { return new([]*Socket) }}

// Broadcast sends an event to the sockets of a room, but one. Room "" means all of the namespace. The event is encoded
// once. Two broadcasts from the same goroutine arrive in order.
func (s *Server) Broadcast(namespace, room string, except *Socket, event string, args ...any) {
	ns := s.namespaces[namespace]
	if ns == nil {
		return
	}
	list := recipients.Get().(*[]*Socket)
	*list = ns.appendMembers((*list)[:0], room, except)
	defer func() {
		clear(*list)
		recipients.Put(list)
	}()
	if len(*list) == 0 {
		return
	}
	packets, err := encodeArgs(kindEvent, namespace, 0, false, append([]any{event}, args...))
	if err != nil {
		s.config.Log.Error("encoding an event", "event", event, "err", err)
		return
	}
	for _, member := range *list {
		member.send(packets)
	}
}
