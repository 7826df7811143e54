package socketio

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"
)

// officialClient runs a scenario of testdata/client.mjs. Closing orders or reading its lines is up to the test.
type officialClient struct {
	cmd    *exec.Cmd
	orders io.WriteCloser
	lines  *bufio.Scanner
	errors bytes.Buffer
}

func startOfficialClient(t *testing.T, scenario, url string) *officialClient {
	t.Helper()
	if _, err := os.Stat("testdata/node_modules/socket.io-client/package.json"); err != nil {
		t.Fatal("the official client is not installed: run `npm ci` in internal/socketio/testdata (make test does)")
	}
	c := &officialClient{cmd: exec.Command("node", "client.mjs", scenario, url)}
	c.cmd.Dir = "testdata"
	c.cmd.Stderr = &c.errors
	var err error
	if c.orders, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	return c
}

// hear waits for a line of the scenario's.
func (c *officialClient) hear(t *testing.T, want string) {
	t.Helper()
	if !c.lines.Scan() || c.lines.Text() != want {
		_ = c.cmd.Wait()
		t.Fatalf("scenario said %q, want %q\n%s", c.lines.Text(), want, c.errors.String())
	}
}

func (c *officialClient) finish(t *testing.T) {
	t.Helper()
	if err := c.cmd.Wait(); err != nil {
		t.Fatalf("scenario failed: %v\n%s", err, c.errors.String())
	}
}

func TestOfficialClient(t *testing.T) {
	for _, scenario := range []string{"websocket", "polling", "burst", "upgrade", "namespaces", "rooms", "flood"} {
		t.Run(scenario, func(t *testing.T) {
			s, _, web := serve(t, Config{})
			startOfficialClient(t, scenario, web.URL).finish(t)
			if n := s.Stats(); n.Malformed+n.Slow+n.Panics > 0 {
				t.Errorf("a well-behaved client was taken for another: %+v", n)
			}
		})
	}
}

func TestOfficialClientStaysWhileItSaysNothing(t *testing.T) {
	_, _, web := serve(t, Config{PingInterval: 100 * time.Millisecond, PingTimeout: 900 * time.Millisecond, PollTimeout: time.Second})
	c := startOfficialClient(t, "idle", web.URL)
	c.hear(t, "connected")
	<-time.After(2500 * time.Millisecond) // more than twice the time after which a silent client would be gone
	_, _ = io.WriteString(c.orders, "go on\n")
	c.finish(t)
}

func TestOfficialClientComesBackAfterARestart(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	first, _ := newTestServer(Config{})
	web := &http.Server{Handler: first}
	go func() { _ = web.Serve(listener) }() // ends with Close
	c := startOfficialClient(t, "reconnect", "http://"+listener.Addr().String())
	c.hear(t, "connected")

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := first.Close(ctx); err != nil {
		t.Errorf("closing the first server: %v", err)
	}
	_ = web.Close()
	c.hear(t, "disconnected")

	listener, err = net.Listen("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	second, _ := newTestServer(Config{})
	web = &http.Server{Handler: second}
	go func() { _ = web.Serve(listener) }() // likewise
	defer func() { _ = web.Close() }()
	c.finish(t)
}

func TestOfficialClientComesBackAfterItsConnectionWasCut(t *testing.T) {
	s, _, web := serve(t, Config{})
	c := startOfficialClient(t, "reconnect", web.URL)
	c.hear(t, "connected")
	s.CloseConnections()
	c.hear(t, "disconnected")
	c.finish(t)
}
