package app

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"syscall"
)

// bindAttempts is how often a port chosen by the system is tried again when it is free in TCP but not in UDP. Ephemeral
// ports in use are a few in 28 000, so the second attempt nearly always succeeds.
const bindAttempts = 20

// bind takes the same port number in TCP and in UDP: it listens in TCP and has open open the UDP side at the address it
// is given ("host:port", never port 0). close gives back what open opened; bind calls neither after it succeeded.
func bind(host string, port int, open func(listen string) error) (net.Listener, error) {
	attempts := 1
	if port == 0 {
		attempts = bindAttempts
	}
	for {
		attempts--
		listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return nil, bindError(err, "TCP", port)
		}
		chosen := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // net.Listen("tcp") gives no other
		err = openUDP(net.JoinHostPort(host, strconv.Itoa(chosen)), open)
		if err == nil {
			return listener, nil
		}
		_ = listener.Close()
		if attempts == 0 || !inUse(err) {
			return nil, bindError(err, "UDP", chosen)
		}
	}
}

// openUDP looks first whether the port is free at all: media's sockets share it (SO_REUSEPORT), and would share it with
// another program of the same user too.
func openUDP(listen string, open func(listen string) error) error {
	probe, err := net.ListenPacket("udp", listen)
	if err != nil {
		return err
	}
	if err := probe.Close(); err != nil {
		return err
	}
	return open(listen)
}

func bindError(err error, network string, port int) error {
	if inUse(err) {
		return fmt.Errorf("port %d is already in use in %s: another program listens there, perhaps another Noom; "+
			"stop it or choose another port with --listen :%d", port, network, port+1)
	}
	if errors.Is(err, syscall.EACCES) {
		return fmt.Errorf("port %d may not be opened in %s by this user: choose one above 1023 with --listen, "+
			"or give the program the right to (setcap cap_net_bind_service=+ep noom): %w", port, network, err)
	}
	return fmt.Errorf("opening port %d in %s: %w", port, network, err)
}

// wsaAddrInUse is Windows' own EADDRINUSE (WSAEADDRINUSE), which package syscall does not name.
const wsaAddrInUse = syscall.Errno(10048)

func inUse(err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	return errno == syscall.EADDRINUSE || (runtime.GOOS == "windows" && errno == wsaAddrInUse)
}
