package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// scripted is a handler made of functions; nil ones do nothing.
type scripted struct {
	connect    func(s *Socket) error
	event      func(s *Socket, e Event)
	disconnect func(s *Socket, reason string)
}

func (h scripted) Connect(s *Socket, _ json.RawMessage) error {
	if h.connect == nil {
		return nil
	}
	return h.connect(s)
}

func (h scripted) Event(s *Socket, e Event) {
	if h.event != nil {
		h.event(s, e)
	}
}

func (h scripted) Disconnect(s *Socket, reason string) {
	if h.disconnect != nil {
		h.disconnect(s, reason)
	}
}

func serveScripted(t *testing.T, h Handler) (*Server, string) {
	t.Helper()
	s := New(Config{})
	s.Handle("/", h)
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
		web.Close()
	})
	return s, web.URL
}

func TestWhatIsSentWhileConnectingComesAfterTheConnection(t *testing.T) {
	var s *Server
	refuse := errors.New("not today")
	s, url := serveScripted(t, scripted{connect: func(socket *Socket) error {
		socket.Join("room")
		socket.Emit("first", 1)
		s.Broadcast("/", "room", nil, "second")
		return refuse
	}})
	for name, open := range rawTransports {
		c := open(t, url)
		c.send(t, "40")
		if got, _ := c.next(t); got != `44{"message":"not today"}` {
			t.Errorf("%s: %q", name, got)
		}
		refuse = nil // the same client, again
		c.send(t, "40")
		if got, _ := c.next(t); !strings.HasPrefix(got, `40{"sid":`) {
			t.Errorf("%s: %q", name, got)
		}
		for _, want := range []string{`42["first",1]`, `42["second"]`} {
			if got, _ := c.next(t); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		c.send(t, "1")
		refuse = errors.New("not today")
	}
}

func TestDisconnectIsCalledOnceAndLast(t *testing.T) {
	for name, leave := range map[string]struct {
		do     func(c rawClient, s *Server, socket *Socket)
		reason string
	}{
		"the client leaves":           {func(c rawClient, _ *Server, _ *Socket) { c.send(t, "41") }, ReasonClientLeft},
		"the client closes":           {func(c rawClient, _ *Server, _ *Socket) { c.send(t, "41"); c.send(t, "1") }, ReasonClientLeft},
		"the client vanishes":         {func(c rawClient, _ *Server, _ *Socket) { c.leave() }, ReasonClosed},
		"the client errs":             {func(c rawClient, _ *Server, _ *Socket) { c.send(t, "x") }, ReasonMalformed},
		"the server disconnects it":   {func(_ rawClient, _ *Server, s *Socket) { s.Disconnect(); s.Disconnect() }, ReasonServerLeft},
		"the server closes it":        {func(_ rawClient, _ *Server, s *Socket) { s.Close(); s.Close() }, ReasonServerClosed},
		"the server cuts all":         {func(_ rawClient, s *Server, _ *Socket) { s.CloseConnections() }, ReasonServerClosed},
		"the server closes":           {func(_ rawClient, s *Server, _ *Socket) { _ = s.Close(context.Background()) }, ReasonShutdown},
		"disconnected, then vanished": {func(c rawClient, _ *Server, s *Socket) { s.Disconnect(); c.leave() }, ReasonServerLeft},
	} {
		t.Run(name, func(t *testing.T) {
			busy, goOn, reasons := make(chan *Socket), make(chan struct{}), make(chan string, 10)
			handling := false // touched by the handler only: the race detector watches
			s, url := serveScripted(t, scripted{
				event: func(s *Socket, _ Event) {
					handling = true
					busy <- s
					<-goOn
					handling = false
				},
				disconnect: func(s *Socket, reason string) {
					if handling {
						t.Error("Disconnect during Event")
					}
					s.Emit("too late")
					s.Join("too late")
					if len(s.Rooms()) > 0 {
						t.Error("joined a room after it left")
					}
					reasons <- reason
				},
			})
			c := dialWebSocket(t, url)
			connect(t, c, "")
			c.send(t, `42["work"]`)
			socket := <-busy
			if name == "the server closes" { // which waits for the handler
				close(goOn)
				leave.do(c, s, socket)
			} else {
				leave.do(c, s, socket)
				close(goOn)
			}
			if got := <-reasons; got != leave.reason {
				t.Errorf("reason %q, want %q", got, leave.reason)
			}
			_ = s.Close(context.Background())
			if len(reasons) > 0 {
				t.Errorf("called again, for %q", <-reasons)
			}
		})
	}
}

func TestWaitingForAnAnswerEndsWithTheSocket(t *testing.T) {
	result := make(chan error, 1)
	_, url := serveScripted(t, scripted{event: func(s *Socket, _ Event) {
		go func() { // ends with the socket
			_, err := s.EmitWithAck(context.Background(), "question")
			result <- err
		}()
	}})
	c := dialWebSocket(t, url)
	connect(t, c, "")
	c.send(t, `42["ask me"]`)
	if got, _ := c.next(t); got != `421["question"]` {
		t.Fatal(got)
	}
	c.send(t, `4399["an answer to nothing"]`) // ignored
	c.leave()
	if err := <-result; !errors.Is(err, ErrGone) {
		t.Error(err)
	}
}

func TestAnAcknowledgementCountsOnce(t *testing.T) {
	_, url := serveScripted(t, scripted{event: func(s *Socket, e Event) {
		e.Ack(1)
		e.Ack(2)
		s.Emit("end")
	}})
	c := dialWebSocket(t, url)
	connect(t, c, "")
	c.send(t, `427["x"]`)
	for _, want := range []string{`437[1]`, `42["end"]`} {
		if got, _ := c.next(t); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAServerThatIsFullRefusesAtOnce(t *testing.T) {
	_, _, web := serve(t, Config{MaxConnections: 2})
	dialWebSocket(t, web.URL)
	openPolling(t, web.URL)
	for _, transport := range []string{"polling", "websocket"} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/socket.io/?EIO=4&transport="+transport, nil)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s", transport, response.Status)
		}
	}
}

func TestTheClientsLibraryIsServed(t *testing.T) {
	s := New(Config{})
	for _, name := range []string{"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"} {
		original, err := os.ReadFile("testdata/node_modules/socket.io-client/dist/" + name)
		if err != nil {
			t.Fatal("the official client is not installed: run `npm ci` in internal/socketio/testdata (make test does)")
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/socket.io/"+name, nil))
		if w.Code != http.StatusOK || w.Body.String() != string(original) {
			t.Errorf("%s is not what the package has: %d, %d bytes. Run go generate after a new version", name, w.Code, w.Body.Len())
		}
		if got := w.Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
			t.Errorf("%s: %s", name, got)
		}
		compressed := httptest.NewRequest(http.MethodGet, "/socket.io/"+name, nil)
		compressed.Header.Set("Accept-Encoding", "gzip")
		w = httptest.NewRecorder()
		s.ServeHTTP(w, compressed)
		if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > len(original)/2 {
			t.Errorf("%s: %d bytes compressed", name, w.Body.Len())
		}
		compressed.Header.Set("If-None-Match", w.Header().Get("ETag"))
		w = httptest.NewRecorder()
		s.ServeHTTP(w, compressed)
		if w.Code != http.StatusNotModified {
			t.Errorf("%s: %d when it is known already", name, w.Code)
		}
	}
	for _, name := range []string{"socket.io.js.map", "LICENSE", "../client.go", "x/socket.io.js", "%2e%2e/client.go"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/socket.io/"+name, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}
