package signal_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"noom/internal/signal"
	"noom/internal/socketio"
)

// newClassic runs the classic namespace alone and returns its address.
func newClassic(t *testing.T) string {
	t.Helper()
	sockets := socketio.New(socketio.Config{})
	classic := signal.NewClassic(sockets)
	sockets.Handle("/", classic)
	web := httptest.NewServer(sockets)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- classic.Run(ctx) }() // ends with ctx
	t.Cleanup(func() {
		closing, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		if err := sockets.Close(closing); err != nil {
			t.Error(err)
		}
		web.Close()
		cancel()
		<-ended
	})
	return strings.Replace(web.URL, "http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
}

// classicClient speaks Socket.IO frame by frame, so that a test sees the order of everything. The official client is
// tested in package socketio.
type classicClient struct {
	t  *testing.T
	ws *websocket.Conn
}

func dialClassic(t *testing.T, url string) *classicClient {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	ws.SetReadLimit(1 << 20)
	c := &classicClient{t: t, ws: ws}
	c.read() // the transport is open
	c.write("40")
	if !strings.HasPrefix(c.read(), "40{") {
		t.Fatal("not connected")
	}
	return c
}

func (c *classicClient) write(text string) {
	c.t.Helper()
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *classicClient) read() string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Second)
	defer cancel()
	_, data, err := c.ws.Read(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

// emit sends an event; its text is the JSON array.
func (c *classicClient) emit(array string) { c.t.Helper(); c.write("42" + array) }

// want reads frames and holds them against the JSON arrays of events and, as "ack 7", acknowledgements.
func (c *classicClient) want(frames ...string) {
	c.t.Helper()
	for _, want := range frames {
		if id, ok := strings.CutPrefix(want, "ack "); ok {
			want = "43" + id + "[]"
		} else {
			want = "42" + want
		}
		if got := c.read(); got != want {
			c.t.Fatalf("got %s, want %s", got, want)
		}
	}
}

// quiet makes sure that nothing was sent to the client before, and that what it sent before has been worked off.
func (c *classicClient) quiet() {
	c.t.Helper()
	c.write(`4299["join_room","quiet"]`)
	c.want("ack 99")
}

func TestClassicPeersMeetThroughTheRelay(t *testing.T) {
	url := newClassic(t)
	caller, callee := dialClassic(t, url), dialClassic(t, url)
	caller.emit(`["join_room","lounge"]`)
	caller.quiet()
	callee.write(`427["join_room","lounge"]`) // one version of the project waits for an acknowledgement
	callee.want("ack 7")
	caller.want(`["welcome"]`)

	offer := `{"type":"offer","sdp":"v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n<&>\u2028"}`
	caller.emit(`["offer",` + offer + `,"lounge"]`)
	callee.want(`["offer",` + offer + `]`)
	callee.emit(`["answer",{"type":"answer","sdp":"v=0"},"lounge"]`)
	caller.want(`["answer",{"type":"answer","sdp":"v=0"}]`)
	caller.emit(`["ice",{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMLineIndex":0,"sdpMid":"0"},"lounge"]`)
	callee.want(`["ice",{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMLineIndex":0,"sdpMid":"0"}]`)
	callee.emit(`["ice",null,"lounge"]`)
	caller.want(`["ice",null]`)
}

func TestClassicChatTellsInItsOrder(t *testing.T) {
	url := newClassic(t)
	bystander, anon, nico := dialClassic(t, url), dialClassic(t, url), dialClassic(t, url)

	anon.write(`420["enter_room","team 🐈"]`)
	anon.want("ack 0", `["room_change",["team 🐈"]]`)
	bystander.want(`["room_change",["team 🐈"]]`)
	nico.want(`["room_change",["team 🐈"]]`)

	nico.emit(`["nickname","nico"]`)
	nico.write(`420["enter_room","team 🐈"]`)
	nico.want("ack 0", `["room_change",["team 🐈"]]`)
	anon.want(`["welcome","nico",2]`, `["room_change",["team 🐈"]]`)

	nico.write(`421["new_message","hello <all>","team 🐈"]`)
	anon.want(`["new_message","nico: hello <all>"]`)
	nico.want("ack 1")
	anon.write(`421["new_message","hi","team 🐈"]`)
	nico.want(`["new_message","Anon: hi"]`)
	anon.want("ack 1")

	bystander.want(`["room_change",["team 🐈"]]`)
	bystander.emit(`["enter_room","other"]`)
	for _, c := range []*classicClient{bystander, anon, nico} {
		c.want(`["room_change",["team 🐈","other"]]`)
	}

	_ = nico.ws.Close(websocket.StatusNormalClosure, "")
	anon.want(`["bye","nico",1]`, `["room_change",["team 🐈","other"]]`)
	bystander.want(`["room_change",["team 🐈","other"]]`)
	anon.write("41") // leaves the namespace, as the library does before it closes
	bystander.want(`["room_change",["other"]]`)
}

func TestClassicStagesHaveNothingToDoWithEachOther(t *testing.T) {
	url := newClassic(t)
	peer, chatter, other := dialClassic(t, url), dialClassic(t, url), dialClassic(t, url)
	peer.emit(`["join_room","same"]`)
	peer.quiet()
	chatter.emit(`["enter_room","same"]`)
	chatter.want(`["room_change",["same"]]`)
	peer.want(`["room_change",["same"]]`)
	other.want(`["room_change",["same"]]`)
	chatter.emit(`["offer",{},"same"]`)
	chatter.emit(`["join_room","elsewhere"]`)
	chatter.emit(`["ice",null,"elsewhere"]`)
	peer.write(`429["new_message","x","same"]`)
	peer.write(`41`) // a peer's leaving is nobody's business
	other.emit(`["enter_room","same"]`)
	chatter.want(`["welcome","Anon",2]`, `["room_change",["same"]]`)
}

func TestClassicDropsWhatIsNotItsProtocol(t *testing.T) {
	url := newClassic(t)
	member, stranger := dialClassic(t, url), dialClassic(t, url)
	member.emit(`["join_room","r"]`)
	member.emit(`["enter_room","r"]`)
	member.want(`["room_change",["r"]]`)
	stranger.want(`["room_change",["r"]]`)
	for _, event := range []string{
		`["offer",{},"r"]`, `["answer",{},"r"]`, `["ice",null,"r"]`, `1["new_message","x","r"]`, // not a member
		`["join_room"]`, `["join_room",1]`, `["join_room",{"toString":"r"}]`, `["join_room",["r"]]`, `["join_room",null]`,
		`1["enter_room"]`, `1["enter_room",true]`, `["enter_room","` + strings.Repeat("x", 101) + `"]`,
		`["offer"]`, `["offer","r"]`, `["ice",null,null]`, `["nickname"]`, `["nickname",{}]`, `["nickname",null]`,
		`1["new_message"]`, `1["new_message","x"]`, `1["new_message",{"a":1},"r"]`, `["unheard of",1,2]`, `["__proto__","r"]`,
	} {
		stranger.write("42" + event)
	}
	stranger.quiet()
	member.quiet() // the room "quiet" is new to it, so nothing comes before
}

func TestClassicNicksAreCutShort(t *testing.T) {
	url := newClassic(t)
	a, b := dialClassic(t, url), dialClassic(t, url)
	a.emit(`["enter_room","r"]`)
	a.want(`["room_change",["r"]]`)
	b.want(`["room_change",["r"]]`)
	b.emit(`["nickname","` + strings.Repeat("가", 300) + `"]`)
	b.emit(`["enter_room","r"]`)
	a.want(`["welcome","` + strings.Repeat("가", 100) + `",2]`)
}

func TestClassicBoundsRoomsAndEntering(t *testing.T) {
	url := newClassic(t)
	c, witness := dialClassic(t, url), dialClassic(t, url)
	for i := range 30 {
		c.write(fmt.Sprintf(`42%d["enter_room","room %d"]`, i, i))
	}
	c.write(`4299["new_message","have you got all that?","room 0"]`)
	acks := 0
	for got := c.read(); got != "4399[]"; got = c.read() {
		if strings.HasPrefix(got, "43") {
			acks++
		}
	}
	if acks != 16 {
		t.Errorf("%d rooms entered, want 16", acks)
	}
	witness.emit(`["enter_room","here"]`)
	for !strings.HasSuffix(witness.read(), `"room 15","here"]]`) {
	}
}

func TestClassicListsOfRoomsAreToldAFewTimesASecondAndTheLastIsTrue(t *testing.T) {
	url := newClassic(t)
	witness := dialClassic(t, url)
	const clients, each = 10, 12
	begin := time.Now()
	for i := range clients {
		c := dialClassic(t, url)
		for j := range each {
			c.emit(fmt.Sprintf(`["enter_room","room %d of %d"]`, j, i))
		}
	}
	lists := 1
	for strings.Count(witness.read(), `"room `) < clients*each {
		lists++
	}
	if most := int(time.Since(begin)/(100*time.Millisecond)) + 1; lists > most {
		t.Errorf("%d lists for %d enters, want at most %d", lists, clients*each, most)
	}
}
