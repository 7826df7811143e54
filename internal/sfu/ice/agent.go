package ice

import "net/netip"

// Agent answers the connectivity checks of one peer. We are a lite agent (RFC 8445 §2.5): always controlled,
// never checking ourselves. It keeps the HMAC keyed with our password, so answering allocates nothing.
type Agent struct{}

// NewAgent answers checks made with our password, from the peer with this ufrag.
func NewAgent(localPwd, remoteUfrag string) *Agent { panic("not written") }

// Answer verifies a check and appends what to send back to dst. No reply (nil) where the integrity or the peer's
// ufrag is wrong: a stranger gets not one byte. ok says that the check succeeded and so proves the address from;
// a reply without ok is an error response: 487 for a peer that wants us to control, 420 for a required attribute
// that we do not know.
func (a *Agent) Answer(dst []byte, r *Request, from netip.AddrPort) (reply []byte, ok bool) {
	panic("not written")
}
