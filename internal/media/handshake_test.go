package media

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/dtls/v3"

	"noom/internal/sfu"
)

// dtlsPair is a handshake of ours on one socket and a pion client on another.
type dtlsPair struct {
	engine *Engine
	socket socket
	client *net.UDPConn
	conn   *handshakeConn
}

func newDTLSPair(t *testing.T) *dtlsPair {
	t.Helper()
	certificate, err := newCertificate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	p := &dtlsPair{engine: &Engine{certificate: certificate}, client: listenLocal(t)}
	p.socket = openOne(t, openSockets, "127.0.0.1:0")
	p.conn = newHandshakeConn(p.socket, localAddr(p.client))
	go func() { // ends when the socket is closed
		b := newBatch(make(chan *batch, 1))
		for p.socket.read(b) == nil {
			for i := range b.n {
				p.conn.deliver(b.at(i))
			}
		}
	}()
	return p
}

// dial is the client's side.
func (p *dtlsPair) dial(ctx context.Context, t *testing.T, certificate tls.Certificate, profiles ...dtls.SRTPProtectionProfile) (*dtls.Conn, error) {
	t.Helper()
	c, err := dtls.ClientWithOptions(p.client, net.UDPAddrFromAddrPort(p.socket.addr()),
		dtls.WithCertificates(certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithSRTPProtectionProfiles(profiles...), dtls.WithFlightInterval(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, c.HandshakeContext(ctx)
}

func clientCertificate(t *testing.T) (tls.Certificate, sfu.PeerParams) {
	t.Helper()
	c, err := newCertificate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(c.Certificate[0])
	return c, sfu.PeerParams{FingerprintHash: "sha-256", Fingerprint: sum[:]}
}

type shaken struct {
	established
	err error
}

func (p *dtlsPair) shake(ctx context.Context, params sfu.PeerParams) <-chan shaken {
	done := make(chan shaken, 1)
	go func() { // ends with the handshake
		e, err := p.engine.shake(ctx, p.conn, &params)
		done <- shaken{e, err}
	}()
	return done
}

func TestBothSidesOfAHandshakeHaveTheSameKeys(t *testing.T) {
	gcm, sha1 := dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80
	tests := []struct {
		name    string
		offered []dtls.SRTPProtectionProfile
		want    dtls.SRTPProtectionProfile
		salt    int
	}{
		{"a client that prefers SHA1, as Chromium does, gets GCM", []dtls.SRTPProtectionProfile{sha1, gcm}, gcm, 12},
		{"a client that knows only SHA1 gets it", []dtls.SRTPProtectionProfile{sha1}, sha1, 14},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newDTLSPair(t)
			certificate, params := clientCertificate(t)
			server := p.shake(t.Context(), params)
			c, err := p.dial(t.Context(), t, certificate, tt.offered...)
			if err != nil {
				t.Fatal(err)
			}
			got := <-server
			if got.err != nil {
				t.Fatal(got.err)
			}
			state, _ := c.ConnectionState()
			m, err := state.ExportKeyingMaterial(srtpLabel, nil, 2*(16+tt.salt))
			if err != nil {
				t.Fatal(err)
			}
			want := sfu.Keys{
				Profile: uint16(tt.want), RemoteKey: m[:16], LocalKey: m[16:32],
				RemoteSalt: m[32 : 32+tt.salt], LocalSalt: m[32+tt.salt:],
			}
			if diff := cmp.Diff(want, got.keys); diff != "" {
				t.Error(diff)
			}
			if got.rtt <= 0 {
				t.Error("round trip not measured")
			}
		})
	}
}

func TestTheFarewellTellsThePeerThatWeAreGone(t *testing.T) {
	p := newDTLSPair(t)
	certificate, params := clientCertificate(t)
	server := p.shake(t.Context(), params)
	c, err := p.dial(t.Context(), t, certificate, dtls.SRTP_AEAD_AES_128_GCM)
	if err != nil {
		t.Fatal(err)
	}
	got := <-server
	if len(got.farewell) != 1 {
		t.Fatalf("%d farewell records, %v", len(got.farewell), got.err)
	}
	if err := p.socket.write(localAddr(p.client), got.farewell[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 100)); !errors.Is(err, io.EOF) {
		t.Errorf("client reads %v, want the end", err)
	}
}

func TestAClientThatMissedTheLastFlightIsServedByTheKeptOne(t *testing.T) {
	p := newDTLSPair(t)
	certificate, params := clientCertificate(t)
	lossy := &lossySocket{socket: p.socket}
	p.conn.socket = lossy // everything of the last flight is lost on its way out
	server := p.shake(t.Context(), params)
	type dialled struct{ err error }
	client := make(chan dialled, 1)
	go func() { // ends with the handshake
		_, err := p.dial(t.Context(), t, certificate, dtls.SRTP_AEAD_AES_128_GCM)
		client <- dialled{err}
	}()
	got := <-server
	if got.err != nil {
		t.Fatal(got.err)
	}
	if lossy.lostFlights == 0 {
		t.Fatal("no flight was lost: the test shows nothing")
	}
	for _, record := range got.lastFlight {
		if err := p.socket.write(localAddr(p.client), record); err != nil {
			t.Fatal(err)
		}
	}
	if d := <-client; d.err != nil {
		t.Error(d.err)
	}
}

// lossySocket loses last flights.
type lossySocket struct {
	socket
	lostFlights int
}

func (s *lossySocket) write(to netip.AddrPort, data []byte) error {
	if isLastFlight(data) {
		s.lostFlights++
		return nil
	}
	return s.socket.write(to, data)
}

func TestAWrongCertificateEndsTheHandshakeAtOnce(t *testing.T) {
	p := newDTLSPair(t)
	certificate, params := clientCertificate(t)
	params.Fingerprint[5] ^= 1
	server := p.shake(t.Context(), params)
	start := time.Now()
	if _, err := p.dial(t.Context(), t, certificate, dtls.SRTP_AEAD_AES_128_GCM); err == nil {
		t.Error("client believes that it is connected")
	}
	if got := <-server; !errors.Is(got.err, errWrongFingerprint) {
		t.Errorf("handshake ended with %v, want %v", got.err, errWrongFingerprint)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("handshake took %v to end, want at most 1 s", took)
	}
}

func TestACancelledHandshakeEnds(t *testing.T) {
	p := newDTLSPair(t)
	_, params := clientCertificate(t)
	ctx, cancel := context.WithCancel(t.Context())
	server := p.shake(ctx, params)
	cancel()
	if got := <-server; !errors.Is(got.err, context.Canceled) {
		t.Errorf("handshake ended with %v", got.err)
	}
}

func TestFingerprintsOfAllOfferedHashesAreChecked(t *testing.T) {
	der := []byte("certificate")
	s256, s384, s512 := sha256.Sum256(der), sha512.Sum384(der), sha512.Sum512(der)
	tests := []struct {
		hash string
		sum  []byte
		ok   bool
	}{
		{"sha-256", s256[:], true},
		{"sha-384", s384[:], true},
		{"sha-512", s512[:], true},
		{"sha-256", s512[:32], false},
		{"sha-256", s256[:31], false},
		{"sha-256", nil, false},
		{"sha-1", s256[:20], false},
		{"", nil, false},
	}
	for _, tt := range tests {
		if err := checkFingerprint(tt.hash, tt.sum, der); (err == nil) != tt.ok {
			t.Errorf("%s of %d bytes: %v, want ok %v", tt.hash, len(tt.sum), err, tt.ok)
		}
	}
}
