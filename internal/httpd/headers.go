package httpd

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
)

// contentSecurityPolicy lets the page load only from its own origin, run no inline script or style, and be framed by
// nobody. 'self' in connect-src covers the WebSocket of the same host and port (CSP3 §6.7.2.8); blob: is for pictures
// and sounds the page makes itself. 'wasm-unsafe-eval' lets it compile WebAssembly, of which it has its own (the noise
// filter and the background's model) and can load no other; it does not allow eval. Workers and audio worklets are files of
// the page, so neither needs blob:.
var contentSecurityPolicy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self' 'wasm-unsafe-eval'",
	"style-src 'self'",
	"font-src 'self'",
	"img-src 'self' blob: data:",
	"media-src 'self' blob:",
	"connect-src 'self'",
	"worker-src 'self'",
	"manifest-src 'self'",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
}, "; ")

// permissionsPolicy gives the page what a meeting needs and takes away what it does not.
var permissionsPolicy = strings.Join([]string{
	"autoplay=(self)", "camera=(self)", "microphone=(self)", "display-capture=(self)", "speaker-selection=(self)",
	"fullscreen=(self)", "picture-in-picture=(self)", "screen-wake-lock=(self)", "clipboard-write=(self)",
	"accelerometer=()", "geolocation=()", "gyroscope=()", "hid=()", "magnetometer=()", "midi=()",
	"payment=()", "serial=()", "usb=()", "xr-spatial-tracking=()",
}, ", ")

// withHeaders puts the security headers on every answer, errors and redirects included.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("Permissions-Policy", permissionsPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		// A room's name is in the address; it is nobody else's business.
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY") // for what does not know frame-ancestors
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000") // a year, the least that preload lists accept
		}
		next.ServeHTTP(w, r)
	})
}

// recovered ends one request whose handler panicked, and nothing else.
func recovered(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler: // a handler's way to cut its connection
				panic(p)
			default:
				log.Error("a request panicked", "err", p, "stack", string(debug.Stack()))
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
