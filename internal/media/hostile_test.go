package media_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/stun/v3"

	"noom/internal/media"
	"noom/internal/sfu"
)

// target is the engine's address.
func target(e *media.Engine) *net.UDPAddr { return net.UDPAddrFromAddrPort(e.Candidates()[0]) }

func stranger(t testing.TB) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// silent fails the test if anything has been sent to the connection. Whoever calls it has waited for an answer that the
// engine gave to something sent later.
func silent(t testing.TB, c *net.UDPConn) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 2000)
	if n, _, err := c.ReadFrom(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a stranger was sent %d bytes (%x…, %v)", n, b[:min(n, 16)], err)
	}
}

// count is how often a test does what a flood does: fewer times in a normal run, where more show nothing new.
func count(full, normal int) int {
	if os.Getenv("NOOM_FLOOD") != "" {
		return full
	}
	return normal
}

// RELIABILITY row 5.
func TestChecksWithAnUnknownUfragOrABadKeyGetNoAnswer(t *testing.T) {
	e := start(t, media.Config{Workers: 2})
	m := open(t, e)
	alice, bob := newClient(t, m, 1), newClient(t, m, 2)
	alice.join(t)
	s := stranger(t)
	ufrag := alice.params.LocalUfrag
	for i := range count(1_000_000, 20_000) {
		name := ufrag + ":" + alice.params.RemoteUfrag
		if i%2 == 0 {
			name = "nobody" + string(rune('a'+i%26)) + ":x"
		}
		msg, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(name), stun.RawAttribute{Type: stun.AttrUseCandidate},
			stun.NewShortTermIntegrity("wrong"), stun.Fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.WriteTo(msg.Raw, target(e)); err != nil {
			t.Fatal(err)
		}
	}
	bob.join(t)
	silent(t, s)
	stats, err := m.room.PeerStats(t.Context(), alice.id)
	if err != nil || stats.Address == localAddrPort(s) {
		t.Errorf("alice is at %v (%v), the stranger at %v", stats.Address, err, s.LocalAddr())
	}
}

func localAddrPort(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

// clientHello is the first flight of a DTLS client.
func clientHello(t testing.TB) []byte {
	t.Helper()
	a, b := stranger(t), stranger(t)
	ctx, cancel := context.WithCancel(t.Context())
	c, err := dtls.ClientWithOptions(a, b.LocalAddr(), dtls.WithInsecureSkipVerify(true))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // ends when it is cancelled
		defer close(done)
		_ = c.HandshakeContext(ctx)
	}()
	defer func() {
		cancel()
		<-done
		c.Close()
	}()
	hello := make([]byte, 2000)
	n, _, err := b.ReadFrom(hello)
	if err != nil {
		t.Fatal(err)
	}
	return hello[:n]
}

// RELIABILITY row 1.
func TestAClientHelloFromAnUnprovenAddressIsNotAnsweredAndHarmsNoJoin(t *testing.T) {
	e := start(t, media.Config{Workers: 2})
	m := open(t, e)
	hello := clientHello(t)
	s := stranger(t)
	ctx, cancel := context.WithCancel(t.Context())
	var flood sync.WaitGroup
	flood.Go(func() { // ends with ctx
		tick := time.NewTicker(100 * time.Microsecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			<-tick.C
			_, _ = s.WriteTo(hello, target(e))
		}
	})
	for seat := range uint32(count(1000, 10)) {
		c := newClient(t, m, seat+1)
		c.join(t)
		if err := m.room.RemovePeer(t.Context(), c.id); err != nil {
			t.Error(err)
		}
		c.close()
	}
	cancel()
	flood.Wait()
	newClient(t, m, 10_000).join(t)
	silent(t, s)
	if s := e.Stats(); s.HandshakesFailed > 0 {
		t.Errorf("%d handshakes failed", s.HandshakesFailed)
	}
}

