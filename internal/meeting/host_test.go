package meeting_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
)

// team is a made room with some of its settings changed, and a host, a cohost and two guests inside.
func team(t *testing.T, change func(*meeting.Settings)) *table {
	b := newTable(t)
	b.settle(func(s *meeting.Settings) { s.Lobby = false })
	b.links["host"], b.links["cohost"] = meeting.Host, meeting.Cohost
	for _, name := range []string{"host", "cohost", "ann", "bob"} {
		b.join(name)
	}
	b.pass(time.Second)
	if change != nil {
		b.settle(change)
	}
	return b
}

// settle gives the room its settings: those of a fresh one, with a change.
func (b *table) settle(change func(*meeting.Settings), banned ...meeting.Who) []meeting.Effect {
	s := meeting.Fresh()
	s.Lobby = false
	change(&s)
	return b.apply(meeting.Record{Settings: s, Banned: banned})
}

func (b *table) publish(name string, kind meeting.Kind, state meeting.TrackState) []meeting.Effect {
	return b.apply(meeting.Publish{ID: b.ids[name], Kind: kind, State: state})
}

func reason(t *testing.T, effects []meeting.Effect, want meeting.Reason) {
	t.Helper()
	if got := find[meeting.Refused](t, effects).Err.Reason; got != want {
		t.Errorf("refused because of %q, want %q", got, want)
	}
}

func TestAHostSilencesAndAsksButNeverTurnsOn(t *testing.T) {
	b := team(t, nil)
	b.wantSaid(b.apply(meeting.Mute{ID: b.ids["host"], Target: b.ids["ann"]})) // it is off already
	b.publish("ann", meeting.Microphone, meeting.On)
	b.publish("ann", meeting.Screen, meeting.On)
	effects := b.apply(meeting.Mute{ID: b.ids["host"], Target: b.ids["ann"], Kind: meeting.Microphone})
	b.wantSaid(effects, "silenced host microphone → ann", "updated ann away=false → host,cohost,ann,bob")
	if got := find[meeting.TrackSet](t, effects); got.State != meeting.Muted {
		t.Errorf("media was told %+v", got)
	}
	effects = b.apply(meeting.Mute{ID: b.ids["cohost"], Target: b.ids["ann"], Kind: meeting.Screen})
	if got := find[meeting.TrackSet](t, effects); got.State != meeting.Off || got.Kind != meeting.Screen {
		t.Errorf("media was told %+v", got)
	}
	b.wantSaid(b.apply(meeting.Ask{ID: b.ids["host"], Target: b.ids["ann"], Kind: meeting.Microphone}), "asked host microphone → ann")
	if got := b.participant("ann").Tracks.Microphone; got != meeting.Muted {
		t.Errorf("the microphone is %s", got)
	}
}

func TestMuteAllSparesHostsAndCohosts(t *testing.T) {
	b := team(t, nil)
	for _, name := range []string{"host", "cohost", "ann", "bob"} {
		b.publish(name, meeting.Microphone, meeting.On)
	}
	b.publish("bob", meeting.Camera, meeting.On)
	b.apply(meeting.MuteAll{ID: b.ids["cohost"]})
	for name, want := range map[string]meeting.TrackState{"host": meeting.On, "cohost": meeting.On, "ann": meeting.Muted, "bob": meeting.Muted} {
		if got := b.participant(name).Tracks.Microphone; got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	if b.participant("bob").Tracks.Camera != meeting.On {
		t.Error("a camera was turned off")
	}
}

func TestWhereOnlyHostsUnmuteOneMayDoSoOnceWhenAsked(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Unmute = meeting.Hosts })
	reason(t, b.publish("ann", meeting.Microphone, meeting.On), meeting.BySettings)
	b.wantSaid(b.publish("ann", meeting.Microphone, meeting.Muted), "updated ann away=false → host,cohost,bob")
	b.apply(meeting.Ask{ID: b.ids["host"], Target: b.ids["ann"], Kind: meeting.Microphone})
	reason(t, b.publish("bob", meeting.Microphone, meeting.On), meeting.BySettings)
	find[meeting.TrackSet](t, b.publish("ann", meeting.Microphone, meeting.On))
	b.publish("ann", meeting.Microphone, meeting.Muted)
	reason(t, b.publish("ann", meeting.Microphone, meeting.On), meeting.BySettings)
	find[meeting.TrackSet](t, b.publish("cohost", meeting.Microphone, meeting.On))
	find[meeting.TrackSet](t, b.publish("ann", meeting.Camera, meeting.On))
}

