package media

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"noom/internal/sfu"
)

// socketBuffer is the size asked of the kernel for each socket's two queues: 4 MiB holds 20 ms of 200 000 packets/s.
const socketBuffer = 4 << 20

// socket is a worker's way to the network. One goroutine may read while another sends; write is for all.
type socket interface {
	// read waits for datagrams and fills the batch. It returns net.ErrClosed after close.
	read(b *batch) error
	// take fills the batch with datagrams that are there, and waits for none. It is for the goroutine that sends; false: there
	// are none, or nobody can tell without waiting.
	take(b *batch) bool
	// send lets everything in out leave, burst by burst, and counts what could not.
	send(out *sfu.Out)
	// write sends one datagram, apart from any turn.
	write(to netip.AddrPort, data []byte) error
	// lost tells how many datagrams the system dropped because its queue was full, and how many could not be sent.
	lost() (received, sent uint64)
	// crowded tells how many of those that could not be sent found no room in this socket's own queue; 0 where nobody knows.
	crowded() uint64
	addr() netip.AddrPort
	close() error
}

// listenUDP opens a socket on the address. network "udp" with no host means IPv6 and IPv4 on one socket, or IPv4 alone
// where the system has no IPv6.
func listenUDP(lc net.ListenConfig, listen string) (*net.UDPConn, error) {
	pc, err := lc.ListenPacket(context.Background(), "udp", listen)
	if err != nil {
		return nil, fmt.Errorf("listening for media on udp %s: %w", listen, err)
	}
	return pc.(*net.UDPConn), nil
}

// localAddr is where the connection is bound.
func localAddr(c *net.UDPConn) netip.AddrPort {
	a := c.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// withPort is the listen address with the port that the system chose.
func withPort(listen string, port uint16) (string, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("media address %q: %w", listen, err)
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port))), nil
}
