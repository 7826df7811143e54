package signal_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// overBoth runs a test over each transport.
func overBoth(t *testing.T, f func(*testing.T, *node, transport)) {
	for _, via := range transports {
		t.Run(via.name, func(t *testing.T) { f(t, newNode(t), via) })
	}
}

func TestTwoMeetTalkAndPart(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		ann, hello := n.open(t, via, `{"room":"Standup","name":"Ann","newField":1}`)
		if hello["room"] != "standup" || hello["joined"] != false || hello["server"].(map[string]any)["version"] != "test" {
			t.Errorf("session %v", hello)
		}
		ann.ok("join", `{}`)
		bob, hello := n.open(t, via, `{"room":"standup","name":"Bob"}`)
		if inside := fmt.Sprint(hello["inside"]); !strings.Contains(inside, "Ann") {
			t.Errorf("inside %s", inside)
		}
		join := bob.ok("join", `{"name":"Bobby"}`)
		if len(join["participants"].([]any)) != 1 || join["you"].(map[string]any)["seat"] != 2.0 {
			t.Errorf("join %v", join)
		}
		if e, _ := ann.want("joined"); e["participant"].(map[string]any)["name"] != "Bobby" {
			t.Errorf("joined %v", e)
		}
		ann.ok("publish", `{"track":"microphone","state":"on"}`)
		if e, _ := bob.want("updated"); e["participant"].(map[string]any)["tracks"].(map[string]any)["microphone"] != "on" {
			t.Errorf("updated %v", e)
		}
		bob.ok("view", `{"tracks":[{"track":5,"width":320.5,"height":180}]}`)
		ack := ann.ok("chat", `{"id":"c1","text":"<b>hi</b>"}`)
		if e, _ := bob.want("chat"); e["message"].(map[string]any)["text"] != "<b>hi</b>" || e["message"].(map[string]any)["seq"] != ack["seq"] {
			t.Errorf("chat %v after %v", e, ack)
		}
		ann.ok("rename", `{"name":"앤"}`)
		bob.want("updated")
		bob.ok("leave", `{}`)
		ann.want("chat")
		if e, _ := ann.want("left"); e["reason"] != "left" {
			t.Errorf("left %v", e)
		}
	})
}

func TestADroppedConnectionIsResumed(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		ann, _ := n.open(t, via, `{"room":"r","name":"ann"}`)
		ann.ok("join", `{}`)
		bob, hello := n.open(t, via, `{"room":"r","name":"bob"}`)
		bob.ok("join", `{}`)
		_ = bob.ws.CloseNow()
		ann.want("joined")
		ann.want("updated")
		ann.ok("rename", `{"name":"anna"}`)
		ann.ok("chat", `{"id":"c1","text":"still there?"}`)
		bob, again := n.open(t, via, fmt.Sprintf(`{"room":"r","name":"bob","key":%q,"last":0}`, hello["key"]))
		if again["resumed"] != true || again["id"] != hello["id"] {
			t.Fatalf("session %v", again)
		}
		bob.want("updated")
		bob.want("chat")
		ann.want("chat")
		if e, _ := ann.want("updated"); e["participant"].(map[string]any)["away"] != false {
			t.Errorf("updated %v", e)
		}
	})
}

func TestASecondTabEndsTheFirst(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		first, hello := n.open(t, via, `{"room":"r","name":"ann"}`)
		first.ok("join", `{}`)
		second, again := n.open(t, via, fmt.Sprintf(`{"room":"r","name":"ann","key":%q}`, hello["key"]))
		if again["joined"] != true || again["resumed"] != false {
			t.Errorf("session %v", again)
		}
		if e, _ := first.want("ended"); e["reason"] != "replaced" {
			t.Errorf("ended %v", e)
		}
		second.ok("join", `{}`)
	})
}

