package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// key is one thing to choose. Every source gives its value as text, so there is one parser for all three.
type key struct {
	name  string // as in the file: allow_origin
	usage string
	list  bool // several values: a sequence in the file, a repeated flag, commas anywhere else
	// set takes the values from the source that wins. It gets exactly one value unless list.
	set func(c *Config, values []string) error
	// get is the value as text, for the help.
	get func(c Config) string
}

func (k key) flag() string { return strings.ReplaceAll(k.name, "_", "-") }
func (k key) env() string  { return envPrefix + strings.ToUpper(k.name) }

const envPrefix = "NOOM_"

// maxWorkers is more cores than any machine Noom is meant for; it catches a slip of the finger.
const maxWorkers = 1024

// keys are all the keys there are, in the order of the help and of noom.example.yaml.
var keys = []key{
	{
		name: "listen", usage: "address of HTTP (TCP) and, with the same port number, of media (UDP)",
		set: func(c *Config, v []string) error { return parseListen(&c.Listen, v[0]) },
		get: func(c Config) string { return c.Listen },
	},
	{
		name: "data", usage: "folder that keeps rooms, their chat and files",
		set: func(c *Config, v []string) error { return parseData(&c.Data, v[0]) },
		get: func(c Config) string { return c.Data },
	},
	{
		name: "public_ip", list: true, usage: "address under which browsers reach the media port; empty: every usable interface address",
		set: func(c *Config, v []string) error { return parseEach(&c.PublicIPs, v, parsePublicIP) },
		get: func(c Config) string { return fmt.Sprint(c.PublicIPs) },
	},
	{
		name: "allow_origin", list: true, usage: "another site whose pages may connect, such as https://example.org",
		set: func(c *Config, v []string) error { return parseEach(&c.AllowOrigins, v, parseOrigin) },
		get: func(c Config) string { return fmt.Sprint(c.AllowOrigins) },
	},
	{
		name: "log_level", usage: "debug, info, warn or error",
		set: func(c *Config, v []string) error { return parseLevel(&c.LogLevel, v[0]) },
		get: func(c Config) string { return strings.ToLower(c.LogLevel.String()) },
	},
	{
		name: "workers", usage: "media loops; 0: one per CPU core",
		set: func(c *Config, v []string) error { return parseWorkers(&c.Workers, v[0]) },
		get: func(c Config) string { return strconv.Itoa(c.Workers) },
	},
	{
		name: "metrics", usage: "address of /metrics for Prometheus, such as 127.0.0.1:9090; empty: none",
		set: func(c *Config, v []string) error { return parseMetrics(&c.Metrics, v[0]) },
		get: func(c Config) string { return c.Metrics },
	},
}

func parseListen(to *string, text string) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is not an address: write :3000, 127.0.0.1:3000 or [::1]:3000", text)
	}
	if host != "" && host != "localhost" {
		if _, err := netip.ParseAddr(host); err != nil {
			return fmt.Errorf("%q is not an IP address of this machine (leave it out for all of them)", host)
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("%q is not a port: choose a number from 1 to 65535", port)
	}
	*to = net.JoinHostPort(host, strconv.FormatUint(n, 10))
	return nil
}

// parseMetrics wants a host where parseListen does not: whoever shows figures to the whole network shall say so.
func parseMetrics(to *string, text string) error {
	if text == "" {
		*to = ""
		return nil
	}
	if strings.HasPrefix(text, ":") {
		return fmt.Errorf("%q is every address of this machine: write 127.0.0.1%s, or 0.0.0.0%s if you mean it", text, text, text)
	}
	return parseListen(to, text)
}

func parseData(to *string, text string) error {
	if text == "" {
		return errors.New("the folder needs a name")
	}
	if strings.ContainsRune(text, 0) {
		return errors.New("a folder's name has no zero bytes")
	}
	*to = text
	return nil
}

func parsePublicIP(text string) (netip.Addr, error) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return addr, fmt.Errorf("%q is not an IP address", text)
	}
	addr = addr.Unmap()
	if addr.IsUnspecified() || addr.IsMulticast() || addr.Zone() != "" {
		return addr, fmt.Errorf("no browser can reach this server at %s", text)
	}
	return addr, nil
}

// parseOrigin gives an origin as browsers write it (RFC 6454 §6.2): lower case, without a default port.
func parseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("%q is not an origin: write https://example.org or http://example.org:8080, nothing after it", text)
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	} else {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host, nil
}

func parseLevel(to *slog.Level, text string) error {
	switch level := strings.ToLower(text); level {
	case "debug", "info", "warn", "error":
		return to.UnmarshalText([]byte(level))
	}
	return fmt.Errorf("%q is not a level: choose debug, info, warn or error", text)
}

func parseWorkers(to *int, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxWorkers {
		return fmt.Errorf("%q is not a number from 0 to %d", text, maxWorkers)
	}
	*to = n
	return nil
}

// parseEach fills a list. A later source replaces the whole list of an earlier one.
func parseEach[T any](to *[]T, texts []string, parse func(string) (T, error)) error {
	var list []T
	for _, text := range texts {
		value, err := parse(text)
		if err != nil {
			return err
		}
		list = append(list, value)
	}
	*to = list
	return nil
}
