package codec

import (
	"testing"

	"pgregory.net/rapid"
)

// frame is a packet as browsers send it, of one frame.
func frame(picture uint16, tl0, tid uint8) *VP8 {
	return &VP8{Start: true, HasPictureID: true, PictureID: picture & pictureMask, HasTL0PICIDX: true, TL0PICIDX: tl0, HasTID: true, TID: tid, Size: 6}
}

// send expects the numbers that a frame is sent with.
func send(t *testing.T, m *Munger, generation uint32, d *VP8, picture uint16, tl0 uint8) {
	t.Helper()
	out, ok := m.Append([]byte("before"), generation, d, append(d.append(nil), "rest"...))
	var got VP8
	if err := got.Parse(out[len("before"):]); err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	if got.PictureID != picture || got.TL0PICIDX != tl0 || got.TID != d.TID || string(out[len("before")+got.Size:]) != "rest" {
		t.Errorf("frame %d, %d was sent as %d, %d; want %d, %d", d.PictureID, d.TL0PICIDX, got.PictureID, got.TL0PICIDX, picture, tl0)
	}
}

func TestNumbersContinueOverSwitches(t *testing.T) {
	var m Munger
	m.Switch(1)
	send(t, &m, 1, frame(32766, 254, 0), 1, 1)
	send(t, &m, 1, frame(32767, 254, 1), 2, 1)
	send(t, &m, 1, frame(0, 255, 0), 3, 2) // both wrap in the source
	send(t, &m, 1, frame(2, 0, 0), 5, 3)   // a lost frame stays lost
	m.Switch(2)
	send(t, &m, 1, frame(1, 255, 1), 4, 2) // it comes again after all
	send(t, &m, 2, frame(500, 9, 0), 6, 4)
	send(t, &m, 2, frame(501, 9, 1), 7, 4)
	send(t, &m, 1, frame(0, 255, 0), 3, 2)
	send(t, &m, 2, frame(502, 10, 0), 8, 5)
}

func TestDroppedFramesLeaveNoGap(t *testing.T) {
	var m Munger
	m.Switch(1)
	send(t, &m, 1, frame(100, 50, 0), 1, 1)
	m.Drop(frame(101, 50, 2))
	m.Drop(frame(101, 50, 2)) // its second packet
	send(t, &m, 1, frame(102, 50, 1), 2, 1)
	m.Drop(frame(103, 50, 2))
	m.Drop(frame(104, 50, 2))
	send(t, &m, 1, frame(105, 51, 0), 3, 2)
	m.Drop(frame(102, 50, 1)) // too late: it was sent
	send(t, &m, 1, frame(106, 51, 0), 4, 2)
	for in, want := range map[uint16]uint16{100: 1, 102: 2, 105: 3, 106: 4} { // retransmissions
		tl0 := uint8(50)
		if in >= 105 {
			tl0 = 51
		}
		send(t, &m, 1, frame(in, tl0, 0), want, tl0-49)
	}
}

func TestNumbersThatASourceDoesNotHaveAreNotInvented(t *testing.T) {
	var m Munger
	m.Switch(1)
	send(t, &m, 1, frame(7, 7, 0), 1, 1)
	m.Switch(2)
	d := &VP8{Start: true, Size: 1}
	out, ok := m.Append(nil, 2, d, []byte{0x10, 'x'})
	if !ok || string(out) != "\x10x" {
		t.Errorf("%v, %x", ok, out)
	}
	m.Drop(d)
	m.Switch(3)
	send(t, &m, 3, frame(900, 90, 0), 2, 2)
}

