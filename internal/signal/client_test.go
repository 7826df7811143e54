package signal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"noom/internal/media"
	"noom/internal/rooms"
	"noom/internal/signal"
	"noom/internal/socketio"
	"noom/internal/store"
)

// node is a server with everything that signalling reaches.
type node struct {
	url   string // ws://…
	rooms *rooms.Rooms
	media *media.Engine
	free  atomic.Uint64 // bytes left on the disk, as the store is told
}

func newNode(t testing.TB) *node {
	t.Helper()
	engine, err := media.New(media.Config{Listen: "127.0.0.1:0", PublicIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{media: engine}
	n.free.Store(1 << 40)
	kept, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Free: func() (uint64, error) { return n.free.Load(), nil }})
	if err != nil {
		t.Fatal(err)
	}
	hosts := rooms.New(rooms.Config{Media: engine, Store: kept, Version: "test"})
	signalling := signal.New(signal.Config{Rooms: hosts})
	sockets := socketio.New(socketio.Config{})
	sockets.Handle("/meet", signalling.Meet())
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", sockets)
	mux.Handle("/ws", signalling.WS())
	mux.Handle("/api/", signalling.API())
	web := httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	roomsCtx, endRooms := context.WithCancel(ctx)
	go func() { ended <- hosts.Run(roomsCtx) }() // ends with roomsCtx
	go func() { ended <- engine.Run(ctx) }()     // ends with ctx
	t.Cleanup(func() {
		endRooms()
		<-ended
		cancel()
		<-ended
		closing, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		if err := sockets.Close(closing); err != nil {
			t.Error(err)
		}
		web.Close()
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	n.url, n.rooms = strings.Replace(web.URL, "http", "ws", 1), hosts
	return n
}

// transport is how a test's client speaks.
type transport struct {
	name    string
	path    string
	connect func(c *client, auth string) // opens the session
	request func(event, data string, id int) string
	// parse gives an event's or an acknowledgement's JSON array and, for the latter, its id; "" for what is neither.
	parse func(text string) (array string, ackID int)
}

var plain = transport{
	name: "plain WebSocket", path: "/ws",
	connect: func(c *client, auth string) { c.write(fmt.Sprintf(`["connect",%s,0]`, auth)) },
	request: func(event, data string, id int) string { return fmt.Sprintf(`[%q,%s,%d]`, event, data, id) },
	parse: func(text string) (string, int) {
		var parts []json.RawMessage
		if json.Unmarshal([]byte(text), &parts) != nil || len(parts) != 3 {
			return "", 0
		}
		if string(parts[0]) != `"ack"` {
			return text, -1
		}
		var id int
		_ = json.Unmarshal(parts[2], &id)
		return "[" + string(parts[1]) + "]", id
	},
}

// socketIO speaks Engine.IO 4 and Socket.IO 5 over WebSocket, as little of it as this test needs. The official client
// is tested in package socketio.
var socketIO = transport{
	name: "Socket.IO", path: "/socket.io/?EIO=4&transport=websocket",
	connect: func(c *client, auth string) { c.write("40/meet," + auth) },
	request: func(event, data string, id int) string { return fmt.Sprintf(`42/meet,%d[%q,%s]`, id, event, data) },
	parse: func(text string) (string, int) {
		if event, ok := strings.CutPrefix(text, "42/meet,"); ok {
			return event, -1
		}
		if ack, ok := strings.CutPrefix(text, "43/meet,"); ok {
			var id int
			at := strings.IndexByte(ack, '[')
			_, _ = fmt.Sscan(ack[:at], &id)
			return ack[at:], id
		}
		if refusal, ok := strings.CutPrefix(text, "44/meet,"); ok { // CONNECT_ERROR
			return "[" + refusal + "]", 0
		}
		return "", 0
	},
}

var transports = []transport{plain, socketIO}

// client is one connection, with what came over it.
type client struct {
	t     testing.TB
	via   transport
	ws    *websocket.Conn
	calls int
	inbox []string // events that came while we waited for an acknowledgement
}

func (n *node) dial(t testing.TB, via transport) *client {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), n.url+via.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() }) // before the server ends, which would wait for our goodbye
	ws.SetReadLimit(4 << 20)
	return &client{t: t, via: via, ws: ws}
}

