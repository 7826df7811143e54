package signal_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// rest makes a request of the API and gives the status, the answer and its header.
func (n *node) rest(t testing.TB, method, path, key, body string, header ...string) (int, map[string]any, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, strings.Replace(n.url, "ws", "http", 1)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if len(data) > 0 && strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatalf("%s %s: %s", method, path, data)
		}
	}
	return answer.StatusCode, v, answer.Header
}

// must makes a request that has to be granted.
func (n *node) must(t testing.TB, status int, method, path, key, body string) map[string]any {
	t.Helper()
	got, v, _ := n.rest(t, method, path, key, body)
	if got != status {
		t.Fatalf("%s %s: %d %v", method, path, got, v)
	}
	return v
}

// make makes a room with these settings and gives the key of its host link.
func (n *node) make(t testing.TB, name, settings string) string {
	t.Helper()
	return n.must(t, 201, "POST", "/api/rooms", "", fmt.Sprintf(`{"name":%q,"settings":%s}`, name, settings))["key"].(string)
}

// link makes a link of a role and gives its key.
func (n *node) link(t testing.TB, room, host, role string) string {
	t.Helper()
	return n.must(t, 201, "POST", "/api/rooms/"+room+"/links", host, fmt.Sprintf(`{"role":%q}`, role))["key"].(string)
}

func TestARoomIsMadeLookedAfterAndDeleted(t *testing.T) {
	n := newNode(t)
	key := n.make(t, "Team.Daily", `{"passcode":"1234","lobby":false}`)
	room := n.must(t, 200, "GET", "/api/rooms/team.daily", key, "")
	settings := room["settings"].(map[string]any)
	if room["room"] != "team.daily" || settings["passcode"] != "1234" || settings["hasPasscode"] != true || settings["made"] != true || settings["lobby"] != false {
		t.Errorf("read %v", room)
	}
	if links := room["links"].([]any); len(links) != 1 || links[0].(map[string]any)["role"] != "host" || links[0].(map[string]any)["key"] != nil {
		t.Errorf("links %v", links)
	}
	room = n.must(t, 200, "PATCH", "/api/rooms/TEAM.daily", key, `{"settings":{"guests":"viewer","passcode":""}}`)
	settings = room["settings"].(map[string]any)
	if settings["guests"] != "viewer" || settings["hasPasscode"] != false || settings["lobby"] != false {
		t.Errorf("changed to %v", settings)
	}
	link := n.must(t, 201, "POST", "/api/rooms/team.daily/links", key, `{"role":"cohost"}`)
	if _, session := n.open(t, plain, fmt.Sprintf(`{"room":"team.daily","name":"x","link":%q}`, link["key"])); session["role"] != "cohost" {
		t.Errorf("the link gives %v", session["role"])
	}
	n.must(t, 204, "DELETE", "/api/rooms/team.daily/links/"+link["id"].(string), key, "")
	if _, session := n.open(t, plain, fmt.Sprintf(`{"room":"team.daily","name":"x","link":%q}`, link["key"])); session["role"] != "viewer" {
		t.Errorf("the revoked link gives %v", session["role"])
	}
	first := room["links"].([]any)[0].(map[string]any)["id"].(string)
	if status, v, _ := n.rest(t, "DELETE", "/api/rooms/team.daily/links/"+first, key, ""); status != 409 {
		t.Errorf("the last host link went: %d %v", status, v)
	}
	n.must(t, 204, "DELETE", "/api/rooms/team.daily", key, "")
	if status, _, _ := n.rest(t, "GET", "/api/rooms/team.daily", key, ""); status != 404 {
		t.Errorf("after its deletion: %d", status)
	}
	if again := n.make(t, "team.daily", `{}`); again == key {
		t.Error("the new room has the old one's key")
	}
	if status, _, _ := n.rest(t, "GET", "/api/rooms/team.daily", key, ""); status != 404 {
		t.Errorf("the old key opens the new room: %d", status)
	}
}

func TestAWrongKeyAndAnAbsentRoomAreTheSame(t *testing.T) {
	n := newNode(t)
	host, other := n.make(t, "team", `{}`), n.make(t, "other", `{}`)
	cohost := n.link(t, "team", host, "cohost")
	_, absent, _ := n.rest(t, "GET", "/api/rooms/nobody-made-this", host, "")
	for _, key := range []string{"", "x", other, cohost, host[:len(host)-1], host + "A"} {
		for _, r := range []struct{ method, path, body string }{
			{"GET", "/api/rooms/team", ""},
			{"PATCH", "/api/rooms/team", `{"settings":{"lobby":false}}`},
			{"DELETE", "/api/rooms/team", ""},
			{"POST", "/api/rooms/team/links", `{"role":"host"}`},
			{"DELETE", "/api/rooms/team/links/x", ""},
		} {
			status, v, _ := n.rest(t, r.method, r.path, key, r.body)
			if status != 404 || fmt.Sprint(v) != fmt.Sprint(absent) {
				t.Errorf("%s %s with %.10q…: %d %v, an absent room is %v", r.method, r.path, key, status, v, absent)
			}
		}
	}
	if v := n.must(t, 200, "GET", "/api/rooms/team", host, ""); v["settings"].(map[string]any)["lobby"] != true {
		t.Error("a stranger changed the room")
	}
	if status, _, _ := n.rest(t, "GET", "/api/rooms/a%20b", host, ""); status != 404 {
		t.Errorf("a name that is none: %d", status)
	}
}

