package socketio

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The client's library for plain pages: dist/ of the npm package socket.io-client at the version that
// testdata/package.json pins, unchanged. A test holds it equal to the installed package.
//
//go:generate cp testdata/node_modules/socket.io-client/dist/socket.io.js testdata/node_modules/socket.io-client/dist/socket.io.min.js testdata/node_modules/socket.io-client/dist/socket.io.esm.min.js testdata/node_modules/socket.io-client/LICENSE client/
//go:embed client/socket.io.js client/socket.io.min.js client/socket.io.esm.min.js
var clientFiles embed.FS

// A clientFile is one file of the library as it is sent.
type clientFile struct {
	plain, gzipped []byte
	tag            string
}

// clientLibrary reads and compresses the files when the first page asks for one.
var clientLibrary = sync.OnceValue(func() map[string]clientFile {
	files := make(map[string]clientFile)
	for _, name := range []string{"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"} {
		plain, err := clientFiles.ReadFile("client/" + name)
		if err != nil {
			panic("the client's library is not embedded: " + err.Error())
		}
		var small bytes.Buffer
		z, _ := gzip.NewWriterLevel(&small, gzip.BestCompression) // the level is valid
		_, _ = z.Write(plain)                                     // a Buffer takes everything
		_ = z.Close()
		sum := sha256.Sum256(plain)
		files[name] = clientFile{plain: plain, gzipped: small.Bytes(), tag: hex.EncodeToString(sum[:8])}
	}
	return files
})

// serveClient serves a file of the library, to pages of any origin: it is public.
func serveClient(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := clientLibrary()[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=3600") // its address does not change with its version
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Vary", "Accept-Encoding")
	content := file.plain
	h.Set("ETag", `"`+file.tag+`"`)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		content = file.gzipped
		h.Set("Content-Encoding", "gzip")
		h.Set("ETag", `"`+file.tag+`-gzip"`)
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
