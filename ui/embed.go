// Package ui holds the built page: what `npm run build` leaves in dist, with its Brotli and gzip variants
// beside each file. Package httpd serves it.
package ui

import (
	"embed"
	"io/fs"
)

// all: takes the placeholder too, without which a fresh clone would not compile before the page is built.
//
//go:embed all:dist
var dist embed.FS

// Files is the built page with index.html at its root. On a clone whose page was never built it holds no
// index.html.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("the embedded page has no directory dist: " + err.Error()) // the go:embed line above names it
	}
	return files
}
