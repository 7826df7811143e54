package meeting_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"noom/internal/meeting"
)

func (b *table) knock(name, passcode string) []meeting.Effect {
	b.t.Helper()
	if b.ids[name] == "" {
		b.connect(name)
	}
	return b.apply(meeting.Join{ID: b.ids[name], Passcode: passcode})
}

func (b *table) wantWait(effects []meeting.Effect, want meeting.WaitFor) {
	b.t.Helper()
	if got := find[meeting.Waits](b.t, effects).For; got != want {
		b.t.Errorf("waits for %q, want %q", got, want)
	}
}

func TestGuestsWaitInTheLobbyUntilTheyAreLetIn(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	effects := b.knock("eve", "")
	b.wantWait(effects, meeting.WaitLobby)
	b.wantSaid(effects, "waiting eve → host,cohost")
	if d := b.meeting.Door(b.ids["eve"]); d.Waiting != meeting.WaitLobby {
		t.Errorf("door %+v", d)
	}
	b.wantWait(b.knock("eve", ""), meeting.WaitLobby) // asking again changes nothing
	b.pass(time.Second)
	refusal(t, b.apply(meeting.Mute{ID: b.ids["host"], Target: b.ids["eve"]}), meeting.NotFound)
	refusal(t, b.apply(meeting.Chat{ID: b.ids["eve"], ClientID: "1", Text: "x"}), meeting.Forbidden)
	b.wantWait(b.knock("dan", ""), meeting.WaitLobby)
	b.pass(time.Second)
	b.pass(time.Second)
	b.wantSaid(b.apply(meeting.Admit{ID: b.ids["cohost"], IDs: []meeting.ID{b.ids["dan"], "p_forged", b.ids["ann"]}}), "waiting eve → host,cohost", "admitted → dan")
	find[meeting.Snapshot](t, b.knock("dan", ""))
	b.pass(time.Second)
	b.pass(time.Second)
	effects = b.apply(meeting.Refuse{ID: b.ids["host"]})
	if d := find[meeting.Dismissed](t, effects); d.Reason != meeting.EndRefused || d.ID != b.ids["eve"] {
		t.Errorf("dismissed %+v", d)
	}
	b.wantSaid(effects, "waiting → host,cohost")
	refusal(t, b.apply(meeting.Join{ID: b.ids["eve"]}), meeting.NotFound)
}

func TestWhoWasRefusedWaitsBeforeKnockingAgain(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	again := func(name string) []meeting.Effect {
		b.ids[name] = ""
		return b.knock(name, "")
	}
	refuse := func(name string) {
		b.apply(meeting.Refuse{ID: b.ids["host"], IDs: []meeting.ID{b.ids[name]}})
	}
	for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
		b.wantWait(again("eve"), meeting.WaitLobby)
		refuse("eve")
		effects := again("eve")
		refusal(t, effects, meeting.Limited)
		reason(t, effects, meeting.ByRefusal)
		if got := find[meeting.Refused](t, effects).Err.Retry; got != int(wait.Seconds()) {
			t.Errorf("waits for %d s, want %v", got, wait)
		}
		b.pass(wait - time.Second)
		refusal(t, again("eve"), meeting.Limited)
		b.wantWait(again("dan"), meeting.WaitLobby) // others are not held back
		b.pass(time.Second)
	}
	b.wantWait(again("eve"), meeting.WaitLobby)
	b.apply(meeting.Refuse{ID: b.ids["host"]})
	b.pass(20*time.Minute + time.Second)
	b.wantWait(again("eve"), meeting.WaitLobby)
	refuse("eve")
	if got := find[meeting.Refused](t, again("eve")).Err.Retry; got != 30 {
		t.Errorf("after a while, waits for %d s", got)
	}
	b.pass(30 * time.Second)
	b.wantWait(again("eve"), meeting.WaitLobby)
	b.apply(meeting.Admit{ID: b.ids["host"]})
	find[meeting.Snapshot](t, b.knock("eve", ""))
}

