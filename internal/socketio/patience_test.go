package socketio

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// evictedWithin is how long a client that holds on to something without using it may stay (RELIABILITY row 11).
const evictedWithin = 30 * time.Second

// pipes is a network of in-memory connections without any buffer, for virtual time.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// inVirtualTime runs a test against a server with its default limits, over pipes.
func inVirtualTime(t *testing.T, test func(t *testing.T, s *Server, h *testHandler, network *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newTestServer(Config{})
		network := newPipes()
		web := &http.Server{Handler: s}
		go func() { _ = web.Serve(network) }() // ends with web.Close
		test(t, s, h, network)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		_ = web.Close()
	})
}

// stalled opens a connection by hand, so that nothing reads it unless the test does.
func (p *pipes) stalled(t *testing.T, request string) net.Conn {
	t.Helper()
	conn, err := p.dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn
}

func (p *pipes) webSocket(t *testing.T) *websocket.Conn {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: p.dial}}
	ws, _, err := websocket.Dial(t.Context(), "ws://noom/socket.io/?EIO=4&transport=websocket", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	if _, _, err := ws.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ws
}

// connected opens the namespace "/" over a WebSocket.
func (p *pipes) connected(t *testing.T) *websocket.Conn {
	t.Helper()
	ws := p.webSocket(t)
	if err := ws.Write(t.Context(), websocket.MessageText, []byte("40")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ws
}

// polling opens a polling connection with the namespace "/" and returns the request line's query and a client.
func (p *pipes) polling(t *testing.T) (query string, client *http.Client) {
	t.Helper()
	client = &http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}}
	raw := &rawPolling{address: "http://noom/socket.io/?EIO=4&transport=polling", client: client}
	_, body := raw.get(t)
	_, after, _ := strings.Cut(body, `"sid":"`)
	id, _, _ := strings.Cut(after, `"`)
	raw.address += "&sid=" + id
	connect(t, raw, "")
	return "EIO=4&transport=polling&sid=" + id, client
}

// wantGone waits until the server is rid of all connections, and no longer than it may take.
func wantGone(t *testing.T, s *Server, since time.Time) {
	t.Helper()
	for s.Stats().Connections > 0 {
		if time.Since(since) > evictedWithin {
			t.Fatalf("still there after %v", time.Since(since))
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("gone after %v", time.Since(since))
}

func TestAClientThatReadsNothingIsEvicted(t *testing.T) {
	for name, emit := range map[string]func(*Server){
		"when nothing is said": func(*Server) {},
		"when little is said":  func(s *Server) { s.Broadcast("/", "", nil, "hello") },
		"when much is said": func(s *Server) {
			for range 100 {
				s.Broadcast("/", "", nil, "hello", strings.Repeat("x", 50_000))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, s *Server, h *testHandler, network *pipes) {
				network.connected(t) // and never read again
				start := time.Now()
				emit(s)
				if waiting := queued(s); waiting > 4<<20 {
					t.Errorf("%d bytes wait for it", waiting)
				}
				wantGone(t, s, start)
				<-h.departed
			})
		})
	}
}

// queued is what waits for all clients together.
func queued(s *Server) (bytes int) {
	for _, c := range s.all() {
		c.out.mu.Lock()
		bytes += c.out.bytes
		c.out.mu.Unlock()
	}
	return bytes
}

func TestAClientThatStopsPollingIsEvicted(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, h *testHandler, network *pipes) {
		network.polling(t)
		wantGone(t, s, time.Now())
		if reason := <-h.departed; reason != ReasonClosed {
			t.Errorf("reason %q", reason)
		}
	})
}

func TestAClientThatDoesNotReadItsPollIsEvicted(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, h *testHandler, network *pipes) {
		query, _ := network.polling(t)
		network.stalled(t, "GET /socket.io/?"+query+" HTTP/1.1\r\nHost: noom\r\n\r\n")
		synctest.Wait()
		start := time.Now()
		s.Broadcast("/", "", nil, "hello")
		wantGone(t, s, start)
		<-h.departed
	})
}

