package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// quietHost is an address of this machine that nobody else connects from or listens on: on 127.0.0.1 another test's
// connection may take, in TCP, the very number that is held here in UDP. Linux has all of 127.0.0.0/8.
var quietHost = map[bool]string{true: "127.42.0.1", false: "127.0.0.1"}[runtime.GOOS == "linux"]

func TestAPortTheSystemChoseIsTheSameInTCPAndUDP(t *testing.T) {
	var opened string
	listener, err := bind(quietHost, 0, func(listen string) error { opened = listen; return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if got := listener.Addr().String(); got != opened {
		t.Errorf("TCP on %s, UDP on %s", got, opened)
	}
}

func TestAPortTakenInUDPIsTriedAgainOnlyWhenTheSystemChose(t *testing.T) {
	taken := fmt.Errorf("listen: %w", syscall.EADDRINUSE)
	tries := 0
	listener, err := bind(quietHost, 0, func(string) error {
		if tries++; tries < 3 {
			return taken
		}
		return nil
	})
	if err != nil || tries != 3 {
		t.Fatalf("%d tries, %v", tries, err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	var number int
	_, _ = fmt.Sscan(port, &number)

	tries = 0
	_, err = bind(quietHost, number, func(string) error { tries++; return taken })
	if err == nil || tries != 1 || !strings.Contains(err.Error(), "already in use in UDP") {
		t.Errorf("%d tries, %v", tries, err)
	}
	tries = 0
	if _, err = bind(quietHost, 0, func(string) error { tries++; return taken }); err == nil || tries != bindAttempts {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestAPortInUseIsSaidPlainly(t *testing.T) {
	listener, err := net.Listen("tcp", net.JoinHostPort(quietHost, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	packets, err := net.ListenPacket("udp", net.JoinHostPort(quietHost, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	for network, address := range map[string]net.Addr{"TCP": listener.Addr(), "UDP": packets.LocalAddr()} {
		port := netip.MustParseAddrPort(address.String()).Port()
		_, err := bind(quietHost, int(port), func(string) error { return nil })
		want := fmt.Sprintf("port %d is already in use in %s", port, network)
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "--listen") {
			t.Errorf("got %v, want %s…", err, want)
		}
	}
}

func TestAnotherErrorIsNotTakenForAPortInUse(t *testing.T) {
	broken := errors.New("no such device")
	if _, err := bind(quietHost, 0, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := bindError(fmt.Errorf("bind: %w", syscall.EACCES), "TCP", 80); !strings.Contains(err.Error(), "port 80 may not be opened") {
		t.Errorf("got %v", err)
	}
}

func TestTheAddressesToOpen(t *testing.T) {
	var interfaces []netip.Addr
	for _, a := range []string{"127.0.0.1", "::1", "192.168.1.5", "169.254.3.4", "fe80::1", "2001:db8::1", "::ffff:10.0.0.2"} {
		interfaces = append(interfaces, netip.MustParseAddr(a))
	}
	for listen, want := range map[string][]string{
		"[::]:3000":        {"http://localhost:3000", "http://192.168.1.5:3000", "http://10.0.0.2:3000"},
		"0.0.0.0:80":       {"http://localhost:80", "http://192.168.1.5:80", "http://10.0.0.2:80"},
		"127.0.0.1:3000":   {"http://localhost:3000"},
		"[::1]:3000":       {"http://localhost:3000"},
		"192.168.1.5:3000": {"http://192.168.1.5:3000"},
		"[2001:db8::1]:81": {"http://[2001:db8::1]:81"},
	} {
		if diff := cmp.Diff(want, pageAddresses(netip.MustParseAddrPort(listen), interfaces)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", listen, diff)
		}
	}
}
