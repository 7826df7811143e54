// Package httpd is Noom's HTTP server: it hands out the page and its assets, /healthz, and passes the signalling paths to
// the handlers it is given. It owns the TCP listener's connections, the security headers of every answer and the
// time-outs. Package app builds it.
//
// Assets are read into memory once, at the start, and found by their exact path: no request ever names a file, so there
// is nothing to traverse.
package httpd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	// headerTimeout is how long a client may take to send its request's head. Browsers need one packet; what takes
	// longer is holding a connection open to wear us out (slowloris).
	headerTimeout = 10 * time.Second
	// bodyTimeout is how long a client may take to send a body. The longest that has to come whole is 320 KiB: at 10 s
	// to spare on a bad mobile line. Of a file's piece, 1 MiB at most, what has come by then is kept.
	bodyTimeout = 25 * time.Second
	// assetTimeout is how long a client may take to read a page or an asset: 300 KiB at 10 kB/s.
	assetTimeout = 30 * time.Second
	// idleTimeout closes connections between requests. Browsers keep theirs for about two minutes.
	idleTimeout = 2 * time.Minute
	// maxHeader bounds a request's head, in bytes. Ours are below 2 KiB; proxies add cookies of the site around us.
	maxHeader = 32 << 10
	// drainTimeout is how long running requests may take to end when the server stops. Signalling connections have
	// been closed by their own package before that, so what is left are downloads.
	drainTimeout = 500 * time.Millisecond
)

// Config is what a server is made of.
type Config struct {
	// Files is the built page with index.html at its root (ui.Files).
	Files fs.FS
	// SocketIO answers everything below /socket.io/, WebSocket answers /ws, API everything below /api/. nil: 404.
	SocketIO, WebSocket, API http.Handler
	Log                      *slog.Logger
}

// Server serves HTTP on one listener.
type Server struct {
	handler http.Handler
	log     *slog.Logger
}

// New reads the page into memory. It starts nothing.
func New(c Config) (*Server, error) {
	assets, err := readAssets(c.Files)
	if err != nil {
		return nil, fmt.Errorf("reading the built page: %w", err)
	}
	if !assets.built() {
		c.Log.Warn("the page is not built into this program, only signalling works: run make build")
	}
	return &Server{
		handler: recovered(c.Log, withHeaders(&site{assets: assets, socketIO: c.SocketIO, webSocket: c.WebSocket, api: c.API})),
		log:     c.Log,
	}, nil
}

// ServeHTTP answers one request, with all headers and limits: what Run serves, for tests and other listeners.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run serves the listener until ctx ends, lets running requests end, and closes the listener. Who closes the listener
// before that keeps new connections out while those that are open go on.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		// No ReadTimeout or WriteTimeout: they would cut long polls and WebSockets. site sets deadlines per request.
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // clients' TLS and header mistakes
	}
	var err error
	ended := make(chan struct{})
	go func() { // ends when the server is shut down below, or with its listener
		defer close(ended)
		err = server.Serve(listener)
	}()
	select {
	case <-ended:
		if !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("serving HTTP: %w", err)
		}
		<-ctx.Done()
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		_ = server.Close() // what has not ended in time is cut
	}
	<-ended
	return nil
}
