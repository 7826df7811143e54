//go:build linux

package main

import "encoding/binary"

// nat is a network address translator in front of the far side. Until it rebinds it changes nothing.
type nat struct {
	inside  [4]byte // the far side's address: of the first packet that came from there
	known   bool
	outside [4]byte // as what the server sees it
	shift   uint16  // by which ports differ
	// mapped are the ports that sent something since the last rebinding, as they are inside. Whoever sends to another gets nothing
	// through: that is how the way back ends, too.
	mapped map[uint16]struct{}
}

// rebindAddress gives the far side another address, as a telephone has that leaves the Wi-Fi. All mappings are gone.
func (n *nat) rebindAddress() {
	n.outside[3]++
	n.mapped = nil
}

// rebindPorts forgets all mappings, as a NAT does that was restarted: what the far side sends now comes from other ports.
func (n *nat) rebindPorts() {
	n.shift = n.shift%255 + 1 // the last eight bits: a port of the dynamic range stays there
	n.mapped = nil
}

// leads tells whether a packet goes to where the far side is seen now. All else has another way, or none, and takes no room on this one.
func (n *nat) leads(p packet) bool { return n.known && p.destination() == n.outside }

// up translates a packet of the far side's. What comes from another address than the first is not let through, and no multicast.
func (n *nat) up(p packet) bool {
	if p.destination()[0] >= 224 {
		return false
	}
	if !n.known {
		n.known, n.inside, n.outside = true, p.source(), p.source()
	}
	if p.source() != n.inside {
		return false
	}
	if n.outside != n.inside {
		p.setAddress(sourceAt, n.outside)
	}
	if ports := p.ports(); ports != nil {
		if n.mapped == nil {
			n.mapped = make(map[uint16]struct{})
		}
		port := binary.BigEndian.Uint16(ports)
		n.mapped[port] = struct{}{} // at most 65536
		if n.shift != 0 {
			p.setPort(ports[:2], port^n.shift)
		}
	}
	return true
}

// down translates a packet that has come to the far side. What has no mapping, or no more, is not let through.
func (n *nat) down(p packet) bool {
	if !n.leads(p) {
		return false
	}
	if ports := p.ports(); ports != nil {
		port := binary.BigEndian.Uint16(ports[2:]) ^ n.shift
		if _, ok := n.mapped[port]; !ok {
			return false
		}
		if n.shift != 0 {
			p.setPort(ports[2:], port)
		}
	}
	if n.outside != n.inside {
		p.setAddress(destinationAt, n.inside)
	}
	return true
}
