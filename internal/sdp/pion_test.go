package sdp

import (
	"testing"

	"github.com/pion/webrtc/v4"

	"noom/internal/sfu"
)

// offerer is a peer connection of an independent stack, as load bots use it.
func offerer(t *testing.T) *webrtc.PeerConnection {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	return pc
}

// exchange makes an offer and has the answer taken.
func exchange(t *testing.T, pc *webrtc.PeerConnection, prev *sfu.PeerParams) sfu.PeerParams {
	t.Helper()
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	silent := local
	silent.Candidates = nil // nothing is to be sent anywhere
	answer, params, err := Answer(offer.SDP, silent, prev, counting())
	if err != nil {
		t.Fatalf("%v\n%s", err, offer.SDP)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatalf("%v\n%s", err, answer)
	}
	return params
}

func track(t *testing.T, mime, id string, options ...func(*webrtc.TrackLocalStaticRTP)) *webrtc.TrackLocalStaticRTP {
	t.Helper()
	made, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, id, "bot", options...)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

var (
	sending   = webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	receiving = webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
)

func TestABotThatSendsAndReceivesIsAnswered(t *testing.T) {
	pc := offerer(t)
	for _, mime := range []string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8} {
		if _, err := pc.AddTransceiverFromTrack(track(t, mime, mime), sending); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			if _, err := pc.AddTransceiverFromKind(kind, receiving); err != nil {
				t.Fatal(err)
			}
		}
	}
	params := exchange(t, pc, nil)
	if len(params.Sources) != 2 || len(params.Slots) != 6 || len(params.Sources[1].Declared) != 1 {
		t.Fatalf("sources %+v, slots %+v", params.Sources, params.Slots)
	}
	for i, s := range pc.GetTransceivers() {
		want := webrtc.RTPTransceiverDirectionRecvonly
		if i < 2 {
			want = webrtc.RTPTransceiverDirectionSendonly
		}
		if s.Direction() != want {
			t.Errorf("transceiver %d is %v", i, s.Direction())
		}
	}
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, receiving); err != nil {
		t.Fatal(err)
	}
	if more := exchange(t, pc, &params); len(more.Slots) != 7 || more.Slots[5].SSRC != params.Slots[5].SSRC {
		t.Errorf("slots %+v", more.Slots)
	}
}

func TestABotThatSendsSimulcastIsAnswered(t *testing.T) {
	pc := offerer(t)
	sender, err := pc.AddTransceiverFromTrack(track(t, webrtc.MimeTypeVP8, "camera", webrtc.WithRTPStreamID("q")), sending)
	if err != nil {
		t.Fatal(err)
	}
	for _, rid := range []string{"h", "f"} {
		if err := sender.Sender().AddEncoding(track(t, webrtc.MimeTypeVP8, "camera", webrtc.WithRTPStreamID(rid))); err != nil {
			t.Fatal(err)
		}
	}
	params := exchange(t, pc, nil)
	if len(params.Sources) != 1 || len(params.Sources[0].RIDs) != 3 || params.Extensions.RID == 0 || params.Extensions.MID == 0 {
		t.Errorf("%+v, %+v", params.Sources, params.Extensions)
	}
}

func TestABotThatOffersBothWaysIsASource(t *testing.T) {
	pc := offerer(t)
	if _, err := pc.AddTrack(track(t, webrtc.MimeTypeH264, "camera")); err != nil {
		t.Fatal(err)
	}
	if _, err := pc.CreateDataChannel("chat", nil); err != nil {
		t.Fatal(err)
	}
	params := exchange(t, pc, nil)
	if len(params.Sources) != 1 || params.Sources[0].Kind != sfu.Camera || len(params.Slots) != 0 {
		t.Errorf("%+v, %+v", params.Sources, params.Slots)
	}
}
