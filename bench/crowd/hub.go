//go:build linux

package main

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// clientsPerHub is how many clients share a socket: a read then brings packets of many.
	clientsPerHub = 64
	readBatch     = 64
	maxPacket     = 1600
	// hubBuffer is asked of the kernel for each socket's queue: 64 clients' packets of half a second at 1.5 Mb/s.
	hubBuffer = 32 << 20
)

type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
	_   [4]byte
}

// pktinfo is a control message with struct in_pktinfo (ip(7)): which of our addresses a datagram is for, or comes from.
type pktinfo struct {
	hdr  unix.Cmsghdr
	info unix.Inet4Pktinfo
	_    [4]byte
}

// hub is one socket and the clients on it.
type hub struct {
	conn    *net.UDPConn
	raw     syscall.RawConn
	port    uint16
	clients map[[4]byte]*client
	mu      sync.Mutex // guards clients' state while the hub's reader handles their packets, and clients

	tally tally

	msgs     [readBatch]mmsghdr
	iovs     [readBatch]unix.Iovec
	controls [readBatch]pktinfo
	data     [readBatch][maxPacket]byte
}

func newHub() (*hub, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{})
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	if e := raw.Control(func(fd uintptr) {
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, hubBuffer) != nil { // needs CAP_NET_ADMIN
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, hubBuffer)
		}
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_PKTINFO, 1)
	}); e != nil {
		return nil, e
	}
	h := &hub{conn: conn, raw: raw, clients: make(map[[4]byte]*client)}
	h.port = conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	for i := range h.msgs {
		m := &h.msgs[i].hdr
		h.iovs[i].Base = &h.data[i][0]
		h.iovs[i].SetLen(maxPacket)
		m.Iov = &h.iovs[i]
		m.SetIovlen(1)
		m.Control = (*byte)(unsafe.Pointer(&h.controls[i]))
	}
	return h, err
}

// run reads until the socket is closed.
func (h *hub) run() {
	for {
		var n int
		var errno syscall.Errno
		err := h.raw.Read(func(fd uintptr) bool {
			for i := range h.msgs {
				h.msgs[i].hdr.SetControllen(int(unsafe.Sizeof(h.controls[i])))
			}
			r, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&h.msgs)), readBatch, unix.MSG_DONTWAIT, 0, 0)
			n, errno = int(r), e
			return e != unix.EAGAIN
		})
		if err != nil {
			return
		}
		if errno != 0 { // a late ICMP message: the server has gone
			continue
		}
		now := time.Now()
		h.mu.Lock()
		for i := range n {
			if c := h.clients[h.controls[i].info.Addr]; c != nil {
				c.receive(now, h.data[i][:h.msgs[i].n])
			}
		}
		h.mu.Unlock()
	}
}

// send sends a datagram from a client's address. It may be called from any goroutine.
func (h *hub) send(from [4]byte, to netip.AddrPort, data []byte) {
	control := pktinfo{info: unix.Inet4Pktinfo{Spec_dst: from}}
	control.hdr.Level, control.hdr.Type = unix.IPPROTO_IP, unix.IP_PKTINFO
	control.hdr.SetLen(unix.CmsgLen(unix.SizeofInet4Pktinfo))
	name := unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().Unmap().As4()}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&name.Port))[:], to.Port())
	iov := unix.Iovec{Base: &data[0]}
	iov.SetLen(len(data))
	m := unix.Msghdr{Name: (*byte)(unsafe.Pointer(&name)), Namelen: unix.SizeofSockaddrInet4, Iov: &iov, Control: (*byte)(unsafe.Pointer(&control))}
	m.SetIovlen(1)
	m.SetControllen(int(unsafe.Sizeof(control)))
	_ = h.raw.Control(func(fd uintptr) { // what cannot be sent is lost, and seen as loss
		_, _, _ = unix.Syscall(unix.SYS_SENDMSG, fd, uintptr(unsafe.Pointer(&m)), unix.MSG_DONTWAIT)
	})
}
