//go:build !portable

package media

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// linuxSocket reads with recvmmsg and sends with sendmmsg, runs of equal size by UDP_SEGMENT (GSO). All memory the
// kernel sees is made once; a batch costs no allocation.
type linuxSocket struct {
	conn *net.UDPConn
	raw  syscall.RawConn
	ipv6 bool
	rx   receiver // the reader's
	look receiver // the loop's
	tx   sender
}

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// receiver is what recvmmsg writes through.
type receiver struct {
	msgs  [batchSize]mmsghdr
	iovs  [batchSize]unix.Iovec
	names [batchSize]unix.RawSockaddrInet6 // room for IPv4 too
	count int
	errno syscall.Errno
	// Made once, so that a read allocates no closure.
	wait func(fd uintptr) bool
	once func(fd uintptr)
}

func newLinuxSocket(conn *net.UDPConn) (*linuxSocket, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &linuxSocket{conn: conn, raw: raw}
	var gso bool
	if e := raw.Control(func(fd uintptr) { s.ipv6, gso, err = tune(int(fd)) }); e != nil {
		return nil, e
	}
	if err != nil {
		return nil, err
	}
	s.rx.prepare()
	s.look.prepare()
	s.tx.prepare(s.ipv6, gso)
	return s, nil
}

func (r *receiver) prepare() {
	for i := range r.msgs {
		h := &r.msgs[i].hdr
		h.Name = (*byte)(unsafe.Pointer(&r.names[i]))
		h.Iov = &r.iovs[i]
		h.SetIovlen(1)
	}
	r.once = func(fd uintptr) {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.msgs)), batchSize, unix.MSG_DONTWAIT, 0, 0)
		r.count, r.errno = int(n), errno
	}
	r.wait = func(fd uintptr) bool {
		r.once(fd)
		return r.errno != unix.EAGAIN
	}
}

// lend gives the batch's memory to the kernel.
func (r *receiver) lend(b *batch) {
	for i := range r.iovs {
		r.iovs[i].Base = &b.data[i][0]
		r.iovs[i].SetLen(len(b.data[i]))
		r.msgs[i].hdr.Namelen = unix.SizeofSockaddrInet6
	}
}

// tell says in the batch what the kernel has written there.
func (r *receiver) tell(b *batch) {
	for i := range r.count {
		b.from[i] = addrPort(&r.names[i])
		b.size[i] = int(r.msgs[i].n)
		if r.msgs[i].hdr.Flags&unix.MSG_TRUNC != 0 {
			b.size[i] = 0
		}
	}
	b.n = r.count
}

// read fills b with what has arrived, waiting for the first datagram. Datagrams longer than sfu.MTU come out empty.
func (s *linuxSocket) read(b *batch) error {
	r := &s.rx
	r.lend(b)
	if err := s.raw.Read(r.wait); err != nil {
		return err
	}
	if r.errno != 0 {
		return r.errno
	}
	r.tell(b)
	return nil
}

// take leaves errors to read.
func (s *linuxSocket) take(b *batch) bool {
	r := &s.look
	r.lend(b)
	if s.raw.Control(r.once) != nil || r.errno != 0 {
		return false
	}
	r.tell(b)
	return true
}

// addrPort reads a socket address of either family, IPv4 never mapped.
func addrPort(sa *unix.RawSockaddrInet6) netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:])
	if sa.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(sa)).Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), port)
}

func (s *linuxSocket) write(to netip.AddrPort, data []byte) error {
	_, err := s.conn.WriteToUDPAddrPort(data, to)
	return err
}

// lost asks the kernel what it dropped from the receive queue (SK_MEMINFO_DROPS of SO_MEMINFO, Linux 4.12).
func (s *linuxSocket) lost() (received, sent uint64) {
	var info [9]uint32
	size := uint32(unsafe.Sizeof(info))
	_ = s.raw.Control(func(fd uintptr) { // after close, or on an older kernel: nothing to tell
		_, _, _ = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	})
	return uint64(info[8]), s.tx.failed.Load()
}

func (s *linuxSocket) crowded() uint64 { return s.tx.crowded.Load() }

func (s *linuxSocket) addr() netip.AddrPort { return localAddr(s.conn) }

func (s *linuxSocket) close() error { return s.conn.Close() }