func TestWhereOnlyHostsShareOthersDoNot(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Share = meeting.Hosts })
	for _, kind := range []meeting.Kind{meeting.Screen, meeting.ScreenAudio} {
		reason(t, b.publish("ann", kind, meeting.On), meeting.BySettings)
		find[meeting.TrackSet](t, b.publish("cohost", kind, meeting.On))
	}
}

func TestWhoBecomesAViewerSendsNothingAnyMore(t *testing.T) {
	b := team(t, nil)
	b.publish("ann", meeting.Microphone, meeting.On)
	b.publish("ann", meeting.Camera, meeting.On)
	effects := b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["ann"], Role: meeting.Viewer})
	b.wantSaid(effects, "silenced host microphone → ann", "silenced host camera → ann", "updated ann away=false → host,cohost,ann,bob")
	p := b.participant("ann")
	if p.Tracks.Microphone != meeting.Off || p.Tracks.Camera != meeting.Off || p.Role != meeting.Viewer {
		t.Errorf("she is %+v", p)
	}
	reason(t, b.publish("ann", meeting.Camera, meeting.On), meeting.ByRole)
}

func TestARoleStaysWithABrowserUntilTheMeetingEnds(t *testing.T) {
	b := team(t, nil)
	b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["ann"], Role: meeting.Cohost})
	b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["cohost"], Role: meeting.Speaker})
	for name, want := range map[string]meeting.Role{"ann": meeting.Cohost, "cohost": meeting.Speaker} {
		b.apply(meeting.Leave{ID: b.ids[name]})
		b.apply(meeting.Disconnect{ID: b.ids[name]})
		s := find[meeting.Snapshot](t, b.join(name))
		if s.You.Role != want {
			t.Errorf("%s comes back as %s", name, s.You.Role)
		}
	}
	for _, name := range []string{"host", "cohost", "ann", "bob"} {
		b.apply(meeting.Leave{ID: b.ids[name]})
	}
	for name, want := range map[string]meeting.Role{"ann": meeting.Speaker, "cohost": meeting.Cohost} {
		if s := find[meeting.Snapshot](t, b.join(name)); s.You.Role != want {
			t.Errorf("in the next meeting %s is %s", name, s.You.Role)
		}
	}
}

func TestHandingOverMakesTheOldHostACohost(t *testing.T) {
	b := team(t, func(s *meeting.Settings) { s.Passcode, s.HasPasscode = "1234", true })
	effects := b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["ann"], Role: meeting.Host})
	b.wantSaid(effects,
		"updated ann away=false → host,cohost,ann,bob", `settings passcode="1234" → ann`, "waiting → ann",
		"updated host away=false → host,cohost,ann,bob")
	if a, h := b.participant("ann").Role, b.participant("host").Role; a != meeting.Host || h != meeting.Cohost {
		t.Errorf("ann is %s, the host %s", a, h)
	}
	refusal(t, b.apply(meeting.End{ID: b.ids["host"]}), meeting.Forbidden)
	// The meeting was handed over, not the room: a host link would be for good.
	refusal(t, b.apply(meeting.MakeLink{ID: b.ids["ann"], Role: meeting.Host}), meeting.Forbidden)
	find[meeting.KeepLink](t, b.apply(meeting.MakeLink{ID: b.ids["ann"], Role: meeting.Cohost}))
	// Who was handed the meeting cannot throw its owner out.
	b.apply(meeting.Appoint{ID: b.ids["ann"], Target: b.ids["host"], Role: meeting.Viewer})
	refusal(t, b.apply(meeting.Remove{ID: b.ids["ann"], Target: b.ids["host"], Ban: true}), meeting.Forbidden)
}