func TestWhatIsWrongWithARequestIsSaid(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		c, _ := n.open(t, via, `{"room":"r","name":"ann"}`)
		if got := c.code("chat", `{"id":"1","text":"x"}`); got != "forbidden" {
			t.Errorf("chat from outside: %q", got)
		}
		c.ok("join", `{}`)
		long := strings.Repeat("x", 60<<10)
		for _, r := range []struct{ event, data, code string }{
			{"sing", `{}`, "not_found"},
			{"join", `[]`, "invalid"},
			{"join", `"x"`, "invalid"},
			{"join", `{"name":7}`, "invalid"},
			{"join", `{"name":"` + long + `"}`, "invalid"},
			{"offer", `{}`, "invalid"},
			{"offer", `{"sdp":{}}`, "invalid"},
			{"offer", `{"sdp":"hello"}`, "invalid"},
			{"publish", `{}`, "invalid"},
			{"publish", `{"track":"nose","state":"on"}`, "invalid"},
			{"publish", `{"track":"camera","state":"muted"}`, "invalid"},
			{"publish", `{"track":"camera","state":true}`, "invalid"},
			{"view", `{"tracks":{}}`, "invalid"},
			{"view", `{"tracks":[{"track":-1}]}`, "invalid"},
			{"view", `{"tracks":[{"track":4}]}`, "invalid"},
			{"view", `{"tracks":[` + strings.Repeat(`{"track":5},`, 64) + `{"track":5}]}`, "invalid"},
			{"chat", `{"id":1,"text":"x"}`, "invalid"},
			{"chat", `{"id":"1"}`, "invalid"},
			{"chat", `{"id":"1","text":"` + long + `"}`, "invalid"},
			{"rename", `{}`, "invalid"},
			{"view", `{"tracks":[]}`, ""},
			{"view", `{"tracks":[{"track":5,"width":1e300,"height":-1}]}`, ""},
			{"leave", `{"why":"tired"}`, ""},
		} {
			if got := c.code(r.event, r.data); got != r.code {
				t.Errorf("%s %.60s: %q, want %q", r.event, r.data, got, r.code)
			}
		}
	})
}

func TestARefusedConnectSaysWhy(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		for _, auth := range []string{`{}`, `{"room":"a b","name":"x"}`, `{"room":"r","name":""}`, `{"room":7,"name":"x"}`, `{"room":"r","name":"x","last":-1}`} {
			c := n.dial(t, via)
			via.connect(c, auth)
			answer, _, err := c.read()
			if err != nil || !strings.Contains(answer, `"code":"invalid"`) {
				t.Errorf("%s: %s, %v", auth, answer, err)
			}
		}
	})
}

func TestAFloodIsLimitedAndThenCutOff(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		calm, _ := n.open(t, via, `{"room":"r","name":"calm"}`)
		calm.ok("join", `{}`)
		c, _ := n.open(t, via, `{"room":"r","name":"flood"}`)
		c.ok("join", `{}`)
		go func() { // ends when the server has closed the connection
			for i := 10; ; i++ {
				if c.ws.Write(t.Context(), websocket.MessageText, []byte(via.request("rename", `{"name":"x"}`, i))) != nil {
					return
				}
			}
		}()
		limited := 0
		for {
			array, _, err := c.read()
			if err != nil {
				break
			}
			if strings.Contains(array, `"limited"`) {
				limited++
			}
		}
		if limited < 100 {
			t.Errorf("told %d times before the end", limited)
		}
		calm.ok("rename", `{"name":"still calm"}`)
	})
}

func TestTwoHundredComeAndGoAndLeaveNothingBehind(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		visit := func() {
			c, _ := n.open(t, via, `{"room":"r","name":"guest"}`)
			c.ok("join", `{}`)
			c.ok("chat", `{"id":"1","text":"hello"}`)
			c.ok("leave", `{}`)
			_ = c.ws.Close(websocket.StatusNormalClosure, "")
		}
		visit()
		before := settled(t, 1<<20)
		for range 200 {
			visit()
		}
		if after := settled(t, before); after > before {
			buf := make([]byte, 1<<20)
			t.Errorf("%d goroutines, %d before\n%s", after, before, buf[:runtime.Stack(buf, true)])
		}
	})
}

