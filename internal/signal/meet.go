package signal

import (
	"encoding/json"

	"noom/internal/socketio"
)

// Meet is the handler of Socket.IO's namespace /meet.
func (s *Server) Meet() socketio.Handler { return meet{s} }

type meet struct{ server *Server }

// meetLink sends a room's events over a socket.
type meetLink struct{ socket *socketio.Socket }

func (l meetLink) Send(event string, data []byte, n uint64) {
	l.socket.EmitJSON(eventFrame(event, data, n))
}
func (l meetLink) Close() { l.socket.Disconnect() }
func (l meetLink) Cut()   { l.socket.Close() }

// Connect opens the session that auth asks for.
func (m meet) Connect(socket *socketio.Socket, auth json.RawMessage) error {
	c, refusal := m.server.connect(auth, meetLink{socket}, socket.Request())
	if refusal != nil {
		return &socketio.ConnectError{Message: refusal.Text, Data: refusal}
	}
	socket.Set(c)
	return nil
}

// Event carries out one request.
func (m meet) Event(socket *socketio.Socket, e socketio.Event) {
	var data []byte
	if len(e.Args) > 0 {
		data = e.Args[0]
	}
	if !socket.Value().(*connection).request(e.Name, data, ackOf(e)) {
		socket.Close()
	}
}

// Limited answers what socketio has refused before us.
func (m meet) Limited(socket *socketio.Socket, e socketio.Event) {
	if !socket.Value().(*connection).limited(ackOf(e)) {
		socket.Close()
	}
}

// Disconnect says that the link is gone.
func (m meet) Disconnect(socket *socketio.Socket, _ string) {
	socket.Value().(*connection).session.Disconnect()
}

// ackOf is where an event's answer goes: nowhere when the client asked for none.
func ackOf(e socketio.Event) func(any) {
	if e.Ack == nil {
		return func(any) {}
	}
	return func(answer any) { e.Ack(answer) }
}
