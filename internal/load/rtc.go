package load

import (
	"fmt"
	"io"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// audioLevelURI is the extension that tells how loud a packet is (RFC 6464).
const audioLevelURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

const (
	opusPT = 111
	vp8PT  = 96
	rtxPT  = 97
	// audioSlots is how many voices a bot receives at once: three and a shared screen's sound, as a browser does.
	audioSlots = 4
)

// newAPI is what all bots make their peer connections with.
func newAPI() (*webrtc.API, error) {
	m := &webrtc.MediaEngine{}
	feedback := []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	for _, c := range []struct {
		kind  webrtc.RTPCodecType
		codec webrtc.RTPCodecParameters
	}{
		{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecParameters{PayloadType: opusPT, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
		}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: vp8PT, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: feedback,
		}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: rtxPT, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", vp8PT),
		}}},
	} {
		if err := m.RegisterCodec(c.codec, c.kind); err != nil {
			return nil, err
		}
	}
	level := webrtc.RTPHeaderExtensionCapability{URI: audioLevelURI}
	if err := m.RegisterHeaderExtension(level, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	r := &interceptor.Registry{}
	for _, configure := range []func() error{
		func() error { return webrtc.ConfigureNack(m, r) },
		func() error { return webrtc.ConfigureRTCPReports(r) },
		func() error { return webrtc.ConfigureSimulcastExtensionHeaders(m) },
		func() error { return webrtc.ConfigureTWCCSender(m, r) },                // feedback on what the bot receives
		func() error { return webrtc.ConfigureTWCCHeaderExtensionSender(m, r) }, // numbers on what it sends
	} {
		if err := configure(); err != nil {
			return nil, err
		}
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r), webrtc.WithSettingEngine(settings())), nil
}

func settings() webrtc.SettingEngine {
	s := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}}
	s.SetIncludeLoopbackCandidate(true) // the server may be on this machine
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	s.DisableActiveTCP(true) // see hurry
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	return s
}

const (
	hurryPeriod = 2 * time.Millisecond
	hurryCount  = 100
)

// hurry makes ICE look for work until it has connected. pion looks every 200 ms, which would be most of what a join takes and
// hide the server's share; browsers nominate with their first check. A further candidate makes it look at once: these
// are for TCP, which is off, so nothing is ever sent to them.
func hurry(pc *webrtc.PeerConnection) {
	tick := time.NewTicker(hurryPeriod)
	defer tick.Stop()
	for port := range hurryCount {
		switch pc.ICEConnectionState() {
		case webrtc.ICEConnectionStateNew, webrtc.ICEConnectionStateChecking:
		default:
			return
		}
		unused := fmt.Sprintf("candidate:1 1 tcp 1 192.0.2.1 %d typ host tcptype passive", port+1) // RFC 5737
		if pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: unused, SDPMid: new(string)}) != nil {
			return
		}
		<-tick.C
	}
}

// connection is a bot's peer connection and what it sends on it.
type connection struct {
	pc         *webrtc.PeerConnection
	microphone *outgoing   // nil: none
	camera     []*outgoing // layers; empty: none
}

// connect makes a peer connection with its m-lines in the protocol's order.
func (g *group) connect(sends bool) (*connection, error) {
	pc, err := g.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	c := &connection{pc: pc}
	if err := g.addLines(c, sends); err != nil {
		_ = pc.Close()
		return nil, fmt.Errorf("preparing the peer connection: %w", err)
	}
	return c, nil
}

func (g *group) addLines(c *connection, sends bool) error {
	var err error
	if sends && g.o.audio {
		if c.microphone, err = addMicrophone(c.pc); err != nil {
			return err
		}
	}
	if sends && g.o.video {
		rids := []string{""}
		if g.o.simulcast {
			rids = []string{"q", "h", "f"}
		}
		if c.camera, err = addCamera(c.pc, rids); err != nil {
			return err
		}
	}
	if err := addSlots(c.pc, webrtc.RTPCodecTypeAudio, audioSlots); err != nil {
		return err
	}
	return addSlots(c.pc, webrtc.RTPCodecTypeVideo, g.o.tiles)
}

func addSlots(pc *webrtc.PeerConnection, kind webrtc.RTPCodecType, count int) error {
	for range count {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(kind, init); err != nil {
			return err
		}
	}
	return nil
}

// addMicrophone adds the m-line of a microphone.
func addMicrophone(pc *webrtc.PeerConnection) (*outgoing, error) {
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "microphone", "bot")
	if err != nil {
		return nil, err
	}
	t, err := addSendOnly(pc, track)
	if err != nil {
		return nil, err
	}
	return &outgoing{track: track, transceiver: t}, nil
}

// addCamera adds the m-line of a camera with one layer per rid, from the smallest.
func addCamera(pc *webrtc.PeerConnection, rids []string) ([]*outgoing, error) {
	var layers []*outgoing
	var t *webrtc.RTPTransceiver
	for _, rid := range rids {
		var named []func(*webrtc.TrackLocalStaticRTP)
		if rid != "" {
			named = append(named, webrtc.WithRTPStreamID(rid))
		}
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "camera", "bot", named...)
		if err != nil {
			return nil, err
		}
		if t == nil {
			t, err = addSendOnly(pc, track)
		} else {
			err = t.Sender().AddEncoding(track)
		}
		if err != nil {
			return nil, err
		}
		layers = append(layers, &outgoing{track: track, transceiver: t, rid: rid})
	}
	return layers, nil
}

func addSendOnly(pc *webrtc.PeerConnection, track webrtc.TrackLocal) (*webrtc.RTPTransceiver, error) {
	return pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
}
