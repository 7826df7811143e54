// Package config holds what an operator may choose. It is read once, at start, from one file, the environment and the
// command line, and never changes after that. Only package app (and cmd/noom, which prints its errors) uses it: the other
// parts are handed what concerns them.
//
// Every key has one name in three spellings: allow_origin in the file, NOOM_ALLOW_ORIGIN in the environment and
// --allow-origin as a flag. A flag beats the environment, which beats the file, which beats the default.
package config

import (
	"log/slog"
	"net"
	"net/netip"
	"strconv"
)

// Config is everything an operator may choose. noom.example.yaml explains each key.
type Config struct {
	// Listen is the address of HTTP in TCP and, with the same port number, of media in UDP: "host:port", where host
	// is empty (all interfaces), an IP address or "localhost". Port 0 lets the system choose.
	Listen string
	// Data is the folder that keeps rooms, their chat and files. It is made when it does not exist.
	Data string
	// PublicIPs are the addresses under which browsers reach the media port. Empty: every usable interface address.
	PublicIPs []netip.Addr
	// AllowOrigins are other sites whose pages may open a connection to this server: "https://example.org". The
	// server's own pages always may.
	AllowOrigins []string
	// LogLevel is the least serious level that is logged.
	LogLevel slog.Level
	// Workers is the number of media loops, 0 for one per CPU core.
	Workers int
	// Metrics is the address at which operators find /metrics and the page with peers' figures: "host:port" as in Listen.
	// Empty: nowhere.
	Metrics string
}

// Default is what holds when nothing is said.
func Default() Config {
	return Config{Listen: ":3000", Data: "./data", LogLevel: slog.LevelInfo}
}

// Host is the part of Listen before the port: empty for all interfaces.
func (c Config) Host() string {
	host, _, _ := net.SplitHostPort(c.Listen)
	return host
}

// Port is the port number in Listen.
func (c Config) Port() int {
	_, port, _ := net.SplitHostPort(c.Listen)
	n, _ := strconv.Atoi(port)
	return n
}
