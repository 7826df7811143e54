package socketio

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"
)

// goodbyeTimeout bounds the wait for a client's close frame after ours: several round trips, and less than a server may
// take to stop.
const goodbyeTimeout = time.Second

var errProbe = errors.New("not what an upgrade begins with")

// accept opens a WebSocket. Compression stays off: it costs 32 KiB and more per connection, and signalling is small.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) (*webSocket, error) {
	pings := rate.NewLimiter(1, 10) // browsers send none; a pong costs a system call
	taken := &hijacked{ResponseWriter: w}
	ws, err := websocket.Accept(taken, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the Origin has been checked, for both transports
		CompressionMode:    websocket.CompressionDisabled,
		OnPingReceived:     func(context.Context, []byte) bool { return pings.Allow() },
	})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(int64(s.config.MaxPayload) + 1) // and the packet's type
	return &webSocket{Conn: ws, under: taken.conn}, nil
}

// hijacked notes the connection that a WebSocket takes over, and gives it small buffers.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

// Slim gives w to websocket.Accept in a way that makes a WebSocket of small buffers.
func Slim(w http.ResponseWriter) http.ResponseWriter { return &hijacked{ResponseWriter: w} }

// readBuffer and writeBuffer are what a WebSocket keeps for as long as it lives, instead of the HTTP server's 4 KiB each. Most
// messages fit; a longer one costs a second system call, and is read past the buffer.
const readBuffer, writeBuffer = 512, 1024

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, large, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.conn = conn
	early, _ := large.Reader.Peek(large.Reader.Buffered()) // what the client sent before it was answered
	r := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(early)), conn), max(readBuffer, len(early)))
	_, _ = r.Peek(len(early)) // Accept takes over what is buffered, and reads on from conn
	return conn, bufio.NewReadWriter(r, bufio.NewWriterSize(conn, writeBuffer)), nil
}

// serveWebSocket runs a WebSocket until it closes: a connection of its own, or the upgrade of a polling one.
func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		refuseRequest(w, http.StatusBadRequest, badMethod)
		return
	}
	if id := r.URL.Query().Get("sid"); id != "" {
		s.serveUpgrade(w, r, id)
		return
	}
	if !s.hasRoom() {
		w.Header().Set("Retry-After", "5")
		refuseRequest(w, http.StatusServiceUnavailable, badRequest)
		return
	}
	ws, err := s.accept(w, r)
	if err != nil {
		return // accept has answered
	}
	defer func() { _ = ws.CloseNow() }()
	c := newConn(s, r)
	if !s.remember(c) {
		_ = ws.Close(websocket.StatusTryAgainLater, "full")
		return
	}
	c.link.adopt(ws)
	c.start(false)
	c.out.control(s.openPacket(c))
	c.do(c.out.stream())
	c.read(ws)
}

// serveUpgrade moves a polling connection to a WebSocket (engine.io-protocol, "Upgrade").
func (s *Server) serveUpgrade(w http.ResponseWriter, r *http.Request, id string) {
	c := s.lookup(id)
	if c == nil {
		refuseRequest(w, http.StatusBadRequest, unknownSession)
		return
	}
	if !c.link.beginUpgrade() {
		refuseRequest(w, http.StatusBadRequest, badRequest)
		return
	}
	ws, err := s.accept(w, r)
	if err != nil {
		c.link.endUpgrade()
		return
	}
	defer func() { _ = ws.CloseNow() }()
	if err := c.upgrade(ws); err != nil {
		s.config.Log.Debug("upgrade failed", "err", err)
		c.link.endUpgrade()
		return
	}
	c.read(ws)
}

// upgrade shakes hands over the new transport while the old one goes on, and then makes it the connection's. The client
// sends its last word on the old one and finishes its poll before it says "upgrade", so nothing is lost or overtaken.
func (c *conn) upgrade(ws *webSocket) error {
	late := time.AfterFunc(c.server.config.UpgradeTimeout, ws.cut)
	defer late.Stop()
	if !c.link.probing(ws) {
		return errNotPolling
	}
	if err := expectText(ws, "2probe"); err != nil {
		return err
	}
	if err := ws.Write(context.Background(), websocket.MessageText, []byte("3probe")); err != nil {
		return err
	}
	c.out.prod() // a poll that waits must come to its end
	if err := expectText(ws, "5"); err != nil {
		return err
	}
	if !c.link.adopt(ws) {
		return errNotPolling
	}
	c.pollBy.Stop()
	c.do(c.out.stream())
	c.out.prod()
	return nil
}

func expectText(ws *webSocket, want string) error {
	kind, got, err := ws.Read(context.Background()) // the upgrade's timer closes the WebSocket
	if err != nil {
		return err
	}
	if kind != websocket.MessageText || string(got) != want {
		return errProbe
	}
	return nil
}

// read works off what arrives until the WebSocket closes.
func (c *conn) read(ws *webSocket) {
	for {
		kind, data, err := ws.Read(context.Background()) // ends when the connection does: see end and write
		if err != nil {
			c.end(ending{reason: ReasonClosed, cut: true})
			return
		}
		if c.hasEnded() { // only the close frame is still of interest
			continue
		}
		if err := c.receive(packet{data: data, binary: kind == websocket.MessageBinary}); err != nil {
			c.malformed(err)
		}
	}
}

// write sends what waits in the outbox, and the close frame at the end. There is at most one writer at a time.
func (c *conn) write() {
	ws := c.link.socket()
	timeout := c.server.config.WriteTimeout
	stuck := time.AfterFunc(timeout, func() {
		c.do(cutOff)
		ws.cut() // when the connection was ending anyway
	})
	defer stuck.Stop()
	for {
		p, ok, finished := c.out.next()
		if finished {
			stuck.Reset(goodbyeTimeout)
			e := c.link.how()
			_ = ws.Close(e.status, e.reason) // waits for the client's goodbye, or the connection's end
			return
		}
		if !ok {
			return
		}
		kind := websocket.MessageText
		if p.binary {
			kind = websocket.MessageBinary
		}
		stuck.Reset(timeout)
		if err := ws.Write(context.Background(), kind, p.data); err != nil {
			c.end(ending{reason: ReasonClosed, cut: true})
			return
		}
	}
}
