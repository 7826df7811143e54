package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"noom/internal/config"
)

// server is a whole server on a port of its own, stopped by stop or with the test.
type server struct {
	*App
	stop func()
}

func serve(t *testing.T, c config.Config) server {
	t.Helper()
	return serveLogging(t, c, quiet)
}

func serveLogging(t *testing.T, c config.Config, log *slog.Logger) server {
	t.Helper()
	a, err := New(c, "test", log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()   // ends with ctx
	s := server{a, sync.OnceFunc(func() { // whoever comes second waits until the first has stopped it
		cancel()
		begin := time.Now()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("stopping took %v", took)
		}
	})}
	t.Cleanup(s.stop)
	return s
}

func local(t *testing.T) config.Config {
	c := config.Default()
	c.Listen, c.Data = "127.0.0.1:0", filepath.Join(t.TempDir(), "data")
	return c
}

// session speaks to /ws.
type session struct {
	t    *testing.T
	conn *websocket.Conn
	// inbox holds what came in a batch behind the event that was awaited.
	inbox *[][]json.RawMessage
}

func (s server) dial(t *testing.T, origin string) (*websocket.Conn, *http.Response, error) {
	return websocket.Dial(t.Context(), "ws://"+s.Addr().String()+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {origin}},
	})
}

func (s server) enter(t *testing.T, room, name string) session {
	t.Helper()
	conn, _, err := s.dial(t, "http://"+s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	e := session{t, conn, new([][]json.RawMessage)}
	e.send(`["connect", {"room": "` + room + `", "name": "` + name + `"}]`)
	e.await("session")
	e.send(`["join", {}, 1]`)
	if answer := e.await("ack"); !strings.Contains(answer, `"ok":true`) {
		t.Fatalf("joining: %s", answer)
	}
	return e
}

func (s session) send(frame string) {
	s.t.Helper()
	if err := s.conn.Write(s.t.Context(), websocket.MessageText, []byte(frame)); err != nil {
		s.t.Fatal(err)
	}
}

// await reads until the event comes, alone or in a batch, and gives its data.
func (s session) await(event string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
	defer cancel()
	for {
		for len(*s.inbox) > 0 {
			e := (*s.inbox)[0]
			*s.inbox = (*s.inbox)[1:]
			if string(e[0]) == `"`+event+`"` {
				return string(e[1])
			}
		}
		_, text, err := s.conn.Read(ctx)
		if err != nil {
			s.t.Fatalf("waiting for %s: %v", event, err)
		}
		var frame []json.RawMessage
		if err := json.Unmarshal(text, &frame); err != nil || len(frame) < 2 {
			s.t.Fatalf("not a frame: %s", text)
		}
		*s.inbox = [][]json.RawMessage{frame}
		if string(frame[0]) == `"batch"` {
			var batch struct{ Events [][]json.RawMessage }
			if err := json.Unmarshal(frame[1], &batch); err != nil {
				s.t.Fatalf("not a batch: %s", text)
			}
			*s.inbox = batch.Events
		}
	}
}

func TestTwoPeopleMeetAndAreToldWhenTheServerStops(t *testing.T) {
	s := serve(t, local(t))
	alice, bob := s.enter(t, "daily", "Alice"), s.enter(t, "daily", "Bob")
	if joined := alice.await("joined"); !strings.Contains(joined, "Bob") {
		t.Errorf("got %s", joined)
	}
	bob.send(`["chat", {"id": "1", "text": "good morning"}, 2]`)
	if heard := alice.await("chat"); !strings.Contains(heard, "good morning") {
		t.Errorf("got %s", heard)
	}
	go s.stop() // ends when the server has
	for _, e := range []session{alice, bob} {
		if ended := e.await("ended"); !strings.Contains(ended, "shutdown") {
			t.Errorf("got %s", ended)
		}
	}
}

func TestChatIsThereAfterARestart(t *testing.T) {
	c := local(t)
	first := serve(t, c)
	alice := first.enter(t, "daily", "Alice")
	alice.send(`["chat", {"id": "1", "text": "remember this"}, 2]`)
	alice.await("chat")
	first.stop()

	second := serve(t, c)
	conn, _, err := second.dial(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	bob := session{t, conn, new([][]json.RawMessage)}
	bob.send(`["connect", {"room": "daily", "name": "Bob"}]`)
	bob.await("session")
	bob.send(`["join", {}, 1]`)
	if answer := bob.await("ack"); !strings.Contains(answer, "remember this") {
		t.Errorf("got %s", answer)
	}
}

func TestOnlyOurOwnAndTheListedOriginsMayConnect(t *testing.T) {
	c := local(t)
	c.AllowOrigins = []string{"https://friend.example"}
	s := serve(t, c)
	for origin, allowed := range map[string]bool{
		"":                                true,
		"http://" + s.Addr().String():     true,
		"https://friend.example":          true,
		"https://FRIEND.example":          true,
		"http://friend.example":           false,
		"https://friend.example:8443":     false,
		"https://friend.example.evil.org": false,
		"null":                            false,
		"http://localhost:1":              false,
	} {
		conn, _, err := s.dial(t, origin)
		if conn != nil {
			_ = conn.CloseNow()
		}
		if (err == nil) != allowed {
			t.Errorf("/ws from %q: %v", origin, err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URLs()[0]+"/socket.io/?EIO=4&transport=polling", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host, r.URL.Host = s.Addr().String(), s.Addr().String()
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if (response.StatusCode == http.StatusOK) != allowed {
			t.Errorf("/socket.io/ from %q: %d", origin, response.StatusCode)
		}
	}
}

func TestTheDataFolderBelongsToOneServer(t *testing.T) {
	c := local(t)
	serve(t, c)
	if _, err := New(c, "test", quiet); err == nil || !strings.Contains(err.Error(), c.Data) {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsLeftAfterAServer(t *testing.T) {
	c := local(t)
	serve(t, c).stop() // what is made once per process is made now
	before := runtime.NumGoroutine()
	for range 3 {
		s := serve(t, c)
		alice := s.enter(t, "daily", "Alice")
		s.stop()
		_ = alice.conn.CloseNow() // it has not read that it should; the server waits 5 s for that, and no more
	}
	http.DefaultClient.CloseIdleConnections()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before+1 && time.Now().Before(deadline) {
		runtime.Gosched() // NATS lets a few goroutines run out after it has said that it is down
	}
	if after := runtime.NumGoroutine(); after > before+1 { // the last test connection's own reader
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines before, %d after\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}
