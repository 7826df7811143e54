package meeting_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
)

// say has somebody say something that is then stored.
func (b *table) say(seq uint64, c meeting.Chat) (meeting.Message, []meeting.Effect) {
	b.t.Helper()
	if c.ClientID == "" {
		c.ClientID = fmt.Sprint("c", seq)
	}
	m := find[meeting.Keep](b.t, b.apply(c)).Message
	m.Seq = seq
	return m, b.apply(meeting.Stored{Message: m})
}

// amend has somebody change a message, and gives it as it is then.
func (b *table) amend(m meeting.Message, c meeting.Command) (meeting.Message, []meeting.Effect) {
	b.t.Helper()
	changed, refusal := find[meeting.Amend](b.t, b.apply(c)).Amendment.Apply(m)
	if refusal != nil {
		b.t.Fatal(refusal)
	}
	return changed, b.apply(meeting.Amended{Message: changed})
}

func chatOf(t *testing.T, b *table, name string) []meeting.Message {
	return find[meeting.Snapshot](t, b.apply(meeting.Join{ID: b.ids[name]})).Chat
}

func TestAPrivateMessageIsToldToTheTwoOnly(t *testing.T) {
	b := newTable(t)
	for _, name := range []string{"ann", "bob", "cho"} {
		b.join(name)
	}
	private, effects := b.say(1, meeting.Chat{ID: b.ids["ann"], Text: "psst", To: b.ids["bob"]})
	b.wantSaid(effects, "chat psst → ann,bob")
	if private.To == nil || *private.To != (meeting.Sender{ID: b.ids["bob"], Name: "bob", Who: "bob"}) {
		t.Errorf("to %+v", private.To)
	}
	public, effects := b.say(2, meeting.Chat{ID: b.ids["ann"], Text: "hello"})
	b.wantSaid(effects, "chat hello → ann,bob,cho")

	edited, effects := b.amend(private, meeting.ChatEdit{ID: b.ids["ann"], Seq: 1, Text: "psst!"})
	b.wantSaid(effects, "chat_changed → ann,bob")
	liked, effects := b.amend(edited, meeting.ChatReact{ID: b.ids["bob"], Seq: 1, Emoji: "👍", On: true})
	b.wantSaid(effects, "chat_changed → ann,bob")

	for name, want := range map[string][]meeting.Message{"ann": {liked, public}, "bob": {liked, public}, "cho": {public}} {
		if d := cmp.Diff(want, chatOf(t, b, name)); d != "" {
			t.Errorf("%s sees (-want +got):\n%s", name, d)
		}
	}
	// Bob's other window is Bob.
	b.keys["bob"] = ""
	again := find[meeting.Snapshot](t, b.join("bob"))
	if len(again.Chat) != 2 {
		t.Errorf("in another window Bob sees %d messages", len(again.Chat))
	}

	_, effects = b.amend(liked, meeting.ChatDelete{ID: b.ids["ann"], Seq: 1})
	if said := b.said(effects); len(said) != 1 || strings.Contains(said[0], "cho") {
		t.Errorf("told %v", said)
	}
}

func TestWhoMayBeWrittenToPrivately(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	b.connect("outside")
	b.join("gone")
	b.apply(meeting.Leave{ID: b.ids["gone"]})
	for to, want := range map[meeting.ID]meeting.Code{
		b.ids["ann"]: meeting.Invalid, b.ids["outside"]: meeting.NotFound, b.ids["gone"]: meeting.NotFound, "p_nobody": meeting.NotFound,
	} {
		refusal(t, b.apply(meeting.Chat{ID: b.ids["ann"], ClientID: "1", Text: "hi", To: to}), want)
	}
}

func TestTheSettingsSayWhoMayWrite(t *testing.T) {
	for _, c := range []struct {
		chat    meeting.Audience
		refused string // of host, cohost, speaker, viewer
	}{{meeting.All, ""}, {meeting.Hosts, "speaker viewer"}, {meeting.Nobody, "host cohost speaker viewer"}} {
		b := newTeam(t)
		settings := meeting.Fresh()
		settings.Chat = c.chat
		b.apply(meeting.Record{Settings: settings})
		for _, role := range []string{"host", "cohost", "speaker", "viewer"} {
			id := b.ids[role+"1"]
			for _, command := range []meeting.Command{
				meeting.Chat{ID: id, ClientID: "1", Text: "hi"},
				meeting.Chat{ID: id, ClientID: "1", Text: "hi", To: b.ids["host2"]},
				meeting.Chat{ID: id, ClientID: "1", File: "f"},
				meeting.ChatEdit{ID: id, Seq: 1, Text: "hi"},
			} {
				effects := b.apply(command)
				r, refused := effects[0].(meeting.Refused)
				if want := strings.Contains(c.refused, role); refused != want || refused && r.Err.Reason != meeting.BySettings {
					t.Errorf("chat for %s: %T by a %s is refused: %v", c.chat, command, role, refused)
				}
			}
			if err := b.meeting.MayWrite(id); (err != nil) != strings.Contains(c.refused, role) {
				t.Errorf("chat for %s: a %s may send files: %v", c.chat, role, err)
			}
			find[meeting.Amend](t, b.apply(meeting.ChatDelete{ID: id, Seq: 1}))
			find[meeting.Amend](t, b.apply(meeting.ChatReact{ID: id, Seq: 1, Emoji: "👍", On: true}))
		}
	}
}

