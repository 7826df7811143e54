package codec

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatWeWriteAsREDIsReadBack(t *testing.T) {
	for _, copies := range [][]Block{
		nil,
		{{960, []byte("before")}},
		{{MaxAge, bytes.Repeat([]byte("x"), MaxCopy)}, {960, nil}},
		{{2880, []byte("a")}, {1920, []byte("bb")}, {960, []byte("ccc")}},
	} {
		payload, ok := AppendRED([]byte("kept"), 111, copies, []byte("newest"))
		if !ok || string(payload[:4]) != "kept" {
			t.Fatalf("%v was not written", copies)
		}
		var r RED
		if err := r.Parse(payload[4:]); err != nil {
			t.Fatalf("%v: %v", copies, err)
		}
		if r.PT != 111 || string(r.Newest()) != "newest" || len(r.Copies()) != len(copies) {
			t.Errorf("%v came back as %v and %q of type %d", copies, r.Copies(), r.Newest(), r.PT)
		}
		for i, c := range r.Copies() {
			if c.Age != copies[i].Age || !bytes.Equal(c.Data, copies[i].Data) {
				t.Errorf("copy %d came back as %v", i, c)
			}
		}
		RetypeRED(payload[4:], 96)
		if err := r.Parse(payload[4:]); err != nil || r.PT != 96 || string(r.Newest()) != "newest" {
			t.Errorf("with another type: %v, type %d, %q", err, r.PT, r.Newest())
		}
	}
}

// TestTheBytesOfREDAreThoseOfTheRFC holds the layout to a payload made by hand (RFC 2198 §3), as Chromium sends it.
func TestTheBytesOfREDAreThoseOfTheRFC(t *testing.T) {
	want := []byte{0x80 | 111, 960 >> 6, 960 & 0x3f << 2, 2, 111, 1, 2, 3, 4, 5}
	got, ok := AppendRED(nil, 111, []Block{{960, []byte{1, 2}}}, []byte{3, 4, 5})
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Error(diff)
	}
}

func TestREDThatIsNotAsItShouldBeIsRefused(t *testing.T) {
	for name, payload := range map[string][]byte{
		"nothing":                     {},
		"no newest header":            {0x80 | 111, 15, 0, 0},
		"half a header":               {0x80 | 111, 15},
		"no newest":                   {111},
		"the copy is all there is":    {0x80 | 111, 15, 0, 2, 111, 1, 2},
		"the copy ends early":         {0x80 | 111, 15, 0, 9, 111, 1, 2},
		"a copy of another codec":     {0x80 | 9, 15, 0, 1, 111, 1, 2},
		"a copy as old as the newest": {0x80 | 111, 0, 0, 1, 111, 1, 2},
		"the younger copy first":      {0x80 | 111, 15, 0, 1, 0x80 | 111, 30, 0, 1, 111, 1, 2, 3},
		"eleven blocks":               append(bytes.Repeat([]byte{0x80 | 111, 15, 0, 0}, 10), 111, 1),
	} {
		var r RED
		if r.Parse(payload) == nil {
			t.Errorf("%s: read as %v and %q", name, r.Copies(), r.Newest())
		}
	}
	for name, copies := range map[string][]Block{
		"too long":  {{960, make([]byte, MaxCopy+1)}},
		"too old":   {{MaxAge + 1, nil}},
		"not older": {{960, nil}, {960, nil}},
		"of now":    {{0, nil}},
		"too many":  make([]Block, MaxBlocks),
	} {
		if got, ok := AppendRED(nil, 111, copies, []byte{1}); ok || got != nil {
			t.Errorf("copies %s were written", name)
		}
	}
	if _, ok := AppendRED(nil, 111, nil, nil); ok {
		t.Error("an empty payload was written")
	}
}

func FuzzRED(f *testing.F) {
	for _, copies := range [][]Block{nil, {{960, []byte("before")}}, {{1920, []byte("a")}, {960, nil}}} {
		payload, _ := AppendRED(nil, 111, copies, []byte("newest"))
		f.Add(payload)
	}
	f.Add([]byte{0x80 | 111, 15, 0, 9, 111, 1, 2})
	f.Fuzz(func(t *testing.T, payload []byte) {
		var r RED
		if r.Parse(payload) != nil {
			return
		}
		again, ok := AppendRED(nil, r.PT, r.Copies(), r.Newest())
		if !ok || !bytes.Equal(payload, again) {
			t.Fatalf("% x was read, and written as % x", payload, again)
		}
	})
}
