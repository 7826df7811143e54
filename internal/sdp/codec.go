package sdp

import (
	"slices"
	"strings"

	"noom/internal/sfu"
	"noom/internal/sfu/codec"
)

// format is one codec of a section that we take.
type format struct {
	codec    sfu.Codec
	pt, rtx  uint8
	name     string // as in rtpmap
	fmtp     string // the offer's parameters
	feedback []string
}

// names are the codecs as rtpmap writes them (RFC 7587 §7, RFC 2198 §5, RFC 7741 §6.1, RFC 6184 §8.2.1), in the order we like them:
// the first of an answer is what browsers send. VP8 comes first, since every browser has it.
var names = []struct {
	codec sfu.Codec
	media string
	name  string
}{
	{sfu.Opus, "audio", "opus/48000/2"},
	{sfu.RED, "audio", "red/48000/2"}, // behind the Opus that it is made of
	{sfu.VP8, "video", "VP8/90000"},
	{sfu.H264, "video", "H264/90000"},
}

// wantedFeedback is what we give or use: retransmission, keyframe requests and congestion control (RFC 4585 §4.2,
// RFC 5104 §7.1). Chromium and Firefox answer NACKs for Opus although they do not offer it.
var wantedFeedback = []string{"nack", "nack pli", "ccm fir", "transport-cc"}

// readFormats finds the codecs of a section that we take, best first.
func (s *section) readFormats() (found []format) {
	for _, n := range names {
		if n.media != s.media {
			continue
		}
		for _, text := range s.formats {
			pt, ok := payloadType(text)
			if !ok || !strings.EqualFold(s.parameter("rtpmap", text), n.name) {
				continue
			}
			f := format{codec: n.codec, pt: pt, name: n.name, fmtp: s.parameter("fmtp", text)}
			if n.codec == sfu.H264 && !baseline(f.fmtp) {
				continue
			}
			f.rtx, f.feedback = s.repair(text), s.feedback(text)
			found = append(found, f)
			break // one payload type for a codec
		}
	}
	return found
}

// payloadType reads a payload type that can be told from RTCP beside it (RFC 5761 §4: 64–95 cannot), and from nothing (0).
func payloadType(s string) (uint8, bool) {
	n, ok := number(s, 127)
	return uint8(n), ok && n != 0 && (n < 64 || n > 95)
}

// parameter gives what an attribute such as rtpmap or fmtp says of a payload type.
func (s *section) parameter(key, pt string) string {
	for _, a := range s.attributes {
		if a.Key != key {
			continue
		}
		if head, value, found := strings.Cut(a.Value, " "); found && head == pt {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// baseline tells whether H264 is what every H264 browser has: constrained baseline, several NAL units in a frame
// (RFC 6184 §8.1).
func baseline(fmtp string) bool {
	profile := strings.ToLower(option(fmtp, "profile-level-id"))
	// profile_idc 0x42 with constraint_set1: 42e0xx, as browsers write it, or 42c0xx.
	return option(fmtp, "packetization-mode") == "1" && token(profile, 6) && len(profile) == 6 &&
		(strings.HasPrefix(profile, "42e0") || strings.HasPrefix(profile, "42c0"))
}

// redundant tells whether RED is made of nothing but this payload type (RFC 2198 §5).
func redundant(fmtp string, of uint8) bool {
	blocks := strings.Split(fmtp, "/")
	for _, b := range blocks {
		if pt, ok := payloadType(b); !ok || pt != of {
			return false
		}
	}
	return len(blocks) > 1 && len(blocks) <= codec.MaxBlocks
}

// option gives one parameter of an fmtp line.
func option(fmtp, key string) string {
	for p := range strings.SplitSeq(fmtp, ";") {
		if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, key) {
			return v
		}
	}
	return ""
}

// repair finds the RTX payload type that repairs another (RFC 4588 §8.6), 0 for none.
func (s *section) repair(pt string) uint8 {
	for _, text := range s.formats {
		if strings.EqualFold(s.parameter("rtpmap", text), "rtx/90000") && option(s.parameter("fmtp", text), "apt") == pt {
			if rtx, ok := payloadType(text); ok {
				return rtx
			}
		}
	}
	return 0
}

// feedback gives the feedback offered for a payload type, of what we want.
func (s *section) feedback(pt string) (offered []string) {
	for _, a := range s.attributes {
		head, value, _ := strings.Cut(a.Value, " ")
		if value = strings.TrimSpace(value); a.Key == "rtcp-fb" && (head == pt || head == "*") &&
			slices.Contains(wantedFeedback, value) && !slices.Contains(offered, value) {
			offered = append(offered, value)
		}
	}
	return offered
}
