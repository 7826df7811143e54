//go:build linux

package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	cryptorand "crypto/rand"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"
)

// floorTarget is the floor program: it sends to whoever says hello, and knows no more of a client than its keys.
type floorTarget struct{ address netip.AddrPort }

func newFloorTarget(url string) (*floorTarget, error) {
	address, err := netip.ParseAddrPort(strings.TrimPrefix(url, "udp://"))
	return &floorTarget{address}, err
}

// helloSize is that of a hello: a byte that is neither STUN, DTLS nor RTP, a key, a salt and the SSRCs of sound and picture.
const helloSize = 1 + 16 + 12 + 4 + 4

// join says hello until the first packet comes.
func (t *floorTarget) join(ctx context.Context, m *member) (session, error) {
	c := m.newClient()
	m.receives = c
	c.server = t.address
	hello := make([]byte, helloSize)
	hello[0] = 0xf1
	_, _ = cryptorand.Read(hello[1:29]) // never fails
	for i := 29; i < helloSize; i += 4 {
		ssrc := rand.Uint32()
		binary.BigEndian.PutUint32(hello[i:], ssrc)
		c.expect(ssrc)
	}
	block, err := aes.NewCipher(hello[1:17])
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	c.hub.mu.Lock()
	c.open = func(p []byte) ([]byte, bool) { return c.openGCM(gcm, hello[17:29], p) }
	c.hub.mu.Unlock()
	for {
		c.hub.send(c.ip, t.address, hello)
		select {
		case <-c.first:
			return floorSession{}, nil
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// openGCM opens a packet as RFC 7714 §8 has it, with a rollover counter of 0.
func (c *client) openGCM(gcm cipher.AEAD, salt, p []byte) ([]byte, bool) {
	const header = 12
	var nonce [12]byte
	copy(nonce[2:6], p[8:12])
	copy(nonce[10:], p[2:4])
	for i := range nonce {
		nonce[i] ^= salt[i]
	}
	plain, err := gcm.Open(c.scratch[:0], nonce[:], p[header:], p[:header])
	if err != nil {
		return nil, false
	}
	c.scratch = plain
	return plain, true
}

type floorSession struct{}

func (floorSession) track() string                         { return "" }
func (floorSession) watch(context.Context, []string) error { return nil }
func (floorSession) leave(context.Context) error           { return nil }
