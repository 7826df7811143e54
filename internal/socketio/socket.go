package socketio

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sync/atomic"

	"github.com/coder/websocket"
)

// A Socket is one client in one namespace. Its methods may be called from any goroutine and do not block, but for
// EmitWithAck and Call; after the socket has left they do nothing.
type Socket struct {
	id        string
	conn      *conn
	namespace *namespace
	value     atomic.Pointer[any]
	gate      gate // guarded by the outbox
	acks      acks
	rooms     map[string]struct{} // guarded by the namespace
	left      bool                // likewise
	dismissed atomic.Bool         // by Disconnect
	departed  bool                // the handler has been told; owned by the conn's turn
}

func newSocket(c *conn, ns *namespace) *Socket {
	return &Socket{id: newID(), conn: c, namespace: ns}
}

// newID returns 120 bits that nobody guesses.
func newID() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ID is the socket's public name: other clients may know it.
func (s *Socket) ID() string { return s.id }

// Request is the request that opened the connection, without body and context.
func (s *Socket) Request() *http.Request { return s.conn.request }

// RemoteAddr is the client's address, "host:port", as the request that opened the connection had it.
func (s *Socket) RemoteAddr() string { return s.conn.request.RemoteAddr }

// Set keeps a value with the socket, for its handler.
func (s *Socket) Set(v any) { s.value.Store(&v) }

// Value is what Set kept last, nil before.
func (s *Socket) Value() any {
	if v := s.value.Load(); v != nil {
		return *v
	}
	return nil
}

// Emit sends an event. Arguments become JSON, those of type []byte travel as binary. A client that does not read what it
// is sent is cut off.
func (s *Socket) Emit(event string, args ...any) {
	packets, err := encodeArgs(kindEvent, s.namespace.name, 0, false, append([]any{event}, args...))
	if err != nil {
		s.conn.server.config.Log.Error("encoding an event", "event", event, "err", err)
		return
	}
	s.send(packets)
}

// EmitJSON sends an event that is JSON already, ["name",…], as it is. What goes to many need not be encoded for each.
func (s *Socket) EmitJSON(array []byte) {
	text := make([]byte, 0, 2+len(s.namespace.name)+1+len(array))
	text = appendNamespace(append(text, engineMessage, kindEvent), s.namespace.name)
	s.send([]packet{{data: append(text, array...)}})
}

// EmitWithAck sends an event and waits for the client's answer. It returns ctx's error when that comes first, and
// ErrGone when the socket leaves. It must not be called from within a Handler's method.
func (s *Socket) EmitWithAck(ctx context.Context, event string, args ...any) ([]json.RawMessage, error) {
	a, err := s.Call(ctx, event, args...)
	return a.Args, err
}

// Call is EmitWithAck for answers with binary arguments.
func (s *Socket) Call(ctx context.Context, event string, args ...any) (Answer, error) {
	id, answered := s.acks.expect()
	defer s.acks.forget(id)
	packets, err := encodeArgs(kindEvent, s.namespace.name, id, true, append([]any{event}, args...))
	if err != nil {
		return Answer{}, err
	}
	s.send(packets)
	select {
	case a, ok := <-answered:
		if !ok {
			return Answer{}, ErrGone
		}
		return a, nil
	case <-ctx.Done():
		return Answer{}, context.Cause(ctx)
	}
}

// acknowledger makes an Event's Ack.
func (s *Socket) acknowledger(id uint64) func(args ...any) {
	var done atomic.Bool
	return func(args ...any) {
		if done.Swap(true) {
			return
		}
		packets, err := encodeArgs(kindAck, s.namespace.name, id, true, args)
		if err != nil {
			s.conn.server.config.Log.Error("encoding an acknowledgement", "err", err)
			return
		}
		s.send(packets)
	}
}

func (s *Socket) send(packets []packet) {
	s.conn.do(s.conn.out.send(&s.gate, packets...))
}

// Disconnect leaves the namespace; the connection stays. The official client then does not come back by itself.
func (s *Socket) Disconnect() {
	last, err := encodeControl(kindDisconnect, s.namespace.name, nil)
	if err != nil {
		return
	}
	d, first := s.conn.out.shut(&s.gate, last)
	s.conn.do(d)
	if first {
		s.dismissed.Store(true)
		s.conn.server.spawn(func() { // ends when the handler has returned
			s.conn.takeTurn()
			defer s.conn.yieldTurn()
			s.conn.depart(s, ReasonServerLeft)
		})
	}
}

// Close ends the whole connection after what was emitted before has left. The official client connects again.
func (s *Socket) Close() {
	s.conn.end(ending{reason: ReasonServerClosed, status: websocket.StatusNormalClosure})
}

// Join enters a room of the namespace, see Server.Broadcast.
func (s *Socket) Join(room string) { s.namespace.join(s, room) }

// Leave leaves a room.
func (s *Socket) Leave(room string) { s.namespace.leave(s, room) }

// Rooms lists the rooms that the socket is in, sorted. It is empty in Handler.Disconnect.
func (s *Socket) Rooms() []string { return s.namespace.roomsOf(s) }
