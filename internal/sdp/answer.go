package sdp

import (
	"fmt"
	"net/netip"

	"noom/internal/sfu"
)

// Local is what an answer says of our side of the transport.
type Local struct {
	Ufrag, Pwd  string           // RFC 8445 §5.3
	Fingerprint string           // "sha-256 AB:CD:…" (RFC 8122 §5)
	Candidates  []netip.AddrPort // UDP host candidates, best first
}

// Error says what is wrong with an offer, in a sentence fit to show to its sender.
type Error struct{ Text string }

func (e Error) Error() string { return e.Text }

func refuse(format string, args ...any) error { return Error{fmt.Sprintf(format, args...)} }

// What an offer may be at most: 50 video slots and the rest make about 105 kB in Chromium.
const (
	maxBytes  = 256 << 10
	maxMLines = 64
)

// Answer reads an offer and gives what to answer. prev (nil at first) is what an earlier offer of the same connection settled:
// its slots keep their SSRCs. chance brings new ones. Errors are of type Error.
//
// Which source is which: the m-lines that send, in the order of the offer: first audio = microphone, second audio =
// screen-audio; first video = camera, second video = screen. m-lines that only receive are slots, in order. m-lines that
// we cannot use, such as data channels, are answered with port 0.
func Answer(offer string, local Local, prev *sfu.PeerParams, chance func() uint64) (answer string, p sfu.PeerParams, err error) {
	if len(offer) > maxBytes {
		return "", p, refuse("The offer is longer than %d KiB.", maxBytes>>10)
	}
	o, err := readOffer(offer)
	if err != nil {
		return "", p, err
	}
	s := newSettlement(local, o, prev, chance)
	if !s.settle(o) {
		return "", p, Error{"The offer has no audio or video that can be used here: Opus, VP8 or H264, bundled, over DTLS."}
	}
	return write(o, local), s.params, nil
}
