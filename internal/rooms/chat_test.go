package rooms_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/internal/rooms"
	"noom/internal/store"
)

// tell has somebody say something with more to it than a text.
func (c *client) tell(m meeting.Chat) (meeting.Message, error) {
	m.ID = c.session.ID()
	return answer(c, func(r rooms.Reply[meeting.Message]) { c.session.Chat(c.t.Context(), m, r) })
}

func (c *client) said(id, text string) meeting.Message {
	c.t.Helper()
	m, err := c.say(id, text)
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

func (c *client) revise(command meeting.Command) error {
	_, err := answer(c, func(r rooms.Reply[rooms.None]) { c.session.Revise(c.t.Context(), command, r) })
	return err
}

func (c *client) edit(m meeting.Message, text string) error {
	return c.revise(meeting.ChatEdit{ID: c.session.ID(), Seq: m.Seq, Text: text})
}

func (c *client) erase(m meeting.Message) error {
	return c.revise(meeting.ChatDelete{ID: c.session.ID(), Seq: m.Seq})
}

func (c *client) history(before uint64, limit int) rooms.Page {
	c.t.Helper()
	page, err := answer(c, func(r rooms.Reply[rooms.Page]) { c.session.History(c.t.Context(), before, limit, r) })
	if err != nil {
		c.t.Fatal(err)
	}
	return page
}

func texts(messages []meeting.Message) string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.Text
	}
	return strings.Join(all, " ")
}

// visit keeps one client in the room, so that a meeting may end and another begin in the same open room.
func (n *node) visit(room, name string) *client {
	return n.connect(rooms.Hello{Room: room, Name: name})
}

// keeps makes a room that keeps its chat for so long.
func (n *node) keeps(name string, history meeting.History) store.Room {
	return n.make(name, func(r *store.Room) { r.Settings.Lobby, r.Settings.History = false, history })
}

func TestEditsAndDeletionsAreToldAndOutliveTheServer(t *testing.T) {
	dir := t.TempDir()
	n := newNode(t, dir)
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	one, two, three := ann.said("1", "one"), ann.said("2", "two"), bob.said("3", "three")
	for range 3 {
		ann.want("chat")
		bob.want("chat")
	}
	if err := ann.edit(one, "ONE"); err != nil {
		t.Fatal(err)
	}
	if err := ann.erase(two); err != nil {
		t.Fatal(err)
	}
	if err := ann.revise(meeting.ChatReact{ID: ann.session.ID(), Seq: three.Seq, Emoji: "👍", On: true}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		ann.want("chat_changed")
		bob.want("chat_changed")
	}
	if err := ann.edit(one, "ONE"); err != nil { // again is no change, and told to nobody
		t.Fatal(err)
	}
	if err := ann.edit(three, "mine now"); !refusedAs(err, meeting.Forbidden) {
		t.Errorf("another's message was edited: %v", err)
	}
	if err := bob.erase(one); !refusedAs(err, meeting.Forbidden) {
		t.Errorf("another's message was deleted: %v", err)
	}
	if err := ann.edit(meeting.Message{Seq: 99}, "x"); !refusedAs(err, meeting.NotFound) {
		t.Errorf("what is not there was edited: %v", err)
	}
	seen := ann.join()
	n.stop()
	n = newNode(t, dir)
	after := n.visit("standup", "late").join()
	if d := cmp.Diff(seen.Chat, after.Chat); d != "" {
		t.Errorf("after a restart (-before +after):\n%s", d)
	}
	if texts(after.Chat) != "ONE  three" || !after.Chat[1].Deleted || after.Chat[2].Reactions[0].By[0] != ann.hello.Who {
		t.Errorf("%+v", after.Chat)
	}
}

