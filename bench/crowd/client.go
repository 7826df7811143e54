//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v3"
)

const (
	checkPause   = 50 * time.Millisecond // between checks before the first is answered
	consentPause = 4 * time.Second       // and after it (RFC 7675 §5.1: 5 s, varied)
	// connectTimeout ends ICE and DTLS that get nowhere.
	connectTimeout = 20 * time.Second
)

// client is one media endpoint. Its hub's lock guards what is received; the rest is settled before media flows.
type client struct {
	hub        *hub
	ip         [4]byte
	ufrag, pwd string

	server                 netip.AddrPort
	remoteUfrag, remotePwd string
	controlled             bool          // the server offered, and chooses the path
	answered               chan struct{} // the first check was
	alive                  atomic.Bool
	handshake              chan []byte
	opens, seals           *srtp.Context // nil before the handshake
	sealing                sync.Mutex    // sound and picture are sent by a goroutine each
	open                   func(packet []byte) (payload []byte, ok bool)
	sound, picture         *outgoing // of a sender
	first                  chan struct{}
	gotFirst               bool
	streams                []*incoming
	last                   *incoming
	count                  int // packets, to choose those to open
	scratch                []byte
}

func (h *hub) newClient(ip [4]byte) *client {
	c := &client{
		hub: h, ip: ip, ufrag: random(8), pwd: random(24), answered: make(chan struct{}),
		handshake: make(chan []byte, 64), first: make(chan struct{}),
	}
	h.mu.Lock()
	h.clients[ip] = c
	h.mu.Unlock()
	return c
}

// address is where the client is reached.
func (c *client) address() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4(c.ip), c.hub.port)
}

// receive takes a datagram. The hub holds its lock.
func (c *client) receive(now time.Time, data []byte) {
	switch {
	case len(data) < 4:
	case data[0] < 4:
		c.receiveCheck(data)
	case data[0] < 64:
		select {
		case c.handshake <- bytes.Clone(data):
		default: // repeated by DTLS
		}
	case data[0] < 192 && data[0] >= 128 && data[1] >= 192 && data[1] < 224:
		c.receiveReport(data)
	case data[0] < 192 && data[0] >= 128:
		c.receiveMedia(now, data)
	}
}

// receiveCheck takes an answer to our checks, or answers one of a server that is no ICE-lite.
func (c *client) receiveCheck(data []byte) {
	m := &stun.Message{Raw: bytes.Clone(data)}
	if m.Decode() != nil {
		return
	}
	switch m.Type {
	case stun.BindingSuccess:
		if c.alive.CompareAndSwap(false, true) {
			close(c.answered)
		}
	case stun.BindingRequest:
		a := c.server
		answer, err := stun.Build(m, stun.BindingSuccess, &stun.XORMappedAddress{IP: a.Addr().AsSlice(), Port: int(a.Port())},
			stun.NewShortTermIntegrity(c.pwd), stun.Fingerprint)
		if err == nil {
			c.hub.send(c.ip, c.server, answer.Raw)
		}
	}
}

// check sends checks for as long as ctx lasts.
func (c *client) check(ctx context.Context) {
	for {
		setters := []stun.Setter{
			stun.TransactionID, stun.BindingRequest, stun.NewUsername(c.remoteUfrag + ":" + c.ufrag),
			stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x7e, 0xff, 0xff, 0xff}},
		}
		tie := []byte{0, 0, 0, 0, 0, 0, 0, 1}
		if c.controlled {
			setters = append(setters, stun.RawAttribute{Type: stun.AttrICEControlled, Value: tie})
		} else {
			setters = append(setters, stun.RawAttribute{Type: stun.AttrICEControlling, Value: tie}, stun.RawAttribute{Type: stun.AttrUseCandidate})
		}
		m, err := stun.Build(append(setters, stun.NewShortTermIntegrity(c.remotePwd), stun.Fingerprint)...)
		if err != nil {
			panic(err) // nothing in it comes from outside
		}
		c.hub.send(c.ip, c.server, m.Raw)
		pause := checkPause
		if c.alive.Load() {
			pause = consentPause
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// connect takes the client from an answer to SRTP keys.
func (c *client) connect(ctx context.Context, r remote) error {
	c.server, c.remoteUfrag, c.remotePwd = r.address, r.ufrag, r.pwd
	go c.check(ctx) // ends with ctx
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	select {
	case <-c.answered:
	case <-ctx.Done():
		return errors.New("no answer to ICE checks")
	}
	d, err := dtls.ClientWithOptions(&pipe{client: c, closed: make(chan struct{})}, net.UDPAddrFromAddrPort(c.server),
		dtls.WithCertificates(certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequestExtendedMasterSecret), dtls.WithInsecureSkipVerify(true),
		dtls.WithLoggerFactory(&logging.DefaultLoggerFactory{Writer: io.Discard}))
	if err != nil {
		return err
	}
	if err := d.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("DTLS: %w", err)
	}
	return c.takeKeys(d)
}

func (c *client) takeKeys(d *dtls.Conn) error {
	chosen, _ := d.SelectedSRTPProtectionProfile()
	state, ok := d.ConnectionState()
	if !ok || chosen == 0 {
		return errors.New("DTLS agreed on no SRTP profile")
	}
	k := srtp.Config{Profile: srtp.ProtectionProfile(chosen)}
	if err := k.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return err
	}
	opens, err := srtp.CreateContext(k.Keys.RemoteMasterKey, k.Keys.RemoteMasterSalt, k.Profile)
	if err != nil {
		return err
	}
	seals, err := srtp.CreateContext(k.Keys.LocalMasterKey, k.Keys.LocalMasterSalt, k.Profile)
	if err != nil {
		return err
	}
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.opens, c.seals = opens, seals
	c.open = c.openSRTP
	return nil
}

// pipe is the net.PacketConn under a handshake. DTLS repeats what is lost by itself; nothing here needs a deadline.
type pipe struct {
	*client
	closed chan struct{}
}

func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case data := <-p.handshake:
		return copy(b, data), net.UDPAddrFromAddrPort(p.server), nil
	case <-p.closed:
		return 0, nil, net.ErrClosed
	}
}

func (p *pipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	p.hub.send(p.ip, p.server, b)
	return len(b), nil
}

func (p *pipe) Close() error                     { close(p.closed); return nil }
func (p *pipe) LocalAddr() net.Addr              { return net.UDPAddrFromAddrPort(p.address()) }
func (p *pipe) SetDeadline(time.Time) error      { return nil }
func (p *pipe) SetReadDeadline(time.Time) error  { return nil }
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }
