package media

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"

	"noom/internal/sfu"
)

const (
	// maxHandshakes bounds the handshakes under way on a node, each three goroutines and some 60 KiB. One more pushes
	// out the oldest: honest ones take a few round trips, so the oldest of so many is the least likely to be one.
	maxHandshakes = 512
	// handshakeTimeout ends a handshake that gets nowhere. Browsers give up within a minute; with 10 s a
	// flood of half handshakes is gone long before 30 s.
	handshakeTimeout = 10 * time.Second
	// flightInterval is when an unanswered flight is sent again, doubling. A third of a second is beyond the
	// round trip of most paths; RFC 6347 §4.2.4.1's 1 s would make a lost packet felt at every join.
	flightInterval = 300 * time.Millisecond
	// dtlsMTU keeps flights below the path MTU of any access network.
	dtlsMTU = 1200
)

// srtpLabel asks the exporter for SRTP keys (RFC 5764 §4.2).
const srtpLabel = "EXTRACTOR-dtls_srtp"

// errPushedOut ends the oldest handshake when there are too many.
var errPushedOut = errors.New("too many handshakes at once")

// handshake is one DTLS handshake under way. Its worker feeds it; it runs on its own goroutine.
type handshake struct {
	conn   *handshakeConn
	cancel context.CancelCauseFunc
}

// handshakes are those under way on a node, the oldest first.
type handshakes struct {
	mu    sync.Mutex
	queue []*handshake
}

// add makes room for a handshake and takes it in.
func (q *handshakes) add(h *handshake) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) >= maxHandshakes {
		q.queue[0].cancel(errPushedOut)
		q.queue = slices.Delete(q.queue, 0, 1)
	}
	q.queue = append(q.queue, h)
}

func (q *handshakes) remove(h *handshake) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.queue, h); i >= 0 {
		q.queue = slices.Delete(q.queue, i, i+1)
	}
}

func (q *handshakes) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.queue)
}

// established is what a finished handshake leaves to its peer.
type established struct {
	keys sfu.Keys
	// lastFlight is our final flight. A peer that missed it sends its own again, and gets these very records:
	// those it has already are replays to it, those it has not are new.
	lastFlight [][]byte
	// farewell is a close_notify, sealed in advance, for when the peer is removed.
	farewell [][]byte
	rtt      time.Duration // how long the peer took to answer our first flight; includes its own work
}

// shake runs the handshake as server and leaves nothing running.
func (e *Engine) shake(ctx context.Context, conn *handshakeConn, p *sfu.PeerParams) (established, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	verify := func(certs [][]byte, _ [][]*x509.Certificate) error {
		if len(certs) == 0 {
			return errWrongFingerprint
		}
		return checkFingerprint(p.FingerprintHash, p.Fingerprint, certs[0])
	}
	c, err := dtls.ServerWithOptions(conn, net.UDPAddrFromAddrPort(conn.addr()),
		dtls.WithCertificates(e.certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), // RFC 7627
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		dtls.WithVerifyPeerCertificate(verify),
		dtls.WithInsecureSkipVerifyHello(true), // ICE has proven the address, so a cookie would only cost a round trip
		dtls.WithFlightInterval(flightInterval),
		dtls.WithMTU(dtlsMTU),
		dtls.WithLoggerFactory(silent),
	)
	if err != nil {
		return established{}, fmt.Errorf("preparing the handshake: %w", err)
	}
	defer c.Close() // a second Close does nothing
	if err := c.HandshakeContext(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return established{}, fmt.Errorf("handshake: %w", err)
	}
	keys, err := srtpKeys(c)
	if err != nil {
		return established{}, err
	}
	conn.part()
	if err := c.Close(); err != nil {
		return established{}, fmt.Errorf("parting from the handshake: %w", err)
	}
	done := conn.kept()
	done.keys = keys
	return done, nil
}

// silent keeps pion's own log, which hostile bytes could fill, off standard error.
var silent = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}

// srtpKeys exports the keying material (RFC 5764 §4.2; lengths from RFC 3711 §8.2 and RFC 7714 §12).
func srtpKeys(c *dtls.Conn) (sfu.Keys, error) {
	profile, ok := c.SelectedSRTPProtectionProfile()
	if !ok {
		return sfu.Keys{}, errors.New("peer does not speak SRTP")
	}
	const key = 16
	salt := 12
	if profile == dtls.SRTP_AES128_CM_HMAC_SHA1_80 {
		salt = 14
	}
	state, ok := c.ConnectionState()
	if !ok {
		return sfu.Keys{}, errors.New("handshake has no state")
	}
	m, err := state.ExportKeyingMaterial(srtpLabel, nil, 2*(key+salt))
	if err != nil {
		return sfu.Keys{}, fmt.Errorf("exporting SRTP keys: %w", err)
	}
	return sfu.Keys{
		Profile:   uint16(profile),
		RemoteKey: m[:key], LocalKey: m[key : 2*key], // the client's come first, and the peer is the client
		RemoteSalt: m[2*key : 2*key+salt], LocalSalt: m[2*key+salt:],
	}, nil
}