func TestWhatIsForgottenIsRefused(t *testing.T) {
	var m Munger
	d := frame(1, 1, 0)
	if _, ok := m.Append(nil, 1, d, d.append(nil)); ok {
		t.Error("sent before any switch")
	}
	m.Drop(d)
	for g := range uint32(rememberedOffsets + 2) {
		m.Switch(g + 1)
		if out, ok := m.Append(nil, g+1, d, d.append(nil)); !ok || len(out) != 6 {
			t.Fatalf("generation %d was refused", g+1)
		}
	}
	if out, ok := m.Append(nil, 1, d, d.append(nil)); ok || out != nil {
		t.Error("a forgotten generation was sent")
	}
	if _, ok := m.Append(nil, rememberedOffsets+2, frame(0, 1, 0), d.append(nil)); ok {
		t.Error("a frame from before the switch was sent")
	}
	if _, ok := m.Append(nil, rememberedOffsets+2, d, nil); ok {
		t.Error("a payload shorter than its descriptor was sent")
	}
}

// Whatever is sent, dropped and switched, picture ids rise by one, and a frame sent again has the numbers it had.
func TestPictureIDsHoldForAnyTraffic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type sent struct {
			generation uint32
			in         VP8
			out        uint16
		}
		var m Munger
		var all []sent
		generation, picture, last := uint32(1), rapid.Uint16Max(pictureMask).Draw(t, "first"), uint16(0)
		m.Switch(1)
		for range rapid.IntRange(1, 100).Draw(t, "frames") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				generation++
				picture = rapid.Uint16Max(pictureMask).Draw(t, "switch")
				m.Switch(generation)
				continue
			case 1:
				m.Drop(frame(picture, 0, 1))
				if !m.waiting {
					picture++
				}
				continue
			}
			d := frame(picture, 0, 0)
			picture++
			out, ok := m.Append(nil, generation, d, d.append(nil))
			var got VP8
			if err := got.Parse(out); !ok || err != nil {
				t.Fatal("refused")
			}
			if got.PictureID != (last+1)&pictureMask {
				t.Fatalf("picture %d follows %d", got.PictureID, last)
			}
			last = got.PictureID
			all = append(all, sent{generation, *d, last})
			again := all[max(0, len(all)-1-rapid.IntRange(0, 10).Draw(t, "again"))]
			if out, ok := m.Append(nil, again.generation, &again.in, again.in.append(nil)); ok {
				if _ = got.Parse(out); got.PictureID != again.out {
					t.Fatalf("picture %d was sent again as %d", again.out, got.PictureID)
				}
			} else if m.head < rememberedOffsets {
				t.Fatal("forgotten")
			}
		}
	})
}

func TestMungingAllocatesNothing(t *testing.T) {
	var m Munger
	m.Switch(1)
	payload, dst := append([]byte{0x90, 0xF0, 0x81, 0x02, 0x07, 0x60}, make([]byte, 1000)...), make([]byte, 0, 1500)
	if n := testing.AllocsPerRun(100, func() {
		var d VP8
		if d.Parse(payload) != nil {
			t.Fatal("not parsed")
		}
		if _, ok := m.Append(dst, 1, &d, payload); !ok {
			t.Fatal("refused")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppend(b *testing.B) {
	var m Munger
	m.Switch(1)
	payload, dst := append([]byte{0x90, 0xF0, 0x81, 0x02, 0x07, 0x60}, make([]byte, 1000)...), make([]byte, 0, 1500)
	var d VP8
	for b.Loop() {
		_ = d.Parse(payload)
		m.Append(dst, 1, &d, payload)
	}
}

func TestNoDescriptorIsLongerThanTheLongest(t *testing.T) {
	var m Munger
	m.Switch(1)
	d := &VP8{Start: true, NonReference: true, Partition: 7, HasPictureID: true, PictureID: pictureMask, HasTL0PICIDX: true, HasTID: true, TID: 3, LayerSync: true, HasKEYIDX: true, KEYIDX: 31}
	got, ok := m.AppendDescriptor(nil, 1, d)
	if !ok || len(got) != MaxDescriptor {
		t.Errorf("with all fields it is % x, %v", got, ok)
	}
}
