package socketio

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// rawClient speaks the protocol packet by packet, so that it can break it. Tests run over both of its transports.
type rawClient interface {
	// send sends one text packet, and more than one only with separators between them. It reports whether it was taken.
	send(t testing.TB, text string) bool
	// sendBinary sends one binary packet.
	sendBinary(t testing.TB, data []byte) bool
	// next is the next text packet; false when the connection has ended.
	next(t testing.TB) (string, bool)
	// leave ends the connection without a word.
	leave()
}

var rawTransports = map[string]func(testing.TB, string) rawClient{
	"websocket": func(t testing.TB, url string) rawClient { return dialWebSocket(t, url) },
	"polling":   func(t testing.TB, url string) rawClient { return openPolling(t, url) },
}

// connect opens a namespace.
func connect(t testing.TB, c rawClient, namespace string) {
	t.Helper()
	c.send(t, "40"+namespace)
	if got, ok := c.next(t); !ok || !strings.HasPrefix(got, "40") {
		t.Fatalf("connecting: %q", got)
	}
}

// wantEcho makes sure that a connection works.
func wantEcho(t testing.TB, c rawClient) {
	t.Helper()
	c.send(t, `427["echo","here"]`)
	if got, _ := c.next(t); got != `437["here"]` {
		t.Fatalf("echo: %q", got)
	}
}

// wantEnd reads until the connection has ended.
func wantEnd(t testing.TB, c rawClient) {
	t.Helper()
	for {
		if _, ok := c.next(t); !ok {
			return
		}
	}
}

type rawWebSocket struct{ *websocket.Conn }

func dialWebSocket(t testing.TB, url string) rawWebSocket {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), strings.Replace(url, "http", "ws", 1)+"/socket.io/?EIO=4&transport=websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(8 << 20)
	c := rawWebSocket{ws}
	if got, _ := c.next(t); !strings.HasPrefix(got, `0{"sid":`) {
		t.Fatalf("opening: %q", got)
	}
	return c
}

func (c rawWebSocket) send(t testing.TB, text string) bool {
	return c.Write(t.Context(), websocket.MessageText, []byte(text)) == nil
}

func (c rawWebSocket) sendBinary(t testing.TB, data []byte) bool {
	return c.Write(t.Context(), websocket.MessageBinary, data) == nil
}

func (c rawWebSocket) next(t testing.TB) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	_, data, err := c.Read(ctx)
	if ctx.Err() != nil {
		t.Fatal("the server neither sends nor ends the connection")
	}
	return string(data), err == nil
}

func (c rawWebSocket) leave() { _ = c.CloseNow() }

type rawPolling struct {
	address string // with the session's id
	client  *http.Client
	waiting []string
}

func openPolling(t testing.TB, url string) *rawPolling {
	t.Helper()
	c := newPolling(t, url)
	t.Cleanup(c.leave)
	return c
}

// newPolling opens a connection that the caller leaves.
func newPolling(t testing.TB, url string) *rawPolling {
	t.Helper()
	c := &rawPolling{address: url + "/socket.io/?EIO=4&transport=polling", client: &http.Client{Transport: &http.Transport{}}}
	status, body := c.get(t)
	var open struct {
		SID string `json:"sid"`
	}
	if status != 200 || json.Unmarshal([]byte(body[1:]), &open) != nil || open.SID == "" {
		t.Fatalf("opening: %d %q", status, body)
	}
	c.address += "&sid=" + open.SID
	return c
}

func (c *rawPolling) do(t testing.TB, r *http.Request) (status int, body string) {
	t.Helper()
	response, err := c.client.Do(r)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = response.Body.Close() }()
	data, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(data)
}

func (c *rawPolling) get(t testing.TB) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.do(t, r)
}

// post sends a body; chunked when its length is not to be known.
func (c *rawPolling) post(t testing.TB, body io.Reader) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.address, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	return c.do(t, r)
}

func (c *rawPolling) send(t testing.TB, text string) bool {
	t.Helper()
	status, _ := c.post(t, strings.NewReader(text))
	return status == 200
}

func (c *rawPolling) sendBinary(t testing.TB, data []byte) bool {
	t.Helper()
	status, _ := c.post(t, bytes.NewReader(appendPayload(nil, []packet{{data: data, binary: true}})))
	return status == 200
}

func (c *rawPolling) next(t testing.TB) (string, bool) {
	t.Helper()
	if len(c.waiting) == 0 {
		status, body := c.get(t)
		if status != 200 {
			return "", false
		}
		c.waiting = strings.Split(body, string(rune(separator)))
	}
	first := c.waiting[0]
	c.waiting = c.waiting[1:]
	return first, first != "1"
}

func (c *rawPolling) leave() { c.client.CloseIdleConnections() }
