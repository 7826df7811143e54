package socketio

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"
)

// A Server is the http.Handler of everything under /socket.io/.
type Server struct {
	config     Config
	namespaces map[string]*namespace
	stats      stats
	running    sync.WaitGroup // requests, connections, and goroutines that work for them

	mu     sync.Mutex
	conns  map[string]*conn
	closed bool
}

type stats struct {
	opened, malformed, slow, refused, limited, panics atomic.Uint64
}

// Stats counts what happened since the start, but for Connections.
type Stats struct {
	Connections int    // open now
	Opened      uint64 // connections
	Malformed   uint64 // connections ended because the client broke the protocol or a limit of size
	Slow        uint64 // connections cut because the client did not read
	Refused     uint64 // events beyond the rate
	Limited     uint64 // connections ended because the client sent too many messages
	Panics      uint64 // in handlers
}

// New makes a server. It starts nothing; name its namespaces by Handle before it serves.
func New(c Config) *Server {
	return &Server{config: c.withDefaults(), namespaces: make(map[string]*namespace), conns: make(map[string]*conn)}
}

// Handle gives a namespace, "/" or "/name", its handler. It must not be called once the server serves.
func (s *Server) Handle(namespace string, h Handler) {
	if !strings.HasPrefix(namespace, "/") || strings.ContainsAny(namespace, ",?") {
		panic("a namespace's name begins with / and has no comma or question mark: " + namespace)
	}
	s.namespaces[namespace] = newNamespace(namespace, h)
}

// ServeHTTP serves /socket.io/ and the client's library beside it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/socket.io"), "/")
	if name != "" {
		serveClient(w, r, name)
		return
	}
	if !s.admit(w, r) {
		return
	}
	if !s.enter() {
		refuseRequest(w, http.StatusServiceUnavailable, badRequest)
		return
	}
	defer s.running.Done()
	w.Header().Set("Cache-Control", "no-store")
	query := r.URL.Query()
	if query.Get("EIO") != "4" {
		refuseRequest(w, http.StatusBadRequest, unsupportedVersion)
		return
	}
	switch query.Get("transport") {
	case "polling":
		s.servePolling(w, r)
	case "websocket":
		s.serveWebSocket(w, r)
	default:
		refuseRequest(w, http.StatusBadRequest, unknownTransport)
	}
}

// A refusal is an error as Engine.IO's clients know it.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

var (
	unknownTransport   = refusal{0, "Transport unknown"}
	unknownSession     = refusal{1, "Session ID unknown"}
	badMethod          = refusal{2, "Bad handshake method"}
	badRequest         = refusal{3, "Bad request"}
	forbidden          = refusal{4, "Forbidden"}
	unsupportedVersion = refusal{5, "Unsupported protocol version"}
)

func refuseRequest(w http.ResponseWriter, status int, why refusal) {
	body, _ := json.Marshal(why) // cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// openPacket tells the client what it needs to know of its connection (engine.io-protocol, "Handshake").
func (s *Server) openPacket(c *conn, upgrades ...string) packet {
	body, _ := json.Marshal(struct { // cannot fail
		ID           string   `json:"sid"`
		Upgrades     []string `json:"upgrades"`
		PingInterval int64    `json:"pingInterval"`
		PingTimeout  int64    `json:"pingTimeout"`
		MaxPayload   int      `json:"maxPayload"`
	}{c.id, append([]string{}, upgrades...), s.config.PingInterval.Milliseconds(), s.config.PingTimeout.Milliseconds(), s.config.MaxPayload})
	return packet{data: append([]byte{engineOpen}, body...)}
}

func (s *Server) lookup(id string) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns[id]
}

// enter counts a request as running, unless the server has closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.running.Add(1)
	}
	return !s.closed
}

func (s *Server) hasRoom() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.closed && len(s.conns) < s.config.MaxConnections
}

// remember takes a connection in, if there is room. It counts as running until its teardown is done.
func (s *Server) remember(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= s.config.MaxConnections {
		return false
	}
	s.conns[c.id] = c
	s.stats.opened.Add(1)
	s.running.Add(1)
	return true
}

func (s *Server) unlist(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c.id)
}

// spawn runs f on a goroutine that Close waits for. It is called for connections that are remembered.
func (s *Server) spawn(f func()) { s.running.Go(f) }

func (s *Server) all() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*conn, 0, len(s.conns))
	for _, c := range s.conns {
		all = append(all, c)
	}
	return all
}

// Close refuses new connections, ends all others after what waits for them has left, and returns when nothing of the
// server runs any more. When ctx ends first, it returns ctx's error; what is left then ends by its own time limits.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for _, c := range s.all() {
		c.end(ending{reason: ReasonShutdown, status: websocket.StatusGoingAway})
	}
	done := make(chan struct{})
	go func() { // ends when the last connection has
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// CloseConnections cuts every transport at once, without a word, as a network would. Clients connect again.
func (s *Server) CloseConnections() {
	for _, c := range s.all() {
		c.end(ending{reason: ReasonServerClosed, cut: true})
	}
}

// Stats returns the counters.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	open := len(s.conns)
	s.mu.Unlock()
	return Stats{
		Connections: open, Opened: s.stats.opened.Load(), Malformed: s.stats.malformed.Load(), Slow: s.stats.slow.Load(),
		Refused: s.stats.refused.Load(), Limited: s.stats.limited.Load(), Panics: s.stats.panics.Load(),
	}
}
