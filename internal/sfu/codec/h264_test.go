package codec

import (
	"encoding/hex"
	"testing"
)

// Sequence parameter sets written by x264.
const (
	sps720     = "6742c01fd9005005bb0110000003001000000301e0f1832480"
	sps1080    = "67640028acd940780227e5c044000003000400000300783c60c658" // high profile, 1088 lines, cropped
	sps180     = "6742c00cd901419f9f0110000003001000000301e0f142a480"     // 192 lines, cropped
	sps360     = "674d4016eca05017fcb80880000003008000000f078b16cb"
	interlaced = "6764001eacd940a07b6022000003000200000300643e28532c00" // 640×480
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAKeyframeBeginsWithASequenceParameterSet(t *testing.T) {
	sps := unhex(t, sps720)
	stap := append([]byte{24, 0, 1, 0x09, 0, byte(len(sps))}, sps...)
	for name, c := range map[string]struct {
		payload []byte
		want    bool
	}{
		"nothing":                       {nil, false},
		"a slice":                       {[]byte{0x41, 1}, false},
		"an IDR slice alone":            {[]byte{0x65, 1}, false},
		"a parameter set":               {sps, true},
		"one in a STAP-A":               {stap, true},
		"a STAP-A of slices":            {[]byte{24, 0, 1, 0x41, 0, 1, 0x41}, false},
		"a STAP-A cut short":            {stap[:len(stap)-1], false},
		"a STAP-A with a length of 0":   {[]byte{24, 0, 0, 0, 1, 0x67}, false},
		"the first fragment of one":     {[]byte{28, 0x80 | 7, 0x42}, true},
		"a later fragment of one":       {[]byte{28, 7, 0x42}, false},
		"the first fragment of a slice": {[]byte{28, 0x80 | 5, 0x42}, false},
		"a fragment without its header": {[]byte{28}, false},
	} {
		if got := H264Keyframe(c.payload); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTheSizeIsReadFromTheParameterSet(t *testing.T) {
	for s, want := range map[string][2]uint16{
		sps720: {1280, 720}, sps1080: {1920, 1080}, sps180: {320, 180}, sps360: {640, 360}, interlaced: {640, 480},
	} {
		if w, h, ok := H264Size(unhex(t, s)); !ok || w != want[0] || h != want[1] {
			t.Errorf("%s: %d×%d, %v; want %v", s, w, h, ok, want)
		}
		for n := range 5 {
			if _, _, ok := H264Size(unhex(t, s)[:n]); ok {
				t.Errorf("a size was read from %d bytes", n)
			}
		}
	}
}

func TestSilenceIsTold(t *testing.T) {
	for n, want := range []bool{true, true, true, false, false} {
		if OpusDTX(make([]byte, n)) != want {
			t.Errorf("%d bytes", n)
		}
	}
}

func FuzzH264(f *testing.F) {
	for _, s := range []string{sps720, sps1080, interlaced} {
		sps := unhex(f, s)
		f.Add(sps)
		f.Add(append([]byte{24, 0, byte(len(sps))}, sps...))
		f.Add(append([]byte{28, 0x80 | 7}, sps[1:]...))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if _, _, ok := H264Size(payload); ok && !H264Keyframe(payload) {
			t.Error("a size without a keyframe")
		}
	})
}
