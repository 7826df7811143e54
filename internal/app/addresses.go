package app

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// pageAddresses are the addresses under which the page can be opened: this machine's own first, then those of the local
// network. listen is the address bound to, interfaces the addresses of this machine.
func pageAddresses(listen netip.AddrPort, interfaces []netip.Addr) []string {
	port := listen.Port()
	if host := listen.Addr().Unmap(); !host.IsUnspecified() {
		if host.IsLoopback() {
			return []string{fmt.Sprintf("http://localhost:%d", port)}
		}
		return []string{"http://" + netip.AddrPortFrom(host, port).String()}
	}
	all := []string{fmt.Sprintf("http://localhost:%d", port)}
	for _, addr := range interfaces {
		// IPv6 is left to the browser's own name resolution: nobody types it.
		if addr = addr.Unmap(); addr.Is4() && !addr.IsLoopback() && !addr.IsLinkLocalUnicast() {
			all = append(all, "http://"+netip.AddrPortFrom(addr, port).String())
		}
	}
	return all
}

// interfaceAddresses are this machine's unicast addresses. None is no error: there is always localhost.
func interfaceAddresses() []netip.Addr {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var all []netip.Addr
	for _, addr := range addrs {
		if prefix, err := netip.ParsePrefix(addr.String()); err == nil {
			all = append(all, prefix.Addr())
		}
	}
	return all
}

// Greeting is what an operator reads when the server has started.
func (a *App) Greeting() string {
	urls := a.URLs()
	text := "Noom is on " + urls[0]
	if len(urls) > 1 {
		text += " and " + strings.Join(urls[1:], ", ") + "\n" +
			"Browsers give camera and microphone only to https:// or localhost: from other machines, go through a proxy with TLS."
	}
	if url := a.MetricsURL(); url != "" {
		text += "\nFigures for operators are on " + url
	}
	return text
}
