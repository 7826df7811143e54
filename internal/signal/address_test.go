package signal

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"

	"noom/internal/meeting"
)

func TestOnlyAProxyOnThisMachineSaysWhereARequestComesFrom(t *testing.T) {
	for _, c := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"192.0.2.7:4000", nil, "192.0.2.7"},
		{"192.0.2.7:4000", []string{"198.51.100.1"}, "192.0.2.7"},
		{"[::ffff:192.0.2.7]:4000", nil, "192.0.2.7"},
		{"127.0.0.1:4000", nil, "127.0.0.1"},
		{"127.0.0.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"[::1]:4000", []string{"10.0.0.1, 198.51.100.1 , 2001:db8::1"}, "2001:db8::1"},
		{"127.0.0.1:4000", []string{"10.0.0.1", "198.51.100.2"}, "198.51.100.2"},
		{"127.0.0.1:4000", []string{"198.51.100.1, nonsense"}, "127.0.0.1"},
		{"127.0.0.1:4000", []string{""}, "127.0.0.1"},
		{"@", []string{"198.51.100.1"}, "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := clientAddr(r).String(); got != c.want {
			t.Errorf("%s, forwarded for %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestFetchesAreBoundedByBrowserByNetworkAndInAll(t *testing.T) {
	g := newGate()
	home, elsewhere := netip.MustParsePrefix("2001:db8::/64"), netip.MustParsePrefix("192.0.2.7/32")
	var inside []fetching
	enter := func(who string, from netip.Prefix, want bool) {
		t.Helper()
		f := fetching{meeting.Who(who), from}
		if got := g.enter(f); got != want {
			t.Fatalf("%s from %v, beside %d others: %v", who, from, len(inside), got)
		}
		if want {
			inside = append(inside, f)
		}
	}
	for i := range fetchesFrom {
		enter(fmt.Sprint("slow", i/fetchesEach), home, true)
	}
	enter("another", home, false)
	for range fetchesEach {
		enter("ann", elsewhere, true)
	}
	enter("ann", elsewhere, false)
	for i := 0; len(inside) < fetchesAtOnce; i++ {
		enter(fmt.Sprint("crowd", i), netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32), true)
	}
	enter("late", netip.MustParsePrefix("192.0.2.8/32"), false)
	for _, f := range inside {
		g.leave(f)
	}
	if g.total != 0 || len(g.who) != 0 || len(g.from) != 0 {
		t.Errorf("left behind: %d, %v, %v", g.total, g.who, g.from)
	}
}