func TestAThirdHearsNothingOfAPrivateMessage(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob, cho := n.join("ann"), n.join("bob"), n.join("cho")
	public := ann.said("0", "hello all")
	secret, err := ann.tell(meeting.Chat{ClientID: "1", Text: "canary", To: bob.session.ID(), Reply: public.Seq})
	if err != nil {
		t.Fatal(err)
	}
	if err := ann.edit(secret, "canary again"); err != nil {
		t.Fatal(err)
	}
	if err := bob.revise(meeting.ChatReact{ID: bob.session.ID(), Seq: secret.Seq, Emoji: "👍", On: true}); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"edit":   cho.edit(secret, "x"),
		"delete": cho.erase(secret),
		"react":  cho.revise(meeting.ChatReact{ID: cho.session.ID(), Seq: secret.Seq, Emoji: "👍", On: true}),
	} {
		if !refusedAs(err, meeting.NotFound) {
			t.Errorf("a third's %s: %v", what, err)
		}
	}
	if _, err := cho.tell(meeting.Chat{ClientID: "2", Text: "what?", Reply: secret.Seq}); !refusedAs(err, meeting.NotFound) {
		t.Errorf("a third's answer: %v", err)
	}
	if _, err := bob.tell(meeting.Chat{ClientID: "3", Text: "oops", Reply: secret.Seq}); !refusedAs(err, meeting.Invalid) {
		t.Errorf("a public answer: %v", err)
	}
	if _, err := cho.say("1", "canary"); !refusedAs(err, meeting.Conflict) {
		t.Errorf("the same words under the same id: %v", err)
	}
	ann.said("4", "bye")
	for {
		e := cho.next()
		if strings.Contains(e.data, "canary") || strings.Contains(e.data, fmt.Sprintf(`"seq":%d,`, secret.Seq)) {
			t.Errorf("a third was told %s %s", e.name, e.data)
		}
		if strings.Contains(e.data, "bye") {
			break
		}
	}
	if got := texts(cho.join().Chat) + "/" + texts(cho.history(0, 100).Chat); got != "hello all bye/hello all bye" {
		t.Errorf("a third sees %q", got)
	}
	for _, c := range []*client{ann, bob} {
		if got := texts(c.join().Chat) + "/" + texts(c.history(0, 100).Chat); got != "hello all canary again bye/hello all canary again bye" {
			t.Errorf("one of the two sees %q", got)
		}
	}
}

func TestEarlierMessagesComeByPages(t *testing.T) {
	n := newNode(t, t.TempDir())
	for i := range 450 {
		m := meeting.Message{ID: fmt.Sprint(i), Text: fmt.Sprint("m", i), At: time.Now().UnixMilli()}
		if i%3 == 0 {
			m.To = &meeting.Sender{Who: "somebody else"}
		}
		if _, err := n.store.Append(t.Context(), "standup", m); err != nil {
			t.Fatal(err)
		}
	}
	ann := n.join("ann")
	chat := ann.join().Chat
	for more := true; more; {
		page := ann.history(chat[0].Seq, 70)
		chat, more = append(page.Chat, chat...), page.More
		if len(page.Chat) != 70 && more {
			t.Errorf("a page of %d", len(page.Chat))
		}
	}
	if len(chat) != 300 || chat[0].Text != "m1" || chat[299].Text != "m449" {
		t.Errorf("%d messages, %s to %s", len(chat), chat[0].Text, chat[len(chat)-1].Text)
	}
	if page := ann.history(0, 1000); len(page.Chat) != 100 || !page.More {
		t.Errorf("more than a page may have: %d", len(page.Chat))
	}
	outside := n.visit("standup", "outside")
	if _, err := answer(outside, func(r rooms.Reply[rooms.Page]) { outside.session.History(t.Context(), 0, 10, r) }); !refusedAs(err, meeting.Forbidden) {
		t.Errorf("from outside: %v", err)
	}
}

var loopback = netip.MustParseAddr("127.0.0.1")

// upload keeps a file that somebody sends, and gives its id.
func (c *client) upload(room, content string) string {
	c.t.Helper()
	v, err := c.node.rooms.Visit(c.t.Context(), room, c.hello.Key, true)
	if err != nil {
		c.t.Fatal(err)
	}
	id, err := v.Begin(loopback, "a.txt", int64(len(content)))
	if err != nil {
		c.t.Fatal(err)
	}
	if _, file, err := v.Write(loopback, id, 0, strings.NewReader(content)); err != nil || file == nil {
		c.t.Fatal(file, err)
	}
	return id
}

// fetch tells whether somebody may have a file.
func (c *client) fetch(room, id string) error {
	v, err := c.node.rooms.Visit(c.t.Context(), room, c.hello.Key, false)
	if err != nil {
		return err
	}
	content, _, err := v.Open(id)
	if err == nil {
		_ = content.Close()
	}
	return err
}

