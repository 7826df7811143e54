package sdp

import (
	"fmt"
	"strings"

	"noom/internal/sfu"
)

// text is an answer being written, a line at a time.
type text struct{ strings.Builder }

func (t *text) line(format string, args ...any) {
	fmt.Fprintf(t, format, args...)
	t.WriteString("\r\n")
}

// write gives the answer to an offer whose sections are settled.
func write(o *offer, local Local) string {
	var t text
	t.line("v=0")
	// RFC 3264 §8: the version rises with each change; ours follows the offer's, which does too.
	t.line("o=- 1 %d IN IP4 0.0.0.0", o.version)
	t.line("s=-")
	t.line("t=0 0")
	t.line("a=group:BUNDLE%s", o.accepted())
	t.line("a=ice-lite")
	t.line("a=ice-options:ice2") // RFC 8445 §10
	t.line("a=msid-semantic: WMS *")
	first := true
	for _, m := range o.sections {
		if m.role == rejected {
			t.reject(m)
			continue
		}
		t.section(m, local)
		if first { // RFC 8843 §10: the others share its transport
			t.candidates(local)
			first = false
		}
	}
	return t.String()
}

// accepted lists the mids of the bundle that we take, each after a space (RFC 8843 §7.3.2).
func (o *offer) accepted() string {
	var list strings.Builder
	for _, mid := range o.bundle {
		for _, m := range o.sections {
			if m.mid == mid && m.role != rejected {
				list.WriteString(" " + mid)
				break
			}
		}
	}
	return list.String()
}

// reject answers a section that we do not take (RFC 8829 §5.3.1).
func (t *text) reject(m *section) {
	formats := "0"
	for i, f := range m.formats {
		if !token(f, 64) {
			break
		}
		if i == 0 {
			formats = ""
		}
		formats += " " + f
	}
	t.line("m=%s 0 %s %s", m.media, m.proto, strings.TrimSpace(formats))
	t.line("c=IN IP4 0.0.0.0")
	if m.mid != "" {
		t.line("a=mid:%s", m.mid)
	}
	t.line("a=inactive")
}

// section answers a section that we take.
func (t *text) section(m *section, local Local) {
	port := uint16(9) // RFC 8840 §4.1.1: the discard port, while there is no candidate
	if len(local.Candidates) > 0 {
		port = local.Candidates[0].Port()
	}
	list := ""
	for _, f := range m.codecs {
		list += fmt.Sprintf(" %d", f.pt)
		if f.rtx != 0 {
			list += fmt.Sprintf(" %d", f.rtx)
		}
	}
	// Firefox offers all but the first m-line with port 0 (bundle-only); it accepts the shared port in the answer.
	t.line("m=%s %d UDP/TLS/RTP/SAVPF%s", m.media, port, list)
	t.line("c=IN IP4 0.0.0.0")
	t.line("a=mid:%s", m.mid)
	t.line("a=ice-ufrag:%s", local.Ufrag)
	t.line("a=ice-pwd:%s", local.Pwd)
	t.line("a=fingerprint:%s", local.Fingerprint)
	t.line("a=setup:passive")
	t.line("a=rtcp-mux")
	if m.attributes.has("rtcp-rsize") {
		t.line("a=rtcp-rsize")
	}
	for _, e := range m.extensions {
		t.line("a=extmap:%d %s", e.id, e.uri)
	}
	for _, f := range m.codecs {
		t.format(m, f)
	}
	switch m.role {
	case source:
		t.source(m)
	case slot:
		t.slot(m)
	default:
		t.line("a=inactive")
	}
}

func (t *text) format(m *section, f format) {
	t.line("a=rtpmap:%d %s", f.pt, f.name)
	switch f.codec {
	case sfu.Opus:
		t.line("a=fmtp:%d %s", f.pt, opus(m, f.fmtp))
	case sfu.RED: // RFC 2198 §5: the newest and one copy
		t.line("a=fmtp:%d %s", f.pt, f.fmtp)
	case sfu.H264:
		t.line("a=fmtp:%d level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=%s", f.pt, option(f.fmtp, "profile-level-id"))
	}
	for _, fb := range f.feedback {
		t.line("a=rtcp-fb:%d %s", f.pt, fb)
	}
	if f.rtx != 0 {
		t.line("a=rtpmap:%d rtx/90000", f.rtx)
		t.line("a=fmtp:%d apt=%d", f.rtx, f.pt)
	}
}

// opus gives the parameters that make a browser protect its voice with FEC and send little in silence (RFC 7587 §6.1).
// Stereo is the page's choice; what is shared from a screen may be music, so it has no DTX.
func opus(m *section, offered string) string {
	fmtp := "minptime=10;useinbandfec=1"
	for _, key := range []string{"stereo", "sprop-stereo"} {
		if option(offered, key) == "1" {
			fmtp += ";" + key + "=1"
		}
	}
	if m.role == source && m.kind == sfu.Microphone {
		fmtp += ";usedtx=1"
	}
	return fmtp
}

func (t *text) source(m *section) {
	t.line("a=recvonly")
	for _, rid := range m.rids {
		t.line("a=rid:%s recv", rid)
	}
	if len(m.rids) > 0 {
		t.line("a=simulcast:recv %s", strings.Join(m.rids, ";"))
	}
}

// slot declares the stream of a slot: undeclared, browsers drop it, and Firefox repairs only what FID groups.
func (t *text) slot(m *section) {
	t.line("a=sendonly")
	t.line("a=msid:%s %s", m.stream, "t"+m.mid)
	if m.slot.RTX != 0 {
		t.line("a=ssrc-group:FID %d %d", m.slot.SSRC, m.slot.RTX)
	}
	t.line("a=ssrc:%d cname:noom", m.slot.SSRC)
	if m.slot.RTX != 0 {
		t.line("a=ssrc:%d cname:noom", m.slot.RTX)
	}
}

// candidates lists our addresses (RFC 8839 §5.1), with the priorities of RFC 8445 §5.1.2.1: host candidates of component 1,
// the first preferred. An ICE-lite agent has no others to come.
func (t *text) candidates(local Local) {
	const host, component = 126, 1
	for i, c := range local.Candidates {
		priority := uint32(host)<<24 | uint32(max(0, 0xFFFF-i))<<8 | (256 - component)
		t.line("a=candidate:%d %d udp %d %s %d typ host", i+1, component, priority, c.Addr().Unmap().WithZone(""), c.Port())
	}
	t.line("a=end-of-candidates")
}
