package media

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

// unreachable is a socket that cannot send, and says so as package net does.
type unreachable struct{ socket }

func (unreachable) write(to netip.AddrPort, _ []byte) error {
	return &net.OpError{Op: "write", Net: "udp", Addr: net.UDPAddrFromAddrPort(to), Err: syscall.ENETUNREACH}
}

func TestWhatAHandshakeCannotSendNamesNoAddress(t *testing.T) {
	c := newHandshakeConn(unreachable{}, netip.MustParseAddrPort("192.0.2.1:4000"))
	_, err := c.WriteTo([]byte{recordHandshake}, nil)
	if !errors.Is(err, syscall.ENETUNREACH) || strings.Contains(err.Error(), "192.0.2.1") {
		t.Errorf("got %v, which is logged", err)
	}
}