func TestARoomIsNotMadeUnderPeoplesFeet(t *testing.T) {
	n := newNode(t)
	ann, _ := n.open(t, plain, `{"room":"r","name":"ann"}`)
	outside, _ := n.open(t, plain, `{"room":"r","name":"outside"}`)
	ann.ok("join", `{}`)
	if status, v, _ := n.rest(t, "POST", "/api/rooms", "", `{"name":"r"}`); status != 409 {
		t.Fatalf("%d %v", status, v)
	}
	ann.ok("rename", `{"name":"still here"}`)
	ann.ok("leave", `{}`)
	key := n.make(t, "r", `{}`)
	if outside.closed() == -1 { // it comes back to the new room
		t.Error("who stood outside was not sent back")
	}
	if status, _, _ := n.rest(t, "POST", "/api/rooms", "", `{"name":"R"}`); status != 409 {
		t.Errorf("made twice: %d", status)
	}
	if _, session := n.open(t, plain, fmt.Sprintf(`{"room":"r","name":"x","link":%q}`, key)); session["role"] != "host" {
		t.Errorf("the maker is %v", session["role"])
	}
}

func TestARoomIsRenamedWithItsChatWhenNobodyIsIn(t *testing.T) {
	n := newNode(t)
	key := n.make(t, "old", `{"lobby":false}`)
	n.make(t, "taken", `{}`)
	host, _ := n.open(t, plain, fmt.Sprintf(`{"room":"old","name":"h","link":%q}`, key))
	host.ok("join", `{}`)
	host.ok("chat", `{"id":"1","text":"hello"}`)
	if status, _, _ := n.rest(t, "PATCH", "/api/rooms/old", key, `{"name":"new"}`); status != 409 {
		t.Errorf("renamed under people's feet: %d", status)
	}
	host.ok("leave", `{}`)
	if status, _, _ := n.rest(t, "PATCH", "/api/rooms/old", key, `{"name":"taken"}`); status != 409 {
		t.Errorf("took another's name: %d", status)
	}
	if v := n.must(t, 200, "PATCH", "/api/rooms/old", key, `{"name":"New","settings":{"max":7}}`); v["room"] != "new" || v["settings"].(map[string]any)["max"] != 7.0 {
		t.Errorf("renamed to %v", v)
	}
	host, session := n.open(t, plain, fmt.Sprintf(`{"room":"new","name":"h","link":%q}`, key))
	if chat := host.ok("join", `{}`)["chat"].([]any); len(chat) != 1 || session["role"] != "host" {
		t.Errorf("%v, %d messages", session["role"], len(chat))
	}
	if _, session := n.open(t, plain, fmt.Sprintf(`{"room":"old","name":"h","link":%q}`, key)); session["role"] != "speaker" {
		t.Errorf("in the old name's room the host is %v", session["role"])
	}
}

func TestDeletingARoomEndsItsMeeting(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		key := n.make(t, "r", `{"lobby":false}`)
		inside, _ := n.open(t, via, `{"room":"r","name":"ann"}`)
		inside.ok("join", `{}`)
		outside, _ := n.open(t, via, `{"room":"r","name":"bob"}`)
		n.must(t, 204, "DELETE", "/api/rooms/r", key, "")
		for _, c := range []*client{inside, outside} {
			if e := c.find("ended"); e["reason"] != "ended" {
				t.Errorf("told %v", e)
			}
		}
	})
}

func TestWhatTheAPIDoesNotTake(t *testing.T) {
	n := newNode(t)
	for _, c := range []struct {
		method, path, body string
		want               int
		header             []string
	}{
		{"POST", "/api/rooms", `{"name":"a b"}`, 400, nil},
		{"POST", "/api/rooms", `{"name":7}`, 400, nil},
		{"POST", "/api/rooms", `{`, 400, nil},
		{"POST", "/api/rooms", `[]`, 400, nil},
		{"POST", "/api/rooms", `{"name":"r","settings":{"max":1}}`, 400, nil},
		{"POST", "/api/rooms", `{"name":"r","settings":{"lobby":"yes"}}`, 400, nil},
		{"POST", "/api/rooms", `{"name":"` + strings.Repeat("x", 64<<10) + `"}`, 413, nil},
		{"PUT", "/api/rooms/r", ``, 405, nil},
		{"GET", "/api/nothing", ``, 404, nil},
		{"POST", "/api/rooms", `{"name":"r"}`, 403, []string{"Origin", "https://evil.example"}},
		{"OPTIONS", "/api/rooms", ``, 403, []string{"Origin", "https://evil.example"}},
		{"OPTIONS", "/api/rooms", ``, 204, []string{"Origin", strings.Replace(n.url, "ws", "http", 1)}},
		{"GET", "/api/rooms/r", ``, 403, []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		if got, v, _ := n.rest(t, c.method, c.path, "", c.body, c.header...); got != c.want {
			t.Errorf("%s %s %.40s: %d %v, want %d", c.method, c.path, c.body, got, v, c.want)
		}
	}
}

func TestRoomsAreMadeTenAMinute(t *testing.T) {
	n := newNode(t)
	for i := range 20 {
		n.make(t, fmt.Sprint("r", i), `{}`)
	}
	status, v, header := n.rest(t, "POST", "/api/rooms", "", `{"name":"one-more"}`)
	if refusal := v["error"].(map[string]any); status != 429 || refusal["code"] != "limited" || refusal["retry"] != 6.0 || header.Get("Retry-After") != "6" {
		t.Errorf("%d %v, %v", status, v, header)
	}
	// Another home behind the proxy of this machine is not held back.
	if status, v, _ := n.rest(t, "POST", "/api/rooms", "", `{"name":"one-more"}`, "X-Forwarded-For", "198.51.100.7"); status != 201 {
		t.Errorf("%d %v", status, v)
	}
}
