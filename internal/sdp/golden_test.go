package sdp

import (
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/sfu"
)

var update = flag.Bool("update", false, "write the answers to the golden offers anew")

// local is our side in all tests.
var local = Local{
	Ufrag:       "ours",
	Pwd:         "a-password-of-24-letters",
	Fingerprint: "sha-256 " + strings.TrimSuffix(strings.Repeat("AB:", 32), ":"),
	Candidates:  []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:3000"), netip.MustParseAddrPort("[2001:db8::1]:3000")},
}

// counting gives SSRCs that can be told apart in a golden file.
func counting() func() uint64 {
	n := uint64(0x1000)
	return func() uint64 { n++; return n }
}

// golden are offers made by real browsers, in the order of their connections: a further offer follows the one it extends.
var golden = []struct {
	name    string
	further bool
}{
	{"chromium", false},
	{"chromium-more-slots", true},
	{"chromium-ice-restart", true},
	{"chromium-untrimmed", false},
	{"chromium-plain", false},
	{"firefox", false},
	{"firefox-more-slots", true},
	{"firefox-ice-restart", true},
	{"firefox-untrimmed", false},
	{"firefox-plain", false},
}

func TestRealBrowsersAreAnsweredAsRecorded(t *testing.T) {
	var prev *sfu.PeerParams
	chance := counting()
	for _, g := range golden {
		if !g.further {
			prev, chance = nil, counting()
		}
		offer, err := os.ReadFile(filepath.Join("testdata", g.name+".offer.sdp"))
		if os.IsNotExist(err) && *update {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		answer, params, err := Answer(string(offer), local, prev, chance)
		if err != nil {
			t.Fatalf("%s: %v", g.name, err)
		}
		prev = &params
		text, err := json.MarshalIndent(params, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		compare(t, g.name+".answer.sdp", answer)
		compare(t, g.name+".params.json", string(text)+"\n")
	}
}

// compare holds what we made against a golden file, or writes it.
func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-recorded +now):\n%s", name, diff)
	}
}
