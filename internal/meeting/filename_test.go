package meeting_test

import (
	"strings"
	"testing"
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