// trickle writes a byte a second until the server closes the connection.
func trickle(conn net.Conn) (ended <-chan struct{}) {
	done := make(chan struct{})
	go func() { // ends with the connection
		defer close(done)
		for {
			if _, err := conn.Write([]byte("4")); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
	return done
}

func TestABodyThatTricklesIsEvicted(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, h *testHandler, network *pipes) {
		query, _ := network.polling(t)
		conn := network.stalled(t, "POST /socket.io/?"+query+" HTTP/1.1\r\nHost: noom\r\nContent-Length: 100000\r\n\r\n")
		start := time.Now()
		go func() { _, _ = io.Copy(io.Discard, conn) }() // ends when the server closes the connection
		ended := trickle(conn)
		wantGone(t, s, start)
		<-h.departed
		<-ended
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("the request's connection was open for %v", took)
		}
	})
}

func TestAMessageThatTricklesIsEvicted(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, h *testHandler, network *pipes) {
		conn := network.stalled(t, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: noom\r\nConnection: Upgrade\r\n"+
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
		go func() { _, _ = io.Copy(io.Discard, conn) }()                // ends when the server closes the connection
		_, _ = conn.Write([]byte{0x81, 0x80 | 2, 0, 0, 0, 0, '4', '0'}) // CONNECT
		synctest.Wait()
		start := time.Now()
		_, _ = conn.Write([]byte{0x81, 0x80 | 126, 0xff, 0xff, 0, 0, 0, 0}) // and a message of 65 535 bytes
		ended := trickle(conn)
		wantGone(t, s, start)
		<-h.departed
		<-ended
	})
}

func TestAConnectionThatOpensNoNamespaceIsEvicted(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, _ *testHandler, network *pipes) {
		for range 100 {
			ws := network.webSocket(t)
			go func() { _, _, _ = ws.Read(t.Context()) }() // ends when the server closes the connection
		}
		if n := s.Stats().Connections; n != 100 {
			t.Fatalf("%d connections", n)
		}
		wantGone(t, s, time.Now())
	})
}

func TestAnUpgradeThatGoesNowhereIsGivenUp(t *testing.T) {
	for _, said := range []string{"", "2probe", "5", "2probe 2probe", "40"} {
		t.Run(fmt.Sprintf("after %q", said), func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, s *Server, _ *testHandler, network *pipes) {
				query, client := network.polling(t)
				upgrade := strings.Replace(query, "polling", "websocket", 1)
				ws, _, err := websocket.Dial(t.Context(), "ws://noom/socket.io/?"+upgrade, &websocket.DialOptions{HTTPClient: client})
				if err != nil {
					t.Fatal(err)
				}
				for word := range strings.FieldsSeq(said) {
					if ws.Write(t.Context(), websocket.MessageText, []byte(word)) != nil {
						break
					}
					if word == "2probe" {
						_, _, _ = ws.Read(t.Context())
					}
				}
				_, _, err = ws.Read(t.Context())
				if err == nil {
					t.Error("the upgrade went somewhere")
				}
				raw := &rawPolling{address: "http://noom/socket.io/?" + query, client: client}
				wantEcho(t, skipNoops{raw}) // polling goes on
				_ = s
			})
		})
	}
}

// skipNoops reads past the noops that end polls during an upgrade.
type skipNoops struct{ rawClient }

func (c skipNoops) next(t testing.TB) (string, bool) {
	for {
		if got, ok := c.rawClient.next(t); got != "6" {
			return got, ok
		}
	}
}

func TestASilentClientThatAnswersPingsStays(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, _ *testHandler, network *pipes) {
		ws := network.connected(t)
		for range 20 {
			_, ping, err := ws.Read(t.Context())
			if err != nil || string(ping) != "2" {
				t.Fatalf("%q %v", ping, err)
			}
			time.Sleep(9 * time.Second) // as late as it may be
			if err := ws.Write(t.Context(), websocket.MessageText, []byte("3")); err != nil {
				t.Fatal(err)
			}
		}
		_ = ws.CloseNow()
	})
}

func TestAServerThatClosesSaysSo(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, h *testHandler, network *pipes) {
		ws, mute := network.connected(t), network.connected(t) // mute reads nothing, not even the goodbye
		s.Broadcast("/", "", nil, "last words")
		closed := make(chan error, 1)
		start := time.Now()
		go func() { closed <- s.Close(t.Context()) }() // ends with the connections
		_, text, err := ws.Read(t.Context())
		if err != nil || string(text) != `42["last words"]` {
			t.Errorf("%q %v", text, err)
		}
		if _, _, err = ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("closed by %v", err)
		}
		_ = mute
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("took %v", took)
		}
		for range 2 {
			if reason := <-h.departed; reason != ReasonShutdown {
				t.Errorf("reason %q", reason)
			}
		}
	})
}