func TestWhoComesFromWhereOthersWereTurnedAwayIsTold(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby, s.HasPasscode, s.Passcode = true, true, "1234" })
	held := func(name, passcode string) []meeting.Effect {
		b.connect(name)
		return b.apply(meeting.Join{ID: b.ids[name], Passcode: passcode, Held: 1500 * time.Millisecond})
	}
	effects := held("mia", "1234")
	refusal(t, effects, meeting.Limited)
	reason(t, effects, meeting.ByNeighbours)
	if got := find[meeting.Refused](t, effects).Err.Retry; got != 2 {
		t.Errorf("waits for %d s", got)
	}
	reason(t, held("dan", "wrong"), meeting.ByPasscode) // what stands before the queue is told first
	b.wantWait(b.knock("eve", "1234"), meeting.WaitLobby)
	b.apply(meeting.Refuse{ID: b.ids["host"]})
	reason(t, held("eve", "1234"), meeting.ByRefusal) // it was they themselves
	b.links["host2"] = meeting.Host
	find[meeting.Snapshot](t, held("host2", ""))
	find[meeting.Snapshot](t, held("host2", "")) // and asks anew
}

func TestWhoWaitsIsNotHeldBackForAskingAgain(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	b.connect("mia")
	ask := func() []meeting.Effect {
		return b.apply(meeting.Join{ID: b.ids["mia"], Held: time.Minute})
	}
	blink := func(d time.Duration) {
		b.apply(meeting.Disconnect{ID: b.ids["mia"]})
		b.pass(d)
		b.connect("mia")
	}
	reason(t, ask(), meeting.ByNeighbours)
	b.wantWait(b.knock("mia", ""), meeting.WaitLobby)
	b.wantWait(ask(), meeting.WaitLobby)
	blink(time.Minute) // she is another session now, of the same browser
	b.wantWait(ask(), meeting.WaitLobby)
	b.apply(meeting.Leave{ID: b.ids["mia"]})
	b.wantWait(ask(), meeting.WaitLobby)
	blink(2 * time.Minute)
	reason(t, ask(), meeting.ByNeighbours)
	b.wantWait(b.knock("mia", ""), meeting.WaitLobby)
	b.apply(meeting.Refuse{ID: b.ids["host"]})
	b.connect("mia")
	reason(t, ask(), meeting.ByRefusal)
	b.pass(30 * time.Second)
	reason(t, ask(), meeting.ByNeighbours) // she was one of those who were turned away
}

func TestWhoWaitedForTheHostIsNotHeldBackInTheLobby(t *testing.T) {
	b := newTable(t)
	b.settle(func(s *meeting.Settings) { s.Lobby, s.WaitForHost = true, true })
	b.wantWait(b.knock("mia", ""), meeting.WaitHost)
	b.links["host"] = meeting.Host
	b.join("host")
	b.wantWait(b.apply(meeting.Join{ID: b.ids["mia"], Held: time.Minute}), meeting.WaitLobby)
}

func TestWhoWaitedIsRememberedWithinBounds(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	ask := func(name string) []meeting.Effect {
		b.connect(name)
		return b.apply(meeting.Join{ID: b.ids[name], Held: time.Minute})
	}
	wait := func(name string) {
		b.wantWait(b.knock(name, ""), meeting.WaitLobby)
		b.apply(meeting.Disconnect{ID: b.ids[name]})
	}
	for i := range 1500 {
		wait(fmt.Sprint("mia", i))
	}
	b.wantWait(ask("mia999"), meeting.WaitLobby)
	reason(t, ask("mia1000"), meeting.ByNeighbours)
	b.pass(2 * time.Minute)
	wait("dan")
	b.wantWait(ask("dan"), meeting.WaitLobby) // there is room again
}

func TestWhoWasRefusedIsRememberedWithinBounds(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	for i := range 1500 {
		name := fmt.Sprint("eve", i)
		b.wantWait(b.knock(name, ""), meeting.WaitLobby)
		b.apply(meeting.Refuse{ID: b.ids["host"], IDs: []meeting.ID{b.ids[name]}})
		b.ids[name] = ""
		b.pass(time.Millisecond)
	}
	b.wantWait(b.knock("eve0", ""), meeting.WaitLobby) // forgotten
	refusal(t, b.knock("eve1499", ""), meeting.Limited)
}

