package signal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// guest is somebody in a room with the key of their session.
type guest struct {
	*client
	n    *node
	room string
	id   string
	key  string
}

// guest brings somebody into a room.
func (n *node) guest(t testing.TB, room, name string) *guest {
	t.Helper()
	return n.guestBy(t, room, name, "")
}

// guestBy brings somebody into a room by a link with this key.
func (n *node) guestBy(t testing.TB, room, name, link string) *guest {
	t.Helper()
	c, hello := n.open(t, plain, fmt.Sprintf(`{"room":%q,"name":%q,"link":%q}`, room, name, link))
	c.ok("join", `{}`)
	return &guest{c, n, room, hello["id"].(string), hello["key"].(string)}
}

// files makes a request about the room's files and gives the status, the JSON that came and its header.
func (g *guest) files(method, id, body string, header ...string) (int, map[string]any, http.Header) {
	g.t.Helper()
	return g.n.rest(g.t, method, "/api/rooms/"+url.PathEscape(g.room)+"/files"+id, g.key, body, header...)
}

func (g *guest) begin(name string, size int) string {
	g.t.Helper()
	body, _ := json.Marshal(map[string]any{"name": name, "size": size})
	status, v, _ := g.files("POST", "", string(body))
	if status != 201 || v["offset"] != 0.0 {
		g.t.Fatalf("%d %v", status, v)
	}
	return "/" + v["file"].(string)
}

func (g *guest) piece(id string, offset int, content string) (int, map[string]any) {
	g.t.Helper()
	status, v, _ := g.files("PATCH", id, content, "Upload-Offset", fmt.Sprint(offset))
	return status, v
}

// upload sends a whole small file and gives what the server says of it.
func (g *guest) upload(name, content string) map[string]any {
	g.t.Helper()
	id := g.begin(name, len(content))
	status, v := g.piece(id, 0, content)
	if status != 200 || v["file"] == nil {
		g.t.Fatalf("%d %v", status, v)
	}
	return v["file"].(map[string]any)
}

// get fetches a file whose name in a path is id.
func (g *guest) get(id string) (int, string, http.Header) {
	g.t.Helper()
	answer := g.fetch(id)
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return answer.StatusCode, string(data), answer.Header
}

// fetch begins to fetch a file.
func (g *guest) fetch(id string) *http.Response {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), "GET", strings.Replace(g.n.url, "ws", "http", 1)+"/api/rooms/"+url.PathEscape(g.room)+"/files"+id, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func TestAFileIsSentInPiecesAndFetched(t *testing.T) {
	n := newNode(t)
	ann, bob := n.guest(t, "아침-회의", "ann"), n.guest(t, "아침-회의", "bob")
	content := strings.Repeat("0123456789", 150_000) // 1.5 MB: two pieces
	id := ann.begin(`C:\..\회의 "록".txt`, len(content))
	if status, v := ann.piece(id, 0, content[:1<<20]); status != 200 || v["offset"] != float64(1<<20) || v["file"] != nil {
		t.Fatalf("%d %v", status, v)
	}
	if status, _, header := ann.files("HEAD", id, ""); status != 200 || header.Get("Upload-Offset") != "1048576" {
		t.Errorf("%d, at %s", status, header.Get("Upload-Offset"))
	}
	status, v := ann.piece(id, 1<<20, content[1<<20:])
	file, _ := v["file"].(map[string]any)
	if status != 200 || file["name"] != `회의 _록_.txt` || file["size"] != float64(len(content)) || file["type"] != "application/octet-stream" {
		t.Fatalf("%d %v", status, v)
	}
	// The answer was lost with its connection.
	if status, _, header := ann.files("HEAD", id, ""); status != 200 || header.Get("Upload-Offset") != fmt.Sprint(len(content)) {
		t.Errorf("%d, at %s", status, header.Get("Upload-Offset"))
	}
	if status, v := ann.piece(id, len(content), ""); status != 200 || v["file"] == nil {
		t.Errorf("asked again: %d %v", status, v)
	}
	if status, _, _ := bob.get(id); status != 404 {
		t.Errorf("before it was sent: %d", status)
	}
	ann.ok("chat", fmt.Sprintf(`{"id":"1","text":"look","file":%q}`, id[1:]))
	e := bob.find("chat")["message"].(map[string]any)
	if e["file"].(map[string]any)["id"] != id[1:] {
		t.Errorf("bob is told %v", e)
	}
	status, got, header := bob.get(id)
	if status != 200 || got != content {
		t.Errorf("%d, %d bytes", status, len(got))
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "private",
		"Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Disposition":     "attachment; filename*=utf-8''%ED%9A%8C%EC%9D%98%20_%EB%A1%9D_.txt",
	} {
		if header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, header.Get(name), want)
		}
	}
	bob.ok("chat_react", fmt.Sprintf(`{"seq":%v,"emoji":"👍","on":true}`, e["seq"]))
	if status, v, _ := ann.files("DELETE", id, ""); status != 409 {
		t.Errorf("a file that a message carries was removed: %d %v", status, v)
	}
	ann.ok("chat_delete", fmt.Sprintf(`{"seq":%v}`, e["seq"]))
	if status, _, _ := bob.get(id); status != 404 {
		t.Errorf("of a deleted message: %d", status)
	}
}

