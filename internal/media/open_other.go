//go:build !linux || portable

package media

// openSockets gives every worker a socket on the one port.
func openSockets(listen string, workers int) ([]socket, error) { return openPortable(listen, workers) }
