// Package ice is the part of ICE (RFC 8445) that a lite agent needs: it reads STUN binding requests (RFC 8489) and
// writes the answers into the caller's memory. The router owns one Agent for each peer and finds it by Request.Local.
package ice

import "errors"

// Request is a view of a binding request. It borrows the bytes given to Parse.
type Request struct {
	// Local and Remote are the halves of USERNAME: our ufrag and the peer's (RFC 8445 §7.2.2).
	Local, Remote []byte
	Priority      uint32 // RFC 8445 §7.1.1
	UseCandidate  bool   // RFC 8445 §7.1.2: the peer nominates this pair
	Controlled    bool   // the peer claims the controlled role, which is ours
	Transaction   [12]byte

	data      []byte
	integrity int // offset of MESSAGE-INTEGRITY
	unknown   uint16
}

// Why a datagram is no check that we could answer.
var (
	ErrNotRequest  = errors.New("not a STUN binding request")
	ErrMalformed   = errors.New("the STUN message does not fit its lengths")
	ErrFingerprint = errors.New("the STUN fingerprint does not hold")
	ErrCredentials = errors.New("the check has no username or no message integrity")
)

// Parse reads a binding request and verifies its FINGERPRINT where there is one. Who sent it is known only after
// Agent.Answer.
func (r *Request) Parse(data []byte) error { panic("not written") }
