package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"noom/internal/meeting"
	"noom/internal/store"
)

// shelf is a store whose clock a test moves.
type shelf struct {
	t     *testing.T
	dir   string
	store *store.Store
	files *store.Files
	now   time.Time
	every time.Duration // how far the clock goes on when it is looked at
	free  uint64
}

func newShelf(t *testing.T) *shelf {
	f := &shelf{t: t, dir: t.TempDir(), now: time.Now(), free: 1 << 40}
	f.open()
	t.Cleanup(func() { shut(t, f.store) })
	return f
}

func (f *shelf) open() {
	f.t.Helper()
	s, err := store.Open(f.t.Context(), store.Config{Dir: f.dir, Now: f.clock, Free: func() (uint64, error) { return f.free, nil }})
	if err != nil {
		f.t.Fatal(err)
	}
	f.store, f.files = s, s.Files()
}

func (f *shelf) clock() time.Time {
	f.now = f.now.Add(f.every)
	return f.now
}

func (f *shelf) begin(room string, by meeting.Who, name string, size int) string {
	f.t.Helper()
	id, err := f.files.Begin(room, by, name, int64(size))
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// upload sends a whole file.
func (f *shelf) upload(room string, by meeting.Who, name string, content []byte) meeting.File {
	f.t.Helper()
	id := f.begin(room, by, name, len(content))
	n, file, err := f.files.Write(room, id, by, 0, bytes.NewReader(content), store.AlwaysLook)
	if err != nil || file == nil || n != int64(len(content)) {
		f.t.Fatalf("%d of %d bytes, %+v, %v", n, len(content), file, err)
	}
	return *file
}

func (f *shelf) content(room, id string, who meeting.Who) ([]byte, error) {
	content, _, err := f.files.Open(room, id, who)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(content)
}

// onShelf lists what lies below a folder of the data directory.
func (f *shelf) onShelf(folder string) (names []string) {
	f.t.Helper()
	err := filepath.WalkDir(filepath.Join(f.dir, folder), func(name string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return names
}

func canvas(w, h int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 2)
	}
	return m
}

func encoded(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, w, h int) []byte {
	return encoded(t, func(to io.Writer) error { return png.Encode(to, canvas(w, h)) })
}

// webpDot is one pixel in lossless WebP.
const webpDot = "RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"

func TestAFileIsWhatItsContentSays(t *testing.T) {
	f := newShelf(t)
	good := pngOf(t, 30, 20)
	jpg := encoded(t, func(to io.Writer) error { return jpeg.Encode(to, canvas(64, 48), nil) })
	for _, c := range []struct {
		what, name string
		content    []byte
		kind       string
		w, h       int
	}{
		{"PNG", "a.png", good, "image/png", 30, 20},
		{"JPEG", "a.jpg", jpg, "image/jpeg", 64, 48},
		{"GIF", "a.gif", encoded(t, func(to io.Writer) error { return gif.Encode(to, canvas(5, 7), nil) }), "image/gif", 5, 7},
		{"WebP", "a.webp", []byte(webpDot), "image/webp", 1, 1},
		{"PNG called a program", "a.exe", good, "image/png", 30, 20},
		{"a page called a picture", "a.png", []byte("<html><script>alert(1)</script>"), meeting.Octets, 0, 0},
		{"SVG", "a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), meeting.Octets, 0, 0},
		{"half a picture", "a.png", good[:len(good)-20], meeting.Octets, 0, 0},
		{"half a JPEG", "a.jpg", jpg[:len(jpg)/2], meeting.Octets, 0, 0},
		{"a page behind the first bytes of a picture", "a.gif", []byte("GIF89a<script>alert(1)</script>"), meeting.Octets, 0, 0},
		{"one byte", "a", []byte("x"), meeting.Octets, 0, 0},
		{"more pixels than are decoded", "a.png", pngOf(t, 20_000, 1001), meeting.Octets, 0, 0},
		{"as many as are decoded", "a.png", pngOf(t, 20_000, 1000), "image/png", 20_000, 1000},
	} {
		file := f.upload("r", "ann", c.name, c.content)
		if file.Type != c.kind || file.Width != c.w || file.Height != c.h || file.Size != int64(len(c.content)) || file.Name != c.name {
			t.Errorf("%s: %+v", c.what, file)
		}
		if got, err := f.content("r", file.ID, "ann"); err != nil || !bytes.Equal(got, c.content) {
			t.Errorf("%s: %d bytes came back, %v", c.what, len(got), err)
		}
	}
}

func TestAnUploadGoesOnWhereItWasDropped(t *testing.T) {
	f := newShelf(t)
	content := bytes.Repeat([]byte("0123456789"), 30_000)
	id := f.begin("r", "ann", "a.txt", len(content))
	broken := io.MultiReader(bytes.NewReader(content[:100_000]), &failing{})
	if _, _, err := f.files.Write("r", id, "ann", 0, broken, store.AlwaysLook); err == nil {
		t.Error("a dropped connection was not told")
	}
	at, err := f.files.Offset("r", id, "ann")
	if err != nil || at != 100_000 {
		t.Fatalf("%d bytes are there, %v", at, err)
	}
	for _, wrong := range []int64{0, at - 1, at + 1, -1, 1 << 40} {
		there, _, err := f.files.Write("r", id, "ann", wrong, bytes.NewReader(content), store.AlwaysLook)
		wantCode(t, err, meeting.Conflict)
		if there != at {
			t.Errorf("offset %d is answered with %d", wrong, there)
		}
	}
	there, file, err := f.files.Write("r", id, "ann", at, bytes.NewReader(content[at:]), store.AlwaysLook)
	if err != nil || there != int64(len(content)) || file == nil {
		t.Fatalf("%d, %+v, %v", there, file, err)
	}
	if got, err := f.content("r", id, "ann"); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
	if left := f.onShelf("uploads"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestAConnectionThatCameBackEndsTheOneThatHangs(t *testing.T) {
	f := newShelf(t)
	id := f.begin("r", "ann", "a", 200_000)
	hanging, feed := io.Pipe()
	ended := make(chan error)
	go func() { // ends when its turn does
		_, _, err := f.files.Write("r", id, "ann", 0, hanging, store.AlwaysLook)
		ended <- err
	}()
	if _, err := feed.Write(make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	if _, err := feed.Write(make([]byte, 10)); err != nil { // taken after the chunk before was written
		t.Fatal(err)
	}
	at, err := f.files.Offset("r", id, "ann")
	if err != nil || at != 64<<10 {
		t.Fatalf("%d bytes, %v", at, err)
	}
	if err := feed.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, <-ended, meeting.Conflict)
	if now, err := f.files.Offset("r", id, "ann"); err != nil || now != at {
		t.Errorf("the old connection wrote on: %d bytes, %v", now, err)
	}
}

func TestUploadsHaveLimits(t *testing.T) {
	f := newShelf(t)
	for _, size := range []int64{0, -1, store.MaxFile + 1, 1 << 62} {
		_, err := f.files.Begin("r", "ann", "a", size)
		wantCode(t, err, meeting.Invalid)
	}
	for range 3 {
		f.begin("r", "ann", "a", store.MaxFile)
	}
	_, err := f.files.Begin("r", "ann", "a", 1)
	wantCode(t, err, meeting.Limited)
	id := f.begin("r", "bob", "a", 4)
	_, _, err = f.files.Write("r", id, "bob", 0, strings.NewReader("hello"), store.AlwaysLook)
	wantCode(t, err, meeting.Invalid)
	f.begin("other", "ann", "a", 1)

	f.free = 100 << 20
	_, err = f.files.Begin("r", "cho", "a", 1)
	wantCode(t, err, meeting.Full)
}

func TestARoomHoldsSoManyBytes(t *testing.T) {
	f := newShelf(t)
	who := func(i int) meeting.Who { return meeting.Who(rune('a' + i)) }
	for i := range 19 { // 475 MiB of 500 are spoken for
		f.begin("r", who(i/3), "a", store.MaxFile)
	}
	whole := f.upload("r", "x", "small", []byte("counts as 64 KiB"))
	_, err := f.files.Begin("r", "y", "a", store.MaxFile)
	wantCode(t, err, meeting.Full)
	f.begin("other", "y", "a", store.MaxFile)
	if err := f.files.Cancel("r", whole.ID, "x"); err != nil {
		t.Fatal(err)
	}
	f.begin("r", "y", "a", store.MaxFile)
}

func TestNobodyElseReachesAFile(t *testing.T) {
	f := newShelf(t)
	going := f.begin("r", "ann", "a", 10)
	unsent, open, private := f.upload("r", "ann", "a", []byte("1")), f.upload("r", "ann", "b", []byte("2")), f.upload("r", "ann", "c", []byte("3"))
	for _, c := range []struct {
		id       string
		by, want meeting.Who
	}{{open.ID, "bob", "x"}, {private.ID, "bob", "x"}} {
		_, _, err := f.files.Send("r", c.id, c.by, "", "m")
		wantCode(t, err, meeting.NotFound)
	}
	if _, _, err := f.files.Send("r", open.ID, "ann", "", "m"); err != nil {
		t.Fatal(err)
	}
	if got, _, err := f.files.Send("r", private.ID, "ann", "bob", "m"); err != nil || got != private {
		t.Fatalf("%+v, %v", got, err)
	}
	if again, _, err := f.files.Send("r", open.ID, "ann", "", "m"); err != nil || again != open {
		t.Errorf("the message said again carries %+v, %v", again, err)
	}
	_, _, err := f.files.Send("r", open.ID, "ann", "", "another message")
	wantCode(t, err, meeting.NotFound)
	for _, c := range []struct {
		what, room, id string
		who            meeting.Who
		may            bool
	}{
		{"my own, unsent", "r", unsent.ID, "ann", true},
		{"another's, unsent", "r", unsent.ID, "bob", false},
		{"sent to all", "r", open.ID, "cho", true},
		{"my private one", "r", private.ID, "ann", true},
		{"sent to me alone", "r", private.ID, "bob", true},
		{"sent to another alone", "r", private.ID, "cho", false},
		{"of another room", "other", open.ID, "ann", false},
		{"not whole", "r", going, "ann", false},
		{"its note", "r", open.ID + ".json", "ann", false},
		{"a way out", "r", "../../lock", "ann", false},
		{"nothing", "r", "", "ann", false},
		{"unknown", "r", strings.Repeat("0", 32), "ann", false},
		{"in capitals", "r", strings.ToUpper(open.ID), "ann", false},
	} {
		if _, err := f.content(c.room, c.id, c.who); (err == nil) != c.may {
			t.Errorf("%s: %v", c.what, err)
		} else if !c.may {
			wantCode(t, err, meeting.NotFound)
		}
	}
	for _, c := range []struct {
		room, id string
		who      meeting.Who
		want     meeting.Code
	}{{"r", going, "bob", meeting.NotFound}, {"other", going, "ann", meeting.NotFound}, {"r", unsent.ID, "bob", meeting.NotFound}, {"r", open.ID, "ann", meeting.Conflict}, {"r", "../../lock", "ann", meeting.NotFound}} {
		wantCode(t, f.files.Cancel(c.room, c.id, c.who), c.want)
	}
	_, err = f.files.Offset("r", going, "bob")
	wantCode(t, err, meeting.NotFound)
	_, _, err = f.files.Write("other", going, "ann", 0, strings.NewReader("x"), store.AlwaysLook)
	wantCode(t, err, meeting.NotFound)
}

func TestWhatIsRemovedIsGoneFromTheDisk(t *testing.T) {
	f := newShelf(t)
	const text = "the canary sings at midnight"
	one, two := f.upload("r", "ann", "one.txt", []byte(text+"1")), f.upload("r", "ann", "two.txt", []byte(text+"2"))
	other := f.upload("other", "ann", "three.txt", []byte(text))
	if onDisk(t, f.dir, []byte(text+"1")) != 1 || onDisk(t, f.dir, []byte("one.txt")) != 1 {
		t.Fatal("the file is not where this test looks for it")
	}
	for range 2 { // again is harmless
		if err := f.files.Remove("r", one.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := onDisk(t, f.dir, []byte(text+"1")) + onDisk(t, f.dir, []byte("one.txt")); n != 0 {
		t.Errorf("it stands in %d files", n)
	}
	f.begin("r", "ann", "a", 10)
	if err := f.files.RemoveAll("r"); err != nil {
		t.Fatal(err)
	}
	if n := onDisk(t, f.dir, []byte(text)); n != 1 {
		t.Errorf("%d of the files are left, want the other room's", n)
	}
	if _, err := f.content("r", two.ID, "ann"); err == nil {
		t.Error("a removed file was opened")
	}
	if got, err := f.content("other", other.ID, "ann"); err != nil || string(got) != text {
		t.Errorf("the other room's: %q, %v", got, err)
	}
	if left := f.onShelf("uploads"); len(left) != 0 {
		t.Errorf("uploads are left: %v", left)
	}
}

func TestWhatNobodyGoesOnWithIsRemoved(t *testing.T) {
	f := newShelf(t)
	resting := f.begin("r", "ann", "a", 10)
	f.now = f.now.Add(9 * time.Minute)
	fresh := f.begin("r", "ann", "b", 10)
	f.now = f.now.Add(time.Minute)
	f.files.SweepUploads()
	if _, err := f.files.Offset("r", resting, "ann"); err == nil {
		t.Error("an upload rests for ten minutes and goes on")
	}
	if _, err := f.files.Offset("r", fresh, "ann"); err != nil {
		t.Errorf("a fresh upload is gone: %v", err)
	}
	if n := len(f.onShelf("uploads")); n != 1 {
		t.Errorf("%d uploads on the disk", n)
	}
	shut(t, f.store) // nothing of it is known afterwards
	f.open()
	if n := len(f.onShelf("uploads")); n != 0 {
		t.Errorf("%d uploads on the disk after a restart", n)
	}

	sent, unsent := f.upload("r", "ann", "a", []byte("1")), f.upload("r", "ann", "b", []byte("2"))
	if _, _, err := f.files.Send("r", sent.ID, "ann", "", "m"); err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(filepath.Dir(f.onShelf("files")[0]), strings.Repeat("a", 32)) // a process was killed
	if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{0, 2 * time.Hour} {
		f.now = time.Now().Add(wait)
		if err := f.files.SweepUnsent(); err != nil {
			t.Fatal(err)
		}
		_, err := f.content("r", unsent.ID, "ann")
		if gone := err != nil; gone != (wait > 0) {
			t.Errorf("after %v the unsent file is gone: %v", wait, gone)
		}
	}
	if _, err := f.content("r", sent.ID, "bob"); err != nil {
		t.Errorf("the sent file: %v", err)
	}
	if left := f.onShelf("files"); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

func TestWhoSendsNothingTakesNobodysPlace(t *testing.T) {
	f := newShelf(t)
	first := f.begin("r", "first", "a", 10)
	f.now = f.now.Add(time.Second)
	for i := 1; i < 400; i++ {
		f.begin("r", meeting.Who(fmt.Sprint("idler", i)), "a", 10)
	}
	f.now = f.now.Add(50 * time.Second)
	if _, err := f.files.Begin("other", "ann", "a", 10); err == nil {
		t.Error("a place was taken from somebody who may be sending")
	}
	if _, _, err := f.files.Write("r", first, "first", 0, strings.NewReader("1"), store.AlwaysLook); err != nil {
		t.Fatal(err)
	}
	f.now = f.now.Add(10 * time.Second)
	late := f.begin("other", "ann", "a", 10)
	if _, err := f.files.Offset("other", late, "ann"); err != nil {
		t.Error(err)
	}
	if n, err := f.files.Offset("r", first, "first"); n != 1 || err != nil {
		t.Errorf("who goes on sending has %d, %v", n, err)
	}
	if n := len(f.onShelf("uploads")); n != 400 {
		t.Errorf("%d uploads on the disk", n)
	}
}

func TestRoomsThatNobodyMadeLeaveSpaceToThoseThatWereMade(t *testing.T) {
	f := newShelf(t)
	f.upload("a", "ann", "a", make([]byte, 10<<20))
	f.free = 128<<20 + 50<<20 // with what is there already, files have 60 MiB
	f.begin("b", "bob", "b", 15<<20)
	_, err := f.files.Begin("c", "cho", "c", 6<<20)
	wantCode(t, err, meeting.Full)
	f.begin("c", "cho", "c", 5<<20)
	f.begin("~made", "cho", "c", 20<<20)
	_, err = f.files.Begin("~made", "cho", "c", 11<<20) // the disk's end is everybody's
	wantCode(t, err, meeting.Full)

	g := newShelf(t)
	g.free = 128<<20 + 30<<20
	file := g.upload("a", "ann", "a", make([]byte, 14<<20))
	_, err = g.files.Begin("b", "bob", "b", 9<<20)
	wantCode(t, err, meeting.Full)
	if err := g.files.Remove("a", file.ID); err != nil {
		t.Fatal(err)
	}
	g.now = g.now.Add(time.Minute)
	g.begin("b", "bob", "b", 9<<20)
}

func TestWhoBeginsAtOnceMeasuresOnce(t *testing.T) {
	const many = 20
	var looks atomic.Int64 // at the clock
	var asking sync.WaitGroup
	at := time.Now()
	now := func() time.Time { looks.Add(1); return at }
	free := func() (uint64, error) { // asked for just before the files are measured
		asking.Done()
		asking.Wait()
		return 1 << 40, nil
	}
	dir := t.TempDir()
	for i := range 500 { // so that measuring takes a while
		if err := os.MkdirAll(filepath.Join(dir, "files", fmt.Sprint(i)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(t.Context(), store.Config{Dir: dir, Now: now, Free: free})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	begin := func(many int) (looked int64) {
		asking.Add(many)
		before := looks.Load()
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() {
				if _, err := s.Files().Begin(fmt.Sprint("room", i), "ann", "a", 10); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		return looks.Load() - before
	}
	begin(1)
	at = at.Add(time.Hour) // what was measured is too old
	if got, want := begin(many), int64(2*many+1); got != want {
		t.Errorf("the clock was looked at %d times, want %d: when each begins, when each asks how old the sum is, and once when it is new", got, want)
	}
	if got, want := begin(many), int64(2*many); got != want {
		t.Errorf("the clock was looked at %d times, want %d: the sum is known", got, want)
	}
}

func TestAPictureThatHasToWaitIsThereAndIsLookedAtLater(t *testing.T) {
	f := newShelf(t)
	busy := errors.New("busy")
	later := func(func()) error { return busy }
	good := pngOf(t, 30, 20)
	id := f.begin("r", "ann", "a.png", len(good))
	for _, at := range []int{0, len(good)} {
		there, file, err := f.files.Write("r", id, "ann", int64(at), bytes.NewReader(good[at:]), later)
		if there != int64(len(good)) || file != nil || !errors.Is(err, busy) {
			t.Fatalf("from %d on: %d, %+v, %v", at, there, file, err)
		}
	}
	if n, err := f.files.Offset("r", id, "ann"); n != int64(len(good)) || err != nil {
		t.Errorf("%d of %d are there, %v", n, len(good), err)
	}
	if _, _, err := f.files.Send("r", id, "ann", "", "m"); err == nil {
		t.Error("it was sent before it was looked at")
	}
	if _, file, err := f.files.Write("r", id, "ann", int64(len(good)), bytes.NewReader(nil), store.AlwaysLook); err != nil || file == nil || file.Type != "image/png" {
		t.Errorf("got %+v, %v", file, err)
	}
	text := f.begin("r", "ann", "a.txt", 5)
	if _, file, err := f.files.Write("r", text, "ann", 0, strings.NewReader("hello"), later); err != nil || file == nil {
		t.Errorf("no picture, and has to wait: %+v, %v", file, err)
	}
}

// FuzzPicture: whatever comes is looked at without a panic, and within bounds.
func FuzzPicture(f *testing.F) {
	var b bytes.Buffer
	_ = png.Encode(&b, canvas(3, 2))
	f.Add(b.Bytes())
	b.Reset()
	_ = jpeg.Encode(&b, canvas(9, 9), nil)
	f.Add(b.Bytes())
	b.Reset()
	_ = gif.Encode(&b, canvas(3, 3), nil)
	f.Add(b.Bytes())
	f.Add([]byte(webpDot))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	f.Fuzz(func(t *testing.T, content []byte) {
		kind, w, h, ok := store.Verify(bytes.NewReader(content))
		if ok && (w <= 0 || h <= 0 || w*h > 20_000_000 || !strings.HasPrefix(kind, "image/")) {
			t.Fatalf("%s %d×%d", kind, w, h)
		}
	})
}