func TestWhoWasInsideNeedNotWaitAgain(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby, s.Passcode, s.HasPasscode = true, "1234", true })
	b.apply(meeting.Lock{ID: b.ids["host"], Locked: true})
	b.apply(meeting.Disconnect{ID: b.ids["ann"]})
	b.pass(meeting.SeatGrace)
	find[meeting.Snapshot](t, b.join("ann")) // a new session of the same browser
	b.apply(meeting.Remove{ID: b.ids["host"], Target: b.ids["ann"]})
	b.connect("ann")
	reason(t, b.apply(meeting.Join{ID: b.ids["ann"]}), meeting.ByLock)
}

func TestAdmissionHoldsForTheWholeMeetingAndNotForTheNext(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	b.knock("eve", "")
	b.apply(meeting.Admit{ID: b.ids["host"]})
	for _, name := range []string{"host", "cohost", "ann", "bob"} {
		b.apply(meeting.Leave{ID: b.ids[name]})
	}
	b.wantWait(b.knock("eve", ""), meeting.WaitLobby)
}

func TestGuestsWaitForAHost(t *testing.T) {
	b := newTable(t)
	b.settle(func(s *meeting.Settings) { s.WaitForHost = true })
	b.links["cohost"] = meeting.Cohost
	b.wantWait(b.knock("ann", ""), meeting.WaitHost)
	b.wantWait(b.knock("bob", ""), meeting.WaitHost)
	b.apply(meeting.Disconnect{ID: b.ids["bob"]})
	effects := b.join("cohost")
	b.wantSaid(effects, "admitted → ann", "inside 1 → ann")
	if s := find[meeting.Snapshot](t, effects); len(s.Waiting) != 0 {
		t.Errorf("the newcomer sees %+v", s.Waiting)
	}
	find[meeting.Snapshot](t, b.knock("ann", ""))
	b.apply(meeting.Leave{ID: b.ids["cohost"]})
	b.wantWait(b.knock("late", ""), meeting.WaitHost)
}

func TestWhoWaitedForAHostThenWaitsInTheLobby(t *testing.T) {
	b := newTable(t)
	b.settle(func(s *meeting.Settings) { s.WaitForHost, s.Lobby = true, true })
	b.links["host"] = meeting.Host
	b.wantWait(b.knock("ann", ""), meeting.WaitHost)
	b.join("host")
	b.wantWait(b.knock("ann", ""), meeting.WaitLobby)
	b.wantSaid(b.settle(func(*meeting.Settings) {}), `settings passcode="" → host`, "admitted → ann")
	find[meeting.Snapshot](t, b.knock("ann", ""))
}

func TestALockKeepsOutAllButHosts(t *testing.T) {
	b := team(t, nil)
	b.apply(meeting.Lock{ID: b.ids["cohost"], Locked: true})
	reason(t, b.knock("eve", ""), meeting.ByLock)
	if d := b.meeting.Door(b.ids["eve"]); !d.Locked {
		t.Errorf("door %+v", d)
	}
	b.links["second host"] = meeting.Host
	find[meeting.Snapshot](t, b.knock("second host", ""))
}

func TestAPasscodeOpensTheDoor(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Passcode, s.HasPasscode = "Grüße 1", true })
	for _, wrong := range []string{"", "grüße 1", "Grüße", "Grüße 12", "\xff", "Grüße\n1"} {
		effects := b.knock("eve", wrong)
		refusal(t, effects, meeting.Forbidden)
		reason(t, effects, meeting.ByPasscode)
	}
	if d := b.meeting.Door(b.ids["eve"]); !d.Passcode {
		t.Errorf("door %+v", d)
	}
	find[meeting.Snapshot](t, b.knock("eve", " Gru\u0308ße 1 ")) // as another keyboard writes it
	b.links["h"] = meeting.Host
	find[meeting.Snapshot](t, b.knock("h", ""))
}

func TestARoomIsFullAtItsOwnSizeForGuests(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Max = 4 })
	effects := b.knock("eve", "")
	refusal(t, effects, meeting.Full)
	reason(t, effects, meeting.BySize)
	b.links["h"] = meeting.Host
	find[meeting.Snapshot](t, b.knock("h", ""))
}

