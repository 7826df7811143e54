package sfu

// PeerID names one peer on this node. The media host hands them out; 0 is nobody.
type PeerID uint64

// RoomID names one live meeting on this node. The media host hands them out.
type RoomID uint32

// Track is a track's number, unique within its meeting: seat<<2 | kind.
// It is also the CSRC of every packet forwarded from it (RFC 3550 §5.1). 0 is no track.
type Track uint32

// NewTrack gives the number of the track of this kind sent by the participant in seat (≥ 1).
func NewTrack(seat uint32, kind Kind) Track { return Track(seat<<2 | uint32(kind)) }

// Kind tells what the track carries.
func (t Track) Kind() Kind { return Kind(t & 3) }

// Seat tells which participant of the meeting sends the track.
func (t Track) Seat() uint32 { return uint32(t >> 2) }

// Kind is what a track carries. The names on the wire are those of String.
type Kind uint8

const (
	Microphone Kind = iota
	Camera
	Screen
	ScreenAudio
)

// String is the kind's word in the protocol.
func (k Kind) String() string {
	return [...]string{"microphone", "camera", "screen", "screen-audio"}[k&3]
}

// Audio tells whether tracks of this kind carry Opus.
func (k Kind) Audio() bool { return k == Microphone || k == ScreenAudio }

// Codec is a media format that Noom forwards.
type Codec uint8

const (
	NoCodec Codec = iota
	Opus
	VP8
	H264
	// RED is Opus with copies of earlier packets (RFC 2198). It comes in and goes out; all between is Opus.
	RED
)

// PayloadType ties an RTP payload type of one peer to a codec, and to its RTX payload type (0: none).
type PayloadType struct {
	Codec Codec
	PT    uint8
	RTX   uint8
}

// Extensions are the RTP header extension ids (RFC 8285) that a peer and we agreed on; 0 is none.
// They hold for the whole BUNDLE group (RFC 8843 §9.2).
type Extensions struct {
	MID                  uint8 // RFC 8843
	RID                  uint8 // RFC 8852, RtpStreamId
	RepairedRID          uint8 // RFC 8852, RepairedRtpStreamId
	TransportWideCC      uint8 // draft-holmer-rmcat-transport-wide-cc-extensions-01
	AudioLevel           uint8 // RFC 6464
	AbsSendTime          uint8
	DependencyDescriptor uint8
}

// Source is an m-line on which the peer sends.
type Source struct {
	MID  string
	Kind Kind
	RIDs []string // simulcast layers from smallest to largest (q, h, f); nil when there is one stream
	// Declared are the SSRCs the offer names (RFC 5576); Chromium names none for a simulcast camera,
	// so the router learns the others from MID and RID.
	Declared []DeclaredSSRC
}

// DeclaredSSRC is one stream named in the offer: in RID order where there are layers.
type DeclaredSSRC struct{ SSRC, RTX uint32 }

// Slot is a fixed m-line on which the peer receives. Its SSRCs never change.
type Slot struct {
	MID   string
	Audio bool
	SSRC  uint32
	RTX   uint32 // 0 for audio
	// TransportCC says that packets carry transport-wide numbers here, and that the peer tells when they arrived.
	TransportCC bool
	// NACK says that the peer asks again for what it lost of an m-line without RTX.
	NACK bool
	// Codecs says which codecs this m-line may carry, in PayloadTypes' terms.
	Codecs []Codec
}

// PeerParams is all that an offer and our answer settled for a peer's transport.
type PeerParams struct {
	LocalUfrag, LocalPwd   string // RFC 8445 §5.3
	RemoteUfrag, RemotePwd string
	// Fingerprint of the peer's certificate: hash name in lower case ("sha-256") and value (RFC 8122).
	FingerprintHash string
	Fingerprint     []byte

	PayloadTypes []PayloadType
	Extensions   Extensions
	Sources      []Source // at most one of each Kind
	Slots        []Slot   // in m-line order; audio slot i and video slot i share an msid for i < 4
}

// Keys is the SRTP keying material of one peer (RFC 5764 §4.2): what the DTLS handshake exported.
type Keys struct {
	Profile               uint16 // RFC 5764 §4.1.2: 0x0007 AEAD_AES_128_GCM, 0x0001 AES128_CM_SHA1_80
	LocalKey, LocalSalt   []byte // seals what we send
	RemoteKey, RemoteSalt []byte // opens what the peer sends
}

// Wish is one track that a peer wants to see and how. The first wishes win when slots run out.
type Wish struct {
	Track  Track
	Width  uint16 // physical pixels of the tile; 0 lets the router choose the smallest layer
	Height uint16
}

// TrackState is what a participant lets out of one of its tracks.
type TrackState uint8

const (
	Off TrackState = iota // nothing is forwarded
	On
)
