// Package srtpx seals SRTP and SRTCP with AEAD_AES_128_GCM (RFC 7714) in the memory that the packet leaves from. It does what a
// general library does for each packet in layers (parse the header we have just written, look up its SSRC, compare buffers)
// by a few stores around the cipher of the standard library. The router owns one Sealer for each peer; other profiles, and
// all opening, are pion/srtp's.
package srtpx

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
)

// Overhead is what sealing adds to an RTP packet, and ControlOverhead to RTCP, in bytes (RFC 7714 §13.2, §9.2).
const (
	Overhead        = 16
	ControlOverhead = 16 + 4
)

const (
	keySize, saltSize = 16, 12 // RFC 7714 §12
	// mostControl packets may be sealed with one key (RFC 3711 §9.2).
	mostControl = 1<<31 - 1
)

// Sealer seals what one peer is sent.
type Sealer struct {
	media       cipher.AEAD
	control     cipher.AEAD
	mediaSalt   [saltSize]byte
	controlSalt [saltSize]byte
	controls    uint32 // RTCP packets sealed so far: the index of the next
	// Memory for the packet in hand, here so that nothing is allocated for it.
	nonce [saltSize]byte
	aad   [12]byte
}

// New derives the session keys from a master key of 16 bytes and a salt of 12.
func New(key, salt []byte) (*Sealer, error) {
	if len(key) != keySize || len(salt) != saltSize {
		return nil, fmt.Errorf("a key of %d bytes and a salt of %d, want %d and %d", len(key), len(salt), keySize, saltSize)
	}
	d, err := newDerivation(key, salt)
	if err != nil {
		return nil, err
	}
	s := new(Sealer)
	if s.media, err = d.aead(labelMediaKey); err != nil {
		return nil, err
	}
	if s.control, err = d.aead(labelControlKey); err != nil {
		return nil, err
	}
	copy(s.mediaSalt[:], d.bytes(labelMediaSalt))
	copy(s.controlSalt[:], d.bytes(labelControlSalt))
	return s, nil
}

// RTP appends the sealed payload to an RTP header with CSRCs and extensions, which stays in the clear. The header's buffer must
// have room for the payload and Overhead bytes. The payload is only read: it may be one for many receivers, or stand right behind
// the header, to be sealed in place. The packet must be the stream's: a number is never sealed twice, except with the
// very same bytes (RFC 7714 §8.1).
func (s *Sealer) RTP(header, payload []byte, in *Stream) []byte {
	counter := in.rollover(binary.BigEndian.Uint16(header[2:]))
	// RFC 7714 §8.1: 00 00, SSRC, ROC, SEQ, all XORed with the salt.
	n, salt := &s.nonce, &s.mediaSalt
	n[0], n[1] = salt[0], salt[1]
	ssrc := binary.BigEndian.Uint32(header[8:])
	binary.BigEndian.PutUint32(n[2:], ssrc^binary.BigEndian.Uint32(salt[2:]))
	binary.BigEndian.PutUint32(n[6:], counter^binary.BigEndian.Uint32(salt[6:]))
	n[10], n[11] = header[2]^salt[10], header[3]^salt[11]
	return s.media.Seal(header, n[:], payload, header)
}

// ErrWornOut says that the key has sealed all the RTCP it may, ErrSize that a packet is no RTCP or finds no room.
var (
	ErrWornOut = errors.New("the SRTCP key is worn out")
	ErrSize    = errors.New("not the size of a control packet")
)

// RTCP seals a compound packet where it stands. The buffer must have ControlOverhead bytes of room.
func (s *Sealer) RTCP(compound []byte) ([]byte, error) {
	const header = 8 // bytes that stay in the clear
	if len(compound) < header || cap(compound) < len(compound)+ControlOverhead {
		return nil, ErrSize
	}
	if s.controls == mostControl {
		return nil, ErrWornOut
	}
	index := 1<<31 | s.controls // the encryption flag (RFC 7714 §9.2)
	// RFC 7714 §9.1: 00 00, SSRC, 00 00, the index without the flag, all XORed with the salt.
	n := &s.nonce
	*n = s.controlSalt
	for i := range 4 {
		n[2+i] ^= compound[4+i]
	}
	binary.BigEndian.PutUint32(n[8:], binary.BigEndian.Uint32(n[8:])^s.controls)
	copy(s.aad[:], compound[:header])
	binary.BigEndian.PutUint32(s.aad[header:], index) // RFC 7714 §9.3
	s.controls++
	sealed := s.control.Seal(compound[:header], n[:], compound[header:], s.aad[:])
	return binary.BigEndian.AppendUint32(sealed, index), nil
}

// Stream counts how often the sequence numbers of one SSRC have gone round (RFC 3711 §3.3.1). The zero Stream is that of new
// keys.
type Stream struct {
	counter uint32
	highest uint16
	started bool
}

// rollover gives the count that belongs to a number: packets may be sealed out of order by less than 2^15.
func (s *Stream) rollover(sequence uint16) uint32 {
	switch ahead := int16(sequence - s.highest); {
	case !s.started:
		s.started, s.highest = true, sequence
	case ahead > 0:
		if sequence < s.highest {
			s.counter++
		}
		s.highest = sequence
	case sequence > s.highest && s.counter > 0: // of the round before
		return s.counter - 1
	}
	return s.counter
}

// Labels of the keys to derive (RFC 3711 §4.3.2).
const (
	labelMediaKey, labelMediaSalt     = 0, 2
	labelControlKey, labelControlSalt = 3, 5
)

// derivation makes session keys (RFC 3711 §4.3, with the key derivation rate 0).
type derivation struct {
	block cipher.Block
	salt  [14]byte
}

// newDerivation takes a salt of 14 bytes, or one of 12 to which two of zero are appended (RFC 7714 §11).
func newDerivation(key, salt []byte) (*derivation, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	d := &derivation{block: block}
	copy(d.salt[:], salt)
	return d, nil
}

// bytes are the first block of what a label derives: no key or salt of ours is longer.
func (d *derivation) bytes(label byte) []byte {
	var x [aes.BlockSize]byte // the salt and the label's place in it, times 2^16 (RFC 3711 §4.3.3)
	copy(x[:], d.salt[:])
	x[7] ^= label
	out := make([]byte, aes.BlockSize)
	d.block.Encrypt(out, x[:])
	return out
}

func (d *derivation) aead(label byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(d.bytes(label))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
