package load

import (
	"bytes"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
)

// The clips are made by clips/make.sh.
//
//go:embed clips/*.ivf clips/*.ogg
var clipFiles embed.FS

const (
	frameRate = 15   // of all clips
	partSize  = 1100 // bytes of VP8 per packet: within 1 200 with all headers
)

// part is one packet's share of a frame, without a payload descriptor.
type part struct {
	data []byte
	id   int // among all parts of all clips
}

// clip is a sequence of pictures that is sent round and round. Its first frame is its keyframe.
type clip struct {
	frames [][]part
}

// fingerprints tells what packet a payload is: of any clip of this process.
type fingerprints struct {
	seed  maphash.Seed
	part  map[uint64]*part
	parts int
}

func newFingerprints() *fingerprints {
	return &fingerprints{seed: maphash.MakeSeed(), part: make(map[uint64]*part)}
}

// find gives the part with this payload, or nil.
func (f *fingerprints) find(payload []byte) *part { return f.part[maphash.Bytes(f.seed, payload)] }

// loadVideo reads an embedded clip and pads its frames up to kbps (0: not at all).
func loadVideo(name string, kbps int, known *fingerprints) (*clip, error) {
	file, err := clipFiles.ReadFile("clips/" + name + ".ivf")
	if err != nil {
		return nil, fmt.Errorf("reading clip %s: %w", name, err)
	}
	ivf, _, err := ivfreader.NewWith(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("reading clip %s: %w", name, err)
	}
	c := &clip{}
	for {
		frame, _, err := ivf.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading clip %s: %w", name, err)
		}
		c.add(pad(frame, kbps*1000/8/frameRate, len(c.frames)), known)
	}
	if len(c.frames) == 0 || c.frames[0][0].data[0]&1 != 0 { // RFC 6386 §9.1: 0 is a keyframe
		return nil, fmt.Errorf("clip %s does not begin with a keyframe", name)
	}
	return c, nil
}

// add cuts a frame into packets.
func (c *clip) add(frame []byte, known *fingerprints) {
	var parts []part
	for len(frame) > 0 {
		n := min(partSize, len(frame))
		parts = append(parts, part{data: frame[:n:n], id: known.parts})
		known.parts++
		frame = frame[n:]
	}
	c.frames = append(c.frames, parts)
	for i := range parts {
		known.part[maphash.Bytes(known.seed, parts[i].data)] = &parts[i]
	}
}

// pad lengthens a frame. A VP8 decoder reads its last partition (RFC 6386 §9.5) no further than it has to, so bytes
// after it do no harm. They are numbered, so that no two packets are alike.
func pad(frame []byte, size, number int) []byte {
	if len(frame) >= size {
		return frame
	}
	padded := make([]byte, size)
	for at := copy(padded, frame); at+8 <= size; at += 8 {
		binary.BigEndian.PutUint32(padded[at:], uint32(number))
		binary.BigEndian.PutUint32(padded[at+4:], uint32(at))
	}
	return padded
}

// loadAudio reads the embedded tone: Opus packets of 20 ms.
func loadAudio() ([][]byte, error) {
	file, err := clipFiles.ReadFile("clips/tone.ogg")
	if err != nil {
		return nil, fmt.Errorf("reading the tone: %w", err)
	}
	ogg, _, err := oggreader.NewWith(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("reading the tone: %w", err)
	}
	var packets [][]byte
	for {
		page, _, err := ogg.ParseNextPage()
		if errors.Is(err, io.EOF) {
			return packets, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the tone: %w", err)
		}
		if !bytes.HasPrefix(page, []byte("Opus")) { // the tags (RFC 7845 §5.2)
			packets = append(packets, page)
		}
	}
}
