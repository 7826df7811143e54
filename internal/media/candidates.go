package media

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
)

// maxCandidates bounds what an answer lists: a browser checks each against each of its own.
const maxCandidates = 16

// candidates pairs the port with the addresses to name: those configured, or the one bound to, or else every address
// of an interface that is up.
func candidates(bound netip.AddrPort, configured []netip.Addr) []netip.AddrPort {
	addrs := configured
	switch {
	case len(addrs) > 0:
	case !bound.Addr().IsUnspecified():
		addrs = []netip.Addr{bound.Addr()}
	default:
		addrs = usable(interfaceAddrs(), bound.Addr().Is6())
	}
	var list []netip.AddrPort
	for _, a := range addrs {
		list = append(list, netip.AddrPortFrom(a.Unmap(), bound.Port()))
	}
	return list
}

// interfaceAddrs are the addresses of all interfaces, in the system's order; none when it does not tell.
func interfaceAddrs() []netip.Addr {
	nets, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var addrs []netip.Addr
	for _, n := range nets {
		if p, err := netip.ParsePrefix(n.String()); err == nil {
			addrs = append(addrs, p.Addr().Unmap())
		}
	}
	return addrs
}

// usable are the addresses that another machine may reach, IPv4 first for it works in more places. A machine without
// a network has only its loopback, which serves browsers on itself.
func usable(addrs []netip.Addr, ipv6 bool) []netip.Addr {
	var good, loop []netip.Addr
	for _, a := range addrs {
		switch {
		case a.Is6() && !ipv6:
		case a.IsLoopback():
			loop = append(loop, a)
		case a.IsGlobalUnicast(): // private ranges included, link-local not
			good = append(good, a)
		}
	}
	if len(good) == 0 {
		good = loop
	}
	slices.SortStableFunc(good, func(a, b netip.Addr) int { return cmp.Compare(a.BitLen(), b.BitLen()) })
	return good[:min(len(good), maxCandidates)]
}
