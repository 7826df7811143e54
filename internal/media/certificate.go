package media

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// certificateLife outlasts any run of the server, which makes a new certificate at each start. Browsers check the
// fingerprint only (RFC 8827 §6.5).
const certificateLife = 10 * 365 * 24 * time.Hour

// errWrongFingerprint ends a handshake whose certificate is not the one that the offer named.
var errWrongFingerprint = errors.New("certificate does not match the offer's fingerprint")

// newCertificate makes the node's DTLS identity: self-signed ECDSA P-256, which every WebRTC endpoint accepts
// (RFC 8827 §6.5).
func newCertificate(now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the DTLS key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the DTLS certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "noom"},
		NotBefore:    now.Add(-24 * time.Hour), // clocks differ
		NotAfter:     now.Add(certificateLife),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making the DTLS certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// fingerprint is a certificate's SHA-256 as SDP writes it (RFC 8122 §5).
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	hex := make([]string, len(sum))
	for i, b := range sum {
		hex[i] = fmt.Sprintf("%02X", b)
	}
	return "sha-256 " + strings.Join(hex, ":")
}

// checkFingerprint compares a certificate with the hash that the offer gave.
func checkFingerprint(hash string, want, der []byte) error {
	var sum []byte
	switch hash {
	case "sha-256":
		s := sha256.Sum256(der)
		sum = s[:]
	case "sha-384":
		s := sha512.Sum384(der)
		sum = s[:]
	case "sha-512":
		s := sha512.Sum512(der)
		sum = s[:]
	default:
		return fmt.Errorf("fingerprint hash %q is not supported", hash)
	}
	if subtle.ConstantTimeCompare(sum, want) != 1 {
		return errWrongFingerprint
	}
	return nil
}
