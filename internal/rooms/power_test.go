package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"noom/internal/meeting"
	"noom/internal/rooms"
	"noom/internal/store"
)

// enter brings somebody into a made room, by the link of a role.
func (n *node) enter(made store.Room, name string, role meeting.Role) *client {
	n.t.Helper()
	c := n.connect(rooms.Hello{Room: made.Name, Name: name, Link: n.key(made, role)})
	c.join()
	return c
}

// hearsNothingOf listens for half a second, in which a voice makes 25 packets.
func (p *caller) hearsNothingOf(track uint32) {
	p.t.Helper()
	for silence := time.After(500 * time.Millisecond); ; {
		select {
		case csrc := <-p.heard:
			if csrc == track {
				p.t.Fatalf("track %d is still heard", track)
			}
		case <-silence:
			return
		}
	}
}

func openLobby(r *store.Room) { r.Settings.Lobby = false }

func TestARemovedParticipantsMediaIsDeadAtOnce(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", openLobby)
	host, eve := call(t, n.enter(made, "host", meeting.Host)), call(t, n.enter(made, "eve", meeting.Speaker))
	host.offer(nil)
	eve.offer(nil)
	eve.talk()
	eve.publish(meeting.Microphone, meeting.On)
	track := uint32(2 << 2) // seat 2's microphone
	host.inSlot(track)
	host.hears(track)
	began := time.Now()
	if err := host.do(meeting.Remove{ID: host.session.ID(), Target: eve.session.ID(), Ban: true}); err != nil {
		t.Fatal(err)
	}
	n.wantPeers(1) // the host's
	for len(host.heard) > 0 {
		<-host.heard
	}
	eve.await("ended", func(data string) bool { return data == `{"reason":"banned"}` })
	eve.await("CLOSE", func(string) bool { return true })
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	host.hearsNothingOf(track) // she goes on talking, to nobody
	if _, err := eve.send("v=0"); !refusedAs(err, meeting.NotFound) {
		t.Errorf("an offer of the dead session: %v", err)
	}
}

func TestAMutedMicrophoneIsSilentInMedia(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", openLobby)
	host, bob := call(t, n.enter(made, "host", meeting.Host)), call(t, n.enter(made, "bob", meeting.Speaker))
	host.offer(nil)
	bob.offer(nil)
	bob.talk()
	bob.publish(meeting.Microphone, meeting.On)
	track := uint32(2 << 2)
	host.inSlot(track)
	host.hears(track)
	if err := host.do(meeting.MuteAll{ID: host.session.ID()}); err != nil {
		t.Fatal(err)
	}
	bob.await("silenced", func(data string) bool { return true })
	for len(host.heard) > 0 {
		<-host.heard
	}
	host.hearsNothingOf(track)
	bob.publish(meeting.Microphone, meeting.On)
	host.hears(track)
}

func TestSettingsHoldWhenTheyAreOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	n := newNode(t, dir)
	made := n.make("team", openLobby)
	host, guest := n.enter(made, "host", meeting.Host), n.enter(made, "guest", meeting.Speaker)
	code, size := "1234", 7
	change := meeting.ChangeSettings{ID: host.session.ID(), Change: meeting.SettingsChange{Passcode: &code, Max: &size}}
	if err := host.do(change); err != nil {
		t.Fatal(err)
	}
	host.want("joined")
	if e := host.want("settings"); !strings.Contains(e.data, `"passcode":"1234"`) {
		t.Errorf("the host is told %s", e.data)
	}
	if e := guest.want("settings"); !strings.Contains(e.data, `"passcode":""`) || !strings.Contains(e.data, `"hasPasscode":true`) {
		t.Errorf("a guest is told %s", e.data)
	}
	kept, err := n.store.Room(t.Context(), "team")
	if err != nil || kept.Settings.Passcode != "1234" || kept.Settings.Max != 7 {
		t.Errorf("kept %+v, %v", kept.Settings, err)
	}
	n.closeStore()
	if err := host.do(change); err == nil || refusedAs(err, meeting.Limited) {
		t.Errorf("acknowledged without a disk: %v", err)
	}
	if err := host.do(meeting.Lock{ID: host.session.ID(), Locked: true}); err != nil { // the meeting goes on
		t.Error(err)
	}
}

