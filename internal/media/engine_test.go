package media

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestPeersSpreadOverWorkers(t *testing.T) {
	e := &Engine{}
	for i := range 4 {
		e.workers = append(e.workers, &worker{index: i, engine: e})
	}
	for range 40 {
		e.place()
	}
	for _, w := range e.workers {
		if n := w.load.Load(); n != 10 {
			t.Errorf("worker %d has %d peers, want 10", w.index, n)
		}
	}
}

func TestCandidatesAreWhatOthersMayReach(t *testing.T) {
	parse := func(all ...string) (addrs []netip.Addr) {
		for _, a := range all {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
		return addrs
	}
	tests := []struct {
		name string
		have []netip.Addr
		ipv6 bool
		want []netip.Addr
	}{
		{"IPv4 first, no loopback, no link-local", parse("127.0.0.1", "::1", "2001:db8::1", "fe80::1", "192.168.1.5", "169.254.3.4"), true, parse("192.168.1.5", "2001:db8::1")},
		{"no IPv6 without a socket for it", parse("2001:db8::1", "10.0.0.1"), false, parse("10.0.0.1")},
		{"loopback where there is nothing else", parse("127.0.0.1", "::1"), true, parse("127.0.0.1", "::1")},
	}
	for _, tt := range tests {
		got := usable(tt.have, tt.ipv6)
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	bound := netip.MustParseAddrPort("0.0.0.0:3000")
	if got := candidates(bound, parse("203.0.113.7")); fmt.Sprint(got) != "[203.0.113.7:3000]" {
		t.Errorf("a configured address gives %v", got)
	}
	if got := candidates(netip.MustParseAddrPort("192.0.2.1:3000"), nil); fmt.Sprint(got) != "[192.0.2.1:3000]" {
		t.Errorf("a socket bound to one address gives %v", got)
	}
}
