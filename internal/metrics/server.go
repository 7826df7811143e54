// Package metrics tells operators how a node does: /metrics for Prometheus, and a page that draws what the server knows of each
// peer's network. It owns an HTTP server on an address of its own, which is off unless an operator asks for it, and keeps
// nothing: it asks package media when it is asked. Package app builds it.
//
// Numbers are all that it tells. Rooms and peers go by media's numbers, for rooms' names are secrets; there are no names, no
// addresses and no keys.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"noom/internal/media"
)

const (
	// askTimeout is how long a client may take to ask, and answerTimeout for all until it has read the answer: several
	// workers that are too busy to tell take 200 ms each.
	askTimeout, answerTimeout = 5 * time.Second, 30 * time.Second
	// idleTimeout closes connections between scrapes, which come every 15 s to a minute.
	idleTimeout = 2 * time.Minute
	// maxHeader bounds a request's head, in bytes.
	maxHeader = 16 << 10
	// drainTimeout is how long answers under way may take when the server stops.
	drainTimeout = 100 * time.Millisecond
	// atOnce is how many questions are answered at a time: each asks all workers, which have better things to do.
	atOnce = 4
)

// Config is what a server is made of.
type Config struct {
	Media   *media.Engine
	Version string
	Log     *slog.Logger
}

// Server serves operators on one listener.
type Server struct {
	handler http.Handler
	log     *slog.Logger
}

// New starts nothing: see Run.
func New(c Config) (*Server, error) {
	registry := prometheus.NewRegistry()
	for _, from := range []prometheus.Collector{
		collector{c.Media, c.Version}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(from); err != nil {
			return nil, fmt.Errorf("registering metrics: %w", err)
		}
	}
	errorLog := slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn)
	routes := http.NewServeMux()
	routes.Handle("/metrics", limited(promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: errorLog})))
	routes.Handle("/peers", limited(peers{c.Media}))
	routes.Handle("/{$}", file{"page/index.html", "text/html; charset=utf-8"})
	routes.Handle("/page.js", file{"page/page.js", "text/javascript; charset=utf-8"})
	routes.Handle("/page.css", file{"page/page.css", "text/css; charset=utf-8"})
	return &Server{handler: guarded(routes), log: c.Log}, nil
}

// ServeHTTP answers one request, with all headers and checks: what Run serves, for tests and other listeners.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run serves the listener until ctx ends, and closes it.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s.handler, ReadTimeout: askTimeout, WriteTimeout: answerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // clients' mistakes
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }() // ends when the server is shut down below, or with its listener
	select {
	case err := <-ended:
		return fmt.Errorf("serving metrics: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		_ = server.Close() // what has not ended in time is cut
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving metrics: %w", err)
	}
	return nil
}
