package meeting_test

import (
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

func TestNamesOfPeopleHaveLimits(t *testing.T) {
	cases := []struct{ in, want string }{ // "": refused
		{"Ann", "Ann"},
		{"  Ann  ", "Ann"},
		{"민준", "민준"},
		{"e\u0301", "é"},
		{strings.Repeat("한", 40), strings.Repeat("한", 40)},
		{"👩‍💻 Ann", "👩‍💻 Ann"},
		{"<b>", "<b>"},
		{strings.Repeat("x", 41), ""},
		{"", ""},
		{"   ", ""},
		{"\u200b", ""},
		{"\u3164", ""}, // a filler: a letter that is not drawn
		{"\u2800", ""},
		{"A\u200bn\u00adn\ufeff", "Ann"},
		{"e\u200b\u0301", "é"},
		{"A\u200dn\u200cn\ufe0f", "Ann"},
		{"Ann\U000e0041 \u3000 Lee", "Ann Lee"},
		{"می\u200cخواهم", "می\u200cخواهم"},
		{"क्\u200dष", "क्\u200dष"},
		{"辻\U000e0100", "辻\U000e0100"},
		{"❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"},
		{"Z" + strings.Repeat("\u0316", 30) + "a", "Z" + strings.Repeat("\u0316", 4) + "a"},
		{"a\nb", ""},
		{"a\u2028b", ""},
		{"ann\u202egnp", ""},
		{"a\x00", ""},
		{"\xff", ""},
	}
	for _, c := range cases {
		got, err := meeting.PersonName(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v, want %q", c.in, got, err, c.want)
		}
	}
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
