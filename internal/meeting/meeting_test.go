package meeting_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
)

// table is a meeting under virtual time, with the sessions that a test speaks of by name.
type table struct {
	t       *testing.T
	meeting *meeting.Meeting
	now     time.Time
	ids     map[string]meeting.ID
	keys    map[string]meeting.Key
	links   map[string]meeting.Role // what the links of those give who came by one
}

func newTable(t *testing.T) *table {
	var drawn uint64
	return &table{
		t:       t,
		meeting: meeting.New(meeting.Config{Room: "r", Chance: func() uint64 { drawn++; return drawn * 0x9e3779b97f4a7c15 }}),
		now:     time.UnixMilli(1795425300000),
		ids:     map[string]meeting.ID{},
		keys:    map[string]meeting.Key{},
		links:   map[string]meeting.Role{},
	}
}

func (b *table) apply(c meeting.Command) []meeting.Effect { return b.meeting.Apply(b.now, c) }

func (b *table) pass(d time.Duration) []meeting.Effect {
	b.now = b.now.Add(d)
	return b.apply(meeting.Expire{})
}

// connect opens a session, or returns to it when the name has been here before.
func (b *table) connect(name string) []meeting.Effect {
	b.t.Helper()
	effects := b.apply(meeting.Connect{Name: name, Key: b.keys[name], Who: meeting.Who(name), Link: b.links[name]})
	c := find[meeting.Connected](b.t, effects)
	b.ids[name], b.keys[name] = c.ID, c.Key
	return effects
}

func (b *table) join(name string) []meeting.Effect {
	b.t.Helper()
	b.connect(name)
	return b.apply(meeting.Join{ID: b.ids[name]})
}

func (b *table) participant(name string) meeting.Participant {
	b.t.Helper()
	p, ok := b.meeting.Find(b.ids[name])
	if !ok {
		b.t.Fatalf("the meeting does not know %s", name)
	}
	return p
}

