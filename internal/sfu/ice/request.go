// Package ice is the part of ICE (RFC 8445) that a lite agent needs: it reads STUN binding requests (RFC 8489) and
// writes the answers into the caller's memory. The router owns one Agent for each peer and finds it by Request.Local.
package ice

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// Request is a view of a binding request. It borrows the bytes given to Parse.
type Request struct {
	// Local and Remote are the halves of USERNAME: our ufrag and the peer's (RFC 8445 §7.2.2).
	Local, Remote []byte
	Priority      uint32 // RFC 8445 §7.1.1
	UseCandidate  bool   // RFC 8445 §7.1.2: the peer nominates this pair
	Controlled    bool   // the peer claims the controlled role, which is ours
	Transaction   [12]byte

	data      []byte
	integrity int    // offset of MESSAGE-INTEGRITY, 0 while none was seen
	unknown   uint16 // the first attribute we must understand and do not, 0 for none
}

// Why a datagram is no check that we could answer.
var (
	ErrNotRequest  = errors.New("not a STUN binding request")
	ErrMalformed   = errors.New("the STUN message does not fit its lengths")
	ErrFingerprint = errors.New("the STUN fingerprint does not hold")
	ErrCredentials = errors.New("the check has no username or no message integrity")
)

// The parts of a STUN message (RFC 8489 §5, §14).
const (
	headerSize    = 20
	magicCookie   = 0x2112A442
	typeRequest   = 0x0001
	integritySize = 20 // HMAC-SHA1
	// fingerprintXOR tells a STUN message's CRC from that of another protocol (RFC 8489 §14.7).
	fingerprintXOR = 0x5354554E
)

// Attributes (RFC 8489 §18.3, RFC 8445 §16.1). Those from 0x8000 on may be left unread.
const (
	attrUsername         = 0x0006
	attrIntegrity        = 0x0008
	attrErrorCode        = 0x0009
	attrUnknown          = 0x000A
	attrXORMappedAddress = 0x0020
	attrPriority         = 0x0024
	attrUseCandidate     = 0x0025
	attrFingerprint      = 0x8028
	attrControlled       = 0x8029
	optional             = 0x8000
)

// Parse reads a binding request and verifies its FINGERPRINT where there is one. Who sent it is known only after
// Agent.Answer.
func (r *Request) Parse(data []byte) error {
	if len(data) < headerSize || binary.BigEndian.Uint16(data) != typeRequest ||
		binary.BigEndian.Uint32(data[4:]) != magicCookie {
		return ErrNotRequest
	}
	// RFC 8489 §5: the length counts what follows the header and is a multiple of four.
	if size := int(binary.BigEndian.Uint16(data[2:])); size%4 != 0 || headerSize+size != len(data) {
		return ErrMalformed
	}
	*r = Request{data: data}
	copy(r.Transaction[:], data[8:])
	for at := headerSize; at < len(data); {
		kind, value, next, ok := attribute(data, at)
		if !ok {
			return ErrMalformed
		}
		if kind == attrFingerprint {
			return r.finish(at, value)
		}
		// RFC 8489 §14.5: what follows the integrity, but the fingerprint, is not protected and must be ignored.
		if r.integrity == 0 {
			if err := r.take(kind, value, at); err != nil {
				return err
			}
		}
		at = next
	}
	return r.finish(len(data), nil)
}

// attribute reads the attribute at an offset (RFC 8489 §14) and tells where the next one is.
func attribute(data []byte, at int) (kind uint16, value []byte, next int, ok bool) {
	if len(data)-at < 4 {
		return 0, nil, 0, false
	}
	size := int(binary.BigEndian.Uint16(data[at+2:]))
	next = at + 4 + (size+3)&^3
	if next > len(data) {
		return 0, nil, 0, false
	}
	return binary.BigEndian.Uint16(data[at:]), data[at+4 : at+4+size], next, true
}

// take notes what one attribute says.
func (r *Request) take(kind uint16, value []byte, at int) error {
	switch kind {
	case attrUsername:
		if r.Local != nil {
			return nil // RFC 8489 §14: only the first of a kind counts
		}
		local, remote, found := bytes.Cut(value, []byte{':'})
		if !found {
			return ErrCredentials
		}
		r.Local, r.Remote = local, remote
	case attrIntegrity:
		if len(value) != integritySize {
			return ErrMalformed
		}
		r.integrity = at
	case attrPriority:
		if len(value) != 4 {
			return ErrMalformed
		}
		r.Priority = binary.BigEndian.Uint32(value)
	case attrUseCandidate:
		r.UseCandidate = true
	case attrControlled:
		r.Controlled = true
	default:
		if kind < optional && r.unknown == 0 {
			r.unknown = kind
		}
	}
	return nil
}

// finish checks the whole message, whose fingerprint (nil: it has none) stands at end.
func (r *Request) finish(end int, fingerprint []byte) error {
	if fingerprint != nil {
		if len(fingerprint) != 4 || end+8 != len(r.data) { // RFC 8489 §14.7: it is the last attribute
			return ErrMalformed
		}
		if binary.BigEndian.Uint32(fingerprint) != crc32.ChecksumIEEE(r.data[:end])^fingerprintXOR {
			return ErrFingerprint
		}
	}
	if r.Local == nil || r.integrity == 0 {
		return ErrCredentials
	}
	return nil
}
