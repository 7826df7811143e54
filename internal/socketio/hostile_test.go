package socketio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// malformedPackets break engine.io-protocol 4.
var malformedPackets = []string{
	"", " ", "0", "0{}", "2", "2probe", "2x", "3x", "1x", "5", "6", "7", "9", "a", "\x00", "{}", "4\xff\xfe", "\xc3\x28",
	"42[\"a\",\"\xed\xa0\x80\"]",
}

func TestMalformedInputEndsOnlyItsSendersConnection(t *testing.T) {
	s, _, web := serve(t, Config{})
	bystander := dialWebSocket(t, web.URL)
	connect(t, bystander, "")
	texts := append([]string{}, malformedPackets...)
	for _, text := range malformedMessages {
		texts = append(texts, "4"+text)
	}
	for name, open := range rawTransports {
		for _, connected := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, connected %v", name, connected), func(t *testing.T) {
				for _, text := range texts {
					before := s.Stats().Malformed
					c := open(t, web.URL)
					if connected {
						connect(t, c, "")
					}
					if name == "polling" && text == "" { // an empty body
						text = "\x1e"
					}
					c.send(t, text)
					wantEnd(t, c)
					if got := s.Stats().Malformed; got != before+1 {
						t.Errorf("%q: %d connections were malformed, not one", text, got-before)
					}
					c.leave()
				}
				wantEcho(t, bystander)
			})
		}
	}
}

func TestAttachmentsComeAsAnnounced(t *testing.T) {
	_, _, web := serve(t, Config{})
	announced := `451-["echo",{"_placeholder":true,"num":0}]`
	for name, open := range rawTransports {
		for title, send := range map[string]func(c rawClient){
			"an attachment that nothing announced": func(c rawClient) { c.sendBinary(t, []byte{1}) },
			"one too many": func(c rawClient) {
				c.send(t, announced)
				c.sendBinary(t, []byte{1})
				c.sendBinary(t, []byte{2})
			},
			"text instead":            func(c rawClient) { c.send(t, announced); c.send(t, `42["echo"]`) },
			"another one announced":   func(c rawClient) { c.send(t, announced); c.send(t, announced) },
			"an empty packet instead": func(c rawClient) { c.send(t, announced); c.send(t, "4") },
			"too large together": func(c rawClient) {
				c.send(t, `453-["offer",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]`)
				for range 3 {
					c.sendBinary(t, make([]byte, 120<<10))
				}
			},
		} {
			t.Run(name+": "+title, func(t *testing.T) {
				c := open(t, web.URL)
				connect(t, c, "")
				send(c)
				wantEnd(t, c)
			})
		}
	}
}

// TestPublishedVulnerabilities replays what other servers fell to. Wherever it is not refused as a request, the sender's
// connection ends; nobody else's does.
func TestPublishedVulnerabilities(t *testing.T) {
	s, _, web := serve(t, Config{})
	bystander := dialWebSocket(t, web.URL)
	connect(t, bystander, "")
	endpoint := web.URL + "/socket.io/?EIO=4"
	refusedRequest := func(method, query, body string) func(*testing.T) {
		return func(t *testing.T) {
			r, _ := http.NewRequestWithContext(t.Context(), method, endpoint+query, strings.NewReader(body))
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode/100 != 4 {
				t.Errorf("%s %s: %s", method, query, response.Status)
			}
		}
	}
	ended := func(texts ...string) func(*testing.T) {
		return func(t *testing.T) {
			for name, open := range rawTransports {
				c := open(t, web.URL)
				connect(t, c, "")
				for _, text := range texts {
					c.send(t, text)
				}
				wantEnd(t, c)
				t.Log(name, "ended")
			}
		}
	}
	for _, c := range []struct {
		name   string
		attack func(t *testing.T)
	}{
		{"CVE-2022-21676: a WebSocket frame with reserved bits, on a new connection", reservedBits(web.URL, "")},
		{"CVE-2022-21676: the same on an upgrade", func(t *testing.T) {
			p := openPolling(t, web.URL)
			reservedBits(web.URL, p.address[strings.Index(p.address, "&sid="):])(t)
			connect(t, p, "")
			wantEcho(t, p)
		}},
		{"CVE-2022-41940: a client that resets its upgrade", func(t *testing.T) {
			p := openPolling(t, web.URL)
			resetUpgrade(t, web.URL, p.address[strings.Index(p.address, "&sid="):])
			connect(t, p, "")
			wantEcho(t, p)
		}},
		{"CVE-2022-2421: a placeholder whose number is a method", ended(`451-["a",{"_placeholder":true,"num":"splice"}]`, "bAAAA")},
		{"CVE-2023-31125: a transport that is a property", refusedRequest("GET", "&transport=constructor", "")},
		{"CVE-2023-31125: a transport of the prototype", refusedRequest("GET", "&transport=__proto__", "")},
		{"CVE-2023-31125: a transport that is not spoken", refusedRequest("GET", "&transport=webtransport", "")},
		{"CVE-2023-31125: a session that is a property", refusedRequest("GET", "&transport=polling&sid=constructor", "")},
		{"CVE-2023-31125: a session of the prototype", refusedRequest("POST", "&transport=polling&sid=__proto__", "40")},
		{"CVE-2023-31125: an upgrade without WebSocket", refusedRequest("GET", "&transport=websocket&sid=toString", "")},
		{"CVE-2023-32695: an event name that is an object", ended(`42[{"toString":"foo"}]`)},
		{"CVE-2024-38355: an event named error", func(t *testing.T) {
			c := dialWebSocket(t, web.URL)
			connect(t, c, "")
			c.send(t, `42["error",{"x":1}]`) // a name like any other here
			wantEcho(t, c)
		}},
		{"CVE-2020-36048: a huge body", func(t *testing.T) {
			p := openPolling(t, web.URL)
			if status, _ := p.post(t, io.LimitReader(zeros{}, 1<<30)); status != http.StatusRequestEntityTooLarge && status != 0 {
				t.Errorf("status %d", status)
			}
			wantEnd(t, p)
		}},
		{"CVE-2020-36049: a packet of many small parts", func(t *testing.T) {
			p := openPolling(t, web.URL)
			p.send(t, strings.Repeat("4\x1e", 100_000))
			wantEnd(t, p)
		}},
		{"CVE-2026-33151: more attachments than anyone needs", ended(`4511-["a",{"_placeholder":true,"num":0}]`)},
		{"CVE-2026-33151: a number of attachments that is none", ended(`451e9-["a"]`)},
		{"CVE-2026-69185: attachments that wait for the last one", func(t *testing.T) {
			c := dialWebSocket(t, web.URL)
			connect(t, c, "")
			c.send(t, `4510-["a",{"_placeholder":true,"num":0}]`)
			for range 9 {
				c.sendBinary(t, make([]byte, 100<<10))
			}
			wantEnd(t, c)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.attack(t)
			wantEcho(t, bystander)
		})
	}
	if n := s.Stats().Panics; n > 0 {
		t.Errorf("%d panics", n)
	}
}

