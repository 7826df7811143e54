// Package app builds every part of the server in order, runs them, and stops them in reverse. It is the only place that
// knows all parts and the only one that reads the configuration. cmd/noom runs it, and so do tests, on port 0.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"noom/internal/config"
	"noom/internal/httpd"
	"noom/internal/media"
	"noom/internal/metrics"
	"noom/internal/rooms"
	"noom/internal/signal"
	"noom/internal/socketio"
	"noom/internal/store"
	"noom/ui"
)

// closeTimeout is how long signalling connections may take to send what waits for them and to say goodbye.
const closeTimeout = 500 * time.Millisecond

// App is a whole server. Its port and its data folder are taken when New returns, and given back when Run does.
type App struct {
	log      *slog.Logger
	listener net.Listener
	media    *media.Engine
	store    *store.Store
	rooms    *rooms.Rooms
	sockets  *socketio.Server
	classic  *signal.Classic
	http     *httpd.Server

	// nil unless the operator wants them
	metrics         *metrics.Server
	metricsListener net.Listener
}

// New builds the server and takes its port, in TCP and UDP, and its data folder. It serves nothing before Run.
func New(c config.Config, version string, log *slog.Logger) (*App, error) {
	a := &App{log: log}
	if err := a.build(c, version); err != nil {
		return nil, errors.Join(err, a.abandon())
	}
	return a, nil
}

func (a *App) build(c config.Config, version string) (err error) {
	a.listener, err = bind(c.Host(), c.Port(), func(listen string) (err error) {
		a.media, err = media.New(media.Config{Listen: listen, PublicIPs: c.PublicIPs, Workers: c.Workers, Log: a.log})
		return err
	})
	if err != nil {
		return err
	}
	a.store, err = store.Open(context.Background(), store.Config{Dir: c.Data, Log: a.log})
	if err != nil {
		return err
	}
	a.rooms = rooms.New(rooms.Config{Media: a.media, Store: a.store, Log: a.log, Version: version})
	origins := allowedOrigins(c.AllowOrigins)
	signalling := signal.New(signal.Config{Rooms: a.rooms, Origins: origins, Log: a.log})
	a.sockets = socketio.New(socketio.Config{Origins: origins, Log: a.log})
	a.sockets.Handle("/meet", signalling.Meet())
	a.classic = signal.NewClassic(a.sockets)
	a.sockets.Handle("/", a.classic)
	a.http, err = httpd.New(httpd.Config{Files: ui.Files(), SocketIO: a.sockets, WebSocket: signalling.WS(), API: signalling.API(), Log: a.log})
	if err != nil || c.Metrics == "" {
		return err
	}
	return a.buildMetrics(c.Metrics, version)
}

// abandon gives back what a failed build had taken.
func (a *App) abandon() error {
	var errs []error
	if a.listener != nil {
		errs = append(errs, a.listener.Close())
	}
	if a.metricsListener != nil {
		errs = append(errs, a.metricsListener.Close())
	}
	if a.media != nil { // an engine closes its sockets when it has run
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		errs = append(errs, a.media.Run(ended))
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	return errors.Join(errs...)
}

// Addr is the address listened on, with the port the system chose if it was asked to.
func (a *App) Addr() netip.AddrPort {
	return a.listener.Addr().(*net.TCPAddr).AddrPort() //nolint:forcetypeassert // bind listens in TCP
}

// URLs are the addresses to open in a browser, the one for this machine first.
func (a *App) URLs() []string { return pageAddresses(a.Addr(), interfaceAddresses()) }

// Run serves until ctx ends; then it tells everybody goodbye and returns within 2 s.
func (a *App) Run(ctx context.Context) error {
	// Stopped from the last to the first: nobody comes in any more, the people inside are told, their connections end,
	// and only then what carried them.
	parts := []part{
		{"store", atEnd(a.store.Close)},
		{"media", a.media.Run},
		{"http", func(ctx context.Context) error { return a.http.Run(ctx, a.listener) }},
		{"classic", a.classic.Run},
		{"signalling", atEnd(a.closeSockets)},
		{"rooms", a.rooms.Run},
		{"listener", atEnd(a.listener.Close)},
	}
	if a.metrics != nil {
		metrics := part{"metrics", func(ctx context.Context) error { return a.metrics.Run(ctx, a.metricsListener) }}
		parts = slices.Insert(parts, 2, metrics) // it looks on until media stops
	}
	return runParts(ctx, a.log, parts)
}

// closeSockets ends the signalling connections that are left. One that does not read is cut with HTTP.
func (a *App) closeSockets() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := a.sockets.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("closing connections: %w", err)
	}
	return nil
}

// atEnd makes a part of something that only has to be closed.
func atEnd(closing func() error) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		return closing()
	}
}

// allowedOrigins tells which pages may connect: our own, and those of the sites listed.
func allowedOrigins(listed []string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return socketio.SameOrigin(r) || slices.Contains(listed, strings.ToLower(r.Header.Get("Origin")))
	}
}
