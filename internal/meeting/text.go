package meeting

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxRoomName   = 64   // characters
	maxPersonName = 40   // characters
	maxChatText   = 4000 // characters
	maxClientID   = 64   // characters
)

// RoomName gives the form in which a room's name is compared: lower case, NFC. It must be 1–64 letters (with their
// marks), digits, '-', '_' or '.', all of them seen, and not dots alone, which an address would swallow.
func RoomName(s string) (string, *Error) {
	bad := &Error{Code: Invalid, Text: "A room's name has 1 to 64 letters, digits, '-', '_' or '.'."}
	if len(s) > maxRoomName*utf8.UTFMax || !utf8.ValidString(s) {
		return "", bad
	}
	name := norm.NFC.String(strings.ToLower(norm.NFC.String(s)))
	if n := utf8.RuneCountInString(name); n < 1 || n > maxRoomName || strings.Trim(name, ".") == "" {
		return "", bad
	}
	for _, r := range name {
		if isUnseen(r) || !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("-_.", r) {
			return "", bad
		}
	}
	return name, nil
}

// PersonName gives a participant's name as the others see it: NFC, 1–40 characters of which one can be seen. What nobody
// sees is left out: two names that look alike to the last pixel are one, and none ends a line or turns the direction of the
// text around it. Nobody is refused for such a character, which comes along when a name is copied. The page knows this rule
// too (ui/src/lib/names.ts).
func PersonName(s string) (string, *Error) {
	bad := &Error{Code: Invalid, Text: "A name has 1 to 40 characters, of which one can be seen.", Reason: ByName}
	if len(s) > 4*maxPersonName*utf8.UTFMax || !utf8.ValidString(s) {
		return "", bad
	}
	name := norm.NFC.String(seen(norm.NFC.String(s)))
	if utf8.RuneCountInString(name) > maxPersonName || !visible(name) {
		return "", bad
	}
	return name, nil
}

const (
	// blank is a letter of Braille without a dot, which looks like a space.
	blank = '\u2800'
	// maxMarks bounds the marks above and below one letter: more of them reach over the lines around.
	maxMarks = 4
)

// isUnseen tells whether a character leaves no trace of its own: what joins, what varies, what turns the text around, and
// fillers.
func isUnseen(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// seen leaves out what nobody sees, and makes one space of white space, line ends included. What joins emoji and letters, or says how
// one is drawn, stays where it does so.
func seen(s string) string {
	var b strings.Builder
	last, marks := ' ', 0
	for _, r := range s {
		switch {
		case r == blank || unicode.IsSpace(r):
			r, marks = ' ', 0
		case unicode.Is(unicode.Join_Control, r) && unicode.In(last, unicode.So, unicode.Sk, unicode.M, unicode.Arabic, unicode.Syriac, unicode.Mongolian),
			unicode.Is(unicode.Variation_Selector, r) && unicode.In(last, unicode.So, unicode.Sm, unicode.Han, unicode.Mongolian, unicode.Myanmar):
		case isUnseen(r) || unicode.IsControl(r):
			continue
		case unicode.IsMark(r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		b.WriteRune(r)
		last = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

var errChatText = &Error{Code: Invalid, Text: "A message has 1 to 4000 characters."}

// chatText gives a message as it is kept: line ends as "\n", outer white space gone, 1–4 000 characters, or none where
// that is allowed.
func chatText(s string, none bool) (string, *Error) {
	if len(s) > 2*maxChatText*utf8.UTFMax || !utf8.ValidString(s) {
		return "", errChatText
	}
	text := strings.TrimRightFunc(strings.ReplaceAll(s, "\r\n", "\n"), unicode.IsSpace)
	if text == "" && none {
		return "", nil
	}
	if utf8.RuneCountInString(text) > maxChatText || !visible(text) {
		return "", errChatText
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return "", &Error{Code: Invalid, Text: "A message has no control characters."}
		}
	}
	return text, nil
}

// checkClientID holds a sender's name for a message to 1–64 printable ASCII characters.
func checkClientID(s string) *Error {
	ok := len(s) >= 1 && len(s) <= maxClientID
	for i := 0; ok && i < len(s); i++ {
		ok = s[i] > ' ' && s[i] <= '~'
	}
	if !ok {
		return &Error{Code: Invalid, Text: "A message's id has 1 to 64 printable ASCII characters."}
	}
	return nil
}

// visible tells whether a reader would see anything.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) })
}

// maxFileName bounds a file's name, in characters.
const maxFileName = 120

// FileName gives the name under which a file is offered: the last part of a path of any system, in NFC, without what ends
// a line, turns the text around, or means something to a file system, and short enough for each.
func FileName(s string) string {
	s = s[max(0, len(s)-4*maxFileName*utf8.UTFMax):] // the end tells what it is
	s = strings.ToValidUTF8(s, "")
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		case unicode.IsPrint(r) && !unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Join_Control, r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, s)) // after it: what stood between a letter and its accent is gone
	s = strings.TrimRight(strings.TrimLeft(s, " "), " .")
	if runes := []rune(s); len(runes) > maxFileName {
		end := s[strings.LastIndexByte(s, '.')+1:]
		if n := utf8.RuneCountInString(end) + 1; n > maxExtension || n > len(runes) {
			s = string(runes[:maxFileName])
		} else {
			s = string(runes[:maxFileName-n]) + "." + end
		}
		s = strings.TrimRight(s, " .")
	}
	if !visible(s) {
		return "file"
	}
	if device.MatchString(s) {
		return "_" + s
	}
	return s
}

// maxExtension bounds what is taken for a name's extension, with its dot, in characters.
const maxExtension = 16

// device are names that mean something else to Windows.
var device = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$`)