func TestWhatBecomesOfAMessage(t *testing.T) {
	ann, bob := meeting.Sender{ID: "p_a", Name: "ann", Who: "ann"}, meeting.Sender{ID: "p_b", Name: "bob", Who: "bob"}
	plain := meeting.Message{ID: "1", Seq: 7, From: ann, Text: "hello", At: 5}
	private := plain
	private.To = &bob
	old := plain
	old.From = meeting.Sender{ID: "p_o", Name: "old"} // from before browsers had pseudonyms
	deleted := meeting.Message{ID: "1", Seq: 7, From: ann, At: 5, Deleted: true}
	file := plain
	file.Text, file.File = "", &meeting.File{ID: "f"}
	edited := plain
	edited.Text, edited.Edited = "better", 1795425300000
	reacted := func(rs ...meeting.Reaction) meeting.Message { m := plain; m.Reactions = rs; return m }
	crowd := make([]meeting.Who, 200)
	for i := range crowd {
		crowd[i] = meeting.Who(fmt.Sprint(i))
	}
	full := reacted(meeting.Reaction{Emoji: "👍", By: crowd})
	yes := func(who ...meeting.Who) meeting.Reaction { return meeting.Reaction{Emoji: "👍", By: who} }
	edit := func(text string) meeting.Command { return meeting.ChatEdit{Seq: 7, Text: text} }
	like := func(on bool) meeting.Command { return meeting.ChatReact{Seq: 7, Emoji: "👍", On: on} }
	erase := meeting.ChatDelete{Seq: 7}
	for _, c := range []struct {
		what   string
		by     string
		do     meeting.Command
		before meeting.Message
		want   meeting.Message // when it is not refused
		code   meeting.Code
	}{
		{"my own is edited", "ann", edit("better"), plain, edited, ""},
		{"without a change", "ann", edit("hello"), plain, plain, ""},
		{"another's", "bob", edit("better"), plain, plain, meeting.Forbidden},
		{"another's, by a host", "host1", edit("better"), plain, plain, meeting.Forbidden},
		{"of a time before pseudonyms", "ann", edit("better"), old, old, meeting.Forbidden},
		{"to nothing", "ann", edit(" "), plain, plain, meeting.Invalid},
		{"of a file, to nothing", "ann", edit(""), file, file, ""},
		{"a deleted one", "ann", edit("back"), deleted, deleted, meeting.NotFound},
		{"a private one, by the other", "bob", edit("better"), private, private, meeting.Forbidden},
		{"a private one, by a third", "cho", edit("better"), private, private, meeting.NotFound},

		{"my own is deleted", "ann", erase, edited, deleted, ""},
		{"with its file", "ann", erase, file, deleted, ""},
		{"again", "ann", erase, deleted, deleted, ""},
		{"another's is not", "bob", erase, plain, plain, meeting.Forbidden},
		{"but by a host", "host1", erase, plain, deleted, ""},
		{"not a private one", "host1", erase, private, private, meeting.NotFound},

		{"a reaction", "bob", like(true), plain, reacted(yes("bob")), ""},
		{"a second", "bob", like(true), reacted(yes("ann")), reacted(yes("ann", "bob")), ""},
		{"again", "bob", like(true), reacted(yes("bob", "ann")), reacted(yes("bob", "ann")), ""},
		{"of another kind", "bob", meeting.ChatReact{Seq: 7, Emoji: "🎉", On: true}, reacted(yes("bob")), reacted(yes("bob"), meeting.Reaction{Emoji: "🎉", By: []meeting.Who{"bob"}}), ""},
		{"taken back", "bob", like(false), reacted(yes("ann", "bob")), reacted(yes("ann")), ""},
		{"the last taken back", "bob", like(false), reacted(yes("bob")), plain, ""},
		{"none to take back", "bob", like(false), reacted(yes("ann")), reacted(yes("ann")), ""},
		{"too many", "bob", like(true), full, full, meeting.Full},
		{"to a deleted one", "bob", like(true), deleted, deleted, meeting.NotFound},
		{"to a private one, by a third", "cho", like(true), private, private, meeting.NotFound},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := newTeam(t)
			for _, name := range []string{"ann", "bob", "cho"} {
				b.join(name)
			}
			frozen := cmp.Diff(c.before, meeting.Message{})
			var command meeting.Command
			switch do := c.do.(type) {
			case meeting.ChatEdit:
				do.ID = b.ids[c.by]
				command = do
			case meeting.ChatDelete:
				do.ID = b.ids[c.by]
				command = do
			case meeting.ChatReact:
				do.ID = b.ids[c.by]
				command = do
			}
			got, err := find[meeting.Amend](t, b.apply(command)).Amendment.Apply(c.before)
			switch {
			case c.code == "" && err != nil, c.code != "" && (err == nil || err.Code != c.code):
				t.Errorf("refused: %v, want %q", err, c.code)
			case err == nil:
				if d := cmp.Diff(c.want, got); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
			}
			if cmp.Diff(c.before, meeting.Message{}) != frozen {
				t.Error("the message that others hold was changed")
			}
		})
	}
}

