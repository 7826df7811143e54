package codec

// Munger keeps PictureID (15 bits) and TL0PICIDX continuous over switches of source and layer and over frames left out.
// It remembers recent offsets, so that a retransmission gets the numbers of the first transmission.
// One belongs to each subscription; the zero Munger is ready.
type Munger struct{}

// Switch begins a source generation (seqmap's number); its first packet given to Append continues the output.
func (m *Munger) Switch(generation uint32) { panic("not written") }

// Drop says that the frame of this packet is left out: the next frame takes its numbers. Call it for each packet of the
// frame; once counts.
func (m *Munger) Drop(d *VP8) { panic("not written") }

// Append appends the payload with its descriptor rewritten. d is the payload parsed. The picture id is always written in
// 15 bits, so the result may be one byte longer than the payload. ok is false when the packet belongs to a generation or
// a time that is forgotten, or to a dropped frame.
func (m *Munger) Append(dst []byte, generation uint32, d *VP8, payload []byte) (out []byte, ok bool) {
	panic("not written")
}