// open connects a session and gives the session event.
func (n *node) open(t testing.TB, via transport, auth string) (*client, map[string]any) {
	t.Helper()
	c := n.dial(t, via)
	via.connect(c, auth)
	data, _ := c.want("session")
	return c, data
}

func (c *client) write(text string) {
	c.t.Helper()
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// read gives the next event (id -1) or acknowledgement, or the error that ended the connection.
func (c *client) read() (string, int, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, text, err := c.ws.Read(ctx)
		if err != nil {
			return "", 0, err
		}
		if bytes.Equal(text, []byte("2")) { // Engine.IO's ping
			c.write("3")
			continue
		}
		if array, id := c.via.parse(string(text)); array != "" {
			return array, id, nil
		}
	}
}

// call makes a request and gives its acknowledgement.
func (c *client) call(event, data string) map[string]any {
	c.t.Helper()
	c.calls++
	c.write(c.via.request(event, data, c.calls))
	for {
		array, id, err := c.read()
		if err != nil {
			c.t.Fatalf("%s: %v", event, err)
		}
		if id == -1 {
			c.inbox = append(c.inbox, unpacked(c.t, array)...)
			continue
		}
		if id == c.calls {
			var ack []map[string]any
			if err := json.Unmarshal([]byte(array), &ack); err != nil || len(ack) != 1 {
				c.t.Fatalf("%s was acknowledged with %s", event, array)
			}
			return ack[0]
		}
	}
}

// want gives the next event's data and number; it must have this name.
func (c *client) want(name string) (map[string]any, uint64) {
	c.t.Helper()
	got, data, n := c.event(name)
	if got != name {
		c.t.Fatalf("got %s %v, want %s", got, data, name)
	}
	return data, n
}

// unpacked gives the events of a message: itself, or those of a batch.
func unpacked(t testing.TB, array string) []string {
	t.Helper()
	var parts []json.RawMessage
	if err := json.Unmarshal([]byte(array), &parts); err != nil || len(parts) != 3 {
		t.Fatalf("event %s", array)
	}
	if string(parts[0]) != `"batch"` {
		return []string{array}
	}
	var b struct{ Events [][2]json.RawMessage }
	var n int
	if json.Unmarshal(parts[1], &b) != nil || json.Unmarshal(parts[2], &n) != nil || len(b.Events) < 2 {
		t.Fatalf("batch %s", array)
	}
	var all []string
	for i, e := range b.Events {
		all = append(all, fmt.Sprintf("[%s,%s,%d]", e[0], e[1], n-len(b.Events)+1+i))
	}
	return all
}

// event gives the next event while waiting for one of this name.
func (c *client) event(name string) (got string, data map[string]any, n uint64) {
	c.t.Helper()
	for len(c.inbox) == 0 {
		text, id, err := c.read()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", name, err)
		}
		if id == -1 {
			c.inbox = append(c.inbox, unpacked(c.t, text)...)
		}
	}
	var parts []json.RawMessage
	array := c.inbox[0]
	c.inbox = c.inbox[1:]
	if err := json.Unmarshal([]byte(array), &parts); err != nil || len(parts) != 3 || json.Unmarshal(parts[0], &got) != nil ||
		json.Unmarshal(parts[1], &data) != nil || json.Unmarshal(parts[2], &n) != nil {
		c.t.Fatalf("event %s", array)
	}
	return got, data, n
}

// find gives the data of the next event of this name, passing over others.
func (c *client) find(name string) map[string]any {
	c.t.Helper()
	for {
		if got, data, _ := c.event(name); got == name {
			return data
		}
	}
}

// ok makes a request that must be granted.
func (c *client) ok(event, data string) map[string]any {
	c.t.Helper()
	ack := c.call(event, data)
	if ack["ok"] != true {
		c.t.Fatalf("%s %s: %v", event, data, ack)
	}
	return ack
}

// code makes a request and gives the code with which it is refused; "" when it is not.
func (c *client) code(event, data string) string {
	c.t.Helper()
	return codeOf(c.call(event, data))
}

func codeOf(ack map[string]any) string {
	refusal, _ := ack["error"].(map[string]any)
	code, _ := refusal["code"].(string)
	return code
}

// closed waits for the connection's end.
func (c *client) closed() websocket.StatusCode {
	for {
		if _, _, err := c.read(); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}