func TestChangesByTheAPIReachTheOpenRoom(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", openLobby)
	host := n.enter(made, "host", meeting.Host)
	on := true
	if _, err := n.rooms.Change(t.Context(), "team", n.key(made, meeting.Host), rooms.Change{Settings: meeting.SettingsChange{Lobby: &on}}); err != nil {
		t.Fatal(err)
	}
	if e := host.want("settings"); !strings.Contains(e.data, `"lobby":true`) {
		t.Errorf("told %s", e.data)
	}
	late := n.connect(rooms.Hello{Room: "team", Name: "late"})
	if s, err := answer(late, func(r rooms.Reply[rooms.Snapshot]) { late.session.Join(t.Context(), "", "", r) }); err != nil || s.Wait != meeting.WaitLobby {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestARevokedLinkGivesNothingToThoseWhoHaveComeByIt(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) { r.Settings.Lobby = true })
	host := n.enter(made, "host", meeting.Host)
	outside := n.connect(rooms.Hello{Room: "team", Name: "outside", Link: n.key(made, meeting.Cohost)})
	if err := n.rooms.RemoveLink(t.Context(), "team", n.key(made, meeting.Host), string(meeting.Cohost)); err != nil {
		t.Fatal(err)
	}
	join := func() (rooms.Snapshot, error) {
		return answer(outside, func(r rooms.Reply[rooms.Snapshot]) { outside.session.Join(t.Context(), "", "", r) })
	}
	if s, err := join(); err != nil || s.Wait != meeting.WaitLobby {
		t.Errorf("got in with %+v, %v", s.You, err)
	}
	if err := host.do(meeting.Admit{ID: host.session.ID()}); err != nil {
		t.Fatal(err)
	}
	if s, err := join(); err != nil || s.You.Role != meeting.Speaker {
		t.Errorf("is a %q, %v", s.You.Role, err)
	}
}

// leaver is a client whose host closes the page as soon as the meeting ends.
type leaver struct {
	*client
	gone func()
}

func (l leaver) Close() {
	l.gone()
	l.client.Close()
}

func TestARoomIsDeletedWholeThoughItsHostGoes(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", openLobby)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := &client{t: t, node: n, events: make(chan event, 100)}
	var err error
	if c.session, err = n.rooms.Connect(t.Context(), rooms.Hello{Room: "team", Name: "host", Link: n.key(made, meeting.Host)}, leaver{c, cancel}); err != nil {
		t.Fatal(err)
	}
	c.join()
	if _, err := c.say("1", "a secret"); err != nil {
		t.Fatal(err)
	}
	if err := n.rooms.Delete(ctx, "team", n.key(made, meeting.Host)); err != nil {
		t.Error(err)
	}
	if ctx.Err() == nil {
		t.Fatal("nobody went")
	}
	if _, err := n.store.Room(t.Context(), "team"); !errors.Is(err, store.ErrNoRoom) {
		t.Errorf("the room: %v", err)
	}
	if chats, err := n.store.ChatRooms(t.Context()); err != nil || len(chats) != 0 {
		t.Errorf("chats of %q, %v", chats, err)
	}
}

func TestALinkThatSomebodyBannedCameByGivesNothingToOthers(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) { r.Settings.Lobby = true })
	host, eve := n.enter(made, "host", meeting.Host), n.enter(made, "eve", meeting.Cohost)
	outside := n.connect(rooms.Hello{Room: "team", Name: "outside", Link: n.key(made, meeting.Cohost)})
	if err := host.do(meeting.Remove{ID: host.session.ID(), Target: eve.session.ID(), Ban: true}); err != nil {
		t.Fatal(err)
	}
	s, err := answer(outside, func(r rooms.Reply[rooms.Snapshot]) { outside.session.Join(t.Context(), "", "", r) })
	if err != nil || s.Wait != meeting.WaitLobby {
		t.Errorf("got in with %+v, %v", s.You, err)
	}
}

// tryToJoin asks to come in, with a passcode.
func (c *client) tryToJoin(passcode string) (rooms.Snapshot, error) {
	return answer(c, func(r rooms.Reply[rooms.Snapshot]) { c.session.Join(c.t.Context(), "", passcode, r) })
}

func TestWhoIsRefusedAgainAndAgainDoesNotKnockAsAnother(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) { r.Settings.Lobby = true })
	host := n.enter(made, "host", meeting.Host)
	knock := func(from string) (*client, rooms.Snapshot, error) {
		c := n.connect(rooms.Hello{Room: "team", Name: "eve", From: netip.MustParseAddr(from)})
		s, err := c.tryToJoin("")
		return c, s, err
	}
	for i := range 4 {
		_, s, err := knock(fmt.Sprintf("2001:db8::%d", i)) // each time a new browser
		if err != nil || s.Wait != meeting.WaitLobby {
			t.Fatalf("knocking for the %d. time: %+v, %v", i+1, s, err)
		}
		if err := host.do(meeting.Refuse{ID: host.session.ID()}); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := knock("2001:db8::ffff")
	if refusal := heldBack(err); refusal.Retry < 29 || refusal.Retry > 30 {
		t.Errorf("then: %v, %+v", err, refusal)
	}
	if _, s, err := knock("2001:db8:0:1::"); err != nil || s.Wait != meeting.WaitLobby {
		t.Errorf("a neighbour: %+v, %v", s, err)
	}
	n.rooms.Advance(30 * time.Second)
	if _, s, err := knock("2001:db8::ffff"); err != nil || s.Wait != meeting.WaitLobby {
		t.Errorf("half a minute later: %+v, %v", s, err)
	}
}