func TestTheLobbyHasItsBounds(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	for i := range meeting.MaxWaiting {
		b.wantWait(b.knock(fmt.Sprint("w", i), ""), meeting.WaitLobby)
	}
	effects := b.knock("late", "")
	refusal(t, effects, meeting.Full)
	reason(t, effects, meeting.ByLobbySize)
	b.apply(meeting.Leave{ID: b.ids["w7"]})
	b.wantWait(b.knock("late", ""), meeting.WaitLobby)
	told := 0
	for range 10 {
		for _, line := range b.said(b.pass(100 * time.Millisecond)) {
			if len(line) > 7 && line[:7] == "waiting" {
				told++
			}
		}
	}
	if told != 1 {
		t.Errorf("hosts were told %d times of one change", told)
	}
}

func TestABetterLinkGivesItsRoleToASessionThatIsThere(t *testing.T) {
	b := team(t, nil)
	b.links["ann"] = meeting.Host
	b.wantSaid(b.connect("ann"), "updated ann away=false → host,cohost,ann,bob", `settings passcode="" → ann`, "waiting → ann")
	b.links["ann"] = ""
	b.connect("ann")
	if b.participant("ann").Role != meeting.Host {
		t.Error("coming back without the link takes the role away")
	}
}

func TestWhoWasRemovedComesBackAsAnyGuest(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["ann"], Role: meeting.Cohost})
	b.knock("eve", "")
	b.apply(meeting.Admit{ID: b.ids["host"]})
	find[meeting.Snapshot](t, b.knock("eve", ""))
	b.apply(meeting.Leave{ID: b.ids["eve"]})
	first := b.ids["eve"] // a window that has been let in, and stays outside
	delete(b.keys, "eve")
	b.join("eve")
	for _, name := range []string{"ann", "eve"} {
		b.apply(meeting.Remove{ID: b.ids["host"], Target: b.ids[name]})
	}
	b.wantWait(b.apply(meeting.Join{ID: first}), meeting.WaitLobby)
	b.connect("ann")
	if p := b.participant("ann"); p.Role != meeting.Speaker {
		t.Errorf("she comes back as a %s", p.Role)
	}
	b.wantWait(b.knock("ann", ""), meeting.WaitLobby)
}

func TestARoleThatWasTakenAwayIsNotWonBackByBeingRemoved(t *testing.T) {
	b := team(t, nil)
	b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["ann"], Role: meeting.Viewer})
	b.apply(meeting.Remove{ID: b.ids["host"], Target: b.ids["ann"]})
	if s := find[meeting.Snapshot](t, b.join("ann")); s.You.Role != meeting.Viewer {
		t.Errorf("she comes back as a %s", s.You.Role)
	}
}

func TestANewPasscodeIsAskedOfThoseWhoKnewTheOld(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Passcode, s.HasPasscode, s.Max = "old", true, 4 })
	reason(t, b.knock("eve", "old"), meeting.BySize) // the passcode was right
	if d := b.meeting.Door(b.ids["eve"]); d.Passcode {
		t.Errorf("door %+v", d)
	}
	b.settle(func(s *meeting.Settings) { s.Passcode, s.HasPasscode = "new", true })
	reason(t, b.knock("eve", ""), meeting.ByPasscode)
	reason(t, b.knock("eve", "old"), meeting.ByPasscode)
	find[meeting.Snapshot](t, b.knock("eve", "new"))
}