// zeros is a body without an end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return copy(b, bytes.Repeat([]byte{'0'}, len(b))), nil }

func TestBodiesAndEventsHaveTheirLimits(t *testing.T) {
	_, _, web := serve(t, Config{})
	const limit = 320 << 10
	long := `42["offer","` + strings.Repeat("x", limit) + `"]`
	t.Run("a long body", func(t *testing.T) {
		p := openPolling(t, web.URL)
		if status, _ := p.post(t, strings.NewReader(long)); status != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", status)
		}
		wantEnd(t, p)
	})
	t.Run("a long body of unknown length", func(t *testing.T) {
		p := openPolling(t, web.URL)
		if status, _ := p.post(t, io.MultiReader(strings.NewReader(long))); status != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", status)
		}
		wantEnd(t, p)
	})
	t.Run("a long message", func(t *testing.T) {
		c := dialWebSocket(t, web.URL)
		connect(t, c, "")
		c.send(t, long)
		_, _, err := c.Read(t.Context())
		if websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
			t.Errorf("closed by %v", err)
		}
	})
	for name, open := range rawTransports {
		t.Run("a long event, "+name, func(t *testing.T) {
			c := open(t, web.URL)
			connect(t, c, "")
			c.send(t, `42["echo","`+strings.Repeat("x", 64<<10)+`"]`)
			wantEnd(t, c)
		})
		t.Run("a long offer, "+name, func(t *testing.T) {
			c := open(t, web.URL)
			connect(t, c, "")
			c.send(t, `42["offer","`+strings.Repeat("x", 300<<10)+`"]`)
			wantEcho(t, c)
		})
	}
}

func TestForeignOriginsAreRefused(t *testing.T) {
	allowed := "https://friend.example"
	_, _, web := serve(t, Config{Origins: func(r *http.Request) bool { return r.Header.Get("Origin") == allowed }})
	own := web.URL
	for _, c := range []struct {
		origin, site string
		ok           bool
	}{
		{"", "", true},
		{own, "same-origin", true},
		{allowed, "cross-site", true},
		{strings.ToUpper(own), "", true},
		{"https://evil.example", "cross-site", false},
		{"null", "", false},
		{own + ".evil.example", "", false},
		{"http://127.0.0.1", "", false},
		{"x", "", false},
		{"://", "", false},
		{"", "cross-site", false},
		{allowed + ".evil.example", "", false},
	} {
		header := http.Header{}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		if c.site != "" {
			header.Set("Sec-Fetch-Site", c.site)
		}
		want := http.StatusForbidden
		if c.ok {
			want = http.StatusOK
		}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, own+"/socket.io/?EIO=4&transport=polling", nil)
		r.Header = header
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("polling from %q: %s", c.origin, response.Status)
		}
		if got := response.Header.Get("Access-Control-Allow-Origin"); (got == allowed) != (c.origin == allowed) || (got != "" && got != allowed) {
			t.Errorf("polling from %q may be read by %q", c.origin, got)
		}
		if response.Header.Get("Set-Cookie") != "" || response.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("polling from %q deals in cookies", c.origin)
		}
		ws, response, err := websocket.Dial(t.Context(), strings.Replace(own, "http", "ws", 1)+"/socket.io/?EIO=4&transport=websocket", &websocket.DialOptions{HTTPHeader: header})
		if (err == nil) != c.ok || (!c.ok && response.StatusCode != http.StatusForbidden) {
			t.Errorf("WebSocket from %q: %v", c.origin, err)
		}
		if ws != nil {
			_ = ws.CloseNow()
		}
	}
}

