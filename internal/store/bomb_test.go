package store_test

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"noom/internal/store"
)

// progressive is a grey JPEG of 1 000×1 000 pixels in so many scans, each of which says of all 15 625 blocks that nothing
// is new there.
func progressive(scans int) []byte {
	b := []byte("\xff\xd8" + // start of image
		"\xff\xc2\x00\x0b\x08\x03\xe8\x03\xe8\x01\x01\x11\x00" + // progressive frame
		"\xff\xdb\x00\x43\x00" + strings.Repeat("\x01", 64) + // quantisation
		"\xff\xc4\x00\x14\x10\x01" + strings.Repeat("\x00", 15) + "\xe0") // AC table: "0" is a run of 16 384 blocks and more
	for range scans {
		b = append(b, "\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"+"\x7f\xff\x00"...) // 0 and 14 ones: 32 767 blocks
	}
	return append(b, "\xff\xd9"...)
}

func TestAPictureOfManyScansIsNotLookedAtForLong(t *testing.T) {
	few := progressive(5)
	if _, err := jpeg.Decode(bytes.NewReader(few)); err != nil {
		t.Fatalf("what is meant to be a picture is none: %v", err)
	}
	if kind, w, _, ok := store.Verify(bytes.NewReader(few)); !ok || kind != "image/jpeg" || w != 1000 {
		t.Errorf("five scans: %s, %d wide, %v", kind, w, ok)
	}
	if _, _, _, ok := store.Verify(bytes.NewReader(progressive(2000))); ok {
		t.Error("a bomb was taken for a picture: in 20 million pixels, a megabyte of scans takes five minutes")
	}
}

func TestWhatTakesTooLongToLookAtIsNoPicture(t *testing.T) {
	f := newShelf(t)
	good := pngOf(t, 30, 20)
	id := f.begin("r", "ann", "a.png", len(good))
	f.every = time.Minute // each look at the clock
	if _, file, err := f.files.Write("r", id, "ann", 0, bytes.NewReader(good), store.AlwaysLook); err != nil || file == nil || file.Type != "application/octet-stream" {
		t.Errorf("got %+v, %v", file, err)
	}
}

func TestADecoderThatPanicsHoldsUpNobody(t *testing.T) {
	f := newShelf(t)
	bad := []byte(store.Panicking(t) + "12345678")
	id := f.begin("r", "ann", "a", len(bad))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it did not panic")
			}
		}()
		_, _, _ = f.files.Write("r", id, "ann", 0, bytes.NewReader(bad), store.AlwaysLook)
	}()
	good := pngOf(t, 3, 2)
	if file := f.upload("r", "bob", "b.png", good); file.Type != "image/png" {
		t.Errorf("got %+v", file)
	}
}