// settled waits until at most want goroutines are left, or their number has not changed for a while, and gives it.
// Goroutines do not say when they have ended, so that this is the one place that has to look.
func settled(t *testing.T, want int) int {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last, same := runtime.NumGoroutine(), 0
	for range 100 {
		select {
		case <-tick.C:
		case <-t.Context().Done():
		}
		n := runtime.NumGoroutine()
		if n != last {
			same = 0
		} else if same++; n <= want && same >= 5 || same >= 40 {
			break
		}
		last = n
	}
	return last
}

func TestPlainFramesThatAreNoneEndTheConnection(t *testing.T) {
	n := newNode(t)
	for _, text := range []string{
		``, `{}`, `[]`, `"x"`, `[1]`, `[null]`, `[""]`, `["join",{},1,2]`, `["join",{},{}]`, `["join",{},[1]]`, `["join",{},true]`,
		`["join",`, `["join",{},"` + strings.Repeat("x", 80) + `"]`, `["chat",{"text":"` + strings.Repeat("x", 65<<10) + `"}]`,
	} {
		c, _ := n.open(t, plain, `{"room":"r","name":"ann"}`)
		c.write(text)
		if got := c.closed(); got != websocket.StatusPolicyViolation {
			t.Errorf("%.40q: closed with %v", text, got)
		}
	}
	c, _ := n.open(t, plain, `{"room":"r","name":"ann"}`)
	if err := c.ws.Write(t.Context(), websocket.MessageBinary, []byte(`["join",{}]`)); err != nil {
		t.Fatal(err)
	}
	if got := c.closed(); got != websocket.StatusPolicyViolation {
		t.Errorf("binary: closed with %v", got)
	}
	c, _ = n.open(t, plain, `{"room":"r","name":"ann"}`)
	// Only a little too much: with more the server would be gone before all of it is written, and the write would fail.
	c.write(`["offer",{"sdp":"` + strings.Repeat("x", 320<<10) + `"}]`)
	if got := c.closed(); got != websocket.StatusMessageTooBig {
		t.Errorf("huge: closed with %v", got)
	}
}

func TestPlainWantsConnectFirst(t *testing.T) {
	n := newNode(t)
	c := n.dial(t, plain)
	c.write(`["join",{},"a"]`)
	_, answer, err := c.ws.Read(t.Context())
	if err != nil || !strings.HasPrefix(string(answer), `["ack",{"ok":false`) || !strings.HasSuffix(string(answer), `,"a"]`) {
		t.Errorf("%s, %v", answer, err)
	}
	c.closed()
}

func TestPlainAnswersOnlyWhenAsked(t *testing.T) {
	n := newNode(t)
	c, _ := n.open(t, plain, `{"room":"r","name":"ann"}`)
	c.write(`["join"]`)
	c.write(`["rename",{"name":"x"},null]`)
	c.write(`["rename",{"name":"y"},"an id"]`)
	for {
		_, text, err := c.ws.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if string(text) == `["ack",{"ok":true},"an id"]` {
			return
		}
		if strings.HasPrefix(string(text), `["ack"`) && string(text) != `["ack",{"ok":true},0]` {
			t.Errorf("got %s", text)
		}
	}
}

func TestAForeignPageMayNotOpenPlainWebSocket(t *testing.T) {
	n := newNode(t)
	for origin, want := range map[string]int{
		"https://evil.example": http.StatusForbidden, "null": http.StatusForbidden, "http://" + strings.TrimPrefix(n.url, "ws://"): 101,
	} {
		ws, response, err := websocket.Dial(t.Context(), n.url+"/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
		if response == nil || response.StatusCode != want {
			t.Errorf("%s: %v, %v", origin, response, err)
		}
		if ws != nil {
			_ = ws.CloseNow()
		}
	}
}