func TestRubbishOfAllLengthsIsNotAnsweredAndHarmsNobody(t *testing.T) {
	e := start(t, media.Config{Workers: 2})
	m := open(t, e)
	alice := newClient(t, m, 1)
	alice.join(t)
	s := stranger(t)
	b := make([]byte, 1600)
	for n := range 1600 {
		_, _ = rand.Read(b[:n])
		if n > 8 && n%3 == 0 {
			binary.BigEndian.PutUint32(b[4:], 0x2112A442)
			b[0] &= 3
		}
		for _, c := range []net.PacketConn{s, alice.socket.UDPConn} {
			if _, err := c.WriteTo(b[:n], target(e)); err != nil {
				t.Fatal(err)
			}
		}
	}
	bob := newClient(t, m, 2)
	bob.join(t)
	silent(t, s)
	alice.let(t, sfu.Microphone, sfu.On)
	alice.publish()
	bob.next(t, "voice", func(received) bool { return true })
	if n := e.Stats().Panics; n > 0 {
		t.Errorf("%d panics", n)
	}
}

// halfShake makes a peer that proves its address, sends a ClientHello, and then nothing.
func halfShake(t testing.TB, m *meeting, from *net.UDPConn, hello []byte, number int) sfu.PeerID {
	t.Helper()
	p := sfu.PeerParams{
		LocalUfrag: fmt.Sprintf("half%06d", number), LocalPwd: "0123456789012345678901",
		RemoteUfrag: "theirs", RemotePwd: "0123456789012345678901",
		FingerprintHash: "sha-256", Fingerprint: make([]byte, 32),
	}
	id, err := m.room.AddPeer(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(p.LocalUfrag+":"+p.RemoteUfrag),
		stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(p.LocalPwd), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{msg.Raw, hello} {
		if _, err := from.WriteTo(b, target(m.engine)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := from.ReadFrom(make([]byte, 2000)); err != nil { // an answer to the check, then a flight
			t.Fatal(err)
		}
	}
	return id
}

// RELIABILITY row 2. NOOM_FLOOD takes the full number, and also waits until all of it has gone.
func TestHalfHandshakesAreBoundedAndHarmNoJoin(t *testing.T) {
	e := start(t, media.Config{Workers: 2})
	m := open(t, e)
	hello := clientHello(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := 0
	for n := range count(10_000, 600) {
		s := stranger(t) // stays open: a live peer's address is refused to others
		if err := s.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		halfShake(t, m, s, hello, n)
		most = max(most, e.Stats().Handshaking)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if most > 512 {
		t.Errorf("%d handshakes at once, want at most 512", most)
	}
	grown := (after.HeapAlloc + after.StackInuse - before.HeapAlloc - before.StackInuse) >> 20
	t.Logf("%d handshakes at once, memory grew by %d MiB", most, grown)
	if grown > 64 && before.HeapAlloc < after.HeapAlloc {
		t.Errorf("memory grew by %d MiB, want at most 64", grown)
	}
	newClient(t, m, 1).join(t)
	if os.Getenv("NOOM_FLOOD") == "" {
		return
	}
	tick, late := time.NewTicker(100*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for e.Stats().Handshaking > 0 {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d handshakes are left after 30 s", e.Stats().Handshaking)
		}
	}
}

// Who can forge the source of a datagram, and holds credentials of a peer of their own, must not turn another's media off.
func TestACheckThatSeemsToComeFromAnotherPeerTakesNothingFromIt(t *testing.T) {
	m := open(t, start(t, media.Config{Workers: 2}))
	alice, mallory, carol := newClient(t, m, 1), newClient(t, m, 2), newClient(t, m, 3)
	for _, c := range []*client{alice, mallory, carol} {
		c.join(t) // the first and the third on one worker, the second on the other
	}
	alice.let(t, sfu.Microphone, sfu.On)
	alice.publish()
	voice := func(r received) bool { return carol.slot(r.mid).Audio }
	carol.next(t, "voice", voice)
	p := mallory.params
	check, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(p.LocalUfrag+":"+p.RemoteUfrag),
		stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(p.LocalPwd), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alice.socket.WriteTo(check.Raw, target(m.engine)); err != nil {
		t.Fatal(err)
	}
	m.await("forged path", func(e media.Event) bool {
		return e.Kind == media.PathFound && e.Peer == mallory.id && e.Address.Port() == localAddrPort(alice.socket.UDPConn).Port()
	})
	for len(carol.packets) > 0 {
		<-carol.packets
	}
	for range 50 {
		carol.next(t, "voice after the forged check", voice)
	}
}