func TestOneBrowserIsOnePersonInAllItsWindows(t *testing.T) {
	b := team(t, nil)
	b.apply(meeting.Connect{Name: "bob's phone", Who: "bob"})
	second := find[meeting.Connected](t, b.apply(meeting.Connect{Name: "bob 2", Who: "bob"})).ID
	b.ids["bob 2"] = second
	b.apply(meeting.Join{ID: second})
	b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["bob"], Role: meeting.Cohost})
	if b.participant("bob 2").Role != meeting.Cohost {
		t.Error("the other window has another role")
	}
	refusal(t, b.apply(meeting.Appoint{ID: b.ids["bob"], Target: second, Role: meeting.Viewer}), meeting.Forbidden)
	b.apply(meeting.Appoint{ID: b.ids["host"], Target: b.ids["bob"], Role: meeting.Speaker})
	effects := b.apply(meeting.Remove{ID: b.ids["host"], Target: second, Ban: true})
	dismissed := 0
	for _, e := range effects {
		if d, ok := e.(meeting.Dismissed); ok && d.Reason == meeting.EndBanned {
			dismissed++
		}
	}
	if dismissed != 3 { // two inside, one outside
		t.Errorf("%d sessions ended", dismissed)
	}
}

func TestABannedBrowserIsOutForGoodAndARemovedOneForNow(t *testing.T) {
	b := team(t, nil)
	b.publish("ann", meeting.Microphone, meeting.On)
	effects := b.apply(meeting.Remove{ID: b.ids["cohost"], Target: b.ids["ann"]})
	b.wantSaid(effects, "left ann removed → host,cohost,bob")
	if got := find[meeting.Gone](t, effects); !got.Forgotten {
		t.Error("the session lives on")
	}
	if got := find[meeting.Dismissed](t, effects); got.Reason != meeting.EndRemoved {
		t.Errorf("told %s", got.Reason)
	}
	if got := find[meeting.TrackSet](t, effects); got.State != meeting.Off {
		t.Errorf("media was told %+v", got)
	}
	refusal(t, b.apply(meeting.Chat{ID: b.ids["ann"], ClientID: "1", Text: "x"}), meeting.NotFound)
	if c := find[meeting.Connected](t, b.connect("ann")); c.Known {
		t.Error("the old key still opens the session")
	}

	b.links["bob"] = meeting.Speaker
	ban := find[meeting.KeepBan](t, b.apply(meeting.Remove{ID: b.ids["host"], Target: b.ids["bob"], Ban: true}))
	if d := cmp.Diff(meeting.KeepBan{Who: "bob", Name: "bob"}, ban); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	again := b.apply(meeting.Connect{Name: "bob", Key: b.keys["bob"], Who: "bob"})
	refusal(t, again, meeting.Forbidden)
	reason(t, again, meeting.ByBan)
	b.settle(func(*meeting.Settings) {}, "bob")
	reason(t, b.apply(meeting.Connect{Name: "bob", Who: "bob", Link: meeting.Cohost}), meeting.ByBan)
	find[meeting.Connected](t, b.apply(meeting.Connect{Name: "bob", Who: "bob", Link: meeting.Host})) // the room's owner
	b.settle(func(*meeting.Settings) {})
	find[meeting.Connected](t, b.apply(meeting.Connect{Name: "bob", Who: "bob"})) // forgiven
}

func TestABanTakesTheLinkThatOneCameBy(t *testing.T) {
	b := team(t, nil)
	b.ids["eve"] = find[meeting.Connected](t, b.apply(meeting.Connect{Name: "eve", Who: "eve", Link: meeting.Cohost, LinkID: "l7"})).ID
	b.apply(meeting.Join{ID: b.ids["eve"]})
	if ban := find[meeting.KeepBan](t, b.apply(meeting.Remove{ID: b.ids["host"], Target: b.ids["eve"], Ban: true})); ban.Link != "l7" {
		t.Errorf("kept %+v", ban)
	}
}

