// Package socketio is an Engine.IO 4 and Socket.IO 5 server: an http.Handler that knows no rooms of ours.
package socketio

// CONTRACT (package signal calls exactly this):
//
//	type Config struct {
//		Origins func(r *http.Request) bool // may this Origin connect? nil: same origin only (no Origin header: allowed)
//		Log     *slog.Logger
//		PingInterval, PingTimeout time.Duration // 25 s and 20 s
//		... limits with defaults
//	}
//	func New(c Config) *Server
//	func (s *Server) ServeHTTP(w, r)                       // mounted at /socket.io/ (also serves socket.io.js, socket.io.min.js)
//	func (s *Server) Handle(namespace string, h Handler)   // before serving
//	func (s *Server) Close(ctx) error                      // closes every connection with a close frame
//	func (s *Server) CloseConnections()                    // cuts every transport at once (fault tests, via a hidden admin path or a signal): clients reconnect
//
//	type Handler interface {
//		// Connect is asked when a client opens the namespace. An error becomes CONNECT_ERROR with its message;
//		// a *ConnectError carries data too.
//		Connect(s *Socket, auth json.RawMessage) error
//		// Event is called once per event, one at a time per socket, in order.
//		Event(s *Socket, e Event)
//		// Disconnect is called once, last, for every socket that Connect accepted.
//		Disconnect(s *Socket, reason string)
//	}
//	type Event struct {
//		Name string
//		Args []json.RawMessage // binary arguments are {"_placeholder":true,"num":n} with Attachments[n]
//		Attachments [][]byte
//		Ack  func(args ...any) // nil when the client asked for none; may be called later, from any goroutine, once
//	}
//	func (s *Socket) ID() string
//	func (s *Socket) Request() *http.Request / RemoteAddr
//	func (s *Socket) Emit(event string, args ...any)       // never blocks: a full queue closes the connection. []byte args travel as binary
//	func (s *Socket) EmitWithAck(ctx, event string, args ...any) ([]json.RawMessage, error)
//	func (s *Socket) Set(v any); func (s *Socket) Value() any  // what the handler keeps with it
//	func (s *Socket) Disconnect()      // leaves the namespace
//	func (s *Socket) Close()           // closes the whole connection
//	func (s *Socket) Join(room string); Leave(room string); Rooms() []string
//	func (s *Server) Broadcast(namespace, room string, except *Socket, event string, args ...any) // encoded once; room "" is all
