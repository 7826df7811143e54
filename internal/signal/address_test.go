package signal

import (
	"net/http"
	"testing"
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