func TestEndingTheMeetingEndsItForAllInside(t *testing.T) {
	b := team(t, nil)
	b.connect("outside")
	effects := b.apply(meeting.End{ID: b.ids["host"]})
	b.wantSaid(effects, "inside 0 → outside")
	var ended []meeting.ID
	for _, e := range effects {
		if d, ok := e.(meeting.Dismissed); ok {
			ended = append(ended, d.ID)
		}
	}
	if want := []meeting.ID{b.ids["host"], b.ids["cohost"], b.ids["ann"], b.ids["bob"]}; !slices.Equal(ended, want) {
		t.Errorf("ended %v, want %v", ended, want)
	}
	find[meeting.Over](t, effects)
	effects = b.apply(meeting.Dissolve{})
	if d := find[meeting.Dismissed](t, effects); d.ID != b.ids["outside"] || !b.meeting.Empty() {
		t.Errorf("%+v, empty %v", d, b.meeting.Empty())
	}
}

func TestSpotlightTimerAndLockHoldForAllAndEndWithTheMeeting(t *testing.T) {
	b := team(t, nil)
	b.wantSaid(b.apply(meeting.Spotlight{ID: b.ids["host"], IDs: []meeting.ID{b.ids["ann"], b.ids["bob"], b.ids["ann"]}}),
		"meeting locked=false spotlight=2 → host,cohost,ann,bob")
	b.wantSaid(b.apply(meeting.Spotlight{ID: b.ids["host"], IDs: []meeting.ID{b.ids["ann"], b.ids["bob"]}}))
	refusal(t, b.apply(meeting.Spotlight{ID: b.ids["host"], IDs: make([]meeting.ID, 5)}), meeting.Invalid)
	b.wantSaid(b.apply(meeting.Leave{ID: b.ids["ann"]}), "left ann left → host,cohost,bob", "meeting locked=false spotlight=1 → host,cohost,bob", "inside 3 → ann")
	refusal(t, b.apply(meeting.SetTimer{ID: b.ids["host"], Seconds: 24*60*60 + 1}), meeting.Invalid)
	refusal(t, b.apply(meeting.SetTimer{ID: b.ids["host"], Seconds: -1}), meeting.Invalid)
	b.wantSaid(b.apply(meeting.SetTimer{ID: b.ids["host"]}))
	b.apply(meeting.SetTimer{ID: b.ids["host"], Seconds: 90})
	b.wantSaid(b.apply(meeting.Lock{ID: b.ids["host"], Locked: true}), "meeting locked=true spotlight=1 → host,cohost,bob")
	b.wantSaid(b.apply(meeting.Lock{ID: b.ids["host"], Locked: true}))
	got := find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["bob"]})).Meeting
	want := meeting.State{Locked: true, Spotlight: []meeting.ID{b.ids["bob"]}, Timer: &meeting.Timer{EndsAt: b.now.UnixMilli() + 90_000, Seconds: 90}, StartedAt: got.StartedAt}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	b.pass(time.Hour)
	if s := find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["bob"]})); s.Meeting.Timer != nil {
		t.Error("a timer that ended an hour ago is still told")
	}
	for _, name := range []string{"host", "cohost", "bob"} {
		b.apply(meeting.Leave{ID: b.ids[name]})
	}
	if s := find[meeting.Snapshot](t, b.join("new")); s.Meeting.Locked || len(s.Meeting.Spotlight) > 0 || s.Meeting.StartedAt != b.now.UnixMilli() {
		t.Errorf("the next meeting begins with %+v", s.Meeting)
	}
}

func TestHandsStandInTheOrderInWhichTheyWereRaised(t *testing.T) {
	b := team(t, nil)
	b.wantSaid(b.apply(meeting.Hand{ID: b.ids["bob"], Up: true}), "updated bob away=false → host,cohost,ann")
	first := b.participant("bob").Hand
	b.now = b.now.Add(time.Second)
	b.wantSaid(b.apply(meeting.Hand{ID: b.ids["bob"], Up: true}))
	b.apply(meeting.Hand{ID: b.ids["ann"], Up: true})
	if second := b.participant("ann").Hand; b.participant("bob").Hand != first || second <= first {
		t.Errorf("bob at %d, ann at %d", first, second)
	}
	b.wantSaid(b.apply(meeting.Hand{ID: b.ids["host"], Target: b.ids["ann"]}), "updated ann away=false → host,cohost,ann,bob")
	b.apply(meeting.Leave{ID: b.ids["bob"]})
	if s := find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids["bob"]})); s.You.Hand != 0 {
		t.Error("he comes back with his hand up")
	}
}