func TestADroppedUploadGoesOn(t *testing.T) {
	n := newNode(t)
	ann := n.guest(t, "r", "ann")
	content := strings.Repeat("x", 200_000)
	id := ann.begin("a", len(content))
	conn, err := net.Dial("tcp", strings.TrimPrefix(n.url, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "PATCH /api/rooms/r/files%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nUpload-Offset: 0\r\nContent-Length: %d\r\n\r\n%s", id, ann.key, len(content), content[:150_000])
	_ = conn.(*net.TCPConn).CloseWrite() // the line is cut in the middle
	_, _ = io.ReadAll(conn)              // until the server has noticed
	_ = conn.Close()
	status, _, header := ann.files("HEAD", id, "")
	if status != 200 || header.Get("Upload-Offset") != "150000" {
		t.Fatalf("%d, at %s", status, header.Get("Upload-Offset"))
	}
	if status, v := ann.piece(id, 100_000, content[100_000:]); status != 409 || v["offset"] != 150_000.0 || v["error"].(map[string]any)["code"] != "conflict" {
		t.Errorf("a wrong offset: %d %v", status, v)
	}
	if status, v := ann.piece(id, 150_000, content[150_000:]); status != 200 || v["file"] == nil {
		t.Errorf("%d %v", status, v)
	}
}

func TestWhatIsWrongWithAFileIsSaid(t *testing.T) {
	n := newNode(t)
	ann := n.guest(t, "r", "ann")
	id := ann.begin("a", 10)
	for _, c := range []struct {
		method, id, body string
		header           []string
		want             int
	}{
		{"POST", "", `{"name":"a","size":26214401}`, nil, 400},
		{"POST", "", `{"name":"a","size":0}`, nil, 400},
		{"POST", "", `{"name":"a","size":-1}`, nil, 400},
		{"POST", "", `{"name":"a","size":1.5}`, nil, 400},
		{"POST", "", `{"name":"a","size":"9"}`, nil, 400},
		{"POST", "", `{`, nil, 400},
		{"POST", "", `{"name":"` + strings.Repeat("x", 64<<10) + `","size":1}`, nil, 413},
		{"PATCH", id, "x", nil, 400},
		{"PATCH", id, "x", []string{"Upload-Offset", "-1"}, 400},
		{"PATCH", id, "x", []string{"Upload-Offset", "zero"}, 400},
		{"PATCH", id, "x", []string{"Upload-Offset", "99999999999999999999"}, 400},
		{"PATCH", id, "x", []string{"Upload-Offset", "1"}, 409},
		{"PATCH", id, strings.Repeat("x", 11), []string{"Upload-Offset", "0"}, 400},
		{"PATCH", id, strings.Repeat("x", 1<<20+1), []string{"Upload-Offset", "0"}, 413},
		{"PATCH", "/" + strings.Repeat("0", 32), "x", []string{"Upload-Offset", "0"}, 404},
		{"PATCH", "/..%2f..%2flock", "x", []string{"Upload-Offset", "0"}, 404},
		{"GET", "/..%2f..%2flock", "", nil, 404},
		{"GET", "/%2e%2e", "", nil, 404},
		{"HEAD", "/x", "", nil, 404},
		{"GET", id, "", nil, 404},
		{"DELETE", "/x", "", nil, 404},
		{"PUT", id, "", nil, 405},
		{"POST", "", `{"name":"a","size":1}`, []string{"Origin", "https://evil.example"}, 403},
		{"GET", id, "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		if got, v, _ := ann.files(c.method, c.id, c.body, c.header...); got != c.want {
			t.Errorf("%s %s %.30s %v: %d %v, want %d", c.method, c.id, c.body, c.header, got, v, c.want)
		}
	}
	if status, v := ann.piece(id, 0, "0123456789"); status != 200 || v["file"] == nil {
		t.Errorf("afterwards: %d %v", status, v)
	}
	ann.begin("b", 1)
	ann.begin("c", 1)
	ann.begin("d", 1)
	if status, v, _ := ann.files("POST", "", `{"name":"e","size":1}`); status != 429 {
		t.Errorf("a fourth at once: %d %v", status, v)
	}
}

func TestACancelledUploadIsGone(t *testing.T) {
	n := newNode(t)
	ann, bob := n.guest(t, "r", "ann"), n.guest(t, "r", "bob")
	going := ann.begin("a", 10)
	whole := "/" + ann.upload("b", "whole")["id"].(string)
	for _, id := range []string{going, whole} {
		if status, _, _ := bob.files("DELETE", id, ""); status != 404 {
			t.Errorf("another cancelled it: %d", status)
		}
		if status, _, _ := ann.files("DELETE", id, ""); status != 204 {
			t.Errorf("not cancelled: %d", status)
		}
		for _, method := range []string{"HEAD", "DELETE"} {
			if status, _, _ := ann.files(method, id, ""); status != 404 {
				t.Errorf("%s afterwards: %d", method, status)
			}
		}
	}
}

func TestAPictureIsShownAndWhatOnlyClaimsToBeOneIsNot(t *testing.T) {
	n := newNode(t)
	ann := n.guest(t, "r", "ann")
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, content, kind, how string }{
		{"cat.exe", b.String(), "image/png", "inline; filename=cat.exe"},
		{"cat.png", "<html><script>alert(1)</script>", "application/octet-stream", "attachment; filename=cat.png"},
		{"cat.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "application/octet-stream", "attachment; filename=cat.svg"},
		{"a\r\nX-Evil: 1", "x", "application/octet-stream", `attachment; filename="a  X-Evil_ 1"`},
	} {
		file := ann.upload(c.name, c.content)
		if file["type"] != c.kind || c.kind == "image/png" && (file["width"] != 30.0 || file["height"] != 20.0) {
			t.Errorf("%q: %v", c.name, file)
		}
		status, got, header := ann.get("/" + file["id"].(string))
		if status != 200 || got != c.content || header.Get("Content-Type") != c.kind || header.Get("Content-Disposition") != c.how || header.Get("X-Evil") != "" {
			t.Errorf("%q: %d %v", c.name, status, header)
		}
	}
}

func TestOnlyThoseInsideReachARoomsFiles(t *testing.T) {
	n := newNode(t)
	host := n.make(t, "team", `{"lobby":false}`)
	lead, _ := n.open(t, plain, fmt.Sprintf(`{"room":"team","name":"host","link":%q}`, host))
	lead.ok("join", `{}`)
	ann, eve := n.guest(t, "team", "ann"), n.guest(t, "team", "eve")
	elsewhere := n.guest(t, "other", "mallory")
	elsewhere.room = "team"
	outside, hello := n.open(t, plain, `{"room":"team","name":"outside"}`)
	defer outside.closed()
	waiting := &guest{outside, n, "team", hello["id"].(string), hello["key"].(string)}
	nobody := &guest{outside, n, "team", "", ""}
	absent := &guest{outside, n, "no-such-room", "", ann.key}
	id := "/" + ann.upload("a", "hello")["id"].(string)
	ann.ok("chat", fmt.Sprintf(`{"id":"1","file":%q}`, id[1:]))
	if status, got, _ := eve.get(id); status != 200 || got != "hello" {
		t.Errorf("inside: %d %q", status, got)
	}
	lead.ok("remove", fmt.Sprintf(`{"id":%q}`, eve.id))
	for name, g := range map[string]*guest{"removed": eve, "of another room": elsewhere, "outside": waiting, "without a key": nobody, "in an absent room": absent} {
		for _, c := range []struct{ method, id, body string }{{"GET", id, ""}, {"HEAD", id, ""}, {"DELETE", id, ""}, {"PATCH", id, "x"}, {"POST", "", `{"name":"a","size":1}`}} {
			if status, v, _ := g.files(c.method, c.id, c.body, "Upload-Offset", "0"); status != 403 {
				t.Errorf("%s: %s %d %v", name, c.method, status, v)
			}
		}
	}
	lead.ok("settings", `{"chat":"hosts"}`)
	if status, v, _ := ann.files("POST", "", `{"name":"a","size":1}`); status != 403 || v["error"].(map[string]any)["reason"] != "settings" {
		t.Errorf("where only hosts write: %d %v", status, v)
	}
	if status, _, _ := ann.get(id); status != 200 {
		t.Errorf("reading where only hosts write: %d", status)
	}
	_ = outside.ws.CloseNow()
}

func TestADownloadIsCutWhenItsReaderIsRemoved(t *testing.T) {
	for _, ban := range []bool{false, true} {
		n := newNode(t)
		host := n.guestBy(t, "team", "host", n.make(t, "team", `{"lobby":false}`))
		bob, cho := n.guest(t, "team", "bob"), n.guest(t, "team", "cho")
		content := strings.Repeat("0123456789abcdef", 25<<20/16) // more than the buffers between two sockets hold
		id := host.begin("a.bin", len(content))
		for at := 0; at < len(content); at += 1 << 20 {
			if status, v := host.piece(id, at, content[at:at+1<<20]); status != 200 {
				t.Fatalf("%d %v", status, v)
			}
		}
		host.ok("chat", fmt.Sprintf(`{"id":"1","text":"","file":%q}`, id[1:]))
		reading, control := bob.fetch(id).Body, cho.fetch(id).Body
		host.ok("remove", fmt.Sprintf(`{"id":%q,"ban":%v}`, bob.id, ban))
		bob.find("ended")
		cut := make(chan int, 1)
		go func() { // ends with the download
			got, _ := io.Copy(io.Discard, reading)
			cut <- int(got)
		}()
		select {
		case got := <-cut:
			if got >= len(content) {
				t.Error("the whole file came")
			}
		case <-time.After(time.Second):
			t.Error("it goes on")
		}
		if got, err := io.Copy(io.Discard, control); err != nil || int(got) != len(content) {
			t.Errorf("another reader got %d bytes, %v", got, err)
		}
	}
}

func TestOneAddressSendsAGibibyteAnHour(t *testing.T) {
	n := newNode(t)
	ann := n.guest(t, "r", "ann")
	body := fmt.Sprintf(`{"name":"a","size":%d}`, 25<<20)
	begun := 0
	for ; begun < 50; begun++ {
		status, v, _ := ann.files("POST", "", body)
		if status == 201 {
			ann.files("DELETE", "/"+v["file"].(string), "")
			continue
		}
		refusal, _ := v["error"].(map[string]any)
		if retry, _ := refusal["retry"].(float64); status != 429 || refusal["code"] != "limited" || retry < 1 || retry > 120 {
			t.Errorf("%d %v", status, v)
		}
		break
	}
	if begun != 41 { // 1 025 MiB
		t.Errorf("%d files were begun", begun)
	}
	if status, v, _ := n.guest(t, "other", "bob").files("POST", "", `{"name":"a","size":1}`); status != 429 {
		t.Errorf("in another room, from the same address: %d %v", status, v)
	}
	if status, v, _ := n.guest(t, "other", "cho").files("POST", "", `{"name":"a","size":1}`, "X-Forwarded-For", "192.0.2.1"); status != 201 {
		t.Errorf("from another address: %d %v", status, v)
	}
}

func TestAFullDiskIsSaid(t *testing.T) {
	n := newNode(t)
	ann := n.guest(t, "r", "ann")
	n.free.Store(100 << 20)
	if status, v, _ := ann.files("POST", "", `{"name":"a","size":1}`); status != 507 || v["error"].(map[string]any)["code"] != "full" {
		t.Errorf("%d %v", status, v)
	}
	ann.ok("chat", `{"id":"1","text":"the chat goes on"}`)
}

func TestPrivateFilesAndWordsStayPrivate(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		p := n.party(t, via, "host1", "speaker1", "speaker2", "speaker3")
		at := func(name string) *guest {
			return &guest{p.people[name], n, p.room, p.ids[name], p.hellos[name]["key"].(string)}
		}
		ann, bob, cho := at("speaker1"), at("speaker2"), at("speaker3")
		id := ann.upload("a", "for bob")["id"].(string)
		ack := ann.ok("chat", fmt.Sprintf(`{"id":"1","text":"canary","to":%q,"file":%q}`, bob.id, id))
		seq := ack["seq"]
		ann.ok("chat_edit", fmt.Sprintf(`{"seq":%v,"text":"canary two"}`, seq))
		for _, c := range []struct{ event, data string }{
			{"chat_edit", `{"seq":%v,"text":"x"}`},
			{"chat_delete", `{"seq":%v}`},
			{"chat_react", `{"seq":%v,"emoji":"👍","on":true}`},
			{"chat", `{"id":"2","text":"re","reply":%v}`},
		} {
			for _, third := range []*client{cho.client, p.people["host1"]} { // hosts read no private messages
				if got := third.code(c.event, fmt.Sprintf(c.data, seq)); got != "not_found" {
					t.Errorf("%s by a third: %q", c.event, got)
				}
			}
		}
		for name, g := range map[string]*guest{"a third": cho, "a host": at("host1")} {
			if status, _, _ := g.get("/" + id); status != 404 {
				t.Errorf("%s fetches the file: %d", name, status)
			}
			seen := fmt.Sprint(g.ok("join", `{}`), g.ok("history", `{}`), g.inbox)
			if strings.Contains(seen, "canary") || strings.Contains(seen, id) {
				t.Errorf("%s sees %s", name, seen)
			}
		}
		if status, got, _ := bob.get("/" + id); status != 200 || got != "for bob" {
			t.Errorf("the other fetches %d %q", status, got)
		}
		if seen := fmt.Sprint(bob.ok("join", `{}`), bob.ok("history", `{"before":0,"limit":5}`)); strings.Count(seen, "canary two") != 2 {
			t.Errorf("the other sees %s", seen)
		}
	})
}

