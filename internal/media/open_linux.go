//go:build !portable

package media

import (
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// openSockets gives every worker a socket of its own on the one port (SO_REUSEPORT): the kernel spreads senders over
// them by address and port, and the readers hand over what landed on the wrong one.
func openSockets(listen string, workers int) ([]socket, error) {
	lc := net.ListenConfig{Control: reusePort}
	var sockets []socket
	for range workers {
		conn, err := listenUDP(lc, listen)
		if err == nil {
			var s *linuxSocket
			if s, err = newLinuxSocket(conn); err == nil {
				sockets = append(sockets, s)
				listen, err = withPort(listen, s.addr().Port())
			}
		}
		if err != nil {
			for _, s := range sockets {
				_ = s.close() // the error that matters is err
			}
			return nil, err
		}
	}
	return sockets, nil
}

func reusePort(_, _ string, raw syscall.RawConn) error {
	var err error
	if e := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}); e != nil {
		return e
	}
	if err != nil {
		return fmt.Errorf("sharing the media port among workers: %w", err)
	}
	return nil
}

// tune enlarges the kernel's queues, beyond its limits where we may, and finds out what the socket is.
func tune(fd int) (ipv6, gso bool, err error) {
	for _, o := range [][2]int{{unix.SO_RCVBUFFORCE, unix.SO_RCVBUF}, {unix.SO_SNDBUFFORCE, unix.SO_SNDBUF}} {
		if unix.SetsockoptInt(fd, unix.SOL_SOCKET, o[0], socketBuffer) != nil { // needs CAP_NET_ADMIN
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, o[1], socketBuffer) // capped by net.core.?mem_max
		}
	}
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return false, false, fmt.Errorf("asking for the media socket's domain: %w", err)
	}
	_, err = unix.GetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT) // Linux 4.18
	return domain == unix.AF_INET6, err == nil, nil
}
