package socketio

import (
	"net/http"
	"runtime/debug"
	"time"

	"github.com/coder/websocket"
)

// A conn is one Engine.IO connection, whatever transport carries it.
type conn struct {
	server  *Server
	id      string // a secret of the client's: who knows it, may poll
	request *http.Request
	out     *outbox
	link    link
	beat    heartbeat
	gone    chan struct{} // closed when the connection ends

	connectBy *time.Timer // ends a connection that opens no namespace
	pollBy    *time.Timer // ends a connection that stops polling

	// turn holds a token while somebody works on the incoming side; what follows is theirs.
	turn    chan struct{}
	limit   limiter
	sockets map[string]*Socket // by namespace; one that has left stays until the client comes back to it
	partial *assembly
}

func newConn(s *Server, r *http.Request) *conn {
	c := &conn{
		server:  s,
		id:      newID(),
		request: snapshot(r),
		out:     newOutbox(s.config.MaxQueue),
		beat:    heartbeat{interval: s.config.PingInterval, timeout: s.config.PingTimeout},
		gone:    make(chan struct{}),
		turn:    make(chan struct{}, 1),
		limit:   newLimiter(&s.config),
		sockets: make(map[string]*Socket, 1),
	}
	c.connectBy = stopped(func() { c.malformed(errNoNamespace) })
	c.pollBy = stopped(func() {
		if c.link.abandoned() {
			c.end(ending{reason: ReasonClosed, cut: true})
		}
	})
	return c
}

// stopped makes a timer that waits for its first Reset.
func stopped(f func()) *time.Timer {
	t := time.AfterFunc(time.Hour, f)
	t.Stop()
	return t
}

// snapshot keeps what a handler may want to know of the opening request, and nothing that ties up its memory.
func snapshot(r *http.Request) *http.Request {
	return &http.Request{
		Method: r.Method, URL: r.URL, Proto: r.Proto, ProtoMajor: r.ProtoMajor, ProtoMinor: r.ProtoMinor,
		Header: r.Header, Host: r.Host, RemoteAddr: r.RemoteAddr, RequestURI: r.RequestURI, TLS: r.TLS,
		Body: http.NoBody,
	}
}

// start sets the connection's clocks going. Each is a timer that end stops.
func (c *conn) start(polling bool) {
	c.connectBy.Reset(c.server.config.ConnectTimeout)
	if polling {
		c.pollBy.Reset(c.server.config.PollTimeout)
	}
	c.beat.start(c.heartbeat)
}

// heartbeat is what the heartbeat's timer calls.
func (c *conn) heartbeat() {
	switch ping, missed := c.beat.next(); {
	case missed:
		c.end(ending{reason: ReasonPing, cut: true})
	case ping:
		c.do(c.out.control(barePacket(enginePing)))
	}
}

// do carries out what the outbox asks for.
func (c *conn) do(d duty) {
	switch d {
	case startWriter:
		c.server.spawn(c.write) // ends when there is nothing to write, or with the WebSocket
	case cutOff:
		if !c.hasEnded() {
			c.server.stats.slow.Add(1)
		}
		c.end(ending{reason: ReasonSlow, cut: true})
	}
}

// end ends the connection; calls after the first do nothing. It returns at once: handlers hear of it when the turn is
// free.
func (c *conn) end(e ending) {
	ws, probe, first := c.link.end(e)
	if !first {
		return
	}
	c.beat.stop()
	c.connectBy.Stop()
	c.pollBy.Stop()
	if e.cut {
		c.out.discard()
	} else if ws != nil {
		c.do(c.out.close()) // its writer says goodbye by a close frame
	} else {
		c.out.close(barePacket(engineClose))
	}
	close(c.gone)
	if e.cut && ws != nil {
		ws.cut()
	}
	if probe != nil {
		probe.cut()
	}
	c.server.spawn(func() { c.teardown(e.reason) }) // ends when the handlers have returned
}

// linger is how long an ended connection that polls is kept for the client to fetch the server's last words.
const linger = 5 * time.Second

// teardown tells the handlers, last, and forgets the connection.
func (c *conn) teardown(reason string) {
	if c.link.isWebSocket() || c.out.isEmpty() || reason == ReasonClosed { // a client that closed asks for nothing more
		c.server.unlist(c)
	} else {
		time.AfterFunc(linger, func() { c.server.unlist(c) })
	}
	defer c.server.running.Done() // see remember
	c.takeTurn()
	defer c.yieldTurn()
	for _, s := range c.sockets {
		c.depart(s, reason)
	}
	c.sockets, c.partial = nil, nil
	c.server.config.Log.Debug("connection ended", "reason", reason)
}

func (c *conn) takeTurn()  { c.turn <- struct{}{} }
func (c *conn) yieldTurn() { <-c.turn }

// hasEnded reports whether nothing more is to be read.
func (c *conn) hasEnded() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

// guard calls a handler. A panic ends the connection, whose client comes back on a new one, and nothing else.
func (c *conn) guard(call func()) {
	defer func() {
		if p := recover(); p != nil {
			c.server.stats.panics.Add(1)
			c.server.config.Log.Error("handler panicked", "err", p, "stack", string(debug.Stack()))
			c.end(ending{reason: ReasonPanic, status: websocket.StatusInternalError})
		}
	}()
	call()
}