// find gives the one effect of type E.
func find[E meeting.Effect](t *testing.T, effects []meeting.Effect) E {
	t.Helper()
	var found []E
	for _, e := range effects {
		if e, ok := e.(E); ok {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		var none E
		t.Fatalf("%d effects %T, want 1, in %+v", len(found), none, effects)
	}
	return found[0]
}

func refusal(t *testing.T, effects []meeting.Effect, want meeting.Code) {
	t.Helper()
	if len(effects) != 1 {
		t.Fatalf("a refusal comes alone, got %+v", effects)
	}
	if got := find[meeting.Refused](t, effects).Err.Code; got != want {
		t.Errorf("refused as %s, want %s", got, want)
	}
}

// said writes what is told, and to whom, in short: "joined ann → bob,cho".
func (b *table) said(effects []meeting.Effect) []string {
	names := map[meeting.ID]string{}
	for name, id := range b.ids {
		names[id] = name
	}
	lines := []string{}
	for _, e := range effects {
		tell, ok := e.(meeting.Tell)
		if !ok {
			continue
		}
		about := ""
		switch e := tell.Event.(type) {
		case meeting.Joined:
			about = " " + e.Participant.Name
		case meeting.Left:
			about = " " + names[e.ID] + " " + string(e.Reason)
		case meeting.Updated:
			about = fmt.Sprintf(" %s away=%v", e.Participant.Name, e.Participant.Away)
		case meeting.Inside:
			about = fmt.Sprintf(" %d", len(e.Inside))
		case meeting.Said:
			about = " " + e.Message.Text
		case meeting.WaitingChanged:
			for _, w := range e.Waiting {
				about += " " + w.Name
			}
		case meeting.MeetingChanged:
			about = fmt.Sprintf(" locked=%v spotlight=%d", e.Meeting.Locked, len(e.Meeting.Spotlight))
		case meeting.SettingsChanged:
			about = fmt.Sprintf(" passcode=%q", e.Settings.Passcode)
		case meeting.Asked:
			about = " " + e.By.Name + " " + e.Track
		case meeting.Silenced:
			about = " " + e.By.Name + " " + e.Track
		case meeting.Reacted:
			about = fmt.Sprintf(" %d", len(e.Reactions))
		case meeting.Speaking:
			about = fmt.Sprintf(" %d", len(e.Speaking))
		}
		to := make([]string, len(tell.To))
		for i, id := range tell.To {
			to[i] = names[id]
		}
		lines = append(lines, tell.Event.EventName()+about+" → "+strings.Join(to, ","))
	}
	return lines
}

func (b *table) wantSaid(effects []meeting.Effect, want ...string) {
	b.t.Helper()
	if want == nil {
		want = []string{}
	}
	if d := cmp.Diff(want, b.said(effects)); d != "" {
		b.t.Errorf("told (-want +got):\n%s", d)
	}
}

func TestWhoEntersSeesTheOthersAndIsSeenByThem(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	effects := b.join("bob")
	b.wantSaid(effects, "joined bob → ann")
	s := find[meeting.Snapshot](t, effects)
	off := meeting.Tracks{Microphone: meeting.Off, Camera: meeting.Off, Screen: meeting.Off, ScreenAudio: meeting.Off}
	want := meeting.Snapshot{
		You:          meeting.Participant{ID: b.ids["bob"], Seat: 2, Name: "bob", Role: meeting.Speaker, Who: "bob", Tracks: off, Joined: b.now.UnixMilli()},
		Participants: []meeting.Participant{{ID: b.ids["ann"], Seat: 1, Name: "ann", Role: meeting.Speaker, Who: "ann", Tracks: off, Joined: b.now.UnixMilli()}},
		Chat:         []meeting.Message{},
		Settings:     meeting.Unmade(),
		Meeting:      meeting.State{Spotlight: []meeting.ID{}, StartedAt: b.now.UnixMilli()},
		Waiting:      []meeting.Waiter{},
	}
	if d := cmp.Diff(want, s); d != "" {
		t.Errorf("snapshot (-want +got):\n%s", d)
	}
	if got := find[meeting.Entered](t, effects); got != (meeting.Entered{ID: b.ids["bob"], Seat: 2}) {
		t.Errorf("entered %+v", got)
	}
}

func TestASeatNumberIsNeverGivenTwice(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	for want := uint32(2); want < 6; want++ {
		b.join("bob")
		if got := b.participant("bob").Seat; got != want {
			t.Fatalf("seat %d, want %d", got, want)
		}
		b.apply(meeting.Leave{ID: b.ids["bob"]})
	}
}

func TestJoiningTwiceKeepsTheSeatAndTellsNobody(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	effects := b.apply(meeting.Join{ID: b.ids["bob"]})
	b.wantSaid(effects)
	if s := find[meeting.Snapshot](t, effects); s.You.Seat != 2 || len(effects) != 1 {
		t.Errorf("got %+v", effects)
	}
}

func TestALostConnectionKeepsItsSeatForThirtySeconds(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	b.wantSaid(b.apply(meeting.Disconnect{ID: b.ids["bob"]}), "updated bob away=true → ann")
	b.wantSaid(b.pass(meeting.SeatGrace - time.Millisecond))
	effects := b.connect("bob")
	b.wantSaid(effects, "updated bob away=false → ann")
	if c := find[meeting.Connected](t, effects); !c.Known || !c.Joined {
		t.Errorf("came back as %+v", c)
	}
	b.wantSaid(b.pass(time.Hour))

	b.apply(meeting.Disconnect{ID: b.ids["bob"]})
	if want := b.now.Add(meeting.SeatGrace); !b.meeting.Deadline().Equal(want) {
		t.Errorf("deadline %v, want %v", b.meeting.Deadline(), want)
	}
	effects = b.pass(meeting.SeatGrace)
	b.wantSaid(effects, "left bob lost → ann")
	if got := find[meeting.Gone](t, effects); got != (meeting.Gone{ID: b.ids["bob"], Forgotten: true}) {
		t.Errorf("gone %+v", got)
	}
	if c := find[meeting.Connected](t, b.connect("bob")); c.Known || c.Joined {
		t.Errorf("came back too late as %+v", c)
	}
}

func TestAPageThatSaidItClosesLosesItsSeatInFiveSeconds(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	b.wantSaid(b.apply(meeting.Closing{ID: b.ids["bob"]}))
	b.wantSaid(b.pass(time.Hour)) // it is still there: the word alone takes nothing
	b.apply(meeting.Disconnect{ID: b.ids["bob"]})
	if want := b.now.Add(meeting.ClosingGrace); !b.meeting.Deadline().Equal(want) {
		t.Errorf("deadline %v, want %v", b.meeting.Deadline(), want)
	}
	b.wantSaid(b.pass(meeting.ClosingGrace - time.Millisecond))
	b.wantSaid(b.pass(time.Millisecond), "left bob lost → ann")
}

func TestAPageThatIsLoadedAnewKeepsItsSeat(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	b.apply(meeting.Closing{ID: b.ids["bob"]})
	b.apply(meeting.Disconnect{ID: b.ids["bob"]})
	b.pass(meeting.ClosingGrace - time.Millisecond)
	if c := find[meeting.Connected](t, b.connect("bob")); !c.Known || !c.Joined {
		t.Errorf("came back as %+v", c)
	}
	// What it said holds no longer: a lost network has its thirty seconds again.
	b.apply(meeting.Disconnect{ID: b.ids["bob"]})
	if want := b.now.Add(meeting.SeatGrace); !b.meeting.Deadline().Equal(want) {
		t.Errorf("deadline %v, want %v", b.meeting.Deadline(), want)
	}
}

func TestASecondTabReplacesTheFirstAtOnce(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	effects := b.connect("bob")
	b.wantSaid(effects)
	if got := find[meeting.Replaced](t, effects); got.ID != b.ids["bob"] {
		t.Errorf("replaced %+v", got)
	}
	if _, first := effects[0].(meeting.Replaced); !first {
		t.Error("the old tab must be told before the new one is let in")
	}
}

func TestWhoHasNotJoinedIsForgottenWithTheConnection(t *testing.T) {
	b := newTable(t)
	b.connect("ann")
	b.wantSaid(b.apply(meeting.Disconnect{ID: b.ids["ann"]}))
	if !b.meeting.Empty() {
		t.Error("somebody is left")
	}
}

func TestLeavingFreesTheSeatAndKeepsTheSession(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	b.now = b.now.Add(time.Second)
	effects := b.apply(meeting.Leave{ID: b.ids["bob"]})
	b.wantSaid(effects, "left bob left → ann", "inside 1 → bob")
	if got := find[meeting.Gone](t, effects); got != (meeting.Gone{ID: b.ids["bob"]}) {
		t.Errorf("gone %+v", got)
	}
	refusal(t, b.apply(meeting.Leave{ID: b.ids["bob"]}), meeting.Forbidden)
}

func TestThoseOutsideHearWhoIsInsideButNotTooOften(t *testing.T) {
	b := newTable(t)
	b.connect("out")
	b.wantSaid(b.join("ann"), "inside 1 → out")
	b.wantSaid(b.join("bob"), "joined bob → ann")
	b.wantSaid(b.join("cho"), "joined cho → ann,bob")
	due := b.meeting.Deadline()
	if wait := due.Sub(b.now); wait <= 0 || wait > time.Second {
		t.Fatalf("told again in %v", wait)
	}
	b.wantSaid(b.pass(due.Sub(b.now)), "inside 3 → out")
	b.wantSaid(b.pass(time.Hour))
}

func TestNamesAndTracksReachTheOthers(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	b.wantSaid(b.apply(meeting.Rename{ID: b.ids["bob"], Name: " Bobby "}), "updated Bobby away=false → ann")
	b.wantSaid(b.apply(meeting.Rename{ID: b.ids["bob"], Name: "Bobby"}))
	effects := b.apply(meeting.Publish{ID: b.ids["bob"], Kind: meeting.Camera, State: meeting.On})
	b.wantSaid(effects, "updated Bobby away=false → ann")
	if got := find[meeting.TrackSet](t, effects); got != (meeting.TrackSet{Seat: 2, Kind: meeting.Camera, State: meeting.On}) {
		t.Errorf("set %+v", got)
	}
	b.wantSaid(b.apply(meeting.Publish{ID: b.ids["bob"], Kind: meeting.Camera, State: meeting.On}))
	refusal(t, b.apply(meeting.Publish{ID: b.ids["bob"], Kind: meeting.Camera, State: meeting.Muted}), meeting.Invalid)
	want := meeting.Tracks{Microphone: meeting.Off, Camera: meeting.On, Screen: meeting.Off, ScreenAudio: meeting.Off}
	if d := cmp.Diff(want, b.participant("bob").Tracks); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestSpeakersAreNamedLoudestFirst(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	effects := b.apply(meeting.Speak{Seats: []uint32{2, 99, 1}})
	e := find[meeting.Tell](t, effects).Event.(meeting.Speaking)
	if d := cmp.Diff([]meeting.ID{b.ids["bob"], b.ids["ann"]}, e.Speaking); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if e := find[meeting.Tell](t, b.apply(meeting.Speak{})).Event.(meeting.Speaking); e.Speaking == nil {
		t.Error("silence is an empty list, not null")
	}
}

func TestOutsideOnlyNameAndJoinAreAllowed(t *testing.T) {
	b := newTable(t)
	b.connect("ann")
	for _, c := range []meeting.Command{
		meeting.Leave{ID: b.ids["ann"]},
		meeting.Publish{ID: b.ids["ann"], Kind: meeting.Camera, State: meeting.On},
		meeting.Chat{ID: b.ids["ann"], ClientID: "1", Text: "hello"},
	} {
		refusal(t, b.apply(c), meeting.Forbidden)
	}
	b.wantSaid(b.apply(meeting.Rename{ID: b.ids["ann"], Name: "Anna"}))
	if s := find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["ann"]})); s.You.Name != "Anna" {
		t.Errorf("entered as %s", s.You.Name)
	}
}

func TestAnUnknownSessionIsRefusedEverything(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	for _, c := range []meeting.Command{
		meeting.Join{ID: "p_x"},
		meeting.Leave{ID: "p_x"},
		meeting.Rename{ID: "p_x", Name: "x"},
		meeting.Publish{ID: "p_x", State: meeting.On},
		meeting.Chat{ID: "p_x", ClientID: "1", Text: "x"},
	} {
		refusal(t, b.apply(c), meeting.NotFound)
	}
	b.wantSaid(b.apply(meeting.Disconnect{ID: "p_x"}))
}

func TestAMeetingHoldsFiveHundred(t *testing.T) {
	b := newTable(t)
	for i := range meeting.MaxParticipants {
		b.join(fmt.Sprint("p", i))
	}
	b.connect("late")
	refusal(t, b.apply(meeting.Join{ID: b.ids["late"]}), meeting.Full)
	b.apply(meeting.Leave{ID: b.ids["p7"]})
	find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["late"]}))
	for i := 1; i < meeting.MaxOutside; i++ { // p7 is outside too
		b.connect(fmt.Sprint("o", i))
	}
	refusal(t, b.apply(meeting.Connect{Name: "one too many"}), meeting.Full)
}
