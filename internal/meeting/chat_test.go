package meeting_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
)

func TestAMessageIsToldOnceItIsStored(t *testing.T) {
	b := newTable(t)
	b.join("ann")
	b.join("bob")
	effects := b.apply(meeting.Chat{ID: b.ids["ann"], ClientID: "c1", Text: "hello\r\nthere \n"})
	b.wantSaid(effects)
	m := find[meeting.Keep](t, effects).Message
	want := meeting.Message{ID: "c1", From: meeting.Sender{ID: b.ids["ann"], Name: "ann", Who: "ann"}, Text: "hello\nthere", At: b.now.UnixMilli()}
	if d := cmp.Diff(want, m); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
	m.Seq = 7
	b.wantSaid(b.apply(meeting.Stored{Message: m}), "chat hello\nthere → ann,bob")
	b.wantSaid(b.apply(meeting.Stored{Message: m})) // the sender repeated itself
	if s := find[meeting.Snapshot](t, b.join("cho")); !cmp.Equal(s.Chat, []meeting.Message{m}) {
		t.Errorf("a late comer sees %+v", s.Chat)
	}
}

func TestEarlierChatIsShownAndToldToWhoCameBeforeItWasRead(t *testing.T) {
	b := newTable(t)
	b.join("early")
	now := meeting.Message{ID: "n", Seq: 9, Text: "now", At: b.now.UnixMilli()}
	b.apply(meeting.Stored{Message: now})
	old := []meeting.Message{{ID: "a", Seq: 3, Text: "one", At: b.now.UnixMilli()}, {ID: "b", Seq: 5, Text: "two", At: b.now.UnixMilli()}}
	b.wantSaid(b.apply(meeting.Recall{Messages: append(old, now)}), "chat one → early", "chat two → early")
	if d := cmp.Diff(append(old, now), find[meeting.Snapshot](t, b.join("late")).Chat); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestALateComerSeesTheLastTwoHundredMessages(t *testing.T) {
	b := newTable(t)
	for seq := range uint64(500) {
		b.apply(meeting.Stored{Message: meeting.Message{Seq: seq + 1, Text: "x", At: b.now.UnixMilli()}})
	}
	chat := find[meeting.Snapshot](t, b.join("ann")).Chat
	if len(chat) != 200 || chat[0].Seq != 301 || chat[199].Seq != 500 {
		t.Errorf("%d messages, %d to %d", len(chat), chat[0].Seq, chat[len(chat)-1].Seq)
	}
	if effects := b.apply(meeting.Stored{Message: meeting.Message{Seq: 300, Text: "x", At: b.now.UnixMilli()}}); len(effects) != 0 {
		t.Error("a message from before the tail was told again")
	}
}

func TestAnyTailFitsOneMessage(t *testing.T) {
	b := newTable(t)
	long := strings.Repeat("한", 4000)
	for seq := range uint64(200) {
		b.apply(meeting.Stored{Message: meeting.Message{Seq: seq + 1, Text: long, At: b.now.UnixMilli()}})
	}
	size := 0
	chat := find[meeting.Snapshot](t, b.join("ann")).Chat
	for _, m := range chat {
		size += len(m.Text)
	}
	if size > 256<<10 || size < 200<<10 {
		t.Errorf("%d messages, %d bytes", len(chat), size)
	}
	if chat[len(chat)-1].Seq != 200 {
		t.Error("the newest is missing")
	}
}

func TestTextsHaveLimits(t *testing.T) {
	cases := []struct {
		what, id, text string
		code           meeting.Code // "" allowed
	}{
		{"plain", "1", "hello", ""},
		{"lines and tabs", "1", "a\n\tb", ""},
		{"markup is text", "1", "<script>alert(1)</script>", ""},
		{"longest", "1", strings.Repeat("한", 4000), ""},
		{"right to left", "1", "שלום", ""},
		{"emoji", "1", "👩‍👩‍👧", ""},
		{"too long", "1", strings.Repeat("x", 4001), meeting.Invalid},
		{"empty", "1", "", meeting.Invalid},
		{"white space", "1", " \n\t ", meeting.Invalid},
		{"nothing to see", "1", "\u200b\u200d", meeting.Invalid},
		{"control character", "1", "a\x00b", meeting.Invalid},
		{"escape sequence", "1", "a\x1b[31m", meeting.Invalid},
		{"broken UTF-8", "1", "a\xff", meeting.Invalid},
		{"no id", "", "hello", meeting.Invalid},
		{"long id", strings.Repeat("x", 65), "hello", meeting.Invalid},
		{"id with a line break", "a\r\nNats-Rollup: all", "hello", meeting.Invalid},
		{"id with a space", "a b", "hello", meeting.Invalid},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			b := newTable(t)
			b.join("ann")
			effects := b.apply(meeting.Chat{ID: b.ids["ann"], ClientID: c.id, Text: c.text})
			if c.code != "" {
				refusal(t, effects, c.code)
			} else {
				find[meeting.Keep](t, effects)
			}
		})
	}
}

// TestNamesOfPeopleAreMadeAsTheProtocolSays walks protocol/names.txt, as the page's tests do.
func TestNamesOfPeopleAreMadeAsTheProtocolSays(t *testing.T) {
	table, err := os.ReadFile("../../protocol/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	check := func(written, want string) {
		got, err := meeting.PersonName(written)
		if got != want || (err == nil) != (want != "") || err != nil && err.Reason != meeting.ByName {
			t.Errorf("%q: %q, %v, want %q", written, got, err, want)
		}
	}
	rows := 0
	for line := range strings.Lines(string(table)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		rows++
		var written, want string
		before, after, _ := strings.Cut(line, " → ")
		err := json.Unmarshal([]byte(before), &written)
		if after != "refused" {
			err = errors.Join(err, json.Unmarshal([]byte(after), &want))
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		check(written, want)
	}
	if rows < 30 {
		t.Errorf("names.txt has %d rows", rows)
	}
	check("\xff", "")
}

func TestNamesOfRoomsAreComparedInOneForm(t *testing.T) {
	cases := []struct{ in, want string }{ // "": refused
		{"Standup", "standup"},
		{"아침-회의_2.b", "아침-회의_2.b"},
		{"CAFE\u0301", "café"},
		{"हिन्दी", "हिन्दी"},
		{strings.Repeat("a", 64), strings.Repeat("a", 64)},
		{strings.Repeat("a", 65), ""},
		{"", ""},
		{"..", ""},
		{"a\u3164", ""}, // a filler: a letter that is not drawn
		{"a\ufe0f", ""},
		{"a\u034f", ""},
		{"½", ""},
		{"a/b", ""},
		{"a b", ""},
		{"a*", ""},
		{"a>", ""},
		{"\u202ea", ""},
		{"a\n", ""},
		{"\xff", ""},
	}
	for _, c := range cases {
		got, err := meeting.RoomName(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v, want %q", c.in, got, err, c.want)
		}
		if again, err := meeting.RoomName(got); c.want != "" && (err != nil || again != got) {
			t.Errorf("%q changes again, to %q", got, again)
		}
	}
}
