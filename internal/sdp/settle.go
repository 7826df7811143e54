package sdp

import (
	"fmt"
	"slices"
	"strings"

	"noom/internal/sfu"
)

// role is what a section is to us.
type role uint8

const (
	rejected role = iota
	idle          // neither sends nor receives now
	source
	slot
)

// settled is what became of a section.
type settled struct {
	role       role
	codecs     []format
	extensions []extension
	kind       sfu.Kind // of a source
	rids       []string
	slot       sfu.Slot
	stream     string // the msid's stream id of a slot
}

// settlement collects what all sections together agree to.
type settlement struct {
	params     sfu.PeerParams
	extensions extensions
	bound      map[uint8]binding   // payload types
	sends      map[sfu.Codec]uint8 // the payload type of each codec on slots
	kept       map[string]sfu.Slot // of the earlier offer, by MID
	used       map[uint32]bool     // SSRCs
	chance     func() uint64
	audios     int // sources and slots so far
	videos     int
	audioSlots int
	videoSlots int
}

// binding is what a payload type means in the bundle.
type binding struct {
	codec sfu.Codec
	rtx   bool
}

func newSettlement(local Local, o *offer, prev *sfu.PeerParams, chance func() uint64) *settlement {
	s := &settlement{
		params: sfu.PeerParams{
			LocalUfrag: local.Ufrag, LocalPwd: local.Pwd, RemoteUfrag: o.ufrag, RemotePwd: o.pwd,
			FingerprintHash: o.fingerprintHash, Fingerprint: o.fingerprint,
		},
		bound: make(map[uint8]binding), sends: make(map[sfu.Codec]uint8),
		kept: make(map[string]sfu.Slot), used: make(map[uint32]bool), chance: chance,
	}
	s.extensions.params = &s.params.Extensions
	if prev != nil {
		for _, sl := range prev.Slots {
			s.kept[sl.MID] = sl
			s.used[sl.SSRC], s.used[sl.RTX] = true, true
		}
	}
	return s
}

// settle gives each section its role; ok is false when none has one. Slots come first, since the first payload type of a
// codec is the one that the router sends with.
func (s *settlement) settle(o *offer) (ok bool) {
	for _, m := range o.sections {
		for _, d := range m.readSSRCs(maxMLines) { // not to be ours by chance
			s.used[d.SSRC], s.used[d.RTX] = true, true
		}
	}
	for _, m := range o.sections {
		if m.gets && !m.sends && o.usable(m) {
			s.settleSlot(m)
		}
	}
	for _, m := range o.sections {
		if m.gets && !m.sends {
			continue
		}
		switch usable := o.usable(m); {
		case m.sends:
			s.settleSource(m, usable)
		case usable:
			s.settleIdle(m)
		}
	}
	return slices.ContainsFunc(o.sections, func(m *section) bool { return m.role != rejected })
}

// usable tells whether a section can carry media over our one transport.
func (o *offer) usable(m *section) bool {
	return !m.stopped && m.mid != "" && slices.Contains(o.bundle, m.mid) && m.attributes.has("rtcp-mux") &&
		(m.media == "audio" || m.media == "video") && strings.HasSuffix(m.proto, "TLS/RTP/SAVPF")
}

// settleSource takes a section on which the peer sends. Which kind it is depends on how many came before, usable or not.
func (s *settlement) settleSource(m *section, usable bool) {
	n, kinds := &s.videos, [...]sfu.Kind{sfu.Camera, sfu.Screen}
	if m.media == "audio" {
		n, kinds = &s.audios, [...]sfu.Kind{sfu.Microphone, sfu.ScreenAudio}
	} else if m.media != "video" {
		return
	}
	*n++
	if !usable || *n > len(kinds) || !s.takeFormats(m, false) {
		return
	}
	m.role, m.kind = source, kinds[*n-1]
	m.arrangeRED()
	m.extensions = s.extensions.agree(m, true)
	streams := 1
	if !m.kind.Audio() {
		if m.rids = m.readRIDs(); m.rids != nil {
			streams = len(m.rids)
		}
	}
	s.params.Sources = append(s.params.Sources, sfu.Source{
		MID: m.mid, Kind: m.kind, RIDs: m.rids, Declared: m.readSSRCs(streams),
	})
}

// arrangeRED has a voice sent with copies, which browsers do when RED comes before Opus. Music is not: it would take hundreds of
// kb/s, and where it is sent the path is good as a rule.
func (s *section) arrangeRED() {
	i := slices.IndexFunc(s.codecs, func(f format) bool { return f.codec == sfu.RED })
	if i < 0 {
		return
	}
	red := s.codecs[i]
	s.codecs = slices.Delete(s.codecs, i, i+1)
	music := slices.ContainsFunc(s.codecs, func(f format) bool { return option(f.fmtp, "stereo") == "1" })
	if s.kind == sfu.Microphone && !music {
		s.codecs = slices.Insert(s.codecs, 0, red)
	}
}

