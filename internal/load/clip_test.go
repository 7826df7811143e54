package load

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
)

// frame puts the parts together again.
func frame(parts []part) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p.data...)
	}
	return b
}

func TestEveryClipIsOneKeyframeAndThenOthersOfTheRightSize(t *testing.T) {
	sizes := map[string][2]uint16{"q": {320, 180}, "h": {640, 360}, "f": {1280, 720}}
	for n := range codes {
		sizes[fmt.Sprintf("coded%02d", n)] = [2]uint16{320, 180}
	}
	for name, size := range sizes {
		c, err := loadVideo(name, 0)
		if err != nil {
			t.Error(err)
			continue
		}
		for i, parts := range c.frames {
			f := frame(parts)
			if key := f[0]&1 == 0; key != (i == 0) { // RFC 6386 §9.1
				t.Errorf("frame %d of %s: keyframe %v", i, name, key)
			}
		}
		key := frame(c.frames[0])
		got := [2]uint16{binary.LittleEndian.Uint16(key[6:]) & 0x3fff, binary.LittleEndian.Uint16(key[8:]) & 0x3fff}
		if got != size {
			t.Errorf("%s is %v pixels, want %v", name, got, size)
		}
	}
}

func TestPaddingReachesTheRateAndKeepsEveryFrame(t *testing.T) {
	const kbps = 1500
	plain, err := loadVideo("h", 0)
	if err != nil {
		t.Fatal(err)
	}
	padded, err := loadVideo("h", kbps)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for i := range plain.frames {
		f := frame(padded.frames[i])
		if !bytes.HasPrefix(f, frame(plain.frames[i])) {
			t.Errorf("frame %d has changed", i)
		}
		sum += len(f)
	}
	rate := float64(sum) * 8 * frameRate / float64(len(plain.frames)) / 1000
	if rate < kbps-1 || rate > kbps*1.1 {
		t.Errorf("padded to %.0f kb/s, want %d", rate, kbps)
	}
}

func TestAPayloadTellsWhenItLeft(t *testing.T) {
	var clips []*clip
	for _, name := range []string{"q", "h", "f"} {
		c, err := loadVideo(name, 300)
		if err != nil {
			t.Fatal(err)
		}
		clips = append(clips, c)
	}
	times := newDepartures(clips)
	for layer, c := range clips {
		for i := range c.frames {
			for j := range c.frames[i] {
				p := &c.frames[i][j]
				if d := times.since(p.data); d != 0 {
					t.Fatalf("packet %d of frame %d of layer %d left %v ago before it left", j, i, layer, d)
				}
				times.leave(layer, p)
				if times.since(bytes.Clone(p.data)) <= 0 {
					t.Fatalf("packet %d of frame %d of layer %d never left", j, i, layer)
				}
			}
		}
	}
	if d := times.since([]byte("another payload")); d != 0 {
		t.Errorf("a payload of nobody left %v ago", d)
	}
}

func TestTheToneIsOpusOf20Milliseconds(t *testing.T) {
	packets, err := loadAudio()
	if err != nil {
		t.Fatal(err)
	}
	if len(packets) < 100 {
		t.Errorf("%d packets, want 2 s", len(packets))
	}
	long := []byte{1, 5, 9, 13, 15, 19, 23, 27, 31} // the configurations of 20 ms, RFC 6716 §3.1
	for i, p := range packets {
		if config, frames := p[0]>>3, p[0]&3; frames != 0 || !bytes.Contains(long, []byte{config}) {
			t.Errorf("packet %d begins with %#x", i, p[0])
		}
	}
}
