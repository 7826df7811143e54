package httpd

import (
	"net/http"
	"testing"
)

func TestTheClientsFavouriteEncodingIsServed(t *testing.T) {
	s := newServer(t, built(), Config{})
	for accept, want := range map[string]string{
		"":                               "",
		"br":                             "br",
		"gzip":                           "gzip",
		"gzip, deflate, br, zstd":        "br",
		"BR":                             "br",
		"x-gzip":                         "gzip",
		"*":                              "br",
		"*;q=0.1, gzip":                  "gzip",
		"br;q=0.5, gzip;q=0.9":           "gzip",
		"br;q=0, *":                      "gzip",
		"br; q=0, gzip; q=0":             "",
		"identity, br;q=0.5":             "",
		"identity;q=0.5, br;q=0.5":       "br",
		"identity;q=0, br":               "br",
		"identity;q=0":                   "",
		"br;q=2":                         "",
		"br;q=NaN, gzip;q=0.001":         "gzip",
		"br;level=9":                     "",
		"deflate, zstd":                  "",
		", ,,br,":                        "br",
		"gzip;q=1.0, br;q=1.0, *;q=0.00": "br",
	} {
		r := answer(s, http.MethodGet, "/assets/index-Abc123.js", "Accept-Encoding", accept)
		if got := r.Header.Get("Content-Encoding"); got != want || r.StatusCode != http.StatusOK {
			t.Errorf("Accept-Encoding %q: got %q, want %q", accept, got, want)
		}
		if r.Header.Get("Vary") != "Accept-Encoding" || r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("Accept-Encoding %q: Vary %q, Content-Type %q", accept, r.Header.Get("Vary"), r.Header.Get("Content-Type"))
		}
	}
}

func TestHashedAssetsAreKeptForGoodAndPagesAskedForAgain(t *testing.T) {
	s := newServer(t, built(), Config{})
	for path, want := range map[string]string{
		"/":                        "no-cache",
		"/r/daily":                 "no-cache",
		"/favicon.svg":             "no-cache",
		"/unknown":                 "no-cache",
		"/assets/gone.js":          "no-cache",
		"/healthz":                 "no-store",
		"/assets/index-Abc123.js":  "public, max-age=31536000, immutable",
		"/assets/index-Abc123.css": "public, max-age=31536000, immutable",
	} {
		if got := answer(s, http.MethodGet, path).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestAKnownETagIsNotSentAgain(t *testing.T) {
	s := newServer(t, built(), Config{})
	tags := make(map[string]string)
	for _, encoding := range []string{"", "gzip", "br"} {
		first := answer(s, http.MethodGet, "/assets/index-Abc123.js", "Accept-Encoding", encoding)
		tag := first.Header.Get("ETag")
		if other, ok := tags[tag]; ok || tag == "" {
			t.Errorf("%q and %q share the ETag %q", encoding, other, tag)
		}
		tags[tag] = encoding
		for _, condition := range []string{tag, `"other", ` + tag, "W/" + tag, "*"} {
			again := answer(s, http.MethodGet, "/assets/index-Abc123.js", "Accept-Encoding", encoding, "If-None-Match", condition)
			if again.StatusCode != http.StatusNotModified || body(t, again) != "" || again.Header.Get("Content-Length") != "" {
				t.Errorf("%q, If-None-Match %s: got %d", encoding, condition, again.StatusCode)
			}
		}
		if other := answer(s, http.MethodGet, "/assets/index-Abc123.js", "If-None-Match", `"other"`); other.StatusCode != http.StatusOK {
			t.Errorf("another ETag: got %d", other.StatusCode)
		}
	}
}

func TestAPartOfASoundIsServedAsItIs(t *testing.T) {
	s := newServer(t, built(), Config{})
	r := answer(s, http.MethodGet, "/assets/ding.mp3", "Range", "bytes=2-4", "Accept-Encoding", "br")
	if got := body(t, r); r.StatusCode != http.StatusPartialContent || got != "234" || r.Header.Get("Content-Type") != "audio/mpeg" {
		t.Errorf("got %d %q %q", r.StatusCode, got, r.Header.Get("Content-Type"))
	}
}

func TestAVariantThatSavesNothingIsNotServed(t *testing.T) {
	files := built()
	files["favicon.svg.br"] = files["index.html"]
	r := answer(newServer(t, files, Config{}), http.MethodGet, "/favicon.svg", "Accept-Encoding", "br")
	if r.Header.Get("Content-Encoding") != "" || body(t, r) != "<svg/>" {
		t.Errorf("got %q", r.Header.Get("Content-Encoding"))
	}
}

// FuzzAcceptEncoding: whatever a client says it takes, each quality is one.
func FuzzAcceptEncoding(f *testing.F) {
	for _, s := range []string{"br, gzip", "br;q=0.5, *;q=0", "x-gzip; Q = 1", ";q=NaN", "gzip;q=1e309", "gzip;q=0x1p-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		accepted := parseAcceptEncoding([]string{s, s})
		for encoding := range accepted {
			if q := accepted.quality(encoding); !(q >= 0 && q <= 1) {
				t.Fatalf("%q: %q has quality %v", s, encoding, q)
			}
		}
	})
}
