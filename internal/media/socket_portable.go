package media

import (
	"net"
	"net/netip"
	"sync/atomic"

	"noom/internal/sfu"
)

// portableSocket moves one datagram per system call with nothing but package net. It is what systems other than
// Linux use, and one socket serves all workers there: only the first worker's reader reads it.
type portableSocket struct {
	conn   *net.UDPConn
	failed atomic.Uint64
}

// openPortable opens the one shared socket.
func openPortable(listen string, workers int) ([]socket, error) {
	conn, err := listenUDP(net.ListenConfig{}, listen)
	if err != nil {
		return nil, err
	}
	// Best effort: a small buffer costs packets under load, not function.
	_ = conn.SetReadBuffer(socketBuffer)
	_ = conn.SetWriteBuffer(socketBuffer)
	shared := &portableSocket{conn: conn}
	sockets := make([]socket, workers)
	for i := range sockets {
		sockets[i] = shared
	}
	return sockets, nil
}

func (s *portableSocket) read(b *batch) error {
	n, from, err := s.conn.ReadFromUDPAddrPort(b.data[0][:])
	if err != nil {
		return err
	}
	b.n, b.size[0] = 1, n
	b.from[0] = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	return nil
}

func (s *portableSocket) take(*batch) bool { return false }

func (s *portableSocket) send(out *sfu.Out) {
	for _, burst := range out.Peers {
		for packet := range out.Packets(burst) {
			if err := s.write(burst.To, packet); err != nil {
				s.failed.Add(1)
			}
		}
	}
}

func (s *portableSocket) write(to netip.AddrPort, data []byte) error {
	_, err := s.conn.WriteToUDPAddrPort(data, to)
	return err
}

func (s *portableSocket) lost() (received, sent uint64) { return 0, s.failed.Load() }
func (s *portableSocket) crowded() uint64               { return 0 }

func (s *portableSocket) addr() netip.AddrPort { return localAddr(s.conn) }

func (s *portableSocket) close() error { return s.conn.Close() }
