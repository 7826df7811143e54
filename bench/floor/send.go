//go:build linux

package main

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	tagSize   = 16
	messages  = 64 // of one sendmmsg
	slotSize  = 1536
	helloSize = 37 // see bench/crowd
)

// receiver is whom packets go to.
type receiver struct {
	name     unix.RawSockaddrInet4
	gcm      cipher.AEAD
	salt     [12]byte
	ssrc     [2]uint32 // of sound and picture
	sequence [2]uint16
	rollover [2]uint32
}

func newReceiver(from netip.AddrPort, hello []byte) *receiver {
	if len(hello) != helloSize || hello[0] != 0xf1 {
		return nil
	}
	block, err := aes.NewCipher(hello[1:17])
	if err != nil {
		return nil
	}
	r := &receiver{name: unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: from.Addr().Unmap().As4()}}
	if r.gcm, err = cipher.NewGCM(block); err != nil {
		return nil
	}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&r.name.Port))[:], from.Port())
	copy(r.salt[:], hello[17:29])
	for i := range r.ssrc {
		r.ssrc[i] = binary.BigEndian.Uint32(hello[29+4*i:])
	}
	return r
}

type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
	_   [4]byte
}

type segments struct {
	hdr  unix.Cmsghdr
	size uint16
	_    [6]byte
}

// sender seals and sends. Packets of a turn wait in memory until flush.
type sender struct {
	fd        int
	mode      string
	receivers []*receiver
	turn      [][]byte // of the turn, in the clear
	kinds     []int
	memory    [messages * framePackets][slotSize]byte
	msgs      [messages]mmsghdr
	iovs      [messages * framePackets]unix.Iovec
	controls  [messages]segments
	nonce     [12]byte
	used      int // messages
	packets   int
}

func newSender(conn *net.UDPConn, mode string) (*sender, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &sender{mode: mode}
	if mode != "sendto" && mode != "sendmmsg" && mode != "gso" {
		return nil, fmt.Errorf("there is no mode %q", mode)
	}
	if err := raw.Control(func(fd uintptr) {
		s.fd = int(fd) // conn lives as long as the process
		_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 4<<20)
	}); err != nil {
		return nil, err
	}
	for i := range s.controls {
		c := &s.controls[i]
		c.hdr.Level, c.hdr.Type = unix.SOL_UDP, unix.UDP_SEGMENT
		c.hdr.SetLen(unix.CmsgLen(2))
	}
	return s, nil
}

// add gives the turn a packet for all receivers.
func (s *sender) add(p []byte, kind int) {
	s.turn = append(s.turn, append([]byte(nil), p...))
	s.kinds = append(s.kinds, kind)
}

// flush sends the turn.
func (s *sender) flush() {
	for _, r := range s.receivers {
		if s.used == messages || s.packets+len(s.turn) > len(s.memory) {
			s.write()
		}
		for i, p := range s.turn {
			if s.used == messages && s.mode == "sendmmsg" {
				s.write()
			}
			sealed := s.seal(r, s.kinds[i], p)
			switch s.mode {
			case "sendto":
				_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&sealed[0])), uintptr(len(sealed)),
					unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&r.name)), unix.SizeofSockaddrInet4)
				s.packets = 0
			case "sendmmsg":
				s.open(r)
				s.append(sealed)
			default:
				if i == 0 {
					s.open(r)
				}
				s.append(sealed)
			}
		}
	}
	s.write()
	s.turn, s.kinds = s.turn[:0], s.kinds[:0]
}

// seal writes the receiver's numbers into a copy of the packet and encrypts it there (RFC 7714 §8).
func (s *sender) seal(r *receiver, kind int, p []byte) []byte {
	b := s.memory[s.packets][:len(p)]
	copy(b, p)
	binary.BigEndian.PutUint16(b[2:], r.sequence[kind])
	binary.BigEndian.PutUint32(b[8:], r.ssrc[kind])
	n := &s.nonce
	n[0], n[1] = 0, 0
	copy(n[2:6], b[8:12])
	binary.BigEndian.PutUint32(n[6:], r.rollover[kind])
	copy(n[10:], b[2:4])
	for i := range n {
		n[i] ^= r.salt[i]
	}
	if r.sequence[kind]++; r.sequence[kind] == 0 {
		r.rollover[kind]++
	}
	return r.gcm.Seal(b[:headerSize], n[:], b[headerSize:], b[:headerSize])
}

func (s *sender) open(r *receiver) {
	m := &s.msgs[s.used].hdr
	*m = unix.Msghdr{Name: (*byte)(unsafe.Pointer(&r.name)), Namelen: unix.SizeofSockaddrInet4, Iov: &s.iovs[s.packets]}
	s.used++
}

func (s *sender) append(sealed []byte) {
	v := &s.iovs[s.packets]
	v.Base = &sealed[0]
	v.SetLen(len(sealed))
	s.packets++
	m := &s.msgs[s.used-1].hdr
	m.SetIovlen(int(m.Iovlen) + 1)
	if m.Iovlen == 2 {
		c := &s.controls[s.used-1]
		c.size = uint16(len(sealed))
		m.Control = (*byte)(unsafe.Pointer(c))
		m.SetControllen(int(unsafe.Sizeof(*c)))
	}
}

// write hands the messages to the kernel.
func (s *sender) write() {
	for at := 0; at < s.used; {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.msgs[at])), uintptr(s.used-at), unix.MSG_DONTWAIT, 0, 0)
		if errno != 0 && errno != syscall.EINTR {
			at++ // lost, and seen as loss
			continue
		}
		at += int(n)
	}
	s.used, s.packets = 0, 0
}
