//go:build !portable

package media

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"noom/internal/sfu"
)

const (
	// sendMessages is how many messages one sendmmsg takes: past 64 the system call's own cost no longer shows.
	sendMessages = 64
	// sendPackets is how many packets those messages hold together.
	sendPackets = 512
	// maxSegments is the kernel's bound on packets in one GSO message (UDP_MAX_SEGMENTS before Linux 6.9).
	maxSegments = 64
	// maxGSOBytes keeps a GSO message under 65 535 bytes with its IPv6 and UDP headers.
	maxGSOBytes = 65535 - 48
	// sendPatience is how long a turn waits for a full socket queue. Then packets are dropped and counted: media
	// that waits longer is late, and the receiver asks again for what it misses.
	sendPatience = 2 * time.Millisecond
)

// sender is what sendmmsg reads through: messages of one or more packets to one address each.
type sender struct {
	msgs     [sendMessages]mmsghdr
	iovs     [sendPackets]unix.Iovec
	names    [sendMessages]unix.RawSockaddrInet6
	controls [sendMessages]segmentControl
	first    [sendMessages]int // index of the message's first iovec
	used     int               // messages
	packets  int               // iovecs
	bytes    int               // in the message being built
	ipv6     bool
	gso      bool

	fd      int
	failed  atomic.Uint64
	crowded atomic.Uint64
	call    func(fd uintptr) bool
}

// segmentControl is the control message that cuts a payload into packets (udp(7), UDP_SEGMENT).
type segmentControl struct {
	hdr  unix.Cmsghdr
	size uint16
	_    [6]byte // to CMSG_SPACE
}

func (t *sender) prepare(ipv6, gso bool) {
	t.ipv6, t.gso = ipv6, gso
	for i := range t.msgs {
		h := &t.msgs[i].hdr
		h.Name = (*byte)(unsafe.Pointer(&t.names[i]))
		c := &t.controls[i].hdr
		c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
		c.SetLen(unix.CmsgLen(2))
	}
	t.call = func(fd uintptr) bool {
		t.fd = int(fd)
		t.flush()
		return true
	}
}

// send walks the bursts: a run of packets of one size to one peer, with a shorter last one, is one message.
func (s *linuxSocket) send(out *sfu.Out) {
	t := &s.tx
	for i := range out.Peers {
		burst := &out.Peers[i]
		segment := 0 // size of the run's packets; 0: the next packet starts a message
		for packet := range out.Packets(*burst) {
			if segment == 0 || !t.fits(len(packet), segment) {
				if t.used == sendMessages || t.packets == sendPackets {
					s.flush()
				}
				t.open(burst.To)
				segment = len(packet)
			}
			t.add(packet)
			if len(packet) < segment || !t.gso {
				segment = 0
			}
		}
	}
	s.flush()
}

// fits tells whether a packet may join the open message.
func (t *sender) fits(size, segment int) bool {
	n := t.packets - t.first[t.used-1]
	return size <= segment && n < maxSegments && t.packets < sendPackets && t.bytes+size <= maxGSOBytes
}

// open starts a message.
func (t *sender) open(to netip.AddrPort) {
	i := t.used
	t.used++
	t.first[i] = t.packets
	t.bytes = 0
	h := &t.msgs[i].hdr
	h.Iov = &t.iovs[t.packets]
	h.Namelen = putSockaddr(&t.names[i], to, t.ipv6)
	h.Control = nil
	h.SetControllen(0)
}

// add appends a packet to the open message.
func (t *sender) add(packet []byte) {
	i := t.used - 1
	v := &t.iovs[t.packets]
	v.Base = &packet[0]
	v.SetLen(len(packet))
	t.packets++
	t.bytes += len(packet)
	h := &t.msgs[i].hdr
	n := t.packets - t.first[i]
	h.SetIovlen(n)
	if n == 2 {
		t.controls[i].size = uint16(t.iovs[t.first[i]].Len)
		h.Control = (*byte)(unsafe.Pointer(&t.controls[i]))
		h.SetControllen(int(unsafe.Sizeof(t.controls[i])))
	}
}

func (s *linuxSocket) flush() {
	t := &s.tx
	if t.used > 0 && s.raw.Write(t.call) != nil { // closed
		t.failed.Add(uint64(t.packets))
	}
	t.used, t.packets = 0, 0
}

// flush hands the messages to the kernel, stepping over those it refuses.
func (t *sender) flush() {
	for at := 0; at < t.used; {
		n, errno := t.sendmmsg(at, t.used-at)
		if n > 0 {
			at += n
			continue
		}
		switch {
		case errno == unix.EINTR:
		case errno == unix.EAGAIN && t.wait():
		case errno == unix.EAGAIN:
			t.failed.Add(uint64(t.packets - t.first[at]))
			t.crowded.Add(uint64(t.packets - t.first[at]))
			return
		case t.count(at) > 1:
			// A device without checksum offload refuses GSO (EIO), as does one whose MTU is below the segment (EINVAL).
			t.gso = t.gso && errno != unix.EIO
			t.singly(at)
			at++
		default: // this address cannot be reached now
			t.failed.Add(1)
			at++
		}
	}
}

// sendmmsg never sleeps, so the scheduler need not hear of it (RawSyscall6): a call takes some 100 µs, after 20 of which the
// runtime would take this goroutine's processor away and wake another thread for it. Measured at 1 → 50 viewers on one
// core: 6.6 → 4.9 µs of CPU per forwarded packet and 1 450 → 530 context switches a second, recvmmsg included.
func (t *sender) sendmmsg(at, count int) (int, syscall.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(t.fd), uintptr(unsafe.Pointer(&t.msgs[at])), uintptr(count), unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// count is the number of packets in a message.
func (t *sender) count(at int) int {
	if at == t.used-1 {
		return t.packets - t.first[at]
	}
	return t.first[at+1] - t.first[at]
}

// singly sends the packets of one message each on its own.
func (t *sender) singly(at int) {
	h := &t.msgs[at].hdr
	h.Control = nil
	h.SetControllen(0)
	h.SetIovlen(1)
	for i := range t.count(at) {
		h.Iov = &t.iovs[t.first[at]+i]
		n, errno := t.sendmmsg(at, 1)
		if errno == unix.EAGAIN && t.wait() {
			n, errno = t.sendmmsg(at, 1)
		}
		if n > 0 {
			continue
		}
		t.failed.Add(1)
		if errno == unix.EAGAIN {
			t.crowded.Add(1)
		}
	}
}

// wait gives the socket's queue time to drain.
func (t *sender) wait() bool {
	fds := []unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, int(sendPatience.Milliseconds()))
	return err == nil && n > 0
}

// putSockaddr writes a socket address: IPv4 as it is on an IPv4 socket, mapped (RFC 4291 §2.5.5.2) on an IPv6 one.
func putSockaddr(sa *unix.RawSockaddrInet6, to netip.AddrPort, ipv6 bool) uint32 {
	if ipv6 {
		sa.Family = unix.AF_INET6
		binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:], to.Port())
		sa.Addr = to.Addr().As16()
		return unix.SizeofSockaddrInet6
	}
	if !to.Addr().Unmap().Is4() { // an IPv6 address on an IPv4 socket: the kernel refuses an empty name
		return 0
	}
	v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(sa))
	v4.Family = unix.AF_INET
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&v4.Port))[:], to.Port())
	v4.Addr = to.Addr().Unmap().As4()
	return unix.SizeofSockaddrInet4
}
