//go:build linux

package main

import "encoding/binary"

// packet is one of IPv4 (RFC 791 §3.1), from its header on.
type packet []byte

const (
	tcp = 6
	udp = 17

	sourceAt      = 12 // in the header
	destinationAt = 16
)

// valid tells whether there is a header that the other methods can read.
func (p packet) valid() bool {
	return len(p) >= 20 && p[0]>>4 == 4 && p.header() >= 20 && p.header() <= len(p)
}

func (p packet) header() int    { return int(p[0]&0xf) * 4 }
func (p packet) protocol() byte { return p[9] }

func (p packet) source() [4]byte      { return [4]byte(p[sourceAt:]) }
func (p packet) destination() [4]byte { return [4]byte(p[destinationAt:]) }

// ports is where source and destination port stand; nil for what has none: other protocols, and fragments but the first.
func (p packet) ports() []byte {
	if p.protocol() != udp && p.protocol() != tcp || binary.BigEndian.Uint16(p[6:])&0x1fff != 0 || len(p) < p.header()+8 {
		return nil
	}
	return p[p.header() : p.header()+4]
}

// setAddress puts another source or destination address into the packet and mends the checksums.
func (p packet) setAddress(at int, to [4]byte) {
	for i := 0; i < 4; i += 2 {
		was, is := binary.BigEndian.Uint16(p[at+i:]), binary.BigEndian.Uint16(to[i:])
		mend(p[10:12], was, is)
		p.mendAbove(was, is) // the address is in the pseudo header
	}
	copy(p[at:], to[:])
}

// setPort puts another port at a place within ports().
func (p packet) setPort(at []byte, to uint16) {
	p.mendAbove(binary.BigEndian.Uint16(at), to)
	binary.BigEndian.PutUint16(at, to)
}

// mendAbove mends the checksum of UDP or TCP.
func (p packet) mendAbove(was, is uint16) {
	if p.ports() == nil {
		return
	}
	above := p[p.header():]
	switch {
	case p.protocol() == tcp && len(above) >= 18:
		mend(above[16:18], was, is)
	case p.protocol() == udp && binary.BigEndian.Uint16(above[6:]) != 0: // RFC 768: 0 says that there is none
		mend(above[6:8], was, is)
		if binary.BigEndian.Uint16(above[6:]) == 0 {
			binary.BigEndian.PutUint16(above[6:], 0xffff)
		}
	}
}

// mend is the checksum after one word of what it covers has become another (RFC 1624 §3, equation 3).
func mend(sum []byte, was, is uint16) {
	s := uint32(^binary.BigEndian.Uint16(sum)) + uint32(^was) + uint32(is)
	s = s&0xffff + s>>16
	s = s&0xffff + s>>16
	binary.BigEndian.PutUint16(sum, ^uint16(s))
}
