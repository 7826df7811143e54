//go:build !portable

package media

import (
	"fmt"
	"testing"

	"noom/internal/sfu"
)

// BenchmarkSend sends a video frame's packets to each of 50 viewers: one write per packet, sendmmsg, and sendmmsg with
// GSO. Nobody reads: the receivers' queues overflow, as with a null device, after they have cost what they cost.
func BenchmarkSend(b *testing.B) {
	for _, frame := range []int{1, 5} {
		var out sfu.Out
		for id := range 50 {
			c := listenLocal(b)
			for n := range frame {
				out.Append(sfu.PeerID(id+1), localAddr(c), numbered(n, 1162))
			}
		}
		for _, way := range []struct {
			name string
			open func(b *testing.B) socket
		}{
			{"write", func(b *testing.B) socket { return openOne(b, openPortable, ":0") }},
			{"sendmmsg", func(b *testing.B) socket { return openWithGSO(b, false) }},
			{"gso", func(b *testing.B) socket { return openWithGSO(b, true) }},
		} {
			b.Run(fmt.Sprintf("frame=%d/%s", frame, way.name), func(b *testing.B) {
				s := way.open(b)
				b.ReportAllocs()
				for b.Loop() {
					s.send(&out)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*50*frame), "ns/packet")
				if _, failed := s.lost(); failed > 0 {
					b.Errorf("%d packets failed", failed)
				}
			})
		}
	}
}

func openWithGSO(b *testing.B, gso bool) socket {
	b.Helper()
	s := openOne(b, openSockets, ":0").(*linuxSocket)
	if gso && !s.tx.gso {
		b.Skip("no GSO here")
	}
	s.tx.gso = gso
	return s
}

func TestPacketsThatTheKernelRefusesToSegmentLeaveOneByOne(t *testing.T) {
	s := openOne(t, openSockets, "127.0.0.1:0").(*linuxSocket)
	c := listenLocal(t)
	const count = 140 // 140 000 bytes: more than a GSO message may hold, so the kernel refuses it whole
	s.tx.open(localAddr(c))
	for n := range count {
		s.tx.add(numbered(n, 1000))
	}
	s.flush()
	got := make([]byte, 2000)
	for n := range count {
		if m, _, err := c.ReadFromUDPAddrPort(got); err != nil || m != 1000 {
			t.Fatalf("packet %d: %d bytes, %v", n, m, err)
		}
	}
	if _, failed := s.lost(); failed != 0 {
		t.Errorf("%d packets failed", failed)
	}
}
