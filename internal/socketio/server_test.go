package socketio

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// testHandler does what the tests' clients ask for. It is used by all tests of this package.
type testHandler struct {
	server *Server
	// departed gets a reason per Disconnect, if there is room.
	departed chan string
}

func (h *testHandler) Connect(s *Socket, auth json.RawMessage) error {
	s.Set(auth)
	return nil
}

func (h *testHandler) Disconnect(_ *Socket, reason string) {
	select {
	case h.departed <- reason:
	default:
	}
}

func (h *testHandler) Limited(_ *Socket, e Event) {
	if e.Ack != nil {
		e.Ack("limited")
	}
}

func (h *testHandler) Event(s *Socket, e Event) {
	switch e.Name {
	case "echo":
		if e.Ack != nil {
			e.Ack(anys(e.Args)...)
		}
	case "binary":
		e.Ack(text(e.Args[0]), e.Attachments[0], e.Attachments[1])
	case "auth":
		e.Ack(s.Value())
	case "ask", "ask binary":
		go h.ask(s, e) // ends with the answer or its time-out
	case "tick me":
		go tick(s, e) // ends after its ticks
	case "join":
		s.Join(text(e.Args[0]))
		e.Ack()
	case "leave":
		s.Leave(text(e.Args[0]))
		e.Ack()
	case "say":
		h.server.Broadcast("/", text(e.Args[0]), s, "said", e.Args[1])
		e.Ack()
	case "leave me":
		s.Disconnect()
	case "close me":
		s.Close()
	case "panic":
		panic("as the test asked")
	}
}

// ask asks the client and passes its answer on.
func (h *testHandler) ask(s *Socket, e Event) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if e.Name == "ask binary" {
		answer, err := s.Call(ctx, "binary question", e.Attachments[0])
		if err != nil || len(answer.Attachments) != 1 {
			e.Ack("no binary answer")
			return
		}
		e.Ack(answer.Attachments[0])
		return
	}
	answer, err := s.EmitWithAck(ctx, text(e.Args[0]), anys(e.Args[1:])...)
	if err != nil {
		e.Ack(err.Error())
		return
	}
	e.Ack(anys(answer)...)
}

func tick(s *Socket, e Event) {
	var n int
	_ = json.Unmarshal(e.Args[0], &n)
	pace := time.NewTicker(time.Millisecond) // nothing depends on how well it is kept
	defer pace.Stop()
	for i := range n {
		s.Emit("tick", i)
		if i%4 == 0 {
			<-pace.C
		}
	}
}

func text(raw json.RawMessage) (s string) {
	_ = json.Unmarshal(raw, &s)
	return s
}

func anys(raw []json.RawMessage) []any {
	list := make([]any, len(raw))
	for i := range raw {
		list[i] = raw[i]
	}
	return list
}

// refusing is the handler of a namespace that is closed to everybody.
type refusing struct{ *testHandler }

func (refusing) Connect(*Socket, json.RawMessage) error {
	return &ConnectError{Message: "not you", Data: map[string]string{"code": "forbidden"}}
}

func newTestServer(c Config) (*Server, *testHandler) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := New(c)
	h := &testHandler{server: s, departed: make(chan string, 100)}
	s.Handle("/", h)
	s.Handle("/team", h)
	s.Handle("/team refused", refusing{h})
	return s, h
}

// serve runs a server over real TCP until the test ends.
func serve(t testing.TB, c Config) (*Server, *testHandler, *httptest.Server) {
	t.Helper()
	s, h := newTestServer(c)
	web := httptest.NewServer(http.HandlerFunc(s.ServeHTTP))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("closing the server: %v", err)
		}
		web.Close()
	})
	return s, h, web
}
