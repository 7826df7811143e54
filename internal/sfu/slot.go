package sfu

import (
	"slices"
	"time"

	"noom/internal/sfu/codec"
	"noom/internal/sfu/layer"
	"noom/internal/sfu/seqmap"
	"noom/internal/sfu/srtpx"
)

const (
	// generations of sources that a slot remembers to answer NACKs: at one switch per keyframe interval, four
	// seconds, twice what a cache holds.
	generations = 8
	// repeats is how many retransmissions a slot remembers, so as not to repeat them too soon.
	repeats = 64
	// frame20ms is one Opus frame in ticks: what a slot's timestamps advance at a switch. Measured: browsers conceal nothing
	// then, but up to 0.7 s when the timestamps follow the wall clock.
	frame20ms = 960
	// leastStep is the least a video slot's timestamps advance at a switch, in ticks: 1 ms, so that no two pictures share one.
	leastStep = videoRate / 1000
)

// slot is a fixed m-line on which a peer receives. Tracks come and go; its SSRC, sequence numbers, timestamps and picture ids
// go on.
type slot struct {
	peer    *peer
	index   int // in PeerParams.Slots
	params  Slot
	track   *track // placed here; nil: free
	last    Track  // placed here last: it comes back to the same slot
	carried Track  // what the rooms were told it carries
	width   uint16 // of the tile, in pixels
	height  uint16

	source     *source // of track, that selector is about
	selector   layer.Selector
	*numbering        // nil before the first packet: most slots never carry anything
	chance     uint64 // where its numbers begin

	stamp   uint32    // the highest timestamp sent
	stamped time.Time // when; zero before the first packet
	reports time.Time // when a sender report is due; zero while nothing is carried
	packets uint32
	octets  uint32 // of payload

	again     *again // nil before the first packet of a slot whose packets can be asked for without RTX
	redundant bool   // it may carry RED
	reported  uint32 // packets at the last report of its receiver
	sentAgain uint32 // packets of sound, sent again since then
	lost      uint8  // share of its packets that the receiver said were lost, of 256
}

// numbering is what a slot remembers to number its packets, and to send them again.
type numbering struct {
	sequence seqmap.Map
	munger   codec.Munger
	past     [generations]generation // by number modulo generations
	now      uint32                  // number of the newest
	repairs  uint16                  // sequence number of the next retransmission
	media    srtpx.Stream            // what was sealed of sequence under the present keys, and of repairs
	repair   srtpx.Stream
	resent   [repeats]repeat
}

// newNumbering begins numbers by chance, below 2^15: RFC 3711 §3.3.1, the rollover counter begins without doubt.
func newNumbering(chance uint64) *numbering {
	n := &numbering{repairs: uint16(chance>>16) & 0x7fff}
	n.sequence.Start(uint16(chance) & 0x7fff)
	return n
}

// generation is a run of packets from one stream.
type generation struct {
	number uint32
	stream *stream
	codec  Codec
	first  uint32 // the stream's timestamp it begins with
	offset uint32 // added to the stream's timestamps
}

// repeat remembers a retransmission.
type repeat struct {
	output uint16
	valid  bool
	at     uint32 // milliseconds since the peer was added
}

func (r *Router) addSlot(p *peer, i int) {
	sl := &slot{peer: p, index: i, params: p.params.Slots[i], selector: layer.NewSelector()}
	sl.chance = r.config.Chance()
	sl.stamp = uint32(sl.chance >> 32)
	sl.redundant = sl.params.Audio && slices.Contains(sl.params.Codecs, RED)
	p.slots = append(p.slots, sl)
	if sl.params.Audio {
		p.audio = append(p.audio, sl)
	} else {
		p.video = append(p.video, sl)
	}
}

// fill places a track into a free slot.
func (sl *slot) fill(t *track) {
	sl.track, sl.last = t, t.number
	t.slots = append(t.slots, sl)
}