// settleIdle keeps a section open that may send or receive after a further offer.
func (s *settlement) settleIdle(m *section) {
	if s.takeFormats(m, false) {
		m.role = idle
	}
}

// settleSlot takes a section on which the peer receives.
func (s *settlement) settleSlot(m *section) {
	if !s.takeFormats(m, true) {
		return
	}
	m.role = slot
	m.extensions = s.extensions.agree(m, false)
	m.slot = sfu.Slot{MID: m.mid, Audio: m.media == "audio", TransportCC: m.tellsArrivals()}
	if kept, there := s.kept[m.mid]; there && kept.Audio == m.slot.Audio {
		m.slot.SSRC, m.slot.RTX = kept.SSRC, kept.RTX
	} else if m.slot.SSRC = s.ssrc(); repairs(m.codecs) {
		m.slot.RTX = s.ssrc()
	}
	for _, f := range m.codecs {
		m.slot.Codecs = append(m.slot.Codecs, f.codec)
		m.slot.NACK = m.slot.NACK || f.codec == sfu.Opus && slices.Contains(f.feedback, "nack")
	}
	n, name := &s.videoSlots, "video"
	if m.slot.Audio {
		n, name = &s.audioSlots, "audio"
	}
	// Sound and picture of the first four pairs share a stream for good, which is what browsers synchronise; later
	// changes of it have no effect. The others stand alone.
	if m.stream = fmt.Sprintf("%s%d", name, *n); *n < pairs {
		m.stream = fmt.Sprintf("pair%d", *n)
	}
	*n++
	s.params.Slots = append(s.params.Slots, m.slot)
}

// tellsArrivals tells whether the peer reports when what it gets on a section arrived, by its number over the whole transport, whichever
// codec it comes in. RED does not count: Chromium offers the feedback for the Opus that it is made of, and not for itself.
func (s *section) tellsArrivals() bool {
	return slices.ContainsFunc(s.extensions, func(e extension) bool { return e.uri == transportWide }) &&
		!slices.ContainsFunc(s.codecs, func(f format) bool { return f.codec != sfu.RED && !slices.Contains(f.feedback, "transport-cc") })
}

// repairs tells whether a codec of a section has retransmission. Audio has none.
func repairs(codecs []format) bool {
	return slices.ContainsFunc(codecs, func(f format) bool { return f.rtx != 0 })
}

// pairs is how many audio slots there are: the three loudest and screen audio.
const pairs = 4

// ssrc makes an SSRC that nobody here uses.
func (s *settlement) ssrc() uint32 {
	for {
		if n := uint32(s.chance()); n != 0 && !s.used[n] {
			s.used[n] = true
			return n
		}
	}
}

// takeFormats takes the codecs of a section whose payload types mean the same in the whole bundle (RFC 8843 §9.1), and on
// slots are the same for a codec everywhere, since the router rewrites a codec's packets once for all slots.
func (s *settlement) takeFormats(m *section, slot bool) bool {
	var opus uint8
	for _, f := range m.readFormats() {
		if f.codec == sfu.RED && (opus == 0 || !redundant(f.fmtp, opus)) {
			continue
		}
		if sent, there := s.sends[f.codec]; !s.bindable(f.pt, f.codec, false) || slot && there && sent != f.pt {
			continue
		}
		if f.rtx != 0 && (m.media == "audio" || f.rtx == f.pt || !s.bindable(f.rtx, f.codec, true)) {
			f.rtx = 0
		}
		if f.codec == sfu.Opus {
			opus = f.pt
		}
		m.codecs = append(m.codecs, f)
		s.bind(f)
		if slot {
			s.sends[f.codec] = f.pt
		}
	}
	return len(m.codecs) > 0
}

func (s *settlement) bindable(pt uint8, c sfu.Codec, rtx bool) bool {
	b, taken := s.bound[pt]
	return !taken || b == binding{c, rtx}
}

// bind notes a format for the router, once.
func (s *settlement) bind(f format) {
	s.bound[f.pt] = binding{f.codec, false}
	if f.rtx != 0 {
		s.bound[f.rtx] = binding{f.codec, true}
	}
	for i := range s.params.PayloadTypes {
		if p := &s.params.PayloadTypes[i]; p.PT == f.pt {
			if p.RTX == 0 {
				p.RTX = f.rtx
			}
			return
		}
	}
	s.params.PayloadTypes = append(s.params.PayloadTypes, sfu.PayloadType{Codec: f.codec, PT: f.pt, RTX: f.rtx})
}