func TestReactionsAreToldTogether(t *testing.T) {
	b := team(t, nil)
	b.wantSaid(b.apply(meeting.React{ID: b.ids["ann"], Emoji: "👏"}), "reactions 1 → host,cohost,ann,bob")
	refusal(t, b.apply(meeting.React{ID: b.ids["ann"], Emoji: "💩"}), meeting.Invalid)
	for range 100 {
		b.wantSaid(b.apply(meeting.React{ID: b.ids["bob"], Emoji: "🎉"}))
	}
	due := b.meeting.Deadline().Sub(b.now)
	if due <= 0 || due > 100*time.Millisecond {
		t.Errorf("told in %v", due)
	}
	b.wantSaid(b.pass(due), "reactions 60 → host,cohost,ann,bob")
	b.wantSaid(b.pass(time.Second))
}

func TestOnlyWhatACohostMaySetIsSetByOne(t *testing.T) {
	b := team(t, nil)
	on, code := true, "1234"
	keep := find[meeting.KeepSettings](t, b.apply(meeting.ChangeSettings{ID: b.ids["cohost"], Change: meeting.SettingsChange{Lobby: &on}}))
	if s, err := keep.Change.Apply(meeting.Fresh()); err != nil || !s.Lobby {
		t.Errorf("%+v, %v", s, err)
	}
	refusal(t, b.apply(meeting.ChangeSettings{ID: b.ids["cohost"], Change: meeting.SettingsChange{Lobby: &on, Passcode: &code}}), meeting.Forbidden)
	b.wantSaid(b.settle(func(s *meeting.Settings) { s.Passcode, s.HasPasscode = "1234", true }),
		`settings passcode="1234" → host,cohost`, `settings passcode="" → ann,bob`)
}

func TestSettingsHaveTheirBounds(t *testing.T) {
	text := func(s string) *string { return &s }
	number := func(n int) *int { return &n }
	audience := func(a meeting.Audience) *meeting.Audience { return &a }
	role := func(r meeting.Role) *meeting.Role { return &r }
	history := func(h meeting.History) *meeting.History { return &h }
	for _, c := range []struct {
		change meeting.SettingsChange
		ok     bool
	}{
		{meeting.SettingsChange{}, true},
		{meeting.SettingsChange{Passcode: text("맑은 아침 1")}, true},
		{meeting.SettingsChange{Passcode: text("")}, true},
		{meeting.SettingsChange{Passcode: text(fmt.Sprintf("%065d", 0))}, false},
		{meeting.SettingsChange{Passcode: text("a\nb")}, false},
		{meeting.SettingsChange{Passcode: text("\xff")}, false},
		{meeting.SettingsChange{Max: number(2)}, true},
		{meeting.SettingsChange{Max: number(1)}, false},
		{meeting.SettingsChange{Max: number(501)}, false},
		{meeting.SettingsChange{Guests: role(meeting.Viewer)}, true},
		{meeting.SettingsChange{Guests: role(meeting.Host)}, false},
		{meeting.SettingsChange{Guests: role("")}, false},
		{meeting.SettingsChange{Share: audience("off")}, false},
		{meeting.SettingsChange{Unmute: audience("")}, false},
		{meeting.SettingsChange{Chat: audience("off")}, true},
		{meeting.SettingsChange{Chat: audience("some")}, false},
		{meeting.SettingsChange{History: history("forever")}, true},
		{meeting.SettingsChange{History: history("year")}, false},
	} {
		if _, err := c.change.Apply(meeting.Fresh()); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.change, err)
		}
	}
}