func TestTooManyFetchesAtOnceAreLimited(t *testing.T) {
	n := newNode(t)
	ann := n.guest(t, "r", "ann")
	id := "/" + ann.upload("a", "x")["id"].(string)
	big := ann.begin("big", 20<<20)
	for at := 0; at < 20<<20; at += 1 << 20 {
		if status, v := ann.piece(big, at, strings.Repeat("x", 1<<20)); status != 200 {
			t.Fatal(status, v)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 8 { // read no further than the head
		r, err := http.NewRequestWithContext(ctx, "GET", strings.Replace(n.url, "ws", "http", 1)+"/api/rooms/r/files"+big, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+ann.key)
		answer, err := http.DefaultClient.Do(r)
		if err != nil || answer.StatusCode != 200 {
			t.Fatal(answer, err)
		}
		defer answer.Body.Close()
	}
	if status, _, header := ann.get(id); status != 429 || header.Get("Retry-After") != "1" {
		t.Errorf("a ninth: %d", status)
	}
	if status, _, _ := n.guest(t, "r", "bob").get(id); status != 404 {
		t.Errorf("another is held back: %d", status)
	}
}

func TestAPieceOfUnknownLengthIsBoundedToo(t *testing.T) {
	n := newNode(t)
	ann := n.guest(t, "r", "ann")
	id := ann.begin("a", 3<<20)
	body := io.MultiReader(strings.NewReader(strings.Repeat("x", 2<<20))) // whose length net/http cannot know
	r, err := http.NewRequestWithContext(t.Context(), "PATCH", strings.Replace(n.url, "ws", "http", 1)+"/api/rooms/r/files"+id, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ann.key)
	r.Header.Set("Upload-Offset", "0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d", answer.StatusCode)
	}
	if status, _, header := ann.files("HEAD", id, ""); status != 200 || header.Get("Upload-Offset") != fmt.Sprint(1<<20) {
		t.Errorf("%d, at %s: what came before the end of the piece is there", status, header.Get("Upload-Offset"))
	}
}
