package load

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// serve runs a signalling server that answers each frame with what reply gives; no reply closes the connection.
func serve(t *testing.T, reply func(frame string) []string) *signalling {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		for {
			_, frame, err := ws.Read(r.Context())
			if err != nil {
				return
			}
			replies := reply(string(frame))
			if replies == nil {
				return
			}
			for _, text := range replies {
				if err := ws.Write(r.Context(), websocket.MessageText, []byte(text)); err != nil {
					t.Error(err)
				}
			}
		}
	}))
	t.Cleanup(server.Close)
	s, err := dial(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { // ends with the connection
		defer close(done)
		_ = s.read(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return s
}

func TestRequestsGetTheirAcknowledgementsAndEventsArrive(t *testing.T) {
	s := serve(t, func(frame string) []string {
		switch {
		case strings.Contains(frame, "chat"):
			return []string{`["joined",{"id":"x"},1]`, `["batch",{"events":[["left",{"id":"x"}],["inside",{}]]},3]`, `["ack",{"ok":true,"seq":7},1]`}
		default:
			return []string{`["ack",{"ok":false,"error":{"code":"full","text":"no seat"}},2]`}
		}
	})
	var answer struct{ Seq int }
	if err := s.request(t.Context(), "chat", map[string]string{"text": "hello"}, &answer); err != nil || answer.Seq != 7 {
		t.Errorf("acknowledged with %+v, %v", answer, err)
	}
	if e := <-s.events; e.name != "joined" || string(e.data) != `{"id":"x"}` {
		t.Errorf("event is %q %s", e.name, e.data)
	}
	if a, b := <-s.events, <-s.events; a.name != "left" || string(a.data) != `{"id":"x"}` || b.name != "inside" {
		t.Errorf("the batch holds %q %s and %q", a.name, a.data, b.name)
	}
	err := s.request(t.Context(), "join", struct{}{}, nil)
	if err == nil || !strings.Contains(err.Error(), "no seat (full)") {
		t.Errorf("refusal came as %v", err)
	}
}

func TestAClosedConnectionEndsWhoWaits(t *testing.T) {
	s := serve(t, func(string) []string { return nil })
	if err := s.request(t.Context(), "join", struct{}{}, nil); !errors.Is(err, errEnded) {
		t.Errorf("request ended with %v", err)
	}
	if _, open := <-s.events; open {
		t.Error("events are still open")
	}
	if err := s.request(t.Context(), "join", struct{}{}, nil); err == nil {
		t.Error("a request after the end succeeded")
	}
}

func TestAFrameThatIsNoEventEndsTheSession(t *testing.T) {
	for _, frame := range []string{`{}`, `[]`, `["x"]`, `[1,2]`, `["batch",1,1]`, `["batch",{"events":[["x"]]},1]`, `["batch",{"events":[[1,{}]]},1]`, `["ack",{"ok":true}]`, `["ack",{},"x"]`, `nonsense`} {
		s := serve(t, func(string) []string { return []string{frame} })
		if err := s.request(t.Context(), "join", struct{}{}, nil); !errors.Is(err, errEnded) {
			t.Errorf("after %s: %v", frame, err)
		}
	}
}

func TestWrongFlagsAreRefused(t *testing.T) {
	for _, args := range []string{
		"--url localhost:3000", "--url ws://localhost", "--senders 0", "--senders -1 --viewers 2", "--pictures faces",
		"--size x", "--pictures coded --simulcast", "--tiles 51", "--bitrate -1", "--width 100000", "--stay -1s", "extra", "--nonsense",
	} {
		if err := Run(t.Context(), strings.Fields(args), io.Discard, io.Discard); !errors.Is(err, ErrUsage) {
			t.Errorf("noom load %s: %v", args, err)
		}
	}
	if err := Run(t.Context(), []string{"--help"}, io.Discard, io.Discard); err != nil {
		t.Errorf("--help: %v", err)
	}
}

func TestAServerThatIsNotThereIsAnError(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	begun := time.Now()
	err := Run(t.Context(), []string{"--url", server.URL, "--duration", "1m"}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "1 of 1 sessions failed") {
		t.Errorf("ended with %v", err)
	}
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %v to find out", took)
	}
}

func TestABotThatCannotStayDoesNotComeAnewAtOnce(t *testing.T) {
	var came atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		came.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	_ = Run(t.Context(), []string{"--url", server.URL, "--duration", "1500ms", "--stay", "10s"}, io.Discard, io.Discard)
	if n := came.Load(); n < 1 || n > 3 {
		t.Errorf("it came %d times in 1.5 s", n)
	}
}
