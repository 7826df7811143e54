package sfu

import "net/netip"

// Append adds a copy of a packet to a peer's last burst, or as a burst of its own: the way in for what the host itself has
// to say to a peer in the same turn. It reports false, and counts, when Out is full.
func (o *Out) Append(id PeerID, to netip.AddrPort, data []byte) bool {
	m := o.memory()
	if m == nil {
		return false
	}
	burst := int32(len(o.Peers) - 1)
	if burst < 0 {
		burst = 0
	}
	o.push(&burst, id, to, copy(m, data))
	return true
}
