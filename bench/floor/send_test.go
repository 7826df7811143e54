//go:build linux

package main

import (
	"bytes"
	"net/netip"
	"testing"
)

func TestWhatTheFloorSealsOpensAgain(t *testing.T) {
	hello := bytes.Repeat([]byte{7}, helloSize)
	hello[0] = 0xf1
	r := newReceiver(netip.MustParseAddrPort("127.0.0.1:9"), hello)
	if r == nil {
		t.Fatal("the hello was refused")
	}
	s := &sender{}
	p := make([]byte, soundSize)
	header(p, opus, true, 1)
	for range 2 {
		sealed := s.seal(r, 0, p)
		if len(sealed) != len(p)+tagSize {
			t.Fatalf("%d bytes became %d", len(p), len(sealed))
		}
		plain, err := r.gcm.Open(nil, s.nonce[:], sealed[headerSize:], sealed[:headerSize])
		if err != nil || !bytes.Equal(plain, p[headerSize:]) {
			t.Fatalf("opened to % x, %v", plain, err)
		}
	}
	if r.sequence[0] != 2 || r.sequence[1] != 0 {
		t.Errorf("numbers are %v", r.sequence)
	}
	if newReceiver(netip.AddrPort{}, hello[:helloSize-1]) != nil {
		t.Error("half a hello was taken")
	}
}
