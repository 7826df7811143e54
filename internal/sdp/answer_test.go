package sdp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pion "github.com/pion/sdp/v3"

	"noom/internal/sfu"
)

const fingerprint = "a=fingerprint:sha-256 AB:CD:EF:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01\n"

// transport is what each m-line of a small offer begins with.
const transport = "c=IN IP4 0.0.0.0\na=ice-ufrag:theirs\na=ice-pwd:their-password-is-longer\na=setup:actpass\na=rtcp-mux\n" + fingerprint

// opusLine and vp8Line offer one codec each, for a mid and what else is said.
func opusLine(mid, rest string) string {
	return "m=audio 9 UDP/TLS/RTP/SAVPF 111\n" + transport + "a=mid:" + mid + "\na=rtpmap:111 opus/48000/2\n" + rest
}

func vp8Line(mid, rest string) string {
	return "m=video 9 UDP/TLS/RTP/SAVPF 96 97\n" + transport + "a=mid:" + mid +
		"\na=rtpmap:96 VP8/90000\na=rtcp-fb:96 goog-remb\na=rtcp-fb:96 nack\na=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\n" + rest
}

// offering puts m-lines into an offer whose bundle has these mids.
func offering(bundle string, lines ...string) string {
	text := "v=0\no=- 5 7 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE " + bundle + "\n" + strings.Join(lines, "")
	return strings.ReplaceAll(text, "\n", "\r\n")
}

// answered is an answer read by another stack.
func answered(t testing.TB, offer string, prev *sfu.PeerParams) (*pion.SessionDescription, sfu.PeerParams) {
	t.Helper()
	answer, params, err := Answer(offer, local, prev, counting())
	if err != nil {
		t.Fatal(err)
	}
	d := new(pion.SessionDescription)
	if err := d.UnmarshalString(answer); err != nil {
		t.Fatalf("%v:\n%s", err, answer)
	}
	return d, params
}

// roles gives "media port direction" of each m-line.
func roles(d *pion.SessionDescription) (all []string) {
	for _, m := range d.MediaDescriptions {
		a := attributes(m.Attributes)
		direction := "none"
		for _, key := range []string{"sendonly", "recvonly", "inactive", "sendrecv"} {
			if a.has(key) {
				direction = key
			}
		}
		all = append(all, fmt.Sprint(m.MediaName.Media, " ", m.MediaName.Port.Value, " ", direction))
	}
	return all
}

