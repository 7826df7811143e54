package ice

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 8489 §14.5 keys its HMAC over SHA-1
	"encoding/binary"
	"hash"
	"hash/crc32"
	"net/netip"
)

// Agent answers the connectivity checks of one peer. We are a lite agent (RFC 8445 §2.5): always controlled,
// never checking ourselves. It keeps the HMAC keyed with our password, so answering allocates nothing.
type Agent struct {
	remote string
	mac    hash.Hash
	// scratch takes the sum, and the header with the length that the sum is made over.
	scratch [headerSize + integritySize]byte
}

// NewAgent answers checks made with our password, from the peer with this ufrag.
func NewAgent(localPwd, remoteUfrag string) *Agent {
	// RFC 8489 §9.1.1: the key of short-term credentials is the password itself.
	return &Agent{remote: remoteUfrag, mac: hmac.New(sha1.New, []byte(localPwd))}
}

// The answers to a request (RFC 8489 §5) and the errors we give (RFC 8489 §14.8, RFC 8445 §7.3.1.1).
const (
	typeSuccess      = 0x0101
	typeError        = 0x0111
	unknownAttribute = 420
	roleConflict     = 487
)

// Answer verifies a check and appends what to send back to dst. No reply (nil) where the integrity or the peer's
// ufrag is wrong: a stranger gets not one byte. ok says that the check succeeded and so proves the address from;
// a reply without ok is an error response: 487 for a peer that wants us to control, 420 for a required attribute
// that we do not know.
func (a *Agent) Answer(dst []byte, r *Request, from netip.AddrPort) (reply []byte, ok bool) {
	if string(r.Remote) != a.remote || !a.authentic(r) {
		return nil, false
	}
	start := len(dst)
	switch {
	case r.unknown != 0:
		dst = appendError(appendHeader(dst, typeError, r), unknownAttribute, "Unknown Attribute")
		dst = appendAttribute(dst, attrUnknown, 2)
		dst = append(dst, byte(r.unknown>>8), byte(r.unknown), 0, 0)
	case r.Controlled:
		// RFC 8445 §7.3.1.1 would compare tie-breakers, but a lite agent facing a full one stays controlled (§6.1.1).
		dst = appendError(appendHeader(dst, typeError, r), roleConflict, "Role Conflict")
	default:
		dst = appendXORMappedAddress(appendHeader(dst, typeSuccess, r), r, from)
		ok = true
	}
	return a.seal(dst, start), ok
}

// authentic tells whether the request's MESSAGE-INTEGRITY was made with our password (RFC 8489 §9.1.3).
func (a *Agent) authentic(r *Request) bool {
	header := a.scratch[:headerSize]
	copy(header, r.data)
	a.sum(header, r.data[headerSize:r.integrity])
	got := r.data[r.integrity+4 : r.integrity+4+integritySize]
	return hmac.Equal(got, a.scratch[headerSize:])
}

// sum leaves in the scratch the HMAC of a header and body. The header is changed: its length must count the
// integrity attribute, and nothing behind it (RFC 8489 §14.5).
func (a *Agent) sum(header, body []byte) {
	binary.BigEndian.PutUint16(header[2:], uint16(len(body)+4+integritySize))
	a.mac.Reset()
	a.mac.Write(header)
	a.mac.Write(body)
	a.mac.Sum(a.scratch[:headerSize])
}

// seal ends the message that begins at start with its integrity and fingerprint.
func (a *Agent) seal(dst []byte, start int) []byte {
	a.sum(dst[start:start+headerSize], dst[start+headerSize:])
	dst = append(appendAttribute(dst, attrIntegrity, integritySize), a.scratch[headerSize:]...)
	// RFC 8489 §14.7: the length counts the fingerprint before the CRC is made.
	binary.BigEndian.PutUint16(dst[start+2:], uint16(len(dst)-start-headerSize+8))
	crc := crc32.ChecksumIEEE(dst[start:]) ^ fingerprintXOR
	return binary.BigEndian.AppendUint32(appendAttribute(dst, attrFingerprint, 4), crc)
}

func appendHeader(dst []byte, kind uint16, r *Request) []byte {
	dst = binary.BigEndian.AppendUint16(dst, kind)
	dst = append(dst, 0, 0) // seal writes the length
	dst = binary.BigEndian.AppendUint32(dst, magicCookie)
	return append(dst, r.Transaction[:]...)
}

func appendAttribute(dst []byte, kind, size uint16) []byte {
	dst = binary.BigEndian.AppendUint16(dst, kind)
	return binary.BigEndian.AppendUint16(dst, size)
}

// appendError appends an ERROR-CODE (RFC 8489 §14.8).
func appendError(dst []byte, code uint16, reason string) []byte {
	dst = appendAttribute(dst, attrErrorCode, uint16(4+len(reason)))
	dst = append(dst, 0, 0, byte(code/100), byte(code%100))
	dst = append(dst, reason...)
	for range (4 - len(reason)%4) % 4 {
		dst = append(dst, 0)
	}
	return dst
}

// appendXORMappedAddress appends the address the request came from (RFC 8489 §14.2).
func appendXORMappedAddress(dst []byte, r *Request, from netip.AddrPort) []byte {
	var mask [16]byte
	binary.BigEndian.PutUint32(mask[:], magicCookie)
	copy(mask[4:], r.Transaction[:])

	port := from.Port() ^ magicCookie>>16
	if addr := from.Addr().Unmap(); addr.Is4() {
		dst = append(appendAttribute(dst, attrXORMappedAddress, 8), 0, 1, byte(port>>8), byte(port))
		for i, b := range addr.As4() {
			dst = append(dst, b^mask[i])
		}
		return dst
	}
	dst = append(appendAttribute(dst, attrXORMappedAddress, 20), 0, 2, byte(port>>8), byte(port))
	for i, b := range from.Addr().As16() {
		dst = append(dst, b^mask[i])
	}
	return dst
}
