package meeting_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"noom/internal/meeting"
)

func TestNamesOfFilesAreMadeHarmless(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"report.pdf", "report.pdf"},
		{"회의록 최종.hwp", "회의록 최종.hwp"},
		{"cafe\u0301.png", "café.png"},
		{"👩‍💻.png", "👩‍💻.png"},
		{"e\x04\u0301.png", "é.png"},
		{".bashrc", ".bashrc"},
		{"../../etc/passwd", "passwd"},
		{`..\..\windows\win.ini`, "win.ini"},
		{`C:\a\b.txt`, "b.txt"},
		{"a/", "file"},
		{"..", "file"},
		{"", "file"},
		{" . ", "file"},
		{"\u200b", "file"},
		{"a\x00b\r\nSet-Cookie: x.txt", "ab  Set-Cookie_ x.txt"},
		{"exe\u202egnp.exe", "exegnp.exe"},
		{`a"b<c>d|e?f*g:h.txt`, "a_b_c_d_e_f_g_h.txt"},
		{"CON", "_CON"},
		{"aux.png", "_aux.png"},
		{"com¹.txt", "_com¹.txt"},
		{"console.txt", "console.txt"},
		{"name. . .", "name"},
		{"\xff\xfe.png", ".png"},
		{strings.Repeat("한", 200) + ".png", strings.Repeat("한", 116) + ".png"},
		{strings.Repeat("x", 200), strings.Repeat("x", 120)},
		{"a." + strings.Repeat("y", 200), "a." + strings.Repeat("y", 118)},
		{strings.Repeat("x", 10_000) + ".png", strings.Repeat("x", 116) + ".png"},
	} {
		if got := meeting.FileName(c.in); got != c.want {
			t.Errorf("%.60q is called %q, want %q", c.in, got, c.want)
		}
	}
}

// FuzzFileName: whatever a file is called, its name fits a header and every file system.
func FuzzFileName(f *testing.F) {
	for _, s := range []string{"report.pdf", "../x", "\u202e", "nul.txt", strings.Repeat("é", 300), "a\u0301\u0301.b", "\xf0\x9f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := meeting.FileName(s)
		if n := utf8.RuneCountInString(name); n < 1 || n > 121 || !utf8.ValidString(name) {
			t.Fatalf("%q has %d characters", name, n)
		}
		if strings.ContainsAny(name, `/\<>:"|?*`) || strings.ContainsFunc(name, unicode.IsControl) || strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") {
			t.Fatalf("%q", name)
		}
		if again := meeting.FileName(name); again != name {
			t.Fatalf("%q becomes %q", name, again)
		}
	})
}

// FuzzNames: whatever people and rooms are called, a name has its bounds, is seen, and stays as it is when it is read again.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"Ann", " 민준 ", "CAFE\u0301", "👩‍💻", "a\u200db", "\u202eb", "\u2800", "İ", "\u3164", "Z\u0316\u0316\u0316\u0316\u0316", "\u200eYossi", "a\tb\u2028\u2067c", "Z\u0316\u0316\u0316\u2800\u0316\u0316", "辻\U000e0100", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for what, read := range map[string]func(string) (string, *meeting.Error){"person": meeting.PersonName, "room": meeting.RoomName} {
			name, err := read(s)
			if err != nil {
				if name != "" || err.Code != meeting.Invalid || err.Text == "" {
					t.Fatalf("%s %q: %q, %+v", what, s, name, err)
				}
				continue
			}
			if n := utf8.RuneCountInString(name); n < 1 || n > 64 || what == "person" && n > 40 || !utf8.ValidString(name) || strings.ContainsFunc(name, misleads) {
				t.Fatalf("%s %q", what, name)
			}
			if again, err := read(name); err != nil || again != name {
				t.Fatalf("%s %q becomes %q, %v", what, name, again, err)
			}
		}
	})
}

// misleads tells whether a character ends a line or turns the text around it.
func misleads(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// FuzzText: whatever is said, or asked for as a passcode, comes out whole, within its bounds, and as it was when it is read
// again.
func FuzzText(f *testing.F) {
	for _, s := range []string{"hello", "  a\r\nb\t ", "\u200b", "Gru\u0308ße 1", "\x00", "\xff", "```\ncode\n```", strings.Repeat("한", 4001)} {
		f.Add(s)
	}
	said := func(s string) (string, bool) {
		m := meeting.New(meeting.Config{Room: "r", Chance: func() uint64 { return 1 }})
		id := m.Apply(time.Time{}, meeting.Connect{Name: "ann", Who: "ann"})[0].(meeting.Connected).ID
		m.Apply(time.Time{}, meeting.Join{ID: id})
		keep, ok := m.Apply(time.Time{}, meeting.Chat{ID: id, ClientID: "1", Text: s})[0].(meeting.Keep)
		return keep.Message.Text, ok
	}
	asked := func(s string) (string, bool) {
		set, err := meeting.SettingsChange{Passcode: &s}.Apply(meeting.Fresh())
		return set.Passcode, err == nil
	}
	f.Fuzz(func(t *testing.T, s string) {
		for most, read := range map[int]func(string) (string, bool){4000: said, 64: asked} {
			text, ok := read(s)
			if !ok {
				continue
			}
			if utf8.RuneCountInString(text) > most || !utf8.ValidString(text) || strings.ContainsAny(text, "\r\x00\x1b") {
				t.Fatalf("%q becomes %q", s, text)
			}
			if again, ok := read(text); !ok || again != text {
				t.Fatalf("%q becomes %q, %v", text, again, ok)
			}
		}
	})
}
