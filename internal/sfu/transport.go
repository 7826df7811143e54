package sfu

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/srtp/v3"
)

const (
	// consentTimeout ends a peer without valid checks (RFC 7675 §5.1).
	consentTimeout = 30 * time.Second
	// maxAddresses are the proven addresses kept for one peer: its candidates on all its interfaces, and where it
	// roams to. The one unused for longest makes room.
	maxAddresses = 8
	// AddressHold keeps an address for the peer whose checks come from it: browsers repeat them every 2.5–6 s, so
	// after three missed ones a NAT may have given the port to someone else.
	AddressHold = 15 * time.Second
	// abandoned is how long no check has come from where a peer gets its media once it is followed to where its checks come from now,
	// whether they nominate or not. Chromium nominates with each check and sends one every 2.5 s. Firefox checks consent every 4–6 s
	// (RFC 7675 §5.1), which nominates nothing, and checks nothing else: behind a NAT that forgot it, it would get no more media.
	abandoned = 3500 * time.Millisecond
	// replayWindow in packets: three times the reordering seen on bad radio links at 300 packets/s; retransmissions have
	// sequence numbers of their own.
	replayWindow = 256
)

// address is one from which the peer's valid checks came.
type address struct {
	at    netip.AddrPort
	check time.Time // the last valid one
}

// receiveCheck answers a STUN binding request (RFC 8445 §7.3). A check with an unknown ufrag or a wrong integrity
// gets not one byte.
func (r *Router) receiveCheck(now time.Time, from netip.AddrPort, datagram []byte, out *Out) {
	if err := r.check.Parse(datagram); err != nil {
		r.counts.BadChecks++
		return
	}
	p := r.ufrags[string(r.check.Local)]
	if p == nil || p.lost {
		r.counts.BadChecks++
		return
	}
	r.sender = p
	memory := out.memory()
	if memory == nil {
		r.counts.NoMemory++
		return
	}
	reply, valid := p.agent.Answer(memory[:0], &r.check, from)
	if len(reply) == 0 {
		r.counts.BadChecks++
		return
	}
	if valid && !r.prove(now, p, from) {
		r.counts.BadChecks++
		return
	}
	out.answer(from, len(reply))
	if !valid {
		return
	}
	r.counts.Checks++
	p.consent = now
	switch {
	case p.address == from:
		out.Events = append(out.Events, Event{Kind: PeerChecked, Peer: p.id, Room: p.roomID(), Address: from})
	case r.check.UseCandidate, p.address.IsValid() && now.Sub(p.checked(p.address)) >= abandoned:
		r.nominate(now, p, from, out)
	}
}

// prove opens the address gate: from now on the peer is listened to at this address. It refuses an address at
// which another peer lives: whoever can forge source addresses must not take the packets of others.
func (r *Router) prove(now time.Time, p *peer, from netip.AddrPort) bool {
	if other := r.proven[from]; other != nil && other != p {
		if !other.lost && now.Sub(other.checked(from)) < AddressHold {
			return false
		}
		r.forget(other, from)
	}
	r.proven[from] = p
	oldest := -1
	for i := range p.addresses {
		if p.addresses[i].at == from {
			p.addresses[i].check = now
			return true
		}
		if p.addresses[i].at != p.address && (oldest < 0 || p.addresses[i].check.Before(p.addresses[oldest].check)) {
			oldest = i
		}
	}
	if len(p.addresses) == maxAddresses {
		r.forget(p, p.addresses[oldest].at)
	}
	p.addresses = append(p.addresses, address{from, now})
	return true
}

// checked tells when the last valid check came from an address.
func (p *peer) checked(at netip.AddrPort) time.Time {
	for _, a := range p.addresses {
		if a.at == at {
			return a.check
		}
	}
	return time.Time{}
}

// forget closes the gate for an address of the peer.
func (r *Router) forget(p *peer, at netip.AddrPort) {
	delete(r.proven, at)
	p.addresses = slices.DeleteFunc(p.addresses, func(a address) bool { return a.at == at })
	if p.address == at {
		p.address = netip.AddrPort{}
	}
}

// nominate makes from the address that we send to (RFC 8445 §7.3.1.5).
func (r *Router) nominate(now time.Time, p *peer, from netip.AddrPort, out *Out) {
	kind := PeerMoved
	if !p.nominated {
		p.nominated, kind = true, PeerProven
	} else if p.address != from {
		p.bandwidth.Moved()
	}
	waiting := !p.address.IsValid()
	p.address = from
	if kind == PeerMoved && now.Sub(p.spoke) > moveGap {
		r.returned(now, p)
	}
	if waiting {
		r.ready(now, p)
	}
	out.Events = append(out.Events, Event{Kind: kind, Peer: p.id, Room: p.roomID(), Address: from})
}

// checkConsent ends a peer whose checks have stopped and closes the gate for addresses it no longer uses.
func (r *Router) checkConsent(now time.Time, p *peer, out *Out) {
	for i := len(p.addresses) - 1; i >= 0; i-- {
		if a := p.addresses[i]; now.Sub(a.check) >= consentTimeout {
			r.forget(p, a.at)
		}
	}
	if now.Sub(p.consent) < consentTimeout {
		r.wake(p, p.consent.Add(consentTimeout))
		return
	}
	p.lost = true
	p.address = netip.AddrPort{}
	out.Events = append(out.Events, Event{Kind: PeerLost, Peer: p.id, Room: p.roomID(), Reason: "no valid check for 30 s"})
}

// SetKeys gives the keys that the handshake agreed: media flows from now on. A later call replaces them by others.
func (r *Router) SetKeys(now time.Time, id PeerID, k Keys) error {
	p := r.peers[id]
	if p == nil {
		return fmt.Errorf("setting keys: no peer %d", id)
	}
	profile := srtp.ProtectionProfile(k.Profile)
	switch profile {
	case srtp.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAes128CmHmacSha1_80:
	default:
		return fmt.Errorf("setting keys: SRTP profile %#04x was not offered", k.Profile)
	}
	opens, err := srtp.CreateContext(k.RemoteKey, k.RemoteSalt, profile,
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		return fmt.Errorf("setting the keys that open: %w", err)
	}
	seals, err := newSeals(k.LocalKey, k.LocalSalt, profile)
	if err != nil {
		return fmt.Errorf("setting the keys that seal: %w", err)
	}
	if p.seals.ready() && seals.same(&p.seals) { // every index would begin again under them (RFC 7714 §8.1)
		return errors.New("setting keys: the peer has them already")
	}
	p.opens, p.seals = opens, seals
	for _, sl := range p.slots {
		sl.beginKeys()
	}
	clear(p.senders)
	r.ready(now, p)
	return nil
}

// ready lets everything that waited for the peer's address or keys begin.
func (r *Router) ready(now time.Time, p *peer) {
	r.wake(p, now)
	if p.room != nil {
		p.room.dirty = true
		r.remind(now)
	}
}
