// Package sdp turns a browser's offer into sfu parameters and writes our answer. It is pure.
package sdp

// CONTRACT:
//
//	type Local struct {
//		Ufrag, Pwd  string
//		Fingerprint string           // "sha-256 AB:CD:…"
//		Candidates  []netip.AddrPort // UDP host candidates, best first
//	}
//	// Answer reads an offer and gives what to answer. prev (nil at first) is what an earlier offer of the same
//	// connection settled: its slots keep their SSRCs. chance brings SSRCs.
//	func Answer(offer string, local Local, prev *sfu.PeerParams, chance func() uint64) (answer string, p sfu.PeerParams, err error)
//
// Which source is which: the sendonly m-lines in the order of the offer: first audio = microphone, second audio =
// screen-audio; first video = camera, second video = screen. recvonly m-lines are slots, in order; audio first.
// Limits: 256 KiB, 64 m-lines. Errors are of type Error{Text} fit to show to the sender.
