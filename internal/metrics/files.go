package metrics

import (
	"embed"
	"net/http"
)

//go:embed page
var page embed.FS

// file is one of the page's. Its type is said here: the system's own table differs from machine to machine.
type file struct{ name, contentType string }

func (f file) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	text, err := page.ReadFile(f.name)
	if err != nil { // a name that is not in page/, which a test would have found
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", f.contentType)
	_, _ = w.Write(text)
}
