package media

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"noom/internal/sfu"
)

// kinds are the sockets that every test of this file holds for.
var kinds = []struct {
	name string
	open func(listen string, workers int) ([]socket, error)
}{
	{"native", openSockets},
	{"portable", openPortable},
}

func openOne(t testing.TB, open func(string, int) ([]socket, error), listen string) socket {
	t.Helper()
	s, err := open(listen, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s[0].close(); err != nil {
			t.Error(err)
		}
	})
	return s[0]
}

// loopback is the socket's address as one of this machine would write to it.
func loopback(s socket) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.addr().Port())
}

func listenLocal(t testing.TB) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetReadBuffer(socketBuffer); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// numbered is a packet of some size that carries its number.
func numbered(n, size int) []byte {
	p := bytes.Repeat([]byte{byte(n)}, size)
	binary.BigEndian.PutUint32(p, uint32(n))
	return p
}

func TestEveryPacketOfEveryBurstArrivesWholeAndInOrder(t *testing.T) {
	sizes := []int{1200, 1200, 1200, 1200, 700, 90, 90, 1100, 1200, 1200, 50, 60, 70}
	for _, kind := range kinds {
		for _, listen := range []string{":0", "127.0.0.1:0"} {
			t.Run(kind.name+" on "+listen, func(t *testing.T) {
				s := openOne(t, kind.open, listen)
				peers := []*net.UDPConn{listenLocal(t), listenLocal(t)}
				var out sfu.Out
				for id, c := range peers {
					for n, size := range sizes {
						out.Append(sfu.PeerID(id+1), localAddr(c), numbered(n, size))
					}
				}
				s.send(&out)
				for _, c := range peers {
					for n, size := range sizes {
						got := make([]byte, 2000)
						m, from, err := c.ReadFromUDPAddrPort(got)
						if err != nil {
							t.Fatal(err)
						}
						if !bytes.Equal(got[:m], numbered(n, size)) {
							t.Fatalf("packet %d arrived as %d bytes %x…", n, m, got[:4])
						}
						if from.Port() != s.addr().Port() {
							t.Errorf("packet came from port %d, want %d", from.Port(), s.addr().Port())
						}
					}
				}
				if _, failed := s.lost(); failed != 0 {
					t.Errorf("%d packets failed", failed)
				}
			})
		}
	}
}

func TestOneSocketSpeaksIPv4AndIPv6(t *testing.T) {
	six, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
	if err != nil {
		t.Skip("no IPv6 here")
	}
	defer six.Close()
	if err := six.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			s := openOne(t, kind.open, ":0")
			peers := []*net.UDPConn{six, listenLocal(t)}
			var out sfu.Out
			b := newBatch(make(chan *batch, 1))
			for i, c := range peers {
				to := netip.AddrPortFrom(localAddr(c).Addr(), s.addr().Port())
				if _, err := c.WriteToUDPAddrPort(numbered(i, 100), to); err != nil {
					t.Fatal(err)
				}
				if err := s.read(b); err != nil {
					t.Fatal(err)
				}
				if b.n != 1 || b.from[0] != localAddr(c) {
					t.Fatalf("%d datagrams from %v, want one from %v", b.n, b.from[0], localAddr(c))
				}
				out.Append(sfu.PeerID(i+1), b.from[0], numbered(i, 100))
			}
			s.send(&out)
			for i, c := range peers {
				got := make([]byte, 2000)
				if n, _, err := c.ReadFromUDPAddrPort(got); err != nil || !bytes.Equal(got[:n], numbered(i, 100)) {
					t.Errorf("%v got %x…, %v", c.LocalAddr(), got[:4], err)
				}
			}
		})
	}
}

func TestMorePacketsThanOneSystemCallTakesArrive(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			s := openOne(t, kind.open, "127.0.0.1:0")
			c := listenLocal(t)
			const count = 1500
			var out sfu.Out
			for n := range count {
				out.Append(sfu.PeerID(n/100+1), localAddr(c), numbered(n, 100+n%3))
			}
			s.send(&out)
			got := make([]byte, 2000)
			for n := range count {
				m, _, err := c.ReadFromUDPAddrPort(got)
				if err != nil {
					t.Fatalf("after %d packets: %v", n, err)
				}
				if !bytes.Equal(got[:m], numbered(n, 100+n%3)) {
					t.Fatalf("packet %d came as %d", n, binary.BigEndian.Uint32(got))
				}
			}
		})
	}
}

func TestAPacketThatCannotLeaveIsCountedAndHoldsUpNoOther(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			s := openOne(t, kind.open, "127.0.0.1:0")
			c := listenLocal(t)
			var out sfu.Out
			out.Append(1, netip.MustParseAddrPort("[2001:db8::1]:9"), numbered(0, 100)) // IPv6 on an IPv4 socket
			out.Append(2, localAddr(c), numbered(1, 100))
			s.send(&out)
			got := make([]byte, 2000)
			if m, _, err := c.ReadFromUDPAddrPort(got); err != nil || m != 100 {
				t.Fatalf("read %d bytes, %v", m, err)
			}
			if _, failed := s.lost(); failed != 1 {
				t.Errorf("%d packets counted as failed, want 1", failed)
			}
		})
	}
}

func TestReadGivesSenderAndBytes(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			s := openOne(t, kind.open, ":0")
			c := listenLocal(t)
			const count = 100
			for n := range count {
				if _, err := c.WriteToUDPAddrPort(numbered(n, 50+n), loopback(s)); err != nil {
					t.Fatal(err)
				}
			}
			b := newBatch(make(chan *batch, 1))
			for n := 0; n < count; {
				if err := s.read(b); err != nil {
					t.Fatal(err)
				}
				for i := range b.n {
					if b.from[i] != localAddr(c) {
						t.Fatalf("datagram %d from %v, want %v", n, b.from[i], localAddr(c))
					}
					if !bytes.Equal(b.at(i), numbered(n, 50+n)) {
						t.Fatalf("datagram %d came as %x… (%d bytes)", n, b.at(i)[:4], len(b.at(i)))
					}
					n++
				}
			}
		})
	}
}

func TestSendingABatchAllocatesNothing(t *testing.T) {
	s := openOne(t, openSockets, ":0")
	c := listenLocal(t)
	to := localAddr(c)
	var out sfu.Out
	for n := range 200 {
		out.Append(sfu.PeerID(n/5+1), to, numbered(n, 1000))
	}
	if n := testing.AllocsPerRun(20, func() { s.send(&out) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestReadingABatchAllocatesNothing(t *testing.T) {
	s := openOne(t, openSockets, ":0")
	c := listenLocal(t)
	b := newBatch(make(chan *batch, 1))
	data, to := numbered(1, 1000), loopback(s)
	n := testing.AllocsPerRun(50, func() {
		if _, err := c.WriteToUDPAddrPort(data, to); err != nil {
			t.Fatal(err)
		}
		if err := s.read(b); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
