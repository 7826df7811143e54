package socketio

import "encoding/json"

// A Handler is the server's side of one namespace. Its methods are called one at a time per socket; different sockets
// call at the same time. A panic in one of them is logged and ends the connection it was called for.
//
// While a method runs, nothing else is read from that connection: do not wait in it for something that the same client
// has to send, an acknowledgement for instance.
type Handler interface {
	// Connect is asked when a client opens the namespace; auth is its JSON object, nil without one. An error becomes
	// CONNECT_ERROR with the error's text as message; a *ConnectError carries data too. What is emitted in here leaves
	// after the client was told that it is connected, or not at all.
	Connect(s *Socket, auth json.RawMessage) error
	// Event is called once per event, in order.
	Event(s *Socket, e Event)
	// Disconnect is called once, last, for every socket that Connect accepted.
	Disconnect(s *Socket, reason string)
}

// A Limiter is a Handler that answers events which were refused because their sender sends too many. Event is not called
// for them. It should be quick: acknowledging the error and nothing else. Without it such an event is dropped.
type Limiter interface {
	Limited(s *Socket, e Event)
}

// An Event is what a client sent.
type Event struct {
	Name string
	// Args are the arguments after the name. A binary one is {"_placeholder":true,"num":n}, wherever it stands, and
	// n is an index into Attachments; that every n is one has been checked.
	Args        []json.RawMessage
	Attachments [][]byte
	// Ack answers the event. It is nil when the client asked for no answer; it may be called later and from any
	// goroutine; calls after the first do nothing.
	Ack func(args ...any)
}

// A ConnectError refuses a namespace with data for programs beside the text for people.
type ConnectError struct {
	Message string
	Data    any
}

func (e *ConnectError) Error() string { return e.Message }

// Reasons given to Handler.Disconnect. Where Socket.IO has a name for it, it is that.
const (
	ReasonClientLeft   = "client namespace disconnect" // the client left the namespace
	ReasonServerLeft   = "server namespace disconnect" // Socket.Disconnect
	ReasonClosed       = "transport close"             // the client or the network closed the connection
	ReasonServerClosed = "forced server close"         // Socket.Close, CloseConnections
	ReasonShutdown     = "server shutting down"        // Server.Close
	ReasonPing         = "ping timeout"                // nothing heard from the client in time
	ReasonMalformed    = "parse error"                 // the client broke the protocol or a limit of size
	ReasonSlow         = "slow reader"                 // the client does not read what is sent to it
	ReasonLimited      = "limited"                     // the client sent too many messages
	ReasonPanic        = "internal"                    // a handler panicked
)
