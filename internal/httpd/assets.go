package httpd

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// encodings are the compressed variants the front-end build leaves beside a file, with the ending of their names, best
// first.
var encodings = []struct{ name, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

// contentTypes by ending. The system's own table is not asked: it differs from machine to machine.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".jpg":         "image/jpeg",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".mp3":         "audio/mpeg",
	".ogg":         "audio/ogg",
	".opus":        "audio/ogg",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".tflite":      "application/octet-stream",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".wav":         "audio/wav",
	".webmanifest": "application/manifest+json",
	".webp":        "image/webp",
	".woff2":       "font/woff2",
}

// assets are the files of the built page, by the path in their address.
type assets struct {
	byPath map[string]*asset
	index  *asset // nil when the page is not built
}

// asset is one file in one or more encodings.
type asset struct {
	contentType  string
	cacheControl string
	plain        variant
	compressed   []variant // best first
}

// variant is an asset in one encoding.
type variant struct {
	encoding string // of the Content-Encoding header; empty: as it is
	etag     string
	content  io.ReaderAt // the embedded file itself: a copy would be part of the heap for good
	size     int64
}

func readAssets(files fs.FS) (*assets, error) {
	all := &assets{byPath: make(map[string]*asset)}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || isVariant(name) || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		a, err := readAsset(files, name)
		all.byPath["/"+name] = a
		return err
	})
	// The page has one address for each screen and none of its own.
	all.index = all.byPath["/index.html"]
	delete(all.byPath, "/index.html")
	return all, err
}

func isVariant(name string) bool {
	for _, e := range encodings {
		if strings.HasSuffix(name, e.ending) {
			return true
		}
	}
	return false
}

func readAsset(files fs.FS, name string) (*asset, error) {
	plain, err := openVariant(files, name, "")
	if err != nil {
		return nil, err
	}
	a := &asset{contentType: contentTypes[path.Ext(name)], cacheControl: "no-cache", plain: plain}
	if a.contentType == "" {
		a.contentType = "application/octet-stream"
	}
	if strings.HasPrefix(name, "assets/") {
		// The build puts a hash of the content in these names: another content has another address.
		a.cacheControl = "public, max-age=31536000, immutable"
	}
	for _, e := range encodings {
		// A variant that is not there, or does not save anything, is not offered.
		if v, err := openVariant(files, name+e.ending, e.name); err == nil && v.size < plain.size {
			a.compressed = append(a.compressed, v)
		}
	}
	return a, nil
}

// openVariant leaves the file open: it is memory of the program, or a test's.
func openVariant(files fs.FS, name, encoding string) (variant, error) {
	file, err := files.Open(name)
	if err != nil {
		return variant{}, err
	}
	content, ok := file.(io.ReaderAt)
	if !ok {
		return variant{}, fmt.Errorf("%s cannot be read by several at once", name)
	}
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return variant{}, fmt.Errorf("reading %s: %w", name, err)
	}
	// 12 bytes of the hash: no two of a build's few files share them by accident.
	return variant{encoding: encoding, etag: `"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:12]) + `"`, content: content, size: size}, nil
}

func (a *assets) built() bool { return a.index != nil }

func (a *assets) find(address string) (*asset, bool) {
	found, ok := a.byPath[address]
	return found, ok
}

// serve writes the variant the client likes best; net/http does conditions, ranges and HEAD.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	v := a.choose(r)
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", a.cacheControl)
	h.Set("ETag", v.etag)
	if len(a.compressed) > 0 {
		h.Set("Vary", "Accept-Encoding")
	}
	if v.encoding != "" {
		h.Set("Content-Encoding", v.encoding)
		h.Set("Content-Length", strconv.FormatInt(v.size, 10)) // ServeContent leaves it out beside an encoding
	}
	http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(v.content, 0, v.size))
}

func (a *asset) choose(r *http.Request) variant {
	if r.Header.Get("Range") != "" {
		return a.plain // a part of a compressed file is of no use to a player
	}
	accepted := parseAcceptEncoding(r.Header.Values("Accept-Encoding"))
	best, bestQ := a.plain, accepted.quality("identity")
	for i := len(a.compressed) - 1; i >= 0; i-- { // worst first, so that the best of equals stays
		if q := accepted.quality(a.compressed[i].encoding); q > 0 && q >= bestQ {
			best, bestQ = a.compressed[i], q
		}
	}
	return best
}
