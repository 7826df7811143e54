//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// sum is the Internet checksum (RFC 1071) of all of these.
func sum(parts ...[]byte) uint16 {
	var s uint32
	for _, part := range parts {
		for i := 0; i+1 < len(part); i += 2 {
			s += uint32(binary.BigEndian.Uint16(part[i:]))
		}
		if len(part)%2 == 1 {
			s += uint32(part[len(part)-1]) << 8
		}
	}
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// above is the checksum of UDP or TCP over all it covers: 0 if it is right.
func above(p packet) uint16 {
	pseudo := append(append([]byte(nil), p[sourceAt:20]...), 0, p.protocol())
	pseudo = binary.BigEndian.AppendUint16(pseudo, uint16(len(p)-20))
	return sum(pseudo, p[20:])
}

// sealed puts the right checksums into a packet.
func sealed(p packet) packet {
	at := 26
	if p.protocol() == tcp {
		at = 36
	}
	binary.BigEndian.PutUint16(p[at:], 0)
	binary.BigEndian.PutUint16(p[at:], above(p))
	binary.BigEndian.PutUint16(p[10:], 0)
	binary.BigEndian.PutUint16(p[10:], sum(p[:20]))
	return p
}

// answer turns a packet round.
func answer(p packet) packet {
	back := append(packet(nil), p...)
	copy(back[sourceAt:], p[destinationAt:20])
	copy(back[destinationAt:], p[sourceAt:16])
	copy(back[20:], p[22:24])
	copy(back[22:], p[20:22])
	return sealed(back)
}

func TestWhoIsReboundIsSeenElsewhereAndAnsweredThere(t *testing.T) {
	for _, protocol := range []byte{udp, tcp} {
		for _, c := range []struct {
			name          string
			rebind        func(*nat)
			address, port bool // that differ
		}{
			{"not at all", func(*nat) {}, false, false},
			{"to another address", (*nat).rebindAddress, true, false},
			{"to other ports", (*nat).rebindPorts, false, true},
		} {
			var n nat
			fresh := func() packet {
				p := datagram(40_000, 1, 101)
				p[9] = protocol
				return sealed(p)
			}
			first := fresh()
			if !n.up(first) || !bytes.Equal(first, fresh()) {
				t.Fatalf("%s: a NAT changes what it need not", c.name)
			}
			c.rebind(&n)
			stale := n.down(answer(first))
			if moved := c.address || c.port; stale == moved {
				t.Errorf("%s, protocol %d: what goes to the old place arrives: %v", c.name, protocol, stale)
			}
			second := fresh()
			if !n.up(second) {
				t.Fatalf("%s: nothing passes any more", c.name)
			}
			if sum(second[:20]) != 0 || above(second) != 0 {
				t.Errorf("%s, protocol %d: the checksums of what passes are wrong", c.name, protocol)
			}
			if (second.source() != first.source()) != c.address || (!bytes.Equal(second.ports()[:2], first.ports()[:2])) != c.port {
				t.Errorf("%s, protocol %d: seen at %v, port %x", c.name, protocol, second.source(), second.ports()[:2])
			}
			back := answer(second)
			if !n.down(back) || !bytes.Equal(back, answer(fresh())) {
				t.Errorf("%s, protocol %d: the answer does not come back as if nothing had been", c.name, protocol)
			}
		}
	}
}

func TestAChecksumThatIsLeftOutStaysSo(t *testing.T) {
	var n nat
	p := datagram(40_000, 1, 100)
	n.up(p)
	n.rebindAddress()
	p = datagram(40_000, 1, 100)
	n.up(p)
	if binary.BigEndian.Uint16(p[26:]) != 0 {
		t.Error("a packet without a checksum got one")
	}
}

func TestNobodyElseIsLetThroughTheNAT(t *testing.T) {
	var n nat
	if n.down(answer(datagram(40_000, 1, 100))) {
		t.Error("a packet came in before any had gone out")
	}
	n.up(datagram(40_000, 1, 100))
	other := datagram(40_000, 1, 100)
	other[sourceAt+3]++
	if n.up(other) {
		t.Error("a packet of another host behind it went out")
	}
	several := datagram(40_000, 1, 100)
	several[destinationAt] = 224
	if n.up(several) {
		t.Error("a packet for a group went out")
	}
	if elsewhere := answer(other); n.leads(elsewhere) || n.down(elsewhere) {
		t.Error("a packet for another host came in")
	}
	if n.down(answer(datagram(40_001, 1, 100))) {
		t.Error("a packet came in at a port from which none had gone out")
	}
}

func FuzzPackets(f *testing.F) {
	f.Add([]byte(datagram(40_000, 1, 100)))
	f.Add([]byte(sealed(datagram(40_000, 1, 101))))
	f.Fuzz(func(t *testing.T, data []byte) {
		e := newEmulator(new(bytes.Buffer), new(bytes.Buffer))
		for range 2 {
			e.enterUp(append(packet(nil), data...))
			back := append(packet(nil), data...)
			if back.valid() { // to where the first came from
				copy(back[destinationAt:20], data[sourceAt:])
			}
			e.enterDown(back)
			e.deliver()
			e.nat.rebindAddress()
			e.nat.rebindPorts()
		}
	})
}
