package codec

// Munger keeps PictureID (15 bits) and TL0PICIDX continuous over switches of source and layer and over frames left out.
// It remembers recent offsets, so that a retransmission gets the numbers of the first transmission.
// One belongs to each subscription; the zero Munger is ready.
//
// A source's picture ids are taken to wrap at 15 bits, as browsers write them.
type Munger struct {
	offsets [rememberedOffsets]offset // a ring; the newest is at head-1
	head    uint32                    // offsets begun so far
	waiting bool                      // the newest generation has sent nothing yet

	in  numbers // the highest of the present generation
	out numbers // the highest sent
}

// numbers are what a frame carries.
type numbers struct {
	picture uint16
	tl0     uint8
}

// offset is what is added to the numbers of the frames of a generation from one frame on.
type offset struct {
	generation uint32
	from       uint16 // picture id in the source
	add        numbers
}

// rememberedOffsets bounds the memory: one is taken by each switch and each row of dropped frames. At 15 such rows a
// second, 32 last two seconds.
const rememberedOffsets = 32

// pictureMask is the highest picture id; pictureHalf tells ids that lie ahead from those that lie behind.
const (
	pictureMask = 1<<15 - 1
	pictureHalf = 1 << 14
)

// behind tells whether picture id a comes before b.
func behind(a, b uint16) bool { return (a-b)&pictureMask >= pictureHalf }

// Switch begins a source generation (seqmap's number); its first packet given to Append continues the output.
func (m *Munger) Switch(generation uint32) {
	m.waiting = true
	m.begin(offset{generation: generation})
}

func (m *Munger) begin(o offset) {
	m.offsets[m.head%rememberedOffsets] = o
	m.head++
}

// current is the newest offset.
func (m *Munger) current() *offset { return &m.offsets[(m.head-1)%rememberedOffsets] }

// Drop says that the frame of this packet is left out, which must be above temporal layer 0: the next frame takes its
// picture id. Call it for each packet of the frame; the first counts.
func (m *Munger) Drop(d *VP8) {
	if m.head == 0 || m.waiting || !d.HasPictureID || !behind(m.in.picture, d.PictureID) {
		return
	}
	next := *m.current()
	row := next.from == d.PictureID // the frame before was left out too: they share a place
	next.from = (d.PictureID + 1) & pictureMask
	next.add.picture = (next.add.picture - 1) & pictureMask
	if row {
		*m.current() = next
	} else {
		m.begin(next)
	}
	m.in.picture = d.PictureID
}

// Append appends the payload with its descriptor rewritten. d is the payload parsed. The picture id is always written in
// 15 bits, so the result may be one byte longer than the payload. ok is false, and nothing appended, when the packet is of
// a generation or a time that is forgotten.
func (m *Munger) Append(dst []byte, generation uint32, d *VP8, payload []byte) (out []byte, ok bool) {
	if d.Size > len(payload) {
		return dst, false
	}
	if out, ok = m.AppendDescriptor(dst, generation, d); !ok {
		return dst, false
	}
	return append(out, payload[d.Size:]...), true
}

// MaxDescriptor is the longest descriptor that AppendDescriptor writes, in bytes (RFC 7741 §4.2).
const MaxDescriptor = 6

// AppendDescriptor is Append without what follows the descriptor.
func (m *Munger) AppendDescriptor(dst []byte, generation uint32, d *VP8) (out []byte, ok bool) {
	if m.head == 0 {
		return dst, false
	}
	present := m.current().generation == generation
	if m.waiting && present {
		m.start(d)
	}
	o, ok := m.find(generation, d)
	if !ok {
		return dst, false
	}
	rewritten := *d
	if d.HasPictureID {
		rewritten.PictureID = (d.PictureID + o.add.picture) & pictureMask
	}
	if d.HasTL0PICIDX {
		rewritten.TL0PICIDX = d.TL0PICIDX + o.add.tl0
	}
	if present {
		m.advance(d, &rewritten)
	}
	return rewritten.append(dst), true
}

// start takes the first frame of a generation: it continues each number that it has by one.
func (m *Munger) start(d *VP8) {
	o := m.current()
	m.waiting, m.in = false, numbers{d.PictureID, d.TL0PICIDX}
	if d.HasPictureID {
		m.out.picture = (m.out.picture + 1) & pictureMask
		o.from, o.add.picture = d.PictureID, (m.out.picture-d.PictureID)&pictureMask
	}
	if d.HasTL0PICIDX {
		m.out.tl0++
		o.add.tl0 = m.out.tl0 - d.TL0PICIDX
	}
}

// find gives the offset that holds for a frame.
func (m *Munger) find(generation uint32, d *VP8) (offset, bool) {
	for n := m.head; n > 0 && m.head-n < rememberedOffsets; n-- {
		o := m.offsets[(n-1)%rememberedOffsets]
		if o.generation < generation {
			break
		}
		if o.generation == generation && (!d.HasPictureID || !behind(d.PictureID, o.from)) {
			return o, true
		}
	}
	return offset{}, false
}

// advance notes the highest numbers.
func (m *Munger) advance(in, out *VP8) {
	if in.HasPictureID && behind(m.in.picture, in.PictureID) {
		m.in.picture, m.out.picture = in.PictureID, out.PictureID
	}
	if in.HasTL0PICIDX && int8(in.TL0PICIDX-m.in.tl0) > 0 {
		m.in.tl0, m.out.tl0 = in.TL0PICIDX, out.TL0PICIDX
	}
}
