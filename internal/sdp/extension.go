package sdp

import (
	"strings"

	"noom/internal/sfu"
)

// extension is a header extension that both sides use on a section (RFC 8285 §5).
type extension struct {
	id  uint8
	uri string
}

// use says where an extension is agreed to.
type use struct {
	uri            string
	sources, slots bool
	audio, video   bool
	in             func(*sfu.Extensions) *uint8
}

// transportWide numbers packets over the whole transport.
const transportWide = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

// uses are the extensions we take. Slots need no MID, since their SSRCs are declared. The dependency descriptor is left
// out: forwarded over a switch of sources its frame numbers would contradict the stream, and VP8 does without.
var uses = []use{
	{
		"urn:ietf:params:rtp-hdrext:sdes:mid", true, false, true, true,
		func(e *sfu.Extensions) *uint8 { return &e.MID },
	},
	{
		"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", true, false, false, true,
		func(e *sfu.Extensions) *uint8 { return &e.RID },
	},
	{
		"urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", true, false, false, true,
		func(e *sfu.Extensions) *uint8 { return &e.RepairedRID },
	},
	{
		transportWide, true, true, true, true,
		func(e *sfu.Extensions) *uint8 { return &e.TransportWideCC },
	},
	{
		"urn:ietf:params:rtp-hdrext:ssrc-audio-level", true, true, true, false,
		func(e *sfu.Extensions) *uint8 { return &e.AudioLevel },
	},
}

// agree takes the extensions of a section that we use. In a bundle an extension has one id and an id one
// extension (RFC 8843 §9.2); what contradicts an earlier section is left out.
func (e *extensions) agree(s *section, source bool) (agreed []extension) {
	for _, a := range s.attributes {
		if a.Key != "extmap" {
			continue
		}
		fields := strings.Fields(a.Value)
		if len(fields) < 2 {
			continue
		}
		// The direction behind the slash is implied by the section's.
		text, _, _ := strings.Cut(fields[0], "/")
		n, ok := number(text, 255)
		if !ok || n == 0 || n == 15 {
			continue
		}
		if u := find(fields[1]); u != nil && u.fits(s.media, source) && e.bind(uint8(n), u) {
			agreed = append(agreed, extension{uint8(n), u.uri})
		}
	}
	return agreed
}

// extensions are those agreed to in the whole bundle.
type extensions struct {
	params *sfu.Extensions
	taken  [256]*use // by id
}

// bind ties an id to an extension, unless one of them is tied to another.
func (e *extensions) bind(id uint8, u *use) bool {
	field := u.in(e.params)
	if *field == 0 && e.taken[id] == nil {
		*field, e.taken[id] = id, u
	}
	return *field == id
}

func find(uri string) *use {
	for i := range uses {
		if uses[i].uri == uri {
			return &uses[i]
		}
	}
	return nil
}

func (u *use) fits(media string, source bool) bool {
	direction, kind := u.slots, u.video
	if source {
		direction = u.sources
	}
	if media == "audio" {
		kind = u.audio
	}
	return direction && kind
}
