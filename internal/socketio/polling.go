package socketio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

// upgradeHold is how long a poll may wait while the client moves to WebSocket. The client finishes its poll before it
// moves, so the server must let go of it; not at once, or polls would spin until the client has read the probe's answer.
const upgradeHold = 100 * time.Millisecond

// servePolling answers the requests of long-polling (engine.io-protocol, "HTTP long-polling").
func (s *Server) servePolling(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("sid")
	if id == "" {
		s.openPolling(w, r)
		return
	}
	c := s.lookup(id)
	if c == nil {
		refuseRequest(w, http.StatusBadRequest, unknownSession)
		return
	}
	switch r.Method {
	case http.MethodGet:
		c.poll(w, r)
	case http.MethodPost:
		c.post(w, r)
	default:
		refuseRequest(w, http.StatusBadRequest, badMethod)
	}
}

// openPolling opens a connection.
func (s *Server) openPolling(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		refuseRequest(w, http.StatusBadRequest, badMethod)
		return
	}
	c := newConn(s, r)
	if !s.remember(c) {
		w.Header().Set("Retry-After", "5")
		refuseRequest(w, http.StatusServiceUnavailable, badRequest)
		return
	}
	c.start(true)
	c.writePackets(w, []packet{s.openPacket(c, "websocket")})
}

// poll waits for packets and sends them.
func (c *conn) poll(w http.ResponseWriter, r *http.Request) {
	if err := c.link.beginPoll(); err != nil {
		c.refuseOverlap(w, err)
		return
	}
	c.pollBy.Stop()
	packets := c.await(r.Context())
	// The poll ends here and not after the answer: the client may have read that, and be back on another connection,
	// before we know that it was written.
	c.link.endPoll()
	c.rearm()
	switch {
	case len(packets) > 0: // whether the client is still there afterwards says nothing: some close after each answer
		c.writePackets(w, packets)
		if c.hasEnded() && c.out.isEmpty() {
			c.server.unlist(c)
		}
	case r.Context().Err() != nil:
		c.end(ending{reason: ReasonClosed, cut: true})
	case c.link.isWebSocket():
		refuseRequest(w, http.StatusBadRequest, badRequest)
	default: // cut off
		panic(http.ErrAbortHandler)
	}
}

// rearm starts the clock by which the next poll must come.
func (c *conn) rearm() {
	if !c.hasEnded() && !c.link.isWebSocket() {
		c.pollBy.Reset(c.server.config.PollTimeout)
	}
}

// await waits for packets to send; a noop when it is time to move to WebSocket; none when there is nothing to wait for.
func (c *conn) await(ctx context.Context) []packet {
	limit := c.server.config.MaxPayload
	for {
		if packets := c.out.take(limit); len(packets) > 0 {
			return packets
		}
		if c.link.isWebSocket() {
			return nil
		}
		var hold <-chan time.Time
		if c.link.isUpgrading() {
			hold = time.After(upgradeHold)
		}
		select {
		case <-c.out.wake:
		case <-c.gone:
			return c.out.take(limit)
		case <-ctx.Done():
			return nil
		case <-hold:
			return []packet{barePacket(engineNoop)}
		}
	}
}

// writePackets answers a poll. What cannot be written is lost, so the connection ends with it.
func (c *conn) writePackets(w http.ResponseWriter, packets []packet) {
	body := appendPayload(nil, packets)
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(c.server.config.PollTimeout)) // not every ResponseWriter can
	_, err := w.Write(body)
	if err == nil {
		err = control.Flush()
	}
	_ = control.SetWriteDeadline(time.Time{})
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		c.end(ending{reason: ReasonClosed, cut: true})
	}
}

// post reads packets from the client: any number, up to MaxPayload bytes together.
func (c *conn) post(w http.ResponseWriter, r *http.Request) {
	if err := c.link.beginPost(); err != nil {
		c.refuseOverlap(w, err)
		return
	}
	defer c.link.endPost()
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(c.server.config.BodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(c.server.config.MaxPayload)))
	if err != nil { // the deadline stays: net/http goes on to read what is left of the body
		c.malformed(err)
		status := http.StatusBadRequest
		if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		w.Header().Set("Connection", "close")
		refuseRequest(w, status, badRequest)
		return
	}
	_ = control.SetReadDeadline(time.Time{})
	if err := c.receivePayload(body); err != nil {
		c.malformed(err)
		refuseRequest(w, http.StatusBadRequest, badRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	_, _ = io.WriteString(w, "ok")
}

func (c *conn) receivePayload(payload []byte) error {
	for more := true; more; {
		var p packet
		var err error
		if p, payload, more, err = nextPacket(payload); err != nil {
			return err
		}
		if err = c.receive(p); err != nil {
			return err
		}
	}
	return nil
}

// malformed ends a connection whose client broke the protocol or a limit.
func (c *conn) malformed(err error) {
	if c.hasEnded() {
		return
	}
	c.server.stats.malformed.Add(1)
	c.server.config.Log.Debug("malformed input", "err", err)
	status := websocket.StatusPolicyViolation
	if errors.Is(err, errTooLarge) {
		status = websocket.StatusMessageTooBig
	}
	c.end(ending{reason: ReasonMalformed, status: status})
}

// refuseOverlap answers a request that the connection has no room for. A second GET or POST beside the first ends the
// connection: no order of packets would be right.
func (c *conn) refuseOverlap(w http.ResponseWriter, err error) {
	if errors.Is(err, errOverlap) {
		c.malformed(err)
	}
	refuseRequest(w, http.StatusBadRequest, badRequest)
}
