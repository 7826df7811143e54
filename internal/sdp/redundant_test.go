package sdp

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pion "github.com/pion/sdp/v3"

	"noom/internal/sfu"
)

// redLine offers Opus with these parameters and RED with those.
func redLine(mid, opus, red, rest string) string {
	return "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\n" + transport + "a=mid:" + mid +
		"\na=rtpmap:111 opus/48000/2\na=fmtp:111 " + opus + "\na=rtpmap:63 red/48000/2\na=fmtp:63 " + red + "\n" + rest
}

func formats(d *pion.SessionDescription) (all []string) {
	for _, m := range d.MediaDescriptions {
		all = append(all, strings.Join(m.MediaName.Formats, " "))
	}
	return all
}

// TestAVoiceIsAskedForWithCopies: browsers send RED where it stands before Opus in the answer.
func TestAVoiceIsAskedForWithCopies(t *testing.T) {
	const voice, music = "minptime=10", "minptime=10;stereo=1;sprop-stereo=1"
	d, params := answered(t, offering("0 1 2",
		redLine("0", voice, "111/111", "a=sendonly\n"), redLine("1", voice, "111/111", "a=sendonly\n"),
		redLine("2", music, "111/111", "a=recvonly\n")), nil)
	// A voice, the sound of a screen, and what is received.
	if diff := cmp.Diff([]string{"63 111", "111", "111 63"}, formats(d)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]sfu.PayloadType{{Codec: sfu.Opus, PT: 111}, {Codec: sfu.RED, PT: 63}}, params.PayloadTypes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]sfu.Codec{sfu.Opus, sfu.RED}, params.Slots[0].Codecs); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(d.MediaDescriptions[0].Attributes, pion.Attribute{Key: "fmtp", Value: "63 111/111"}) {
		t.Errorf("the answer does not say what RED is made of: %v", d.MediaDescriptions[0].Attributes)
	}
	d, _ = answered(t, offering("0", redLine("0", music, "111/111", "a=sendonly\n")), nil)
	if diff := cmp.Diff([]string{"111"}, formats(d)); diff != "" {
		t.Errorf("a microphone with music: %s", diff)
	}
}

func TestREDOfAnythingButItsOpusIsLeftOut(t *testing.T) {
	for _, fmtp := range []string{"111", "111/9", "110/110", "/", "111/", "x/x", "111/111;x", strings.Repeat("111/", 10) + "111"} {
		d, params := answered(t, offering("0", redLine("0", "minptime=10", fmtp, "a=recvonly\n")), nil)
		if got := formats(d); got[0] != "111" || len(params.PayloadTypes) != 1 {
			t.Errorf("RED of %q is taken: %v", fmtp, got)
		}
	}
	alone := strings.Replace(redLine("0", "minptime=10", "111/111", "a=recvonly\n"), "111 opus", "112 opus", 1)
	if d, params := answered(t, offering("0 1", alone, vp8Line("1", "a=recvonly\n")), nil); len(params.PayloadTypes) != 1 {
		t.Errorf("RED without its Opus is taken: %v", formats(d))
	}
}

// TestREDNeedNotBeReportedOfItsOwn: Chromium offers the feedback for Opus, and says nothing of RED.
func TestREDNeedNotBeReportedOfItsOwn(t *testing.T) {
	numbers := "a=extmap:3 " + transportWide + "\na=recvonly\n"
	for _, c := range []struct {
		feedback string
		want     bool
	}{
		{"a=rtcp-fb:111 transport-cc\n", true},
		{"a=rtcp-fb:* transport-cc\n", true},
		{"a=rtcp-fb:63 transport-cc\n", false},
		{"", false},
	} {
		_, params := answered(t, offering("0", redLine("0", "minptime=10", "111/111", c.feedback+numbers)), nil)
		if got := params.Slots[0].TransportCC; got != c.want {
			t.Errorf("%q: %v", c.feedback, got)
		}
	}
}
