package sfu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"noom/internal/sfu/srtpx"
)

// sealOverhead is the most that SRTP adds to a packet, in bytes: GCM's tag (RFC 7714 §13.2).
const sealOverhead = srtpx.Overhead

// Whatever a cache lets in late finds its number in the window of what was sealed: no cache reaches farther back.
const (
	_ = uint(srtpx.Window - videoCache)
	_ = uint(srtpx.Window - audioCache)
)

// seals are the keys of what a peer is sent: gcm, or other for a peer without AES-GCM. Neither before the handshake ended.
type seals struct {
	gcm    *srtpx.Sealer
	other  *srtp.Context
	master []byte // the key and salt they come from
}

func newSeals(key, salt []byte, profile srtp.ProtectionProfile) (s seals, err error) {
	if profile == srtp.ProtectionProfileAeadAes128Gcm {
		s.gcm, err = srtpx.New(key, salt)
	} else {
		s.other, err = srtp.CreateContext(key, salt, profile)
	}
	s.master = slices.Concat(key, salt)
	return s, err
}

// same tells whether these seals come from the same key and salt as others.
func (s *seals) same(others *seals) bool { return bytes.Equal(s.master, others.master) }

func (s *seals) ready() bool { return s.gcm != nil || s.other != nil }

// sealRTP appends the sealed payload to a header: see srtpx.Sealer.RTP. scratch is what pion parses the header into.
func (s *seals) sealRTP(header, payload []byte, in *srtpx.Stream, scratch *rtp.Header) ([]byte, error) {
	if s.gcm != nil {
		return s.gcm.RTP(header, payload, in)
	}
	if _, ok := in.Claim(binary.BigEndian.Uint16(header[2:])); !ok { // pion would seal it again
		return nil, srtpx.ErrSealed
	}
	packet := append(header, payload...)
	return s.other.EncryptRTP(packet[:0], packet, scratch)
}

// sealRTCP seals a compound packet into memory.
func (s *seals) sealRTCP(memory, compound []byte, scratch *rtcp.Header) ([]byte, error) {
	if s.gcm == nil {
		return s.other.EncryptRTCP(memory[:0], compound, scratch)
	}
	return s.gcm.RTCP(append(memory[:0], compound...))
}

// seal appends the sealed payload to a header in the memory that Out gave, and hands the packet over. It gives the size, 0 on
// failure.
func (r *Router) seal(p *peer, header, payload []byte, in *srtpx.Stream, out *Out) int {
	if len(header)+len(payload)+sealOverhead > MTU {
		r.counts.Unwritable++
		return 0
	}
	sealed, err := p.seals.sealRTP(header, payload, in, &r.header)
	if errors.Is(err, srtpx.ErrSealed) {
		r.counts.SealedBefore++
		return 0
	}
	if err != nil {
		r.counts.Unwritable++
		return 0
	}
	r.push(p, len(sealed), out)
	return len(sealed)
}

// beginKeys forgets what was sealed and counts rounds of sequence numbers from none again, as whoever opens with new keys does (RFC 3711 §3.3.1).
func (sl *slot) beginKeys() {
	if sl.numbering != nil {
		sl.media, sl.repair = srtpx.Stream{}, srtpx.Stream{}
	}
	sl.again = nil // sealed with the keys of before
}
