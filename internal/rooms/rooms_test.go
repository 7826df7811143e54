package rooms_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/media"
	"noom/internal/meeting"
	"noom/internal/rooms"
	"noom/internal/store"
)

// node is the rooms of a server, with real media and a real store.
type node struct {
	t     *testing.T
	rooms *rooms.Rooms
	media *media.Engine
	store *store.Store

	closeStore func() // before its time
	stop       func() // ends the rooms as a server's end does; called at the test's end at the latest
}

func newNode(t *testing.T, dir string) *node {
	t.Helper()
	engine, err := media.New(media.Config{Listen: "127.0.0.1:0", PublicIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, media: engine, store: kept, rooms: rooms.New(rooms.Config{Media: engine, Store: kept, Version: "test"})}
	roomsEnd := run(t, n.rooms.Run)
	mediaEnd := run(t, engine.Run)
	stopped := false
	n.stop = func() {
		if stopped {
			return
		}
		stopped = true
		roomsEnd()
		mediaEnd()
		n.closeStore()
	}
	n.closeStore = sync.OnceFunc(func() {
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(n.stop)
	return n
}

// run starts a part and gives the function that ends it and waits.
func run(t *testing.T, part func(context.Context) error) func() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- part(ctx) }() // ends with ctx
	return func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

// event is one that a client received.
type event struct {
	name string
	data string
	n    uint64
}

// client is one session and what came over its link.
type client struct {
	t       *testing.T
	node    *node
	session *rooms.Session
	events  chan event
	hello   struct {
		ID      meeting.ID
		Key     meeting.Key
		Resumed bool
		Joined  bool
		Inside  []meeting.Present
		Browser string
		Who     meeting.Who
		Role    meeting.Role
		Door    meeting.Door
		Now     int64
	}
	n uint64 // the last number seen

	sent []time.Time // when messages came, batches counting once; written by the room
}

func (c *client) Send(name string, data []byte, n uint64) {
	c.sent = append(c.sent, time.Now())
	if name == "batch" {
		var b struct{ Events [][2]json.RawMessage }
		if err := json.Unmarshal(data, &b); err != nil || len(b.Events) < 2 {
			c.t.Errorf("batch %s, %v", data, err)
		}
		for i, e := range b.Events {
			c.take(strings.Trim(string(e[0]), `"`), e[1], n-uint64(len(b.Events)-1-i))
		}
		return
	}
	c.take(name, data, n)
}

func (c *client) take(name string, data []byte, n uint64) {
	select {
	case c.events <- event{name, string(data), n}:
	default:
		c.t.Error("a client's queue is full")
	}
}
func (c *client) Close() { c.Send("CLOSE", nil, 0) }
func (c *client) Cut()   { c.Send("CUT", nil, 0) }

func (n *node) connect(h rooms.Hello) *client {
	n.t.Helper()
	c := &client{t: n.t, node: n, events: make(chan event, 2*rooms.OutboxEvents)}
	if h.Room == "" {
		h.Room = "standup"
	}
	session, err := n.rooms.Connect(n.t.Context(), h, c)
	if err != nil {
		n.t.Fatal(err)
	}
	c.session = session
	first := c.want("session")
	if err := json.Unmarshal([]byte(first.data), &c.hello); err != nil {
		n.t.Fatal(err)
	}
	c.n = first.n
	return c
}

func (n *node) join(name string) *client {
	n.t.Helper()
	c := n.connect(rooms.Hello{Name: name})
	c.join()
	return c
}

// next is the next event, whose number must follow the one before.
func (c *client) next() event {
	c.t.Helper()
	select {
	case e := <-c.events:
		return e
	case <-time.After(10 * time.Second):
		c.t.Fatal("no event came")
		return event{}
	}
}

// want is the next event, which must have this name and, but for the first and the last, the next number.
func (c *client) want(name string) event {
	c.t.Helper()
	e := c.next()
	if e.name != name {
		c.t.Fatalf("got %s %s, want %s", e.name, e.data, name)
	}
	if name != "session" && name != "CLOSE" && name != "CUT" {
		if e.n != c.n+1 {
			c.t.Errorf("%s has number %d after %d", name, e.n, c.n)
		}
		c.n = e.n
	}
	return e
}

// answer waits for a request's reply.
func answer[T any](c *client, ask func(rooms.Reply[T])) (T, error) {
	type result struct {
		answer T
		err    error
	}
	got := make(chan result, 1)
	ask(func(a T, err error) { got <- result{a, err} })
	r := <-got
	return r.answer, r.err
}

func (c *client) join() rooms.Snapshot {
	c.t.Helper()
	s, err := answer(c, func(r rooms.Reply[rooms.Snapshot]) { c.session.Join(c.t.Context(), "", "", r) })
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

func (c *client) say(id, text string) (meeting.Message, error) {
	return answer(c, func(r rooms.Reply[meeting.Message]) {
		c.session.Chat(c.t.Context(), meeting.Chat{ID: c.session.ID(), ClientID: id, Text: text}, r)
	})
}

// do gives a command of the participant's own.
func (c *client) do(command meeting.Command) error {
	_, err := answer(c, func(r rooms.Reply[rooms.None]) { c.session.Command(c.t.Context(), command, r) })
	return err
}

func (c *client) leave() error {
	return c.do(meeting.Leave{ID: c.session.ID()})
}

func (c *client) rename(name string) error {
	return c.do(meeting.Rename{ID: c.session.ID(), Name: name})
}

// back is the Hello of a client that returns after event number last (nil: it holds nothing).
func (c *client) back(last *uint64) rooms.Hello {
	return rooms.Hello{Name: "whoever", Key: c.hello.Key, Last: last}
}

func TestAReturningSessionGetsWhatItMissedOnceAndInOrder(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	bob.session.Disconnect()
	ann.want("updated")
	for i := range 5 {
		if err := ann.rename(fmt.Sprint("ann", i)); err != nil {
			t.Fatal(err)
		}
	}
	last := bob.n
	again := n.connect(bob.back(&last))
	if !again.hello.Resumed || !again.hello.Joined || again.hello.ID != bob.hello.ID {
		t.Fatalf("came back as %+v", again.hello)
	}
	for i := range 5 {
		var e meeting.Updated
		if err := json.Unmarshal([]byte(again.want("updated").data), &e); err != nil || e.Participant.Name != fmt.Sprint("ann", i) {
			t.Errorf("event %d: %+v, %v", i, e, err)
		}
	}
	ann.want("updated")
	if err := ann.rename("live"); err != nil {
		t.Fatal(err)
	}
	again.want("updated")
}

func TestEverySessionIsToldTheTime(t *testing.T) {
	n := newNode(t, t.TempDir())
	before := time.Now().UnixMilli()
	ann := n.join("ann")
	n.rooms.Advance(time.Hour)
	ann.session.Disconnect()
	again := n.connect(ann.back(&ann.n))
	first, second := ann.hello.Now-before, again.hello.Now-time.Hour.Milliseconds()-before
	if passed := time.Now().UnixMilli() - before; first < 0 || second < first || passed < second {
		t.Errorf("in %d ms it was %d ms later, then %d", passed, first, second)
	}
}

func TestASessionThatMissedTooMuchTakesAFreshSnapshot(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", openLobby)
	ann, bob := n.enter(made, "ann", meeting.Host), n.enter(made, "bob", meeting.Speaker)
	bob.session.Disconnect()
	for i := range rooms.OutboxEvents + 1 {
		if err := ann.do(meeting.Lock{ID: ann.session.ID(), Locked: i%2 == 0}); err != nil {
			t.Fatal(err)
		}
	}
	last := bob.n
	back := bob.back(&last)
	back.Room = "team"
	again := n.connect(back)
	if again.hello.Resumed || !again.hello.Joined {
		t.Fatalf("came back as %+v", again.hello)
	}
	if s := again.join(); len(s.Participants) != 1 || !s.Meeting.Locked || s.You.Seat != 2 {
		t.Errorf("snapshot %+v", s)
	}
	if err := ann.rename("live"); err != nil {
		t.Fatal(err)
	}
	again.want("updated") // with the number after session's
}

func TestAReloadedPageKeepsItsSeat(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	bob.session.Disconnect()
	ann.want("updated")
	again := n.connect(bob.back(nil))
	ann.want("updated")
	if again.hello.Resumed || !again.hello.Joined {
		t.Fatalf("came back as %+v", again.hello)
	}
	if s := again.join(); s.You.Seat != 2 || s.You.Name != "bob" {
		t.Errorf("snapshot %+v", s)
	}
	if len(ann.events) != 0 {
		t.Errorf("the others were told %+v", ann.next())
	}
}

func TestASecondTabReplacesTheFirst(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	second := n.connect(bob.back(nil))
	if e := bob.want("ended"); e.data != `{"reason":"replaced"}` {
		t.Errorf("told %s", e.data)
	}
	bob.want("CLOSE")
	if err := bob.rename("ghost"); err == nil {
		t.Error("the first tab still has a say")
	}
	bob.session.Disconnect()
	second.join()
	if err := second.rename("tab two"); err != nil {
		t.Fatal(err)
	}
	if e := ann.want("updated"); !cmp.Equal(len(ann.events), 0) {
		t.Errorf("the others heard of more than the new name: %s", e.data)
	}
}

func TestASeatIsLostAfterThirtySeconds(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	bob.session.Disconnect()
	ann.want("updated")
	n.rooms.Advance(meeting.SeatGrace)
	if e := ann.want("left"); e.data != fmt.Sprintf(`{"id":%q,"reason":"lost"}`, bob.hello.ID) {
		t.Errorf("told %s", e.data)
	}
	if again := n.connect(bob.back(nil)); again.hello.Joined || again.hello.ID == bob.hello.ID {
		t.Errorf("came back as %+v", again.hello)
	}
}

func TestAnEmptyRoomIsClosed(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	room := ann.session.RoomEnded()
	if err := ann.leave(); err != nil {
		t.Fatal(err)
	}
	ann.want("inside")
	ann.session.Disconnect()
	<-room
	if got := n.rooms.Count(); got != 0 {
		t.Errorf("%d rooms are open", got)
	}
	if s := n.join("ann"); s.hello.Joined {
		t.Error("the new meeting knows the old one's seats")
	}
}

func TestAShutdownIsToldToAll(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	out := n.connect(rooms.Hello{Name: "out"})
	began := time.Now()
	n.stop()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, c := range []*client{ann, out} {
		if e := c.want("ended"); e.data != `{"reason":"shutdown"}` {
			t.Errorf("told %s", e.data)
		}
		c.want("CUT")
	}
	if _, err := n.rooms.Connect(t.Context(), rooms.Hello{Room: "r", Name: "late"}, ann); err == nil {
		t.Error("an ended server took a session")
	}
}

func TestAPanicEndsItsRoomOnly(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	n.rooms.Break()
	ann.want("CUT")
	if err := ann.rename("x"); err == nil {
		t.Error("the broken room still answers")
	}
	if again := n.connect(ann.back(nil)); again.hello.Joined {
		t.Error("the broken meeting is still there")
	}
}

func TestARoomWhoseMediaHasEndedIsOpenedAnew(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	n.rooms.EndMedia()
	ann.want("CUT")
	if again := n.connect(ann.back(nil)); again.hello.Joined {
		t.Error("the broken meeting is still there")
	}
}

func TestChatOutlivesTheServer(t *testing.T) {
	dir := t.TempDir()
	n := newNode(t, dir)
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	m, err := ann.say("c1", "hello")
	if err != nil {
		t.Fatal(err)
	}
	ann.want("chat")
	bob.want("chat")
	if again, err := ann.say("c1", "hello"); err != nil || !cmp.Equal(again, m) {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	if _, err := ann.say("c1", "another"); !refusedAs(err, meeting.Conflict) {
		t.Errorf("another under the same id: %v", err)
	}
	n.stop()
	n = newNode(t, dir)
	late := n.connect(rooms.Hello{Name: "late"})
	if s := late.join(); !cmp.Equal(s.Chat, []meeting.Message{m}) {
		t.Errorf("after a restart: %+v, want %+v", s.Chat, m)
	}
}

func TestWhoSaysTooMuchIsLimited(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	limited := 0
	for i := range 40 {
		if _, err := ann.say(fmt.Sprint(i), "spam"); refusedAs(err, meeting.Limited) {
			limited++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if limited < 10 || limited > 20 {
		t.Errorf("%d of 40 were refused", limited)
	}
}

func TestWhoBrowsesTooFastIsToldWhenToGoOn(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	for range 100 {
		_, err := answer(ann, func(r rooms.Reply[rooms.Page]) { ann.session.History(t.Context(), 0, 1, r) })
		var refusal *meeting.Error
		if errors.As(err, &refusal) && refusal.Code == meeting.Limited {
			if refusal.Retry != 1 {
				t.Errorf("to go on in %d s", refusal.Retry)
			}
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Error("100 pages at once")
}

func TestWhoChangesAllTheTimeIsLimited(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := n.join("ann"), n.join("bob")
	states := []meeting.TrackState{meeting.Muted, meeting.Off}
	for i := range 40 {
		if err := ann.do(meeting.Publish{ID: ann.session.ID(), State: states[i%2]}); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	if err := ann.rename("another"); !refusedAs(err, meeting.Limited) {
		t.Errorf("the 41st: %v", err)
	}
	if err := bob.rename("robert"); err != nil {
		t.Errorf("another's: %v", err)
	}
	n.rooms.Advance(time.Second)
	if err := ann.rename("another"); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

func TestBadNamesAreRefusedAtTheDoor(t *testing.T) {
	n := newNode(t, t.TempDir())
	for _, h := range []rooms.Hello{{Room: "a/b", Name: "ann"}, {Room: "", Name: "ann"}, {Room: "r", Name: ""}, {Room: "r", Name: "\u200b", Key: "no such key"}} {
		_, err := n.rooms.Connect(t.Context(), h, &client{t: t, events: make(chan event, 1)})
		if !refusedAs(err, meeting.Invalid) {
			t.Errorf("%+v: %v", h, err)
		}
	}
}

func refusedAs(err error, code meeting.Code) bool {
	var refusal *meeting.Error
	return errors.As(err, &refusal) && refusal.Code == code
}
