package store

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/webp"
)

// maxPixels bounds the pictures that are decoded. One is decoded at a time; the worst of this size (16 bits a colour, or a
// progressive JPEG) takes some 300 MB for a second. What is larger can be downloaded, but is not shown.
const maxPixels = 20_000_000

// picture is what is known of a picture.
type picture struct {
	kind          string // MIME type
	width, height int
}

// format is one kind of picture that every browser shows.
type format struct {
	kind   string
	magic  [2]string // the first 4 bytes, and those from the 9th on
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"image/png", [2]string{"\x89PNG", ""}, png.DecodeConfig, png.Decode},
	{"image/jpeg", [2]string{"\xff\xd8\xff", ""}, jpeg.DecodeConfig, jpeg.Decode},
	{"image/gif", [2]string{"GIF8", ""}, gif.DecodeConfig, gif.Decode}, // its first picture; others are the browser's
	{"image/webp", [2]string{"RIFF", "WEBP"}, webp.DecodeConfig, webp.Decode},
}

const (
	// maxScans bounds the scans of a JPEG. Thirty bytes make one more go over every pixel; cameras and tools write ten.
	maxScans = 100
	// lookFor is how long one picture may be looked at: the largest takes a second or two.
	lookFor = 10 * time.Second
	// glance is how much a decoder gets at once, in bytes: so often it is asked whether it may go on.
	glance = 512
)

var errTooMuch = errors.New("this picture takes too long to look at")

// bounded gives a decoder the bytes of a picture for as long as the work that they make has bounds.
type bounded struct {
	from  io.Reader
	now   func() time.Time
	until time.Time
	scans int
	last  byte // that was read
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.now().After(b.until) {
		return 0, errTooMuch
	}
	n, err := b.from.Read(p[:min(len(p), glance)])
	for _, c := range p[:n] {
		if b.last == 0xff && c == 0xda { // start of scan, ITU-T T.81 table B.1: nowhere else in what is coded
			b.scans++
		}
		b.last = c
	}
	if b.scans > maxScans {
		return 0, errTooMuch
	}
	return n, err
}

// claimed gives the kind of picture that something begins like; nil: none. What it is called says nothing.
func claimed(content io.ReadSeeker) *format {
	head := make([]byte, 12)
	if _, err := io.ReadFull(fromStart(content), head); err != nil {
		return nil
	}
	for i, f := range formats {
		if bytes.HasPrefix(head, []byte(f.magic[0])) && bytes.HasPrefix(head[8:], []byte(f.magic[1])) {
			return &formats[i]
		}
	}
	return nil
}

// verify reads a picture of this kind from its first byte to its last pixel. false: it is none, is broken, has too many
// pixels or makes too much work.
func (f *format) verify(content io.ReadSeeker, now func() time.Time) (picture, bool) {
	config, err := f.config(fromStart(content))
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return picture{}, false
	}
	whole := &bounded{from: fromStart(content), now: now, until: now().Add(lookFor)}
	if _, err := f.decode(whole); err != nil {
		return picture{}, false
	}
	return picture{f.kind, config.Width, config.Height}, true
}

func fromStart(content io.ReadSeeker) io.Reader {
	_, _ = content.Seek(0, io.SeekStart) // should it fail, so will the reading
	return bufio.NewReader(content)
}