// leave frees the slot. What it carried stays announced until settle.
func (sl *slot) leave() {
	if sl.track == nil {
		return
	}
	sl.turnAway()
	sl.source = nil
	t := sl.track
	t.slots = slices.DeleteFunc(t.slots, func(other *slot) bool { return other == sl })
	sl.track = nil
}

// turnAway stops taking the source's packets.
func (sl *slot) turnAway() {
	if sl.source != nil {
		for i := range sl.source.streams {
			sl.source.streams[i].drop(sl)
		}
	}
	sl.selector = layer.NewSelector()
	sl.reports = time.Time{}
}

// forget has nothing sent again of these streams.
func (sl *slot) forget(these func(*stream) bool) {
	if sl.numbering == nil {
		return
	}
	for i := range sl.past {
		if g := &sl.past[i]; g.stream != nil && these(g.stream) {
			g.stream = nil
		}
	}
}

// settle tells the rooms when the slot carries nothing any more.
func (sl *slot) settle(out *Out) {
	if sl.carried == 0 || (sl.track != nil && sl.track.source != nil) {
		return
	}
	sl.announce(0, sl.stamp+1, out)
}

// announce tells the rooms what the slot carries from a timestamp on.
func (sl *slot) announce(t Track, from uint32, out *Out) {
	if sl.carried == t {
		return
	}
	sl.carried = t
	out.Events = append(out.Events, Event{
		Kind: SlotSwitched, Peer: sl.peer.id, Room: sl.peer.roomID(), Track: t, Slot: sl.index, FromTS: from,
	})
}

// take offers the stream's packets to the slot, from the next one on.
func (r *Router) take(s *stream, sl *slot) {
	if !slices.Contains(s.slots, sl) {
		s.slots = append(s.slots, sl)
		r.joinTurn(s, sl)
	}
}

// drop ends take.
func (s *stream) drop(sl *slot) {
	if i := slices.Index(s.slots, sl); i >= 0 {
		s.slots = slices.Delete(s.slots, i, i+1)
	}
}

// aimAll chooses anew for every slot in which the track is placed.
func (r *Router) aimAll(now time.Time, t *track) {
	for _, sl := range t.slots {
		r.aim(now, sl)
	}
}

// aim chooses the layer for what is placed in the slot, and asks for a keyframe where the slot cannot go on without.
func (r *Router) aim(now time.Time, sl *slot) {
	t := sl.track
	if t == nil || t.source == nil || t.state != On || !sl.peer.receives() {
		return
	}
	if sl.source != t.source {
		sl.turnAway()
		sl.source = t.source
	}
	want := sl.choose()
	if want != sl.selector.Target() {
		sl.selector.Aim(want)
		for i := range t.source.streams {
			if s := &t.source.streams[i]; i == want || i == sl.selector.Current() {
				r.take(s, sl)
			} else {
				s.drop(sl)
			}
		}
	}
	if want != layer.None && want != sl.selector.Current() && !r.keyframeComing(&t.source.streams[want], sl) {
		r.wantKeyframe(now, &t.source.streams[want])
	}
}

// choose gives the best layer that arrives in a codec the receiver has, or layer.None.
func (sl *slot) choose() int {
	s := sl.source
	if s.kind.Audio() {
		return 0
	}
	var known [layer.Max]layer.Layer
	for i := range s.layers {
		from := &s.streams[i]
		known[i] = layer.Layer{Width: from.width, Height: from.height, Live: s.live(i) && sl.takes(from.codec)}
	}
	return layer.Choose(known[:s.layers], sl.width, sl.height, sl.selector.Target())
}

// takes tells whether the slot can carry the codec. NoCodec: not known yet.
func (sl *slot) takes(c Codec) bool {
	if c == NoCodec {
		return true
	}
	return sl.peer.types[c].PT != 0 && slices.Contains(sl.params.Codecs, c)
}
