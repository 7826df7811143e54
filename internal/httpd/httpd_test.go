package httpd

import (
	"compress/gzip"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	page   = "<!doctype html><title>Noom</title>"
	script = "console.log('noom, noom, noom')"
)

// built is a page as the front-end build leaves it.
func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html":                {Data: []byte(page)},
		"favicon.svg":               {Data: []byte("<svg/>")},
		".placeholder":              {Data: nil},
		"assets/index-Abc123.js":    {Data: []byte(script)},
		"assets/index-Abc123.js.br": {Data: []byte("as brotli")},
		"assets/index-Abc123.js.gz": {Data: gzipped(script[:8])},
		"assets/index-Abc123.css":   {Data: []byte("a{}")},
		"assets/ding.mp3":           {Data: []byte("0123456789")},
	}
}

func gzipped(text string) []byte {
	var b strings.Builder
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return []byte(b.String())[:20]
}

func newServer(t *testing.T, files fs.FS, c Config) *Server {
	t.Helper()
	c.Files, c.Log = files, slog.New(slog.DiscardHandler)
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func answer(s http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func echo(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, name+" "+r.Method) })
}

func TestEveryPathHasItsAnswer(t *testing.T) {
	s := newServer(t, built(), Config{SocketIO: echo("socketio"), WebSocket: echo("ws"), API: echo("api")})
	for _, c := range []struct {
		path   string
		status int
		body   string // or the Location of a redirect
	}{
		{"/", 200, page},
		{"/?x=1", 200, page},
		{"/r/daily", 200, page},
		{"/r/v1.2", 200, page},
		{"/r/%ED%9A%8C%EC%9D%98", 200, page},
		{"/r/daily/", 200, page},
		{"/r/a/b", 200, page},
		{"/r/a%2Fb", 200, page},
		{"/r/", 302, "/"},
		{"/r", 302, "/"},
		{"/about", 302, "/"},
		{"/R/daily", 302, "/"},
		{"/daily/", 302, "/"},
		{"//evil.example", 404, "not found\n"},
		{"//evil.example/login", 302, "/"},
		{"/index.html", 404, "not found\n"},
		{"/favicon.svg", 200, "<svg/>"},
		{"/favicon.ico", 404, "not found\n"},
		{"/.placeholder", 404, "not found\n"},
		{"/assets", 404, "not found\n"},
		{"/assets/", 404, "not found\n"},
		{"/assets/gone", 404, "not found\n"},
		{"/assets/gone-Abc123.js", 404, "not found\n"},
		{"/assets/index-Abc123.js", 200, script},
		{"/assets/index-Abc123.js.br", 404, "not found\n"},
		{"/api", 404, "not found\n"},
		{"/api/rooms", 200, "api GET"},
		{"/api/rooms/아침/files/x", 200, "api GET"},
		{"/apis", 302, "/"},
		{"/whip/daily", 404, "not found\n"},
		{"/metrics", 404, "not found\n"},
		{"/healthz", 200, "ok\n"},
		{"/healthz/", 404, "not found\n"},
		{"/socket.io/", 200, "socketio GET"},
		{"/socket.io/socket.io.js", 200, "socketio GET"},
		{"/socket.io", 404, "not found\n"},
		{"/ws", 200, "ws GET"},
		{"/ws/", 404, "not found\n"},
		{"/wsx", 302, "/"},
	} {
		r := answer(s, http.MethodGet, c.path)
		got := body(t, r)
		if r.StatusCode == http.StatusFound {
			got = r.Header.Get("Location")
		}
		if r.StatusCode != c.status || got != c.body {
			t.Errorf("%s: got %d %q, want %d %q", c.path, r.StatusCode, got, c.status, c.body)
		}
	}
}

func TestAProgramThatAsksForSomethingElseThanAPageGetsNoRedirect(t *testing.T) {
	s := newServer(t, built(), Config{})
	for accept, want := range map[string]int{
		"":                 302,
		"*/*":              302,
		"text/html, */*":   302,
		"application/json": 404,
		"image/avif":       404,
	} {
		if r := answer(s, http.MethodGet, "/unknown", "Accept", accept); r.StatusCode != want {
			t.Errorf("Accept %q: got %d, want %d", accept, r.StatusCode, want)
		}
	}
}

func TestSignallingPathsAreNotFoundWithoutAHandler(t *testing.T) {
	s := newServer(t, built(), Config{})
	for _, path := range []string{"/socket.io/", "/ws"} {
		if r := answer(s, http.MethodGet, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d", path, r.StatusCode)
		}
	}
}

func TestOnlySignallingTakesOtherMethodsThanGetAndHead(t *testing.T) {
	s := newServer(t, built(), Config{SocketIO: echo("socketio"), WebSocket: echo("ws")})
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"} {
		for _, path := range []string{"/", "/r/daily", "/healthz", "/assets/index-Abc123.js", "/unknown"} {
			r := answer(s, method, path)
			if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: got %d, Allow %q", method, path, r.StatusCode, r.Header.Get("Allow"))
			}
		}
		if r := answer(s, method, "/socket.io/"); r.StatusCode != http.StatusOK {
			t.Errorf("%s /socket.io/: got %d", method, r.StatusCode)
		}
	}
}

func TestHeadHasTheHeadersOfGetAndNoBody(t *testing.T) {
	s := newServer(t, built(), Config{})
	for _, path := range []string{"/", "/r/daily", "/assets/index-Abc123.js", "/healthz"} {
		get, head := answer(s, http.MethodGet, path, "Accept-Encoding", "br"), answer(s, http.MethodHead, path, "Accept-Encoding", "br")
		if head.StatusCode != get.StatusCode || body(t, head) != "" {
			t.Errorf("%s: got %d", path, head.StatusCode)
		}
		for name := range get.Header {
			if get.Header.Get(name) != head.Header.Get(name) {
				t.Errorf("%s %s: GET %q, HEAD %q", path, name, get.Header.Get(name), head.Header.Get(name))
			}
		}
	}
}

func TestAProgramWithoutThePageSaysSo(t *testing.T) {
	s := newServer(t, fstest.MapFS{".placeholder": {}}, Config{WebSocket: echo("ws")})
	for path, want := range map[string]int{"/": 503, "/r/daily": 503, "/healthz": 200, "/ws": 200, "/assets/x.js": 404} {
		r := answer(s, http.MethodGet, path)
		if r.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, r.StatusCode, want)
		}
		if text := body(t, r); want == 503 && !strings.Contains(text, "make build") {
			t.Errorf("%s does not say what to do: %q", path, text)
		}
	}
}

func TestAPanicEndsItsRequestOnly(t *testing.T) {
	var log strings.Builder
	s, err := New(Config{
		Files: built(), Log: slog.New(slog.NewJSONHandler(&log, nil)),
		WebSocket: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken\ninvariant") }),
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := answer(s, http.MethodGet, "/ws"); r.StatusCode != http.StatusInternalServerError || body(t, r) != "internal error\n" {
		t.Errorf("got %d", r.StatusCode)
	}
	if got := log.String(); !strings.Contains(got, "broken") || strings.Count(got, "\n") != 1 {
		t.Errorf("the log is not one line about it: %q", got)
	}
	if r := answer(s, http.MethodGet, "/"); r.StatusCode != http.StatusOK {
		t.Errorf("the next request: got %d", r.StatusCode)
	}
}
