package signal_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/protocol"
)

// party is a made room and the people that a test speaks of by name: "host1", "cohost2", … came by a link of that role.
type party struct {
	n      *node
	via    transport
	room   string
	links  map[string]string // keys, by role
	people map[string]*client
	ids    map[string]string
	hellos map[string]map[string]any
	said   map[string]uint64 // Seq of what each has said, by their ids
}

var parties atomic.Uint32

// party makes a room whose lobby is open, and brings people in, each by a browser of their own.
func (n *node) party(t *testing.T, via transport, names ...string) *party {
	t.Helper()
	number := parties.Add(1)
	p := &party{
		n: n, via: via, room: fmt.Sprint("party-", number), links: map[string]string{},
		people: map[string]*client{}, ids: map[string]string{}, hellos: map[string]map[string]any{}, said: map[string]uint64{},
	}
	from := netip.AddrFrom4([4]byte{10, byte(number >> 16), byte(number >> 8), byte(number)}) // rooms are made ten a minute
	open := false
	_, key, err := n.rooms.Make(t.Context(), from, p.room, meeting.SettingsChange{Lobby: &open})
	if err != nil {
		t.Fatal(err)
	}
	p.links["host"] = key
	for _, name := range names {
		p.enter(t, name)
	}
	return p
}

func (p *party) enter(t *testing.T, name string) *client {
	t.Helper()
	p.connect(t, name).ok("join", `{}`)
	return p.people[name]
}

// connect brings somebody to the door.
func (p *party) connect(t *testing.T, name string) *client {
	t.Helper()
	role := strings.TrimRight(name, "0123456789")
	if p.links[role] == "" {
		_, key, err := p.n.rooms.AddLink(t.Context(), p.room, p.links["host"], meeting.Role(role))
		if err != nil {
			t.Fatal(err)
		}
		p.links[role] = key
	}
	c, hello := p.n.open(t, p.via, fmt.Sprintf(`{"room":%q,"name":%q,"link":%q}`, p.room, name, p.links[role]))
	p.people[name], p.ids[name], p.hellos[name] = c, hello["id"].(string), hello
	return c
}

// say has somebody say something to all.
func (p *party) say(t *testing.T, name string) {
	t.Helper()
	ack := p.people[name].ok("chat", fmt.Sprintf(`{"id":%q,"text":"hello from %s"}`, p.ids[name], name))
	p.said[p.ids[name]] = uint64(ack["seq"].(float64))
}

// roster is what one of them sees of all, without the times.
func (p *party) roster(name string) string {
	data, _ := json.Marshal(p.people[name].ok("join", `{}`))
	return string(data)
}

// A row is one outcome of protocol/roles.txt.
type row struct {
	event, data, role, target, want string
}

func rows(t *testing.T) (granted, refused []row) {
	cases, err := protocol.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		for role, outcomes := range c.Outcome {
			for target, want := range outcomes {
				r := row{c.Event, c.Data, role, target, want}
				if want == "" {
					granted = append(granted, r)
				} else {
					refused = append(refused, r)
				}
			}
		}
	}
	return granted, refused
}

// ask has the request of a row made, by actor, in a room where target is what the row says.
func (p *party) ask(t *testing.T, r row, actor *client, target string) {
	t.Helper()
	data := strings.NewReplacer("NAME", fmt.Sprintf("%q", target), "SEQ", fmt.Sprint(p.said[target])).Replace(r.data)
	if got := actor.code(r.event, data); got != r.want {
		t.Errorf("%s %s by a %s on %s: %q, want %q", r.event, r.data, r.role, r.target, got, r.want)
	}
}