func TestAnAnswerTellsNobodyOfAPrivateMessage(t *testing.T) {
	ann, bob, cho := meeting.Sender{Who: "ann"}, meeting.Sender{Who: "bob"}, meeting.Sender{Who: "cho"}
	public, private := meeting.Message{From: ann}, meeting.Message{From: ann, To: &bob}
	deleted := meeting.Message{From: ann, Deleted: true}
	for _, c := range []struct {
		what string
		m    meeting.Message
		to   meeting.Message
		code meeting.Code
	}{
		{"to all, of a public one", meeting.Message{From: cho}, public, ""},
		{"privately, of a public one", meeting.Message{From: cho, To: &bob}, public, ""},
		{"privately, of a private one", meeting.Message{From: bob, To: &ann}, private, ""},
		{"to all, of a private one", meeting.Message{From: bob}, private, meeting.Invalid},
		{"to a third, of a private one", meeting.Message{From: bob, To: &cho}, private, meeting.Invalid},
		{"by a third", meeting.Message{From: cho}, private, meeting.NotFound},
		{"of a deleted one", meeting.Message{From: cho}, deleted, meeting.NotFound},
	} {
		got := meeting.Code("")
		if err := c.m.CheckReply(c.to); err != nil {
			got = err.Code
		}
		if got != c.code {
			t.Errorf("%s: %q, want %q", c.what, got, c.code)
		}
	}
}

func TestAChatThatIsNotKeptIsForgottenWithItsMeeting(t *testing.T) {
	for _, kept := range []bool{false, true} {
		b := newTable(t)
		settings := meeting.Unmade()
		if !kept {
			settings.History = meeting.UntilEnd
		}
		b.apply(meeting.Record{Settings: settings})
		b.join("ann")
		b.say(1, meeting.Chat{ID: b.ids["ann"], Text: "before"})
		late := find[meeting.Keep](t, b.apply(meeting.Chat{ID: b.ids["ann"], ClientID: "late", Text: "late"})).Message
		later := late
		late.Seq, later.Seq = 2, 3
		b.apply(meeting.Leave{ID: b.ids["ann"]})
		b.apply(meeting.Stored{Message: late}) // it waited for the disk
		b.now = b.now.Add(time.Second)
		n := len(find[meeting.Snapshot](t, b.join("bob")).Chat)
		b.apply(meeting.Stored{Message: later})
		if now := len(chatOf(t, b, "bob")); kept && (n != 2 || now != 3) || !kept && (n != 0 || now != 0) {
			t.Errorf("kept %v: the next meeting sees %d and then %d messages", kept, n, now)
		}
		b.say(4, meeting.Chat{ID: b.ids["bob"], Text: "after"})
		if chat := chatOf(t, b, "bob"); chat[len(chat)-1].Text != "after" {
			t.Errorf("the next meeting's own: %+v", chat)
		}
	}
}

func TestAMonthOldMessageIsNotShown(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.say(1, meeting.Chat{ID: b.ids["ann"], Text: "old"})
	b.now = b.now.Add(meeting.HistoryKept)
	if n := len(chatOf(t, b, "ann")); n != 1 {
		t.Errorf("%d messages after 30 days", n)
	}
	b.now = b.now.Add(time.Millisecond)
	if n := len(chatOf(t, b, "ann")); n != 0 {
		t.Errorf("%d messages after more than 30 days", n)
	}
	settings := meeting.Unmade()
	settings.History = meeting.Forever
	b.apply(meeting.Record{Settings: settings})
	if n := len(chatOf(t, b, "ann")); n != 1 {
		t.Errorf("%d messages of what is kept forever", n)
	}
}

func TestAMessageThatGrowsPushesOldOnesOutOfTheTail(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	long := strings.Repeat("x", 4000)
	for seq := range uint64(65) { // 260 kB of 256 KiB
		b.say(seq+1, meeting.Chat{ID: b.ids["ann"], Text: long})
	}
	chat := chatOf(t, b, "ann")
	last := chat[len(chat)-1]
	last.Reactions = []meeting.Reaction{{Emoji: "👍", By: make([]meeting.Who, 200)}}
	b.apply(meeting.Amended{Message: last})
	after := chatOf(t, b, "ann")
	if len(after) != len(chat)-1 || after[0].Seq != chat[1].Seq || len(after[len(after)-1].Reactions) != 1 {
		t.Errorf("%d messages before, %d after", len(chat), len(after))
	}
}
