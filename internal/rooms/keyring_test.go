package rooms

import (
	"strings"
	"testing"
)

func TestAKeyOpensWhatItWasMadeForAndNothingElse(t *testing.T) {
	k, foreign := keyring{[]byte("secret one")}, keyring{[]byte("secret two")}
	id, browser := k.newBrowser()
	link := k.link("~room", "l1")
	if got, ok := k.browser(browser); !ok || got != id {
		t.Errorf("a browser's own token gives %q, %v", got, ok)
	}
	if got, ok := k.linkID("~room", link); !ok || got != "l1" {
		t.Errorf("a link's own key gives %q, %v", got, ok)
	}
	mac := link[strings.IndexByte(link, '.')+1:]
	for _, forged := range []string{
		"", ".", "l1", "l1.", "l1." + mac[:len(mac)-1], "l1." + mac + "A", "l1." + mac + "=", "l2." + mac, "L1." + mac, "." + mac,
		mac, browser, k.link("~other", "l1"), foreign.link("~room", "l1"), "l1\x00." + mac, k.token("link", "~room\x00l1"),
		strings.Repeat("x", 1<<16) + "." + mac,
	} {
		if got, ok := k.linkID("~room", forged); ok {
			t.Errorf("%.60q opens the room as link %q", forged, got)
		}
	}
	for _, forged := range []string{"", id, id + ".", link, foreign.token("browser", id), k.token("who", id), "x" + browser} {
		if got, ok := k.browser(forged); ok {
			t.Errorf("%.60q is taken for browser %q", forged, got)
		}
	}
}

func TestABrowserHasAnotherNameInEveryRoom(t *testing.T) {
	k := keyring{[]byte("secret")}
	a, b := k.who("~1", "browser"), k.who("~2", "browser")
	if a == b || a == k.who("~1", "another") || a != k.who("~1", "browser") || len(a) != 16 {
		t.Errorf("%q and %q", a, b)
	}
}

// FuzzKey holds whatever comes as a link's key to this: it opens a room only if the server made it.
func FuzzKey(f *testing.F) {
	k := keyring{[]byte("secret")}
	good := k.link("~room", "l1")
	for _, s := range []string{good, good + "=", " " + good, strings.ToUpper(good), k.link("~other", "l1"), ".", "a.b.c", "\x00."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if id, ok := k.linkID("~room", key); ok && key != k.link("~room", id) {
			t.Fatalf("%q opens the room as %q", key, id)
		}
		if id, ok := k.browser(key); ok && key != k.token("browser", id) {
			t.Fatalf("%q is taken for browser %q", key, id)
		}
	})
}
