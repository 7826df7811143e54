// Package app builds every part of the server in order, runs them, and stops them in reverse. It is the only place that
// knows all parts and the only one that reads the configuration. cmd/noom runs it, and so do tests, on port 0.
package app

import (
	"context"
	"log/slog"
	"net"
	"net/netip"

	"noom/internal/config"
	"noom/internal/httpd"
	"noom/ui"
)

// App is a whole server. Its port is taken when New returns.
type App struct {
	log      *slog.Logger
	listener net.Listener
	http     *httpd.Server
}

// New builds the server and takes its ports, TCP and UDP. It serves nothing before Run.
func New(c config.Config, version string, log *slog.Logger) (*App, error) {
	listener, err := bind(c.Host(), c.Port(), func(string) error { return nil })
	if err != nil {
		return nil, err
	}
	http, err := httpd.New(httpd.Config{Files: ui.Files(), Log: log})
	if err != nil {
		return nil, err
	}
	return &App{log: log, listener: listener, http: http}, nil
}

// Addr is the address listened on, with the port the system chose if it was asked to.
func (a *App) Addr() netip.AddrPort {
	return a.listener.Addr().(*net.TCPAddr).AddrPort() //nolint:forcetypeassert // bind listens in TCP
}

// URLs are the addresses to open in a browser, the one for this machine first.
func (a *App) URLs() []string { return pageAddresses(a.Addr(), interfaceAddresses()) }

// Run serves until ctx ends; then it tells everybody goodbye and returns within 2 s.
func (a *App) Run(ctx context.Context) error {
	return runParts(ctx, a.log, []part{
		{"http", func(ctx context.Context) error { return a.http.Run(ctx, a.listener) }},
	})
}