func TestOffersThatCannotBeAnsweredAreRefusedInASentence(t *testing.T) {
	good := opusLine("0", "a=sendonly\n")
	many := make([]string, maxMLines+1)
	for i := range many {
		many[i] = opusLine(fmt.Sprint(i), "")
	}
	for name, c := range map[string]struct{ offer, want string }{
		"nothing":             {"", "must bundle"},
		"something else":      {"GET / HTTP/1.1\r\n\r\n", "not a session description"},
		"too long":            {strings.Repeat("a", maxBytes+1), "longer than 256 KiB"},
		"too many m-lines":    {offering("0", many...), "more than 64 m-lines"},
		"one mid twice":       {offering("0", good, good), "Two m-lines"},
		"no bundle":           {strings.ReplaceAll(offering("0", good), "a=group:BUNDLE 0\r\n", ""), "must bundle"},
		"an empty bundle":     {offering("", good), "must bundle"},
		"no ICE credentials":  {strings.ReplaceAll(offering("0", good), "ice-pwd", "ice-pdw"), "ICE credentials"},
		"a short password":    {strings.ReplaceAll(offering("0", good), "their-password-is-longer", "short"), "ICE credentials"},
		"a passive offerer":   {strings.ReplaceAll(offering("0", good), "actpass", "passive"), "DTLS handshake"},
		"no fingerprint":      {strings.ReplaceAll(offering("0", good), "a=fingerprint", "a=toeprint"), "fingerprint"},
		"a weak fingerprint":  {strings.ReplaceAll(offering("0", good), "sha-256", "sha-1"), "fingerprint"},
		"a short fingerprint": {strings.ReplaceAll(offering("0", good), ":00:00", ""), "fingerprint"},
		"no media of ours":    {offering("0", strings.ReplaceAll(good, "opus", "speex")), "no audio or video"},
		"without DTLS":        {offering("0", strings.ReplaceAll(good, "UDP/TLS/RTP/SAVPF", "RTP/AVP")), "no audio or video"},
		"without rtcp-mux":    {offering("0", strings.ReplaceAll(good, "a=rtcp-mux\n", "")), "no audio or video"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Answer(c.offer, local, nil, counting())
			var e Error
			if !errors.As(err, &e) || !strings.Contains(e.Text, c.want) || !strings.HasSuffix(e.Text, ".") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestSourcesAreToldByTheirOrder(t *testing.T) {
	d, params := answered(t, offering("a b c d e f g",
		opusLine("a", "a=sendonly\n"), vp8Line("b", "a=sendonly\n"), opusLine("c", "a=recvonly\n"),
		vp8Line("d", "a=sendrecv\n"), opusLine("e", ""), vp8Line("f", "a=sendonly\n"), vp8Line("g", "a=inactive\n")), nil)
	want := []string{
		"audio 3000 recvonly", "video 3000 recvonly", "audio 3000 sendonly", "video 3000 recvonly",
		"audio 3000 recvonly", "video 0 inactive", "video 3000 inactive",
	}
	if diff := cmp.Diff(want, roles(d)); diff != "" {
		t.Error(diff)
	}
	kinds := map[string]sfu.Kind{}
	for _, s := range params.Sources {
		kinds[s.MID] = s.Kind
	}
	if diff := cmp.Diff(map[string]sfu.Kind{"a": sfu.Microphone, "b": sfu.Camera, "d": sfu.Screen, "e": sfu.ScreenAudio}, kinds); diff != "" {
		t.Error(diff)
	}
	if group := attributes(d.Attributes).first("group"); group != "BUNDLE a b c d e g" {
		t.Errorf("group %q", group)
	}
}

func TestAnUnusableSourceKeepsItsPlaceInTheOrder(t *testing.T) {
	_, params := answered(t, offering("a b", strings.ReplaceAll(vp8Line("a", "a=sendonly\n"), "VP8", "AV1"), vp8Line("b", "a=sendonly\n")), nil)
	if len(params.Sources) != 1 || params.Sources[0].Kind != sfu.Screen {
		t.Errorf("sources %+v", params.Sources)
	}
}

func TestMLinesThatAreNoUseAreAnsweredWithPortZero(t *testing.T) {
	d, params := answered(t, offering("0 1 2 4",
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n"+transport+"a=mid:0\na=sctp-port:5000\n",
		opusLine("1", "a=recvonly\n"),
		strings.Replace(vp8Line("2", "a=recvonly\n"), "video 9", "video 0", 1), // stopped
		vp8Line("3", "a=recvonly\n"),                                           // outside the bundle
		strings.Replace(vp8Line("4", "a=recvonly\na=bundle-only\n"), "video 9", "video 0", 1)), nil)
	want := []string{"application 0 inactive", "audio 3000 sendonly", "video 0 inactive", "video 0 inactive", "video 3000 sendonly"}
	if diff := cmp.Diff(want, roles(d)); diff != "" {
		t.Error(diff)
	}
	if len(params.Slots) != 2 || params.Slots[0].MID != "1" || params.Slots[1].MID != "4" {
		t.Errorf("slots %+v", params.Slots)
	}
	var withCandidates []int
	for i, m := range d.MediaDescriptions {
		if attributes(m.Attributes).has("candidate") {
			withCandidates = append(withCandidates, i)
		}
	}
	if !slices.Equal(withCandidates, []int{1}) {
		t.Errorf("candidates stand in m-lines %v", withCandidates)
	}
}

func TestSlotsKeepTheirSSRCsInFurtherOffers(t *testing.T) {
	_, before := answered(t, offering("0 1", opusLine("0", "a=recvonly\n"), vp8Line("1", "a=recvonly\n")), nil)
	_, after := answered(t, offering("0 1 2", opusLine("0", "a=recvonly\n"), vp8Line("1", "a=recvonly\n"), vp8Line("2", "a=recvonly\n")), &before)
	if diff := cmp.Diff(before.Slots, after.Slots[:2]); diff != "" {
		t.Error(diff)
	}
	seen := map[uint32]bool{0: true}
	for _, s := range after.Slots {
		if seen[s.SSRC] || !s.Audio && seen[s.RTX] || s.Audio != (s.RTX == 0) {
			t.Errorf("slot %+v: its SSRCs are not its own", s)
		}
		seen[s.SSRC], seen[s.RTX] = true, true
	}
}

func TestOurSSRCsAreNotTheirs(t *testing.T) {
	_, params := answered(t, offering("0 1", opusLine("0", "a=recvonly\n"),
		vp8Line("1", "a=sendonly\na=ssrc-group:FID 4097 4098\na=ssrc:4097 cname:x\na=ssrc:4098 cname:x\n")), nil)
	if got := params.Slots[0].SSRC; got != 4099 {
		t.Errorf("SSRC %d", got)
	}
	if diff := cmp.Diff([]sfu.DeclaredSSRC{{SSRC: 4097, RTX: 4098}}, params.Sources[0].Declared); diff != "" {
		t.Error(diff)
	}
}

func TestSoundAndPictureOfAPairShareAStream(t *testing.T) {
	var lines, mids []string
	for i := range 5 {
		lines, mids = append(lines, opusLine(fmt.Sprint("a", i), "a=recvonly\n")), append(mids, fmt.Sprint("a", i))
	}
	for i := range 5 {
		lines, mids = append(lines, vp8Line(fmt.Sprint("v", i), "a=recvonly\n")), append(mids, fmt.Sprint("v", i))
	}
	d, _ := answered(t, offering(strings.Join(mids, " "), lines...), nil)
	var streams []string
	for _, m := range d.MediaDescriptions {
		stream, _, _ := strings.Cut(attributes(m.Attributes).first("msid"), " ")
		streams = append(streams, stream)
	}
	if diff := cmp.Diff([]string{"pair0", "pair1", "pair2", "pair3", "audio4", "pair0", "pair1", "pair2", "pair3", "video4"}, streams); diff != "" {
		t.Error(diff)
	}
}

func TestSimulcastLayersAreTakenInTheirOrder(t *testing.T) {
	for name, c := range map[string]struct {
		rest string
		want []string
	}{
		"three":                    {"a=rid:q send\na=rid:h send\na=rid:f send\na=simulcast:send q;h;f\n", []string{"q", "h", "f"}},
		"paused and alternatives":  {"a=rid:q send pt=96\na=rid:h send\na=rid:g send\na=simulcast:recv x send ~q;h,g\n", []string{"q", "h"}},
		"more than three":          {"a=rid:1 send\na=rid:2 send\na=rid:3 send\na=rid:4 send\na=simulcast:send 1;2;3;4\n", []string{"1", "2", "3"}},
		"described for receiving":  {"a=rid:q recv\na=simulcast:send q\n", nil},
		"one twice":                {"a=rid:q send\na=simulcast:send q;q\n", []string{"q"}},
		"not described":            {"a=simulcast:send q;h\n", nil},
		"described, not simulcast": {"a=rid:q send\n", nil},
		"only for receiving":       {"a=rid:q send\na=simulcast:recv q\n", nil},
		"with a name that is none": {"a=rid:q;x send\na=simulcast:send q;x\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			d, params := answered(t, offering("0", vp8Line("0", "a=sendonly\n"+c.rest)), nil)
			if diff := cmp.Diff(c.want, params.Sources[0].RIDs); diff != "" {
				t.Error(diff)
			}
			want := ""
			if c.want != nil {
				want = "recv " + strings.Join(c.want, ";")
			}
			if got := attributes(d.MediaDescriptions[0].Attributes).first("simulcast"); got != want {
				t.Errorf("answered %q, want %q", got, want)
			}
		})
	}
}
