package signal

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddr is where a request comes from, as far as that can be known. Behind a proxy on this machine it is what the
// proxy has put last into X-Forwarded-For; from anywhere else that header proves nothing. The zero Addr is an unknown.
func clientAddr(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	forwarded := r.Header.Values("X-Forwarded-For")
	if !addr.IsLoopback() || len(forwarded) == 0 {
		return addr
	}
	list := forwarded[len(forwarded)-1]
	last := strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
	if told, err := netip.ParseAddr(last); err == nil {
		return told.Unmap()
	}
	return addr
}
