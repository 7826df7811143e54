package signal

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/coder/websocket"

	"noom/internal/meeting"
	"noom/internal/socketio"
)

const (
	// maxPlain bounds the connections of /ws at one time.
	maxPlain = 10_000
	// firstFrameWithin is how long a client may take to say who it is.
	firstFrameWithin = 10 * time.Second
	// pingEvery and pongWithin find a client that vanished: within 25 s, before its seat's 30.
	pingEvery  = 15 * time.Second
	pongWithin = 10 * time.Second
	// writeWithin bounds how long one frame may take to leave.
	writeWithin = 10 * time.Second
)

// WS is the handler of /ws.
func (s *Server) WS() http.Handler { return http.HandlerFunc(s.serveWS) }

func (s *Server) serveWS(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") != "" && !s.origins(r) {
		http.Error(w, "this origin may not connect", http.StatusForbidden)
		return
	}
	select {
	case s.places <- struct{}{}:
	default:
		http.Error(w, "too many connections", http.StatusServiceUnavailable)
		return
	}
	ws, err := websocket.Accept(socketio.Slim(w), r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the Origin was checked above
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		<-s.places
		return // Accept has answered
	}
	p := &plain{server: s, ws: ws, request: r, out: newOutgoing()}
	// A goroutine of its own, and none of the request's context: the HTTP server's goroutine, its deep stack and what it keeps of
	// a request are freed now, not with the session (45 → 41 KB each).
	go func() { // ends with the connection
		defer func() { <-s.places }()
		p.serve(context.Background())
	}()
}

// plain is one /ws client. One goroutine reads, another writes; each ends when the other does.
type plain struct {
	server  *Server
	ws      *websocket.Conn
	request *http.Request // that opened it; nil once the client is connected
	out     *outgoing
}

// Send, Close and Cut are what a room does with its link.
func (p *plain) Send(event string, data []byte, n uint64) { p.out.put(eventFrame(event, data, n)) }
func (p *plain) Close()                                   { p.out.finish(closing) }
func (p *plain) Cut()                                     { p.out.finish(cutting) }

func (p *plain) serve(ctx context.Context) {
	ctx, end := context.WithCancel(ctx)
	written := make(chan struct{})
	go func() { // ends with ctx, or when a write fails
		defer close(written)
		defer end()
		p.write(ctx)
	}()
	defer func() {
		if v := recover(); v != nil {
			p.server.log.Error("session ended by a panic", "err", v, "stack", string(debug.Stack()))
			p.Cut()
		}
		<-written
		_ = p.ws.CloseNow() // closed already unless the network failed
		end()
	}()
	if !p.read(ctx) {
		end()
	}
}

// read takes the client's frames until the connection ends. It reports whether the writer is still to end it.
func (p *plain) read(ctx context.Context) (writerEnds bool) {
	p.ws.SetReadLimit(MaxOffer)
	first, cancel := context.WithTimeout(ctx, firstFrameWithin)
	f, err := p.next(first)
	cancel()
	if err != nil {
		return p.expel(err)
	}
	c, refusal := p.connect(f)
	if refusal != nil {
		p.out.put(ackFrame(refused(refusal), f.id))
		p.Close()
		return true
	}
	defer c.session.Disconnect()
	if f.id != nil {
		p.out.put(ackFrame(ackDone{OK: true}, f.id))
	}
	for {
		f, err := p.next(ctx)
		if err != nil {
			return p.expel(err)
		}
		if !c.request(f.event, f.data, p.ackOf(f)) {
			p.out.finish(expelling)
			return true
		}
	}
}

func (p *plain) connect(f frame) (*connection, *meeting.Error) {
	if f.event != "connect" {
		return nil, invalid("The first frame is connect.")
	}
	r := p.request
	p.request = nil
	return p.server.connect(f.data, p, r)
}

// next reads one frame.
func (p *plain) next(ctx context.Context) (frame, error) {
	kind, text, err := p.ws.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	if kind != websocket.MessageText {
		return frame{}, errFrame
	}
	f, err := parseFrame(text)
	if err == nil && f.event != "offer" && len(text) > MaxMessage {
		err = errFrame
	}
	return f, err
}

// expel ends the connection of a client that broke the protocol; any other error has ended it already.
func (p *plain) expel(err error) (writerEnds bool) {
	if !errors.Is(err, errFrame) {
		return false
	}
	p.out.finish(expelling)
	return true
}

func (p *plain) ackOf(f frame) func(any) {
	if f.id == nil {
		return func(any) {}
	}
	return func(answer any) { p.out.put(ackFrame(answer, f.id)) }
}

// write sends what waits, and pings. It ends the connection when the queue says so.
func (p *plain) write(ctx context.Context) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ping.C:
			go p.ping(ctx) // ends within pongWithin
		case <-p.out.bell:
			frames, state := p.out.take()
			for _, f := range frames {
				if !p.writeFrame(ctx, f) {
					return
				}
			}
			if state != flowing {
				p.goodbye(state)
				return
			}
		}
	}
}

// goodbye closes the connection; what fails here has ended already.
func (p *plain) goodbye(s outgoingState) {
	switch s {
	case closing:
		_ = p.ws.Close(websocket.StatusNormalClosure, "")
	case cutting:
		_ = p.ws.Close(websocket.StatusServiceRestart, "come back")
	case expelling:
		_ = p.ws.Close(websocket.StatusPolicyViolation, "this broke the protocol or a limit")
	default:
		_ = p.ws.CloseNow()
	}
}

func (p *plain) writeFrame(ctx context.Context, f []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	return p.ws.Write(ctx, websocket.MessageText, f) == nil
}

// ping waits for a pong; without one the connection is gone.
func (p *plain) ping(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pongWithin)
	defer cancel()
	if p.ws.Ping(ctx) != nil {
		_ = p.ws.CloseNow()
	}
}
