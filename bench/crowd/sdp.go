//go:build linux

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// remote is what a server's description says of its transport and of what it sends.
type remote struct {
	address    netip.AddrPort
	ufrag, pwd string
	ssrcs      []uint32
	mids       []string
	media      []string // "audio" or "video", by m-line
}

// readRemote reads the lines that matter of a description.
func readRemote(text string) (r remote, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "a="), ":")
		fields := strings.Fields(value)
		switch {
		case strings.HasPrefix(line, "m="):
			r.media = append(r.media, strings.Fields(line[2:])[0])
		case key == "mid":
			r.mids = append(r.mids, value)
		case key == "ice-ufrag":
			r.ufrag = value
		case key == "ice-pwd":
			r.pwd = value
		case key == "candidate" && len(fields) > 5 && strings.EqualFold(fields[2], "udp") && !r.address.IsValid():
			ip, e := netip.ParseAddr(fields[4])
			port, e2 := strconv.ParseUint(fields[5], 10, 16)
			if e == nil && e2 == nil && ip.Is4() {
				r.address = netip.AddrPortFrom(ip, uint16(port))
			}
		case key == "ssrc" && len(fields) > 0:
			n, e := strconv.ParseUint(fields[0], 10, 32)
			if ssrc := uint32(n); e == nil && (len(r.ssrcs) == 0 || r.ssrcs[len(r.ssrcs)-1] != ssrc) {
				r.ssrcs = append(r.ssrcs, ssrc)
			}
		}
	}
	if !r.address.IsValid() || r.ufrag == "" {
		return r, fmt.Errorf("the description has no IPv4 candidate or no credentials: %.200q", text)
	}
	return r, nil
}

// mline is a section of ours.
type mline struct {
	media, direction, mid string
	from                  *outgoing // nil: receives
}

// describe writes our description: an offer, or an answer to an offer of the same m-lines.
func (c *client) describe(lines []mline) string {
	var b strings.Builder
	b.WriteString("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE")
	for _, l := range lines {
		b.WriteString(" " + l.mid)
	}
	b.WriteString("\r\n")
	for _, l := range lines {
		pt, codec := opusPT, "opus/48000/2"
		if l.media == "video" {
			pt, codec = vp8PT, "VP8/90000"
		}
		fmt.Fprintf(&b, "m=%s 9 UDP/TLS/RTP/SAVPF %d\r\nc=IN IP4 %s\r\na=mid:%s\r\na=%s\r\na=rtcp-mux\r\n", l.media, pt, c.address().Addr(), l.mid, l.direction)
		fmt.Fprintf(&b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\na=setup:active\r\n", c.ufrag, c.pwd, fingerprint)
		fmt.Fprintf(&b, "a=candidate:1 1 udp 2130706431 %s %d typ host\r\na=end-of-candidates\r\n", c.address().Addr(), c.address().Port())
		fmt.Fprintf(&b, "a=rtpmap:%d %s\r\n", pt, codec)
		if l.media == "video" {
			fmt.Fprintf(&b, "a=rtcp-fb:%d nack pli\r\n", pt)
		} else {
			fmt.Fprintf(&b, "a=extmap:%d urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n", levelID)
		}
		if l.from != nil {
			fmt.Fprintf(&b, "a=ssrc:%d cname:crowd\r\na=msid:crowd %s\r\n", l.from.ssrc, l.media)
		}
	}
	return b.String()
}

// levelID is the audio level extension's.
const levelID = 1

// certificate is that of all clients, and fingerprint its hash as descriptions have it.
var certificate, fingerprint = newCertificate()

func newCertificate() (tls.Certificate, string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		panic(err) // without chance nothing works
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(cryptorand.Reader, t, t, key.Public(), key)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// random gives n characters for credentials.
func random(n int) string {
	return strings.ToLower(cryptorand.Text() + cryptorand.Text())[:n]
}