func TestEveryRequestOfEveryRoleOnEverybodyIsAsInTheTable(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		granted, refused := rows(t)
		if len(granted) < 150 || len(refused) < 450 {
			t.Errorf("only %d and %d outcomes", len(granted), len(refused))
		}
		stranger := n.party(t, via, "speaker1")
		elsewhere := stranger.ids["speaker1"]
		stranger.say(t, "speaker1")
		stranger.people["speaker1"].want("chat")

		// What is refused changes nothing: all of it happens in one room.
		p := n.party(t, via, "host1", "host2", "cohost1", "cohost2", "speaker1", "speaker2", "viewer1", "viewer2", "host3", "cohost3", "speaker3", "viewer3")
		for name := range p.people {
			p.say(t, name)
		}
		p.said[elsewhere] = stranger.said[elsewhere]
		for _, role := range protocol.Roles {
			p.people[role+"3"].ok("leave", `{}`)
		}
		before := p.roster("viewer2")
		for _, r := range refused {
			actor, target := p.people[r.role+"1"], p.ids[r.target+"2"]
			switch r.target {
			case "self":
				target = p.ids[r.role+"1"]
			case "elsewhere":
				if !strings.Contains(r.data, "SEQ") { // what they said is still there
					p.ask(t, r, actor, p.ids["speaker3"]) // who has left
				}
				target = elsewhere
			case "left":
				actor, target = p.people[r.role+"3"], p.ids["speaker2"]
			}
			p.ask(t, r, actor, target)
		}
		if d := cmp.Diff(before, p.roster("viewer2")); d != "" {
			t.Errorf("what was refused has changed something:\n%s", d)
		}

		for _, r := range granted {
			names := []string{r.role + "1"}
			if r.target == "host" || r.target == "cohost" || r.target == "speaker" || r.target == "viewer" {
				names = append(names, r.target+"2")
			}
			p := n.party(t, via, names...)
			if strings.Contains(r.data, "SEQ") {
				for _, name := range names {
					p.say(t, name)
				}
			}
			actor, target := p.people[r.role+"1"], p.ids[r.target+"2"]
			switch r.target {
			case "self":
				target = p.ids[r.role+"1"]
			case "elsewhere":
				target = elsewhere
			case "left":
				actor.ok("leave", `{}`)
			}
			p.ask(t, r, actor, target)
		}
		stranger.people["speaker1"].ok("rename", `{"name":"nothing happened to me"}`)
		if left := len(stranger.people["speaker1"].inbox); left > 0 {
			t.Errorf("somebody in another room was told %v", stranger.people["speaker1"].inbox)
		}
	})
}

func TestARemovedParticipantsSessionIsDeadAtOnce(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		p := n.party(t, via, "host1", "speaker1", "speaker2")
		for name, ban := range map[string]bool{"speaker1": false, "speaker2": true} {
			gone, hello := p.people[name], p.hellos[name]
			began := time.Now()
			p.people["host1"].ok("remove", fmt.Sprintf(`{"id":%q,"ban":%v}`, p.ids[name], ban))
			want := "removed"
			if ban {
				want = "banned"
			}
			if e := gone.find("ended"); e["reason"] != want {
				t.Errorf("%s was told %v", name, e)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %v", took)
			}
			if via.name == plain.name { // Socket.IO leaves the namespace and keeps the connection
				gone.closed()
			} else {
				gone.write(via.request("rename", `{"name":"ghost"}`, 99))
			}
			auth := fmt.Sprintf(`{"room":%q,"name":"ghost","key":%q,"last":0,"browser":%q}`, p.room, hello["key"], hello["browser"])
			if ban {
				c := n.dial(t, via)
				via.connect(c, auth)
				if answer, _, err := c.read(); err != nil || !strings.Contains(answer, `"code":"forbidden"`) || !strings.Contains(answer, `"reason":"banned"`) {
					t.Errorf("a banned browser gets %s, %v", answer, err)
				}
				continue
			}
			if _, again := n.open(t, via, auth); again["joined"] != false || again["id"] == hello["id"] || again["key"] == hello["key"] {
				t.Errorf("the old key gives %v", again)
			}
		}
		others := fmt.Sprint(p.people["host1"].ok("join", `{}`)["participants"])
		if strings.Contains(others, "ghost") || strings.Contains(others, "speaker") {
			t.Errorf("still there: %s", others)
		}
	})
}