func TestARevokedLinkGivesNothingToThoseWhoStayConnected(t *testing.T) {
	b := team(t, nil)
	come := func(name string) {
		b.ids[name] = find[meeting.Connected](t, b.apply(meeting.Connect{Name: name, Who: meeting.Who(name), Link: meeting.Cohost, LinkID: "l7"})).ID
	}
	come("inside")
	come("outside")
	b.apply(meeting.Join{ID: b.ids["inside"]})
	record := meeting.Record{Settings: meeting.Fresh(), Links: []string{"l1"}}
	b.apply(record)
	if in, out := b.participant("inside").Role, b.participant("outside").Role; in != meeting.Cohost || out != meeting.Speaker {
		t.Errorf("inside is a %s, outside a %s", in, out)
	}
	b.wantWait(b.apply(meeting.Join{ID: b.ids["outside"]}), meeting.WaitLobby)
	b.apply(meeting.Leave{ID: b.ids["inside"]})
	b.apply(meeting.Join{ID: b.ids["inside"]}) // was let in, and is a guest now
	if p := b.participant("inside"); p.Role != meeting.Speaker || p.Seat == 0 {
		t.Errorf("who came back is %+v", p)
	}
}

func TestWhoIsMadeACohostNeedNotWaitInAnotherWindow(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Lobby = true })
	b.links["ann's phone"] = "" // the same browser
	b.ids["ann's phone"] = find[meeting.Connected](t, b.apply(meeting.Connect{Name: "ann", Who: "eve"})).ID
	b.wantWait(b.apply(meeting.Join{ID: b.ids["ann's phone"]}), meeting.WaitLobby)
	b.connect("eve")
	b.wantWait(b.knock("eve", ""), meeting.WaitLobby)
	b.apply(meeting.Admit{ID: b.ids["host"], IDs: []meeting.ID{b.ids["eve"]}})
	b.knock("eve", "")
	b.pass(time.Second)
	effects := b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["eve"], Role: meeting.Cohost})
	if said := b.said(effects); !slices.Contains(said, "admitted → ann's phone") {
		t.Errorf("told %q", said)
	}
}

func TestNobodyKeepsHostsOutByWaitingOutside(t *testing.T) {
	b := newTable(t)
	b.settle(func(*meeting.Settings) {})
	for i := range meeting.MaxOutside {
		b.connect(fmt.Sprint("idler", i))
	}
	refusal(t, b.apply(meeting.Connect{Name: "guest", Who: "guest"}), meeting.Full)
	find[meeting.Connected](t, b.apply(meeting.Connect{Name: "host", Who: "host", Link: meeting.Host}))
}

func TestWhoDoesNotKnowThePasscodeDoesNotLearnWhoIsInside(t *testing.T) {
	secret := func(s *meeting.Settings) { s.Passcode, s.HasPasscode, s.Lobby = "1234", true, true }
	b := team(t, secret)
	b.connect("eve")
	b.connect("host 2")
	b.links["host 2"] = meeting.Host
	b.connect("host 2")
	if n := len(b.meeting.InsideFor(b.ids["eve"])); n != 0 {
		t.Errorf("she sees %d", n)
	}
	if n := len(b.meeting.InsideFor(b.ids["host 2"])); n != 4 {
		t.Errorf("a host sees %d", n)
	}
	b.pass(time.Second)
	b.wantSaid(b.apply(meeting.Leave{ID: b.ids["bob"]}), "left bob left → host,cohost,ann", "inside 3 → bob,host 2")
	b.wantSaid(b.knock("eve", "1234"), "waiting eve → host,cohost", "inside 3 → eve")
	if n := len(b.meeting.InsideFor(b.ids["eve"])); n != 3 {
		t.Errorf("who has given it sees %d", n)
	}
	b.connect("dan")
	b.pass(time.Second)
	effects := b.settle(func(s *meeting.Settings) { s.Lobby = true })
	if said := b.said(effects); !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "inside 3") && strings.Contains(s, "dan") }) {
		t.Errorf("told %q when the passcode was taken away", said)
	}
}

func TestABusyNodeLetsInWhoWasInsideOnly(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob") // who stays: the meeting goes on
	b.connect("late")
	effects := b.apply(meeting.Join{ID: b.ids["late"], Busy: true})
	refusal(t, effects, meeting.Full)
	if got := find[meeting.Refused](t, effects).Err.Reason; got != meeting.ByLoad {
		t.Errorf("the reason is %q", got)
	}
	find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["ann"], Busy: true})) // a fresh snapshot
	b.apply(meeting.Leave{ID: b.ids["ann"]})
	find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["ann"], Busy: true}))
	find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["late"]})) // later, when there is room
}
