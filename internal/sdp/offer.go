package sdp

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	pion "github.com/pion/sdp/v3"
)

// offer is what a peer asks for.
type offer struct {
	version  uint64 // of the session (RFC 8866 §5.2)
	bundle   []string
	sections []*section

	ufrag, pwd      string
	fingerprintHash string
	fingerprint     []byte
}

// section is one m-line with its attributes.
type section struct {
	media, proto string
	formats      []string
	mid          string
	stopped      bool // port 0, and not because it is bundled
	sends, gets  bool
	attributes   attributes

	settled
}

// attributes are the a-lines of a section, or of the session.
type attributes []pion.Attribute

// first gives the value of the first attribute of this name.
func (a attributes) first(key string) string {
	for _, l := range a {
		if l.Key == key {
			return l.Value
		}
	}
	return ""
}

func (a attributes) has(key string) bool {
	return slices.ContainsFunc(a, func(l pion.Attribute) bool { return l.Key == key })
}

// readOffer reads an offer and checks what holds for all of it.
func readOffer(text string) (*offer, error) {
	var d pion.SessionDescription
	if err := d.UnmarshalString(text); err != nil {
		return nil, Error{"The offer is not a session description."}
	}
	if len(d.MediaDescriptions) > maxMLines {
		return nil, refuse("The offer has more than %d m-lines.", maxMLines)
	}
	o := &offer{version: d.Origin.SessionVersion}
	for _, a := range d.Attributes {
		if group, found := strings.CutPrefix(a.Value, "BUNDLE"); found && a.Key == "group" && o.bundle == nil {
			o.bundle = strings.Fields(group)
		}
	}
	seen := make(map[string]bool)
	for _, m := range d.MediaDescriptions {
		s := readSection(m)
		if s.mid != "" && seen[s.mid] {
			return nil, refuse("Two m-lines of the offer have the mid %q.", s.mid)
		}
		seen[s.mid] = true
		o.sections = append(o.sections, s)
	}
	return o, o.readTransport(d.Attributes)
}

func readSection(m *pion.MediaDescription) *section {
	s := &section{
		media:      m.MediaName.Media,
		proto:      strings.Join(m.MediaName.Protos, "/"),
		formats:    m.MediaName.Formats,
		attributes: m.Attributes,
	}
	if mid := s.attributes.first("mid"); token(mid, 32) {
		s.mid = mid
	}
	s.stopped = m.MediaName.Port.Value == 0 && !s.attributes.has("bundle-only")
	switch { // RFC 8866 §6.7: sendrecv unless said otherwise
	case s.attributes.has("sendonly"):
		s.sends = true
	case s.attributes.has("recvonly"):
		s.gets = true
	case !s.attributes.has("inactive"):
		s.sends, s.gets = true, true
	}
	return s
}

// readTransport reads what the bundle's one transport needs. The m-line that is first in the group has it, or the session.
func (o *offer) readTransport(session attributes) error {
	var tagged attributes
	if len(o.bundle) == 0 {
		return Error{"The offer must bundle its m-lines (a=group:BUNDLE)."}
	}
	for _, s := range o.sections {
		if s.mid == o.bundle[0] {
			tagged = s.attributes
		}
	}
	from := func(key string) string {
		if v := tagged.first(key); v != "" {
			return v
		}
		return session.first(key)
	}
	o.ufrag, o.pwd = from("ice-ufrag"), from("ice-pwd")
	// RFC 8839 §5.4.
	if len(o.ufrag) < 4 || len(o.ufrag) > 256 || len(o.pwd) < 22 || len(o.pwd) > 256 {
		return Error{"The offer has no ICE credentials (a=ice-ufrag, a=ice-pwd)."}
	}
	if setup := from("setup"); setup != "actpass" && setup != "active" {
		return Error{"The offer must let the peer begin the DTLS handshake (a=setup:actpass)."}
	}
	o.readFingerprint(append(slices.Clone(tagged), session...))
	if o.fingerprint == nil {
		return Error{"The offer has no certificate fingerprint that can be checked (a=fingerprint:sha-256)."}
	}
	return nil
}

// hashes are those that a certificate may be named with, and their lengths in bytes (RFC 8122 §5). SHA-1 is not among
// them: it can be forged.
var hashes = map[string]int{"sha-256": 32, "sha-384": 48, "sha-512": 64}

func (o *offer) readFingerprint(all attributes) {
	for _, a := range all {
		if a.Key != "fingerprint" {
			continue
		}
		hash, value, _ := strings.Cut(a.Value, " ")
		hash = strings.ToLower(hash)
		sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(value), ":", ""))
		if err == nil && hashes[hash] != 0 && len(sum) == hashes[hash] {
			o.fingerprintHash, o.fingerprint = hash, sum
			return
		}
	}
}

// token tells whether a string is 1 to most characters of RFC 8866's token, so that it may stand in our answer.
func token(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7F || strings.IndexByte(`"(),/:;<=>?@[\]`, c) >= 0 {
			return false
		}
	}
	return true
}

// number reads a decimal of at most so much; ok is false for anything else.
func number(s string, most uint64) (n uint64, ok bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil && n <= most
}
