package load

import (
	"bytes"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
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
	id   int // in the clip
}

// clip is a sequence of pictures that is sent round and round. Its first frame is its keyframe.
type clip struct {
	frames [][]part
	parts  int
	seed   maphash.Seed
	known  map[uint64]int // ids of parts by the hash of their data
}

// find gives the id of the part with this payload, or −1.
func (c *clip) find(payload []byte) int {
	if id, ok := c.known[maphash.Bytes(c.seed, payload)]; ok {
		return id
	}
	return -1
}

// loadVideo reads an embedded clip and pads its frames up to kbps (0: not at all).
func loadVideo(name string, kbps int) (*clip, error) {
	file, err := clipFiles.ReadFile("clips/" + name + ".ivf")
	if err != nil {
		return nil, fmt.Errorf("reading clip %s: %w", name, err)
	}
	ivf, _, err := ivfreader.NewWith(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("reading clip %s: %w", name, err)
	}
	mark := crc32.ChecksumIEEE([]byte(name))
	c := &clip{seed: maphash.MakeSeed(), known: make(map[uint64]int)}
	for {
		frame, _, err := ivf.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading clip %s: %w", name, err)
		}
		c.add(pad(frame, kbps*1000/8/frameRate, mark+uint32(len(c.frames))))
	}
	if len(c.frames) == 0 || c.frames[0][0].data[0]&1 != 0 { // RFC 6386 §9.1: 0 is a keyframe
		return nil, fmt.Errorf("clip %s does not begin with a keyframe", name)
	}
	return c, nil
}

// add cuts a frame into packets.
func (c *clip) add(frame []byte) {
	var parts []part
	for len(frame) > 0 {
		n := min(partSize, len(frame))
		parts = append(parts, part{data: frame[:n:n], id: c.parts})
		c.known[maphash.Bytes(c.seed, frame[:n])] = c.parts
		frame = frame[n:]
		c.parts++
	}
	c.frames = append(c.frames, parts)
}

// pad lengthens a frame. A VP8 decoder reads its last partition (RFC 6386 §9.5) no further than it has to, so bytes
// after it do no harm. They bear the frame's mark, so that no two packets are alike.
func pad(frame []byte, size int, mark uint32) []byte {
	if len(frame) >= size {
		return frame
	}
	padded := make([]byte, size)
	for at := copy(padded, frame); at+8 <= size; at += 8 {
		binary.BigEndian.PutUint32(padded[at:], mark)
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
