package codec

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp/codecs"
)

// keyframe is how a VP8 keyframe of 640×360 begins (RFC 6386 §9.1).
var keyframe = []byte{0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01, 0xAA, 0xBB}

func TestDescriptorsAreReadAndWrittenBack(t *testing.T) {
	for name, c := range map[string]struct {
		payload []byte
		want    VP8
	}{
		"the shortest": {[]byte{0x00}, VP8{Size: 1}},
		"a start":      {[]byte{0x10, 1}, VP8{Start: true, Size: 1}},
		"partition 5 of a frame that nothing needs": {[]byte{0x25, 1}, VP8{NonReference: true, Partition: 5, Size: 1}},
		"a picture id of 15 bits": {
			[]byte{0x80, 0x80, 0xFF, 0xFE, 1},
			VP8{HasPictureID: true, PictureID: 0x7FFE, Size: 4},
		},
		"all there is, as browsers send": {
			append([]byte{0x90, 0xF0, 0x81, 0x02, 0x07, 0x40 | 0x20 | 0x15}, keyframe...),
			VP8{
				Start: true, HasPictureID: true, PictureID: 0x102, HasTL0PICIDX: true, TL0PICIDX: 7, HasTID: true, TID: 1, LayerSync: true,
				HasKEYIDX: true, KEYIDX: 0x15, Size: 6, Keyframe: true, Width: 640, Height: 360,
			},
		},
		"a key index alone": {[]byte{0x80, 0x10, 0x03}, VP8{HasKEYIDX: true, KEYIDX: 3, Size: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			var d VP8
			if err := d.Parse(c.payload); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, d); diff != "" {
				t.Error(diff)
			}
			if got := d.append(nil); !bytes.Equal(got, c.payload[:d.Size]) {
				t.Errorf("written back as %x, was %x", got, c.payload[:d.Size])
			}
		})
	}
}

func TestAShortPictureIDBecomesALongOne(t *testing.T) {
	var d VP8
	if err := d.Parse([]byte{0x80, 0x80, 0x7F}); err != nil || d.PictureID != 127 || d.Size != 3 {
		t.Fatalf("%v, %+v", err, d)
	}
	if got := d.append(nil); !bytes.Equal(got, []byte{0x80, 0x80, 0x80, 0x7F}) {
		t.Errorf("written as %x", got)
	}
}

func TestADescriptorCutShortIsRefused(t *testing.T) {
	full := []byte{0x90, 0xF0, 0x81, 0x02, 0x07, 0x60}
	for n := range full {
		if err := new(VP8).Parse(full[:n]); !errors.Is(err, ErrShort) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestOnlyTheFirstPacketOfAKeyframeIsOne(t *testing.T) {
	for name, payload := range map[string][]byte{
		"a later packet":             append([]byte{0x00}, keyframe...),
		"a later partition":          append([]byte{0x11}, keyframe...),
		"an interframe":              append([]byte{0x10, 0x11}, keyframe[1:]...),
		"a keyframe without a start": append([]byte{0x10}, keyframe[:9]...),
		"another start code":         {0x10, 0x10, 2, 0, 0x9D, 0x01, 0x2B, 1, 1, 1, 1},
	} {
		var d VP8
		if err := d.Parse(payload); err != nil || d.Keyframe {
			t.Errorf("%s: %v, %+v", name, err, d)
		}
	}
}

func FuzzVP8(f *testing.F) {
	f.Add(append([]byte{0x90, 0xF0, 0x81, 0x02, 0x07, 0x60}, keyframe...))
	f.Add(append([]byte{0x10}, keyframe...))
	f.Add([]byte{0x80, 0xFF, 0x7F, 0, 0, 0})
	f.Fuzz(func(t *testing.T, payload []byte) {
		var d, again VP8
		if d.Parse(payload) != nil {
			return
		}
		if d.Size > len(payload) {
			t.Fatal("the descriptor is longer than the payload")
		}
		var other codecs.VP8Packet
		if _, err := other.Unmarshal(payload); err == nil &&
			(other.PictureID != d.PictureID || other.TL0PICIDX != d.TL0PICIDX || other.TID != d.TID || other.PID != d.Partition) {
			t.Errorf("another stack reads %+v, we %+v", other, d)
		}
		out := append(d.append(nil), payload[d.Size:]...)
		if err := again.Parse(out); err != nil {
			t.Fatal(err)
		}
		again.Size = d.Size
		if d != again {
			t.Errorf("%+v became %+v", d, again)
		}
		var m Munger
		m.Switch(1)
		if _, ok := m.Append(nil, 1, &d, payload); !ok {
			t.Error("the first packet was refused")
		}
		m.Drop(&d)
	})
}
