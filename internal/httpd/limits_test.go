package httpd

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

// pipes is a listener in memory, so that time-outs run in a bubble's time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

// inBubble serves s on pipes in a bubble of virtual time.
func inBubble(t *testing.T, files fstest.MapFS, c Config, use func(t *testing.T, p *pipes)) {
	t.Helper()
	s := newServer(t, files, c)
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx, p) }() // ends with ctx
		use(t, p)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// closedAfter waits until the server closes the connection and tells how long that took.
func closedAfter(conn net.Conn) time.Duration {
	start := time.Now()
	_, _ = io.Copy(io.Discard, conn)
	return time.Since(start)
}

func TestTwoThousandHalfSentRequestsAreGoneInTenSeconds(t *testing.T) {
	inBubble(t, built(), Config{}, func(t *testing.T, p *pipes) {
		before := memory()
		conns := make([]net.Conn, 2000)
		for i := range conns {
			conns[i] = p.dial()
			_, _ = io.WriteString(conns[i], "GET / HTTP/1.1\r\nHost: noom\r\nX-Slow: a")
		}
		synctest.Wait()
		if each := (memory() - before) / int64(len(conns)); each > 64<<10 {
			t.Errorf("each holds %d bytes", each)
		}
		for i, conn := range conns {
			if took := closedAfter(conn); (i == 0 && took != headerTimeout) || took > headerTimeout {
				t.Fatalf("connection %d was open for %v", i, took)
			}
		}
		// Somebody else is served in the meantime and after it.
		if status := get(t, p.dial(), "/healthz"); status != http.StatusOK {
			t.Errorf("got %d", status)
		}
	})
}

func TestAHeadThatTricklesIsCutAsWell(t *testing.T) {
	inBubble(t, built(), Config{}, func(t *testing.T, p *pipes) {
		conn := p.dial()
		start := time.Now()
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: noom\r\nX: ")
		for err == nil {
			time.Sleep(time.Second)
			_, err = io.WriteString(conn, "a")
		}
		if took := time.Since(start); took > headerTimeout+time.Second {
			t.Errorf("open for %v", took)
		}
	})
}

func TestAnEndlessHeadIsRefused(t *testing.T) {
	inBubble(t, built(), Config{}, func(t *testing.T, p *pipes) {
		conn := p.dial()
		go func() { // ends when the server closes the connection
			_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: noom\r\n")
			for err == nil {
				_, err = io.WriteString(conn, "X-More: of the same, of the same, of the same, of the same\r\n")
			}
		}()
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("got %v, %v", response, err)
		}
		_ = conn.Close()
	})
}

func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	read := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			t.Error("the body came to an end")
		}
	})
	inBubble(t, built(), Config{SocketIO: read}, func(t *testing.T, p *pipes) {
		conn := p.dial()
		_, _ = io.WriteString(conn, "POST /socket.io/ HTTP/1.1\r\nHost: noom\r\nContent-Length: 1000\r\n\r\nabc")
		if took := closedAfter(conn); took > 30*time.Second {
			t.Errorf("open for %v", took)
		}
	})
}

func TestNoAnswerWaitsForABodyThatNobodyReads(t *testing.T) {
	poll := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "nothing new") })
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: noom\r\nContent-Length: 1000\r\n\r\nabc",
		"GET /healthz HTTP/1.1\r\nHost: noom\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
		"PUT / HTTP/1.1\r\nHost: noom\r\nContent-Length: 1000\r\n\r\nabc",
		"GET /socket.io/ HTTP/1.1\r\nHost: noom\r\nContent-Length: 1000\r\n\r\nabc",
		"DELETE /api/rooms/x HTTP/1.1\r\nHost: noom\r\nContent-Length: 1000\r\n\r\nabc",
	} {
		inBubble(t, built(), Config{SocketIO: poll, API: poll}, func(t *testing.T, p *pipes) {
			conn := p.dial()
			_, _ = io.WriteString(conn, request)
			if took := closedAfter(conn); took > 30*time.Second {
				t.Errorf("%.20q: open for %v", request, took)
			}
		})
	}
}

func TestAReaderThatStopsIsCut(t *testing.T) {
	files := built()
	files["assets/big.js"] = &fstest.MapFile{Data: make([]byte, 1<<20)}
	inBubble(t, files, Config{}, func(t *testing.T, p *pipes) {
		conn := p.dial()
		_, _ = io.WriteString(conn, "GET /assets/big.js HTTP/1.1\r\nHost: noom\r\n\r\n")
		if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(assetTimeout + time.Second)
		if n, _ := io.Copy(io.Discard, conn); n > 64<<10 {
			t.Errorf("%d bytes came after the time was over", n)
		}
	})
}

func TestALongPollIsNotCut(t *testing.T) {
	poll := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(3 * time.Minute):
			_, _ = io.WriteString(w, "an event")
		case <-r.Context().Done():
			t.Error("the poll was ended")
		}
	})
	inBubble(t, built(), Config{SocketIO: poll}, func(t *testing.T, p *pipes) {
		conn := p.dial()
		if status := get(t, conn, "/assets/index-Abc123.js"); status != http.StatusOK { // leaves no deadline behind
			t.Fatalf("got %d", status)
		}
		if status := get(t, conn, "/socket.io/"); status != http.StatusOK {
			t.Errorf("got %d", status)
		}
		_ = conn.Close()
	})
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	inBubble(t, built(), Config{}, func(t *testing.T, p *pipes) {
		conn := p.dial()
		get(t, conn, "/healthz")
		if took := closedAfter(conn); took != idleTimeout {
			t.Errorf("open for %v", took)
		}
	})
}

func TestStoppingWaitsForNoSlowReader(t *testing.T) {
	s := newServer(t, built(), Config{SocketIO: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })})
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx, p) }() // ends with ctx
		conn := p.dial()
		_, _ = io.WriteString(conn, "GET /socket.io/ HTTP/1.1\r\nHost: noom\r\n\r\n")
		synctest.Wait()
		start := time.Now()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > drainTimeout {
			t.Errorf("stopping took %v", took)
		}
		closedAfter(conn)
	})
}

func get(t *testing.T, conn net.Conn, path string) int {
	t.Helper()
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: noom\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func memory() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func TestClosingTheListenerKeepsOpenConnections(t *testing.T) {
	inBubble(t, built(), Config{}, func(t *testing.T, p *pipes) {
		conn := p.dial()
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if status := get(t, conn, "/healthz"); status != http.StatusOK {
			t.Errorf("got %d", status)
		}
	})
}