func TestPreflightsAreAnswered(t *testing.T) {
	_, _, web := serve(t, Config{Origins: func(r *http.Request) bool { return r.Header.Get("Origin") == "https://friend.example" }})
	for origin, want := range map[string]int{"https://friend.example": http.StatusNoContent, "https://evil.example": http.StatusForbidden} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodOptions, web.URL+"/socket.io/?EIO=4&transport=polling", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("from %s: %s", origin, response.Status)
		}
		if allowed := response.Header.Get("Access-Control-Allow-Methods"); (allowed != "") != (want == http.StatusNoContent) {
			t.Errorf("from %s: methods %q", origin, allowed)
		}
	}
}

func TestAnAbortedPollEndsTheConnectionAtOnce(t *testing.T) {
	_, h, web := serve(t, Config{})
	p := openPolling(t, web.URL)
	connect(t, p, "")
	ctx, abort := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, p.address, nil)
	time.AfterFunc(50*time.Millisecond, abort) // while it waits; earlier does no harm
	if response, err := p.client.Do(r); err == nil {
		_ = response.Body.Close()
		t.Fatal("the poll was answered")
	}
	select {
	case reason := <-h.departed:
		if reason != ReasonClosed {
			t.Errorf("reason %q", reason)
		}
	case <-time.After(3 * time.Second):
		t.Error("still there after 3 s")
	}
	if p.send(t, "3") {
		t.Error("the session is still known")
	}
}

func TestOverlappingRequestsEndTheConnection(t *testing.T) {
	s, _, web := serve(t, Config{})
	p := openPolling(t, web.URL)
	connect(t, p, "")
	first := make(chan string, 1)
	go func() { // ends with the poll
		_, body := p.get(t)
		first <- body
	}()
	for !polling(s) {
		runtime.Gosched() // until the first poll has begun; nothing else tells
	}
	if status, _ := p.get(t); status != http.StatusBadRequest {
		t.Errorf("the second poll got %d", status)
	}
	if body := <-first; body != "1" {
		t.Errorf("the first poll got %q", body)
	}
	if p.send(t, "3") {
		t.Error("the session is still known")
	}
}

// polling reports whether a poll is waiting.
func polling(s *Server) bool {
	for _, c := range s.all() {
		c.link.mu.Lock()
		polling := c.link.polling
		c.link.mu.Unlock()
		if polling {
			return true
		}
	}
	return false
}

func TestAFloodIsLimitedThenClosed(t *testing.T) {
	s, h, web := serve(t, Config{EventRate: 1, EventBurst: 100, RefusalBurst: 50})
	bystander := dialWebSocket(t, web.URL)
	connect(t, bystander, "/team,")
	for name, open := range rawTransports {
		t.Run(name, func(t *testing.T) {
			c := open(t, web.URL)
			connect(t, c, "")
			events := strings.Repeat(`421["echo"]`+"\x1e", 999) + `421["echo"]`
			if name == "polling" {
				c.send(t, events)
			} else {
				for event := range strings.SplitSeq(events, "\x1e") {
					c.send(t, event)
				}
			}
			answers, refusals, disconnected := 0, 0, false
			for {
				got, ok := c.next(t)
				switch {
				case got == `431[]`:
					answers++
				case got == `431["limited"]`:
					refusals++
				case got == "41":
					disconnected = true
				}
				if !ok {
					break
				}
			}
			// CONNECT counts too, and a token or two may have come back.
			if answers < 99 || answers > 102 || refusals < 50 || refusals > 70 {
				t.Errorf("%d answers, %d refusals", answers, refusals)
			}
			if !disconnected {
				t.Error("the client will come back at once")
			}
			if reason := <-h.departed; reason != ReasonLimited {
				t.Errorf("reason %q", reason)
			}
		})
	}
	bystander.send(t, `42/team,1["echo"]`)
	if got, _ := bystander.next(t); got != `43/team,1[]` {
		t.Errorf("a bystander got %q", got)
	}
	if n := s.Stats(); n.Limited != 2 {
		t.Errorf("%+v", n)
	}
}

func TestAPanicEndsOnlyTheConnectionItWasCalledFor(t *testing.T) {
	s, h, web := serve(t, Config{})
	bystander := dialWebSocket(t, web.URL)
	connect(t, bystander, "")
	for _, open := range rawTransports {
		c := open(t, web.URL)
		connect(t, c, "")
		c.send(t, `42["panic"]`)
		wantEnd(t, c)
		if reason := <-h.departed; reason != ReasonPanic {
			t.Errorf("reason %q", reason)
		}
	}
	wantEcho(t, bystander)
	if n := s.Stats().Panics; n != 2 {
		t.Errorf("%d panics counted", n)
	}
}
