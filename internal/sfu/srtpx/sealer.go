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
// the header, to be sealed in place. The packet must be the stream's: what the stream has sealed is refused with ErrSealed.
func (s *Sealer) RTP(header, payload []byte, in *Stream) ([]byte, error) {
	index, ok := in.Claim(binary.BigEndian.Uint16(header[2:]))
	if !ok {
		return nil, ErrSealed
	}
	counter := uint32(index >> 16)
	// RFC 7714 §8.1: 00 00, SSRC, ROC, SEQ, all XORed with the salt.
	n, salt := &s.nonce, &s.mediaSalt
	n[0], n[1] = salt[0], salt[1]
	ssrc := binary.BigEndian.Uint32(header[8:])
	binary.BigEndian.PutUint32(n[2:], ssrc^binary.BigEndian.Uint32(salt[2:]))
	binary.BigEndian.PutUint32(n[6:], counter^binary.BigEndian.Uint32(salt[6:]))
	n[10], n[11] = header[2]^salt[10], header[3]^salt[11]
	return s.media.Seal(header, n[:], payload, header), nil
}

// ErrSealed says that a packet's number was sealed before, or may have been; ErrWornOut that the key has sealed all the
// RTCP it may; ErrSize that a packet is no RTCP or finds no room.
var (
	ErrSealed  = errors.New("the number was sealed before")
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

// Window is how far behind the highest number of a stream another may be sealed.
const Window = 512

// mostMedia is the highest index under one key (RFC 3711 §9.2).
const mostMedia = 1<<48 - 1

// Stream remembers what of one SSRC was sealed. Two packets under one number would give GCM's authentication key to whoever
// sees both (RFC 7714 §8.1), so that no caller is trusted with that. The zero Stream is that of new keys.
type Stream struct {
	highest uint64 // index sealed: how often the numbers have gone round, times 2^16, and the number (RFC 3711 §3.3.1)
	started bool
	sealed  [Window / 64]uint64 // a bit for each index of the window, by index modulo Window
}

// Claim gives the index of a number that is about to be sealed. ok is false when it was sealed before, is too far behind to
// tell, or is of a round before these keys, which has no index.
func (s *Stream) Claim(sequence uint16) (index uint64, ok bool) {
	if !s.started {
		s.started, s.highest = true, uint64(sequence)
		s.sealed[s.highest/64%uint64(len(s.sealed))] = 1 << (s.highest % 64)
		return s.highest, true
	}
	ahead := int64(int16(sequence - uint16(s.highest)))
	at := int64(s.highest) + ahead
	if at < 0 || at > mostMedia || ahead <= -Window {
		return 0, false
	}
	index = uint64(at)
	if ahead > 0 {
		s.advance(index)
	}
	word, bit := &s.sealed[index/64%uint64(len(s.sealed))], uint64(1)<<(index%64)
	if *word&bit != 0 {
		return 0, false
	}
	*word |= bit
	return index, true
}

// Sealed tells whether Claim would refuse a number.
func (s *Stream) Sealed(sequence uint16) bool {
	if !s.started {
		return false
	}
	ahead := int64(int16(sequence - uint16(s.highest)))
	at := int64(s.highest) + ahead
	if at < 0 || at > mostMedia || ahead <= -Window {
		return true
	}
	return ahead <= 0 && s.sealed[at/64%int64(len(s.sealed))]&(1<<(at%64)) != 0
}

// advance moves the window up: nothing above the highest is sealed yet.
func (s *Stream) advance(to uint64) {
	if to-s.highest >= Window {
		clear(s.sealed[:])
	} else {
		for i := s.highest + 1; i <= to; i++ {
			s.sealed[i/64%uint64(len(s.sealed))] &^= 1 << (i % 64)
		}
	}
	s.highest = to
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
