package rooms_test

import (
	"testing"

	"noom/internal/meeting"
	"noom/internal/rooms"
	"noom/internal/store"
)

// make keeps the record of a room with one link of each role, each called as its role is.
func (n *node) make(name string, change func(*store.Room)) store.Room {
	n.t.Helper()
	r := store.Room{ID: "~" + name, Name: name, CreatedAt: 1795425300000, Settings: meeting.Fresh(), Bans: []store.Ban{}}
	for _, role := range []meeting.Role{meeting.Host, meeting.Cohost, meeting.Speaker, meeting.Viewer} {
		r.Links = append(r.Links, store.Link{ID: string(role), Role: role})
	}
	if change != nil {
		change(&r)
	}
	r, err := n.store.MakeRoom(n.t.Context(), r)
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

func (n *node) key(r store.Room, role meeting.Role) string {
	return n.rooms.LinkKey(r.ID, string(role))
}

func TestABrowserIsTheSameInEverySessionOfARoom(t *testing.T) {
	n := newNode(t, t.TempDir())
	first := n.connect(rooms.Hello{Name: "ann"})
	token := first.hello.Browser
	if token == "" || first.hello.Who == "" || first.hello.Role != meeting.Speaker {
		t.Fatalf("session %+v", first.hello)
	}
	again := n.connect(rooms.Hello{Name: "ann", Browser: token})
	if again.hello.Browser != "" || again.hello.Who != first.hello.Who {
		t.Errorf("the same browser is %+v", again.hello)
	}
	if other := n.connect(rooms.Hello{Name: "ann", Room: "other", Browser: token}); other.hello.Who == first.hello.Who {
		t.Error("a browser has one name in two rooms")
	}
	forged := n.connect(rooms.Hello{Name: "eve", Browser: token[:len(token)-1]})
	if forged.hello.Browser == "" || forged.hello.Who == first.hello.Who {
		t.Errorf("a forged token is taken for %+v", forged.hello)
	}
}

func TestPowerComesFromTheLink(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) {
		r.Settings.Guests = meeting.Viewer
		r.Bans = []store.Ban{{Who: "somebody", Link: "speaker"}}
	})
	other := n.make("other", nil)
	for _, c := range []struct {
		what, link string
		want       meeting.Role
	}{
		{"no link", "", meeting.Viewer},
		{"the host link", n.key(made, meeting.Host), meeting.Host},
		{"a cohost's", n.key(made, meeting.Cohost), meeting.Cohost},
		{"a link whose owner was banned", n.key(made, meeting.Speaker), meeting.Viewer},
		{"another room's host link", n.key(other, meeting.Host), meeting.Viewer},
		{"a link that was never made", n.rooms.LinkKey(made.ID, "unknown"), meeting.Viewer},
		{"nonsense", "host", meeting.Viewer},
	} {
		if s := n.connect(rooms.Hello{Name: "x", Room: "team", Link: c.link}); s.hello.Role != c.want {
			t.Errorf("%s gives %s, want %s", c.what, s.hello.Role, c.want)
		}
	}
	if s := n.connect(rooms.Hello{Name: "x", Room: "unmade", Link: n.rooms.LinkKey("unmade", "host")}); s.hello.Role != meeting.Speaker {
		t.Errorf("in a room that nobody made a link gives %s", s.hello.Role)
	}
}

func TestABannedBrowserIsRefusedAtTheDoor(t *testing.T) {
	n := newNode(t, t.TempDir())
	eve := n.connect(rooms.Hello{Name: "eve", Room: "team"})
	eve.session.Disconnect()
	<-eve.session.RoomEnded()
	made := n.make("team", nil)
	who := n.connect(rooms.Hello{Name: "eve", Room: "team", Browser: eve.hello.Browser})
	who.session.Disconnect()
	<-who.session.RoomEnded()
	if _, err := n.store.UpdateRoom(t.Context(), made.Name, func(r *store.Room) error {
		r.Bans = []store.Ban{{Who: who.hello.Who, Name: "eve"}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	_, err := n.rooms.Connect(t.Context(), rooms.Hello{Room: "team", Name: "eve", Browser: eve.hello.Browser}, eve)
	if !refusedAs(err, meeting.Forbidden) {
		t.Errorf("let in: %v", err)
	}
	n.connect(rooms.Hello{Name: "ann", Room: "team"})
}

func TestARoomWhoseRecordCannotBeReadStaysShut(t *testing.T) {
	n := newNode(t, t.TempDir())
	n.make("team", nil)
	n.closeStore()
	c := &client{t: t, events: make(chan event, 10)}
	_, err := n.rooms.Connect(t.Context(), rooms.Hello{Room: "team", Name: "eve"}, c)
	if !refusedAs(err, meeting.Internal) || len(c.events) != 0 {
		t.Errorf("the door opened: %v", err)
	}
}