func TestWhatIsOnItsWayEndsWithTheSessionOfWhoLeft(t *testing.T) {
	n := newNode(t, t.TempDir())
	n.join("ann")
	bob := n.join("bob")
	v, err := n.rooms.Visit(t.Context(), "standup", bob.hello.Key, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := bob.leave(); err != nil || v.Life().Err() != nil {
		t.Errorf("it ended when bob left, who is still connected: %v, %v", v.Life().Err(), err)
	}
	bob.session.Disconnect()
	if v.Life().Err() == nil {
		t.Error("it goes on without bob")
	}
}

func TestALongReadingLetsOthersSpeakBetween(t *testing.T) {
	n := newNode(t, t.TempDir())
	for i := range 1500 { // of which ann sees the first alone
		m := meeting.Message{ID: fmt.Sprint(i), Text: fmt.Sprint("m", i), At: time.Now().UnixMilli()}
		if i > 0 {
			m.To = &meeting.Sender{Who: "somebody else"}
		}
		if _, err := n.store.Append(t.Context(), "standup", m); err != nil {
			t.Fatal(err)
		}
	}
	ann, bob := n.join("ann"), n.join("bob")
	release := ann.session.HoldChat()
	order := make(chan string, 2)
	ann.session.History(t.Context(), 0, 10, func(p rooms.Page, err error) { order <- fmt.Sprint(texts(p.Chat), " ", p.More, err) })
	bob.session.Chat(t.Context(), meeting.Chat{ID: bob.session.ID(), ClientID: "b", Text: "hi"}, func(_ meeting.Message, err error) { order <- fmt.Sprint("said", err) })
	release()
	if first, second := <-order, <-order; first != "said<nil>" || second != "m0 false <nil>" {
		t.Errorf("%s, then %s", first, second)
	}
}

func TestAFileIsForThoseWhoMaySeeItsMessage(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob, cho := n.join("ann"), n.join("bob"), n.join("cho")
	id := ann.upload("standup", "for bob")
	if _, err := bob.tell(meeting.Chat{ClientID: "x", File: id}); !refusedAs(err, meeting.NotFound) {
		t.Errorf("another's file was sent: %v", err)
	}
	m, err := ann.tell(meeting.Chat{ClientID: "1", File: id, To: bob.session.ID()})
	if err != nil || m.File == nil || m.File.Name != "a.txt" || m.File.Size != 7 || m.Text != "" {
		t.Fatalf("%+v, %v", m, err)
	}
	if again, err := ann.tell(meeting.Chat{ClientID: "1", File: id, To: bob.session.ID()}); err != nil || !cmp.Equal(again, m) {
		t.Errorf("said again: %+v, %v", again, err)
	}
	if _, err := ann.tell(meeting.Chat{ClientID: "2", File: id}); !refusedAs(err, meeting.NotFound) {
		t.Errorf("a second message carries the file: %v", err)
	}
	if _, err := ann.tell(meeting.Chat{ClientID: "1", Text: "other", File: id, To: bob.session.ID()}); !refusedAs(err, meeting.Conflict) {
		t.Errorf("another text under the same id: %v", err)
	}
	elsewhere := n.visit("other", "eve")
	elsewhere.join()
	outside := n.visit("standup", "outside")
	for who, c := range map[string]struct {
		client *client
		want   meeting.Code
	}{"the sender": {ann, ""}, "the other": {bob, ""}, "a third": {cho, meeting.NotFound}, "of another room": {elsewhere, meeting.Forbidden}, "outside": {outside, meeting.Forbidden}} {
		if err := c.client.fetch("standup", id); c.want == "" && err != nil || c.want != "" && !refusedAs(err, c.want) {
			t.Errorf("%s: %v", who, err)
		}
	}
	if err := bob.leave(); err != nil {
		t.Fatal(err)
	}
	if err := bob.fetch("standup", id); !refusedAs(err, meeting.Forbidden) {
		t.Errorf("one who left: %v", err)
	}
	if err := ann.erase(m); err != nil {
		t.Fatal(err)
	}
	if err := ann.fetch("standup", id); !refusedAs(err, meeting.NotFound) {
		t.Errorf("a deleted message's file: %v", err)
	}
}

// written tells whether any file below a data directory holds a text.
func written(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		found = found || strings.Contains(string(data), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhatIsKeptForTheMeetingGoesWithIt(t *testing.T) {
	for _, open := range []bool{true, false} { // whether somebody stays outside, and the room with them
		dir := t.TempDir()
		n := newNode(t, dir)
		kept := n.keeps("brief", meeting.UntilEnd)
		ann := n.visit("brief", "ann")
		ann.join()
		ann.said("1", "one")
		if _, err := ann.tell(meeting.Chat{ClientID: "2", File: ann.upload("brief", "the canary sings")}); err != nil {
			t.Fatal(err)
		}
		if !written(t, dir, "the canary sings") {
			t.Fatal("the file is not where this test looks for it")
		}
		var outside *client
		if open {
			outside = n.visit("brief", "outside")
		}
		if err := ann.leave(); err != nil {
			t.Fatal(err)
		}
		ann.session.Disconnect()
		if !open {
			<-ann.session.RoomEnded()
			outside = n.visit("brief", "bob") // gets in when all is erased
		}
		if s := outside.join(); len(s.Chat) != 0 {
			t.Errorf("open %v: the next meeting sees %s", open, texts(s.Chat))
		}
		if page := outside.history(0, 10); len(page.Chat) != 0 || page.More {
			t.Errorf("open %v: the next meeting reads %s", open, texts(page.Chat))
		}
		if left, err := n.store.History(t.Context(), kept.ID, store.Query{Limit: 10}); err != nil || len(left.Found) != 0 || written(t, dir, "the canary sings") {
			t.Errorf("open %v: %s is left, %v", open, texts(left.Found), err)
		}
		outside.said("3", "three")
		if s := outside.join(); texts(s.Chat) != "three" {
			t.Errorf("open %v: the next meeting's own chat is %q", open, texts(s.Chat))
		}
	}
}

func TestAMeetingGoesOnAfterARestartAndNotAfterANight(t *testing.T) {
	for _, c := range []struct {
		history meeting.History
		rest    time.Duration
		want    string
	}{{meeting.UntilEnd, 0, "one two"}, {meeting.UntilEnd, 9 * time.Minute, "one two"}, {meeting.UntilEnd, time.Hour, "two"}, {meeting.Month, time.Hour, "one two"}} {
		dir := t.TempDir()
		n := newNode(t, dir)
		n.keeps("brief", c.history)
		ann := n.visit("brief", "ann")
		ann.join()
		ann.said("1", "one")
		n.stop()
		stopped := time.Now().Add(-c.rest)
		if err := os.Chtimes(filepath.Join(dir, "lock"), stopped, stopped); err != nil {
			t.Fatal(err)
		}
		n = newNode(t, dir)
		back := n.visit("brief", "ann")
		back.join()
		back.said("2", "two")
		if s := n.visit("brief", "bob").join(); texts(s.Chat) != c.want {
			t.Errorf("%s, after %v the chat is %q, want %q", c.history, c.rest, texts(s.Chat), c.want)
		}
		if page := back.history(0, 10); texts(page.Chat) != c.want {
			t.Errorf("%s, after %v %q can be read, want %q", c.history, c.rest, texts(page.Chat), c.want)
		}
		n.stop()
	}
}

func TestOldChatIsSweptAsTheRoomsWish(t *testing.T) {
	dir := t.TempDir()
	n := newNode(t, dir)
	ids := map[string]string{"unmade": "unmade"}
	for name, history := range map[string]meeting.History{"month": meeting.Month, "forever": meeting.Forever, "brief": meeting.UntilEnd, "busy": meeting.UntilEnd} {
		ids[name] = n.keeps(name, history).ID
	}
	ids["orphan"] = "~deleted"
	for name, id := range ids {
		for i, age := range []time.Duration{31 * 24 * time.Hour, time.Hour} {
			m := meeting.Message{ID: fmt.Sprint(i), Text: fmt.Sprint(name, i), At: time.Now().Add(-age).UnixMilli()}
			if _, err := n.store.Append(t.Context(), id, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	busy := n.visit("busy", "ann")
	busy.join()
	if err := n.rooms.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"unmade": "unmade1", "month": "month1", "forever": "forever0 forever1", "brief": "", "busy": "busy0 busy1", "orphan": ""} {
		left, err := n.store.History(t.Context(), ids[name], store.Query{Limit: 10})
		if err != nil || texts(left.Found) != want {
			t.Errorf("of %s %q is left, want %q, %v", name, texts(left.Found), want, err)
		}
	}
	// A month later, too.
	n.rooms.Advance(30 * 24 * time.Hour)
	if err := n.rooms.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := n.store.History(t.Context(), ids["month"], store.Query{Limit: 10}); err != nil || len(left.Found) != 0 {
		t.Errorf("%q is left a month later, %v", texts(left.Found), err)
	}
}

func TestADeletedRoomsChatAndFilesAreGone(t *testing.T) {
	dir := t.TempDir()
	n := newNode(t, dir)
	record := n.keeps("team", meeting.Forever)
	ann := n.visit("team", "ann")
	ann.join()
	ann.said("1", "one")
	if _, err := ann.tell(meeting.Chat{ClientID: "2", File: ann.upload("team", "the canary sings")}); err != nil {
		t.Fatal(err)
	}
	if err := n.rooms.Delete(context.Background(), "team", n.key(record, meeting.Host)); err != nil {
		t.Fatal(err)
	}
	if left, err := n.store.History(t.Context(), record.ID, store.Query{Limit: 10}); err != nil || len(left.Found) != 0 || written(t, dir, "the canary sings") {
		t.Errorf("%s is left, %v", texts(left.Found), err)
	}
}