// heldBack is the refusal of one who knocks where others were turned away; empty when err is none.
func heldBack(err error) meeting.Error {
	var refusal *meeting.Error
	if errors.As(err, &refusal) && refusal.Code == meeting.Limited && refusal.Reason == meeting.ByNeighbours {
		return *refusal
	}
	return meeting.Error{}
}

func TestAWholeSchoolThatIsTurnedAwayIsNotShutOut(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) { r.Settings.Lobby = true })
	host := n.enter(made, "host", meeting.Host)
	school := netip.MustParseAddr("192.0.2.7")
	knock := func() (*client, error) {
		c := n.connect(rooms.Hello{Room: "team", Name: "pupil", From: school})
		_, err := c.tryToJoin("")
		return c, err
	}
	var pupils []*client
	for range 40 {
		c, err := knock()
		if err != nil {
			t.Fatal(err)
		}
		pupils = append(pupils, c)
	}
	refuse := func(whom ...*client) {
		t.Helper()
		ids := []meeting.ID{}
		for _, c := range whom {
			ids = append(ids, c.session.ID())
		}
		if err := host.do(meeting.Refuse{ID: host.session.ID(), IDs: ids}); err != nil {
			t.Fatal(err)
		}
	}
	refuse(pupils[:20]...) // with one click, which counts once
	refuse(pupils[20])
	refuse(pupils[21])
	last, err := knock()
	if err != nil {
		t.Fatalf("after three clicks: %v", err)
	}
	for _, c := range pupils[22:] {
		refuse(c)
	}
	if _, err := knock(); heldBack(err).Retry != 120 {
		t.Errorf("after many clicks: %v, %+v", err, heldBack(err))
	}
	if err := host.do(meeting.Admit{ID: host.session.ID(), IDs: []meeting.ID{last.session.ID()}}); err != nil {
		t.Fatal(err)
	}
	if _, err := knock(); err != nil {
		t.Errorf("once somebody from there was let in: %v", err)
	}
}

func TestWhoWaitsKeepsTheirPlaceWhenNeighboursAreTurnedAway(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) { r.Settings.Lobby = true })
	host := n.enter(made, "host", meeting.Host)
	from := netip.MustParseAddr("192.0.2.7")
	knock := func(browser string) *client {
		t.Helper()
		c := n.connect(rooms.Hello{Room: "team", Name: "mia", From: from, Browser: browser})
		if s, err := c.tryToJoin(""); err != nil || s.Wait != meeting.WaitLobby {
			t.Fatalf("waits for %q, %v", s.Wait, err)
		}
		return c
	}
	mia := knock("")
	browser := mia.hello.Browser
	for range 4 {
		c := knock("")
		if err := host.do(meeting.Refuse{ID: host.session.ID(), IDs: []meeting.ID{c.session.ID()}}); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := mia.tryToJoin(""); err != nil || s.Wait != meeting.WaitLobby {
		t.Errorf("asking again: waits for %q, %v", s.Wait, err)
	}
	mia.session.Disconnect()
	knock(browser)
}

func TestPasscodesAreTriedTenTimesAMinuteByAHomeInARoom(t *testing.T) {
	n := newNode(t, t.TempDir())
	guarded := func(r *store.Room) { openLobby(r); r.Settings.HasPasscode, r.Settings.Passcode = true, "correct" }
	n.make("team", guarded)
	n.make("other", guarded)
	try := func(room, from, passcode string) error {
		_, err := n.connect(rooms.Hello{Room: room, Name: "eve", From: netip.MustParseAddr(from)}).tryToJoin(passcode)
		return err
	}
	wants := func(what string, err error, want meeting.Code) {
		t.Helper()
		var refusal *meeting.Error
		if !errors.As(err, &refusal) || refusal.Code != want {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	for i := range 10 {
		wants("a wrong one", try("team", fmt.Sprintf("2001:db8::%d", i), "wrong"), meeting.Forbidden)
	}
	wants("the eleventh", try("team", "2001:db8::ffff", "wrong"), meeting.Limited)
	wants("the right one then", try("team", "2001:db8::ffff", "correct"), meeting.Limited)
	wants("in another room", try("other", "2001:db8::ffff", "wrong"), meeting.Forbidden)
	wants("from next door", try("team", "2001:db8:0:1::1", "wrong"), meeting.Forbidden)
	n.rooms.Advance(6 * time.Second)
	if err := try("team", "2001:db8::1", "correct"); err != nil {
		t.Errorf("six seconds later: %v", err)
	}
}