func TestGuestsKnockWaitAndAreLetInOrSentAway(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		p := n.party(t, via, "host1")
		host := p.people["host1"]
		host.ok("settings", `{"lobby":true}`)
		host.find("settings")
		guests := map[string]*client{}
		for _, name := range []string{"ann", "bob"} {
			c, hello := n.open(t, via, fmt.Sprintf(`{"room":%q,"name":%q}`, p.room, name))
			if door := hello["door"].(map[string]any); door["waiting"] != "lobby" || hello["role"] != "speaker" {
				t.Errorf("session %v", hello)
			}
			if ack := c.ok("join", `{}`); ack["wait"] != "lobby" || ack["you"] != nil {
				t.Errorf("join %v", ack)
			}
			guests[name], p.ids[name] = c, hello["id"].(string)
		}
		for {
			if e := host.find("waiting"); len(e["waiting"].([]any)) == 2 {
				break
			}
		}
		host.ok("admit", fmt.Sprintf(`{"ids":[%q,"p_forged"]}`, p.ids["ann"]))
		guests["ann"].find("admitted")
		if ack := guests["ann"].ok("join", `{}`); ack["you"] == nil {
			t.Errorf("join %v", ack)
		}
		host.ok("refuse", `{}`)
		if e := guests["bob"].find("ended"); e["reason"] != "refused" {
			t.Errorf("bob was told %v", e)
		}
	})
}

func TestPasscodesAreTriedTenTimesAMinute(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		p := n.party(t, via, "host1")
		p.people["host1"].ok("settings", `{"passcode":"open sesame"}`)
		wrong := func(c *client) map[string]any {
			return c.call("join", `{"passcode":"wrong"}`)["error"].(map[string]any)
		}
		for i := range 10 { // each by a new session: that does not help
			c, hello := n.open(t, via, fmt.Sprintf(`{"room":%q,"name":"eve"}`, p.room))
			if hello["door"].(map[string]any)["passcode"] != true {
				t.Fatalf("session %v", hello)
			}
			if e := c.call("join", `{}`)["error"].(map[string]any); e["reason"] != "passcode" { // none is no try
				t.Errorf("without one: %v", e)
			}
			if e := wrong(c); e["code"] != "forbidden" || e["reason"] != "passcode" {
				t.Fatalf("try %d: %v", i+1, e)
			}
		}
		c, _ := n.open(t, via, fmt.Sprintf(`{"room":%q,"name":"eve"}`, p.room))
		for _, code := range []string{"wrong", "open sesame"} {
			e, _ := c.call("join", fmt.Sprintf(`{"passcode":%q}`, code))["error"].(map[string]any)
			if retry, _ := e["retry"].(float64); e["code"] != "limited" || retry < 1 || retry > 6 {
				t.Errorf("the eleventh try with %q: %v", code, e)
			}
		}
		other := n.party(t, via, "host1")
		other.people["host1"].ok("settings", `{"passcode":"1234"}`)
		c, _ = n.open(t, via, fmt.Sprintf(`{"room":%q,"name":"eve"}`, other.room))
		c.ok("join", `{"passcode":"1234"}`)
	})
}

func TestEndingForAllIsAcknowledgedAndTold(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		p := n.party(t, via, "host1", "speaker1")
		p.people["host1"].ok("end", `{}`)
		for name, c := range p.people {
			if e := c.find("ended"); e["reason"] != "ended" {
				t.Errorf("%s was told %v", name, e)
			}
		}
		p.enter(t, "speaker2") // the room is still there
	})
}

func TestALinkMadeInTheMeetingGivesItsRole(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		p := n.party(t, via, "host1")
		key := p.people["host1"].ok("link", `{"role":"cohost"}`)["key"].(string)
		if _, hello := n.open(t, via, fmt.Sprintf(`{"room":%q,"name":"x","link":%q}`, p.room, key)); hello["role"] != "cohost" {
			t.Errorf("session %v", hello)
		}
		if _, hello := n.open(t, via, fmt.Sprintf(`{"room":"another","name":"x","link":%q}`, key)); hello["role"] != "speaker" {
			t.Errorf("in another room it gives %v", hello["role"])
		}
	})
}
