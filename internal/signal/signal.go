// Package signal is one session's signalling: it turns event names and JSON into what package rooms does, and what
// rooms tells into events, over two transports: Socket.IO's namespace /meet, and plain WebSocket at /ws.
//
// It owns what belongs to one connection (its limits, its outgoing frames) and nothing of a meeting. Package app builds
// a Server and hands Meet to socketio.Server.Handle("/meet", …) and WS to httpd at "/ws":
//
//	signalling := signal.New(signal.Config{Rooms: rooms, Origins: origins, Log: log})
//	sockets.Handle("/meet", signalling.Meet())
//	mux.Handle("/ws", signalling.WS())
//
// Both end with the rooms: when rooms.Run returns, every session has been told and cut.
package signal

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"noom/internal/loop"
	"noom/internal/meeting"
	"noom/internal/rooms"
	"noom/internal/socketio"
)

const (
	// MaxMessage bounds every message but an offer, in bytes.
	MaxMessage = 64 << 10
	// MaxOffer bounds the message around an offer, in bytes: 256 KiB of SDP, and what JSON makes of its line ends.
	MaxOffer = 320 << 10

	// requestRate and requestBurst bound one connection's requests: a person's clicks, and a page that starts.
	requestRate  = 50 // per second
	requestBurst = 200
	// refusalRate and refusalBurst bound how often it is told so before it is cut off.
	refusalRate  = 10 // per second
	refusalBurst = 500

	// patience bounds how long a request may wait for its room. Beyond it the room is in trouble.
	patience = 10 * time.Second
)

// Config is what a Server needs.
type Config struct {
	Rooms *rooms.Rooms
	// Origins says whether a request's Origin may open /ws; give it what socketio gets. Requests without an Origin
	// (not from a page) are not asked about. nil: the page's own origin only.
	Origins func(*http.Request) bool
	Log     *slog.Logger // slog.Default()
}

// Server speaks to the clients of all rooms.
type Server struct {
	rooms   *rooms.Rooms
	origins func(*http.Request) bool
	log     *slog.Logger
	places  chan struct{} // a token for each /ws connection
	fetches gate
}

// New makes a Server. It starts nothing.
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Origins == nil {
		c.Origins = socketio.SameOrigin
	}
	return &Server{rooms: c.Rooms, origins: c.Origins, log: c.Log, places: make(chan struct{}, maxPlain), fetches: newGate()}
}

// connection is one client, whichever transport carries it. Its methods are called one at a time.
type connection struct {
	server   *Server
	session  *rooms.Session
	requests *rate.Limiter
	refusals *rate.Limiter
}

// connect opens the session that auth asks for.
func (s *Server) connect(auth []byte, link rooms.Link, r *http.Request) (*connection, *meeting.Error) {
	hello, refusal := decodeHello(auth)
	if refusal != nil {
		return nil, refusal
	}
	hello.From = clientAddr(r)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	session, err := s.rooms.Connect(ctx, hello, link)
	if err != nil {
		return nil, s.shown(err)
	}
	return &connection{
		server: s, session: session,
		requests: rate.NewLimiter(requestRate, requestBurst),
		refusals: rate.NewLimiter(refusalRate, refusalBurst),
	}, nil
}

// request carries out one event. ack takes the answer, from any goroutine; it is called exactly once unless the
// request floods: then request returns false, and the connection has to be cut.
func (c *connection) request(event string, data []byte, ack func(any)) bool {
	if !c.requests.Allow() {
		return c.limited(ack)
	}
	r, refusal := decodeRequest(event, data)
	if refusal != nil {
		ack(refused(refusal))
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r.carryOut(ctx, c, ack)
	return true
}

// limited refuses a request that came too soon, unless the client has been told so too often.
func (c *connection) limited(ack func(any)) bool {
	if !c.refusals.Allow() {
		return false
	}
	ack(refused(&meeting.Error{Code: meeting.Limited, Text: "You are sending requests too fast."}))
	return true
}

// shown makes an error fit for people. What they may not see goes to the log.
func (s *Server) shown(err error) *meeting.Error {
	var refusal *meeting.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	if !errors.Is(err, loop.ErrEnded) && !errors.Is(err, context.Canceled) { // Canceled: the client has gone
		s.log.Error("request failed", "err", err)
	}
	return &meeting.Error{Code: meeting.Internal, Text: "Something went wrong on the server. Try again in a moment."}
}
