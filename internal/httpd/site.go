package httpd

import (
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

// site decides who answers a path.
type site struct {
	assets                   *assets
	socketIO, webSocket, api http.Handler
}

// programPaths are spoken to by programs, not read by people: what is unknown below them is a 404, never a page.
var programPaths = []string{"/assets", "/socket.io", "/ws", "/api", "/whip", "/whep", "/metrics", "/healthz", "/.well-known"}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Body != http.NoBody {
		// On every path: where nobody reads a body, net/http does, and keeps the answer until it has come.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
	}
	switch at := r.URL.Path; {
	case strings.HasPrefix(at, "/socket.io/"):
		passOn(w, r, s.socketIO)
	case at == "/ws":
		passOn(w, r, s.webSocket)
	case strings.HasPrefix(at, "/api/"):
		passOn(w, r, s.api)
	case at == "/healthz":
		if allow(w, r) {
			healthy(w, r)
		}
	case at == "/" || isRoom(at):
		if allow(w, r) {
			s.page(w, r)
		}
	default:
		if allow(w, r) {
			s.other(w, r)
		}
	}
}

// other answers what is neither a page nor a program's path: an asset, or a mistyped address.
func (s *site) other(w http.ResponseWriter, r *http.Request) {
	if a, ok := s.assets.find(r.URL.Path); ok {
		setWriteDeadline(w)
		a.serve(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if isPageAddress(r) {
		http.Redirect(w, r, "/", http.StatusFound)
		return
	}
	http.Error(w, "not found", http.StatusNotFound)
}

// page serves index.html, which finds out by its address which screen it is.
func (s *site) page(w http.ResponseWriter, r *http.Request) {
	if !s.assets.built() {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "Noom runs, but its page is not built into this program.\n"+
			"Run `make build` (it needs Node 20 or newer) and start bin/noom, or take a release.", http.StatusServiceUnavailable)
		return
	}
	setWriteDeadline(w)
	s.assets.index.serve(w, r)
}

// isRoom tells whether the path is /r/ with a name after it. Which names are good is signalling's to say, and the page's to
// show: it takes a slash at the end, and says why it comes home when there is one in the middle.
func isRoom(at string) bool {
	name, ok := strings.CutPrefix(at, "/r/")
	return ok && name != ""
}

// isPageAddress tells whether a person seems to have typed this address or followed a link to it: then they are better
// off on the home page than with an error.
func isPageAddress(r *http.Request) bool {
	for _, p := range programPaths {
		if r.URL.Path == p || strings.HasPrefix(r.URL.Path, p+"/") {
			return false
		}
	}
	if path.Ext(r.URL.Path) != "" {
		return false
	}
	accept := r.Header.Get("Accept")
	return accept == "" || strings.Contains(accept, "text/html") || strings.Contains(accept, "*/*")
}

func healthy(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, "ok\n")
	}
}

// passOn hands a request to the signalling. The answer gets no deadline: that to a long poll may take long, and the handlers
// have limits of their own for slow readers.
func passOn(w http.ResponseWriter, r *http.Request, h http.Handler) {
	if h == nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	h.ServeHTTP(w, r)
}

// allow refuses methods that pages and assets do not have.
func allow(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	w.Header().Set("Connection", "close") // whatever body comes with it is not read
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

// setWriteDeadline bounds how long this answer may take to be read. net/http clears it with the next request; a test
// recorder has none.
func setWriteDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(assetTimeout))
}
