package httpd

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	s := newServer(t, built(), Config{SocketIO: echo("socketio"), WebSocket: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") })})
	for _, c := range []struct{ method, path string }{
		{"GET", "/"},
		{"HEAD", "/r/daily"},
		{"GET", "/assets/index-Abc123.js"},
		{"GET", "/gone"},
		{"GET", "/assets/gone.js"},
		{"GET", "/healthz"},
		{"POST", "/"},
		{"GET", "/socket.io/"},
		{"GET", "/ws"},
	} {
		h := answer(s, c.method, c.path).Header
		for name, want := range map[string]string{
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"X-Frame-Options":            "DENY",
			"Strict-Transport-Security":  "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s %s: %s is %q, want %q", c.method, c.path, name, got, want)
			}
		}
		checkPolicy(t, c.path, h.Get("Content-Security-Policy"))
		for _, feature := range []string{"camera", "microphone", "display-capture", "speaker-selection", "fullscreen", "autoplay", "picture-in-picture"} {
			if !strings.Contains(h.Get("Permissions-Policy"), feature+"=(self)") {
				t.Errorf("%s: the page may not use %s", c.path, feature)
			}
		}
		if !strings.Contains(h.Get("Permissions-Policy"), "geolocation=()") {
			t.Errorf("%s: the page may use the location", c.path)
		}
	}
}

func checkPolicy(t *testing.T, path, policy string) {
	t.Helper()
	directives := make(map[string]string)
	for directive := range strings.SplitSeq(policy, "; ") {
		name, value, _ := strings.Cut(directive, " ")
		directives[name] = value
	}
	for name, want := range map[string]string{
		"default-src": "'none'", "script-src": "'self' 'wasm-unsafe-eval'", "style-src": "'self'", "connect-src": "'self'", "worker-src": "'self'",
		"base-uri": "'none'", "frame-ancestors": "'none'", "form-action": "'self'",
	} {
		if directives[name] != want {
			t.Errorf("%s: %s is %q, want %q", path, name, directives[name], want)
		}
	}
	for _, hole := range []string{"unsafe-inline", "'unsafe-eval'", "*", "http:", "https:"} {
		if strings.Contains(policy, hole) {
			t.Errorf("%s: the policy has a hole: %s", path, hole)
		}
	}
}

func TestHSTSIsSentOverTLSOnly(t *testing.T) {
	s := newServer(t, built(), Config{})
	r := httptest.NewRequest(http.MethodGet, "https://noom.example/", nil)
	r.TLS = &tls.ConnectionState{}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if got := w.Header().Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("got %q", got)
	}
}
