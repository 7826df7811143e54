package simnet

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"noom/internal/sfu"
)

const (
	tagSize = 16 // RFC 7714 §13.2
	// openedSize is how much of each picture's payload is opened: what packets are accounted by stands at their beginning. Sound is
	// opened whole, as copies stand before it: soundSize is more than a word with four of them.
	openedSize, soundSize = 48, 512
	// checkedEvery of a slot's packets is opened by pion too, tag and all.
	checkedEvery = 16
)

// session is a browser's end of the SRTP keys. It spends less than pion would: of what arrives only the beginning is deciphered, and
// a sample is opened in full to see that the tags hold. The router opens every packet that a browser sends in full.
type session struct {
	seal      cipher.AEAD
	sealSalt  [12]byte
	open      cipher.Block
	openSalt  [12]byte
	out, in   *srtp.Context // for RTCP, and for the sample
	nonce     [12]byte
	counter   [aes.BlockSize]byte
	stream    [aes.BlockSize]byte
	sample    []byte
	sampleRTP rtp.Header
}

// newSession takes the keys from the browser's side: what it seals with is remote to the router.
func newSession(k sfu.Keys) (*session, error) {
	s := &session{}
	profile := srtp.ProtectionProfile(k.Profile)
	var err error
	if s.out, err = srtp.CreateContext(k.RemoteKey, k.RemoteSalt, profile); err != nil {
		return nil, err
	}
	if s.in, err = srtp.CreateContext(k.LocalKey, k.LocalSalt, profile); err != nil {
		return nil, err
	}
	block, salt, err := derive(k.RemoteKey, k.RemoteSalt)
	if err != nil {
		return nil, err
	}
	s.sealSalt = salt
	if s.seal, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	s.open, s.openSalt, err = derive(k.LocalKey, k.LocalSalt)
	return s, err
}

// derive makes the session key and salt of RTP (RFC 3711 §4.3, labels 0 and 2).
func derive(key, salt []byte) (cipher.Block, [12]byte, error) {
	master, err := aes.NewCipher(key)
	if err != nil {
		return nil, [12]byte{}, err
	}
	label := func(l byte) (out [aes.BlockSize]byte) {
		var x [aes.BlockSize]byte
		copy(x[:], salt)
		x[7] ^= l
		master.Encrypt(out[:], x[:])
		return out
	}
	sessionKey, sessionSalt := label(0), label(2)
	block, err := aes.NewCipher(sessionKey[:])
	return block, [12]byte(sessionSalt[:12]), err
}

// setNonce is RFC 7714 §8.1.
func (s *session) setNonce(salt *[12]byte, ssrc, rollover uint32, sequence uint16) {
	s.nonce = *salt
	n := &s.nonce
	binary.BigEndian.PutUint32(n[2:], ssrc^binary.BigEndian.Uint32(n[2:]))
	binary.BigEndian.PutUint32(n[6:], rollover^binary.BigEndian.Uint32(n[6:]))
	binary.BigEndian.PutUint16(n[10:], sequence^binary.BigEndian.Uint16(n[10:]))
}

// sealRTP seals the payload behind the first header bytes of a datagram, in place.
func (s *session) sealRTP(d *datagram, header int, ssrc uint32, extended uint64) {
	s.setNonce(&s.sealSalt, ssrc, uint32(extended>>16), uint16(extended))
	plain := d.data[header:]
	sealed := s.seal.Seal(d.memory[header:header], s.nonce[:], plain, d.memory[:header])
	d.data = d.memory[:header+len(sealed)]
}

// opened is what of a packet's payload can be read.
type opened struct {
	size int // of the payload
	read int // of it
	head [soundSize]byte
}

// openRTP deciphers the beginning of a payload, so many bytes at most (RFC 7714 §8.2: counter mode, the payload's first block has number 2).
func (s *session) openRTP(data []byte, header int, ssrc uint32, extended uint64, most int, to *opened) {
	to.size = max(len(data)-header-tagSize, 0)
	s.setNonce(&s.openSalt, ssrc, uint32(extended>>16), uint16(extended))
	copy(s.counter[:], s.nonce[:])
	n := copy(to.head[:min(to.size, most)], data[header:])
	to.read = n
	for at := 0; at < n; at += aes.BlockSize {
		binary.BigEndian.PutUint32(s.counter[12:], uint32(2+at/aes.BlockSize))
		s.open.Encrypt(s.stream[:], s.counter[:])
		for i := at; i < min(at+aes.BlockSize, n); i++ {
			to.head[i] ^= s.stream[i-at]
		}
	}
	clear(to.head[n:])
}

// check opens a packet by pion, and compares.
func (s *session) check(data []byte, header int, o *opened) error {
	plain, err := s.in.DecryptRTP(s.sample[:0], data, &s.sampleRTP)
	if err != nil {
		return fmt.Errorf("a packet cannot be opened: %w", err)
	}
	s.sample = plain
	if n := o.read; !bytes.Equal(plain[header:header+n], o.head[:n]) {
		return fmt.Errorf("a packet opens to something else")
	}
	if plain[0]&0x20 != 0 && len(plain) > header { // RFC 3550 §5.1: the last byte counts the padding
		o.size -= int(plain[len(plain)-1])
	}
	return nil
}
