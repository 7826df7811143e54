package sdp

import (
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

// Answer reads an offer and gives what to answer. prev (nil at first) is what an earlier offer of the same connection settled:
// its slots keep their SSRCs. chance brings new ones. Errors are of type Error.
func Answer(offer string, local Local, prev *sfu.PeerParams, chance func() uint64) (answer string, p sfu.PeerParams, err error) {
	panic("not written")
}
