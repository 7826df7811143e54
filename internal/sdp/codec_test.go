package sdp

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/sfu"
)

// video offers a section of these formats.
func video(mid, rest string, formats ...string) string {
	text, list := "", ""
	for _, f := range formats {
		pt, lines, _ := strings.Cut(f, " ")
		list += " " + pt
		for l := range strings.SplitSeq(lines, "|") {
			key, value, _ := strings.Cut(l, " ")
			text += "a=" + key + ":" + pt + " " + value + "\n"
		}
	}
	return "m=video 9 UDP/TLS/RTP/SAVPF" + list + "\n" + transport + "a=mid:" + mid + "\n" + text + rest
}

const (
	h264main     = "100 rtpmap H264/90000|fmtp profile-level-id=4d001f;packetization-mode=1"
	h264single   = "101 rtpmap H264/90000|fmtp profile-level-id=42e01f;packetization-mode=0"
	h264baseline = "102 rtpmap H264/90000|fmtp level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=42E01F"
	vp8          = "96 rtpmap vp8/90000|rtcp-fb nack|rtcp-fb nack pli|rtcp-fb goog-remb"
	rtx          = "97 rtpmap rtx/90000|fmtp apt=96"
)

func TestCodecsAreTakenInOurOrder(t *testing.T) {
	for name, c := range map[string]struct {
		formats []string
		want    []sfu.PayloadType
	}{
		"VP8 first":                     {[]string{h264baseline, vp8, rtx}, []sfu.PayloadType{{Codec: sfu.VP8, PT: 96, RTX: 97}, {Codec: sfu.H264, PT: 102}}},
		"of H264 the one all have":      {[]string{h264main, h264single, h264baseline}, []sfu.PayloadType{{Codec: sfu.H264, PT: 102}}},
		"RTX of something else":         {[]string{vp8, "97 rtpmap rtx/90000|fmtp apt=98"}, []sfu.PayloadType{{Codec: sfu.VP8, PT: 96}}},
		"a payload type like RTCP's":    {[]string{strings.Replace(vp8, "96", "72", 1)}, nil},
		"a payload type that is none":   {[]string{strings.Replace(vp8, "96", "200", 1)}, nil},
		"H264 without its parameters":   {[]string{"102 rtpmap H264/90000"}, nil},
		"codecs that we do not forward": {[]string{"98 rtpmap VP9/90000", "45 rtpmap AV1/90000"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d, params := answered(t, offering("a 0", opusLine("a", "a=sendonly\n"), video("0", "a=recvonly\n", c.formats...)), nil)
			if diff := cmp.Diff(append(c.want, sfu.PayloadType{Codec: sfu.Opus, PT: 111}), params.PayloadTypes); diff != "" {
				t.Error(diff)
			}
			if rejected := d.MediaDescriptions[1].MediaName.Port.Value == 0; rejected != (c.want == nil) {
				t.Errorf("rejected: %v", rejected)
			}
		})
	}
}

func TestOnlyWantedFeedbackIsAgreedTo(t *testing.T) {
	d, _ := answered(t, offering("0", video("0", "a=sendonly\na=rtcp-fb:* ccm fir\n", vp8, rtx)), nil)
	var feedback []string
	for _, a := range d.MediaDescriptions[0].Attributes {
		if a.Key == "rtcp-fb" {
			feedback = append(feedback, a.Value)
		}
	}
	if diff := cmp.Diff([]string{"96 nack", "96 nack pli", "96 ccm fir"}, feedback); diff != "" {
		t.Error(diff)
	}
}

func TestPayloadTypesMeanTheSameInTheWholeBundle(t *testing.T) {
	d, params := answered(t, offering("0 1 2 3",
		video("0", "a=sendonly\n", vp8, rtx),
		video("1", "a=recvonly\n", strings.Replace(vp8, "96", "98", 1)),
		video("2", "a=recvonly\n", strings.Replace(vp8, "96", "99", 1)),           // another payload type on another slot
		video("3", "a=sendonly\n", strings.Replace(h264baseline, "102", "96", 1)), // 96 is VP8
	), nil)
	want := []string{"video 3000 recvonly", "video 3000 sendonly", "video 0 inactive", "video 0 inactive"}
	if diff := cmp.Diff(want, roles(d)); diff != "" {
		t.Error(diff)
	}
	// The slots' comes first: the router sends with it.
	if diff := cmp.Diff([]sfu.PayloadType{{Codec: sfu.VP8, PT: 98}, {Codec: sfu.VP8, PT: 96, RTX: 97}}, params.PayloadTypes); diff != "" {
		t.Error(diff)
	}
	if params.Slots[0].RTX != 0 {
		t.Error("a slot has an SSRC for RTX, and nothing to send there")
	}
}

func TestExtensionsHaveOneIDInTheWholeBundle(t *testing.T) {
	const twcc, level, mid = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
		"urn:ietf:params:rtp-hdrext:ssrc-audio-level", "urn:ietf:params:rtp-hdrext:sdes:mid"
	d, params := answered(t, offering("0 1 2",
		opusLine("0", "a=sendonly\na=extmap:3/sendonly "+twcc+"\na=extmap:1 "+level+"\na=extmap:4 "+mid+"\na=extmap:2 urn:unknown\na=extmap:0 "+mid+"\n"),
		vp8Line("1", "a=recvonly\na=extmap:3 "+twcc+"\na=extmap:1 "+level+"\na=extmap:4 "+mid+"\n"),
		vp8Line("2", "a=sendonly\na=extmap:5 "+twcc+"\na=extmap:3 "+mid+"\na=extmap:15 "+mid+"\na=extmap:x\n")), nil)
	if diff := cmp.Diff(sfu.Extensions{MID: 4, TransportWideCC: 3, AudioLevel: 1}, params.Extensions); diff != "" {
		t.Error(diff)
	}
	var agreed []string
	for _, m := range d.MediaDescriptions {
		for _, a := range m.Attributes {
			if a.Key == "extmap" {
				agreed = append(agreed, attributes(m.Attributes).first("mid")+": "+a.Value)
			}
		}
	}
	if diff := cmp.Diff([]string{"0: 3 " + twcc, "0: 1 " + level, "0: 4 " + mid, "1: 3 " + twcc}, agreed); diff != "" {
		t.Error(diff)
	}
}

func TestOpusIsProtectedAndSilentWhereThatDoesNoHarm(t *testing.T) {
	d, _ := answered(t, offering("0 1 2", opusLine("0", "a=sendonly\na=fmtp:111 minptime=10;useinbandfec=1\n"),
		opusLine("1", "a=sendonly\na=fmtp:111 stereo=1;sprop-stereo=1;evil=1\n"), opusLine("2", "a=recvonly\n")), nil)
	for i, want := range []string{"111 minptime=10;useinbandfec=1;usedtx=1", "111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1", "111 minptime=10;useinbandfec=1"} {
		if got := attributes(d.MediaDescriptions[i].Attributes).first("fmtp"); got != want {
			t.Errorf("m-line %d: %q, want %q", i, got, want)
		}
	}
}
