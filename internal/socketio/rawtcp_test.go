package socketio

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// dialTCP opens a WebSocket without a WebSocket library and returns the connection under it.
func dialTCP(t *testing.T, url, query string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	host := strings.TrimPrefix(url, "http://")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, _ = fmt.Fprintf(conn, "GET /socket.io/?EIO=4&transport=websocket%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", query, host)
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrading: %v %v", response, err)
	}
	return conn.(*net.TCPConn), reader
}

// reservedBits sends a frame with RSV2 and RSV3 set and waits for the connection's end.
func reservedBits(url, query string) func(*testing.T) {
	return func(t *testing.T) {
		conn, reader := dialTCP(t, url, query)
		_, _ = conn.Write([]byte{0x80 | 0x40 | 0x20 | 0x10 | 1, 0x80 | 1, 0, 0, 0, 0, '4'})
		for {
			if _, err := reader.ReadByte(); err != nil {
				return
			}
		}
	}
}

// resetUpgrade resets the connection in the middle of the handshake of an upgrade.
func resetUpgrade(t *testing.T, url, query string) {
	conn, _ := dialTCP(t, url, query)
	_, _ = conn.Write([]byte{0x81, 0x80 | 6, 0, 0, 0, 0, '2', 'p', 'r', 'o', 'b', 'e'})
	_ = conn.SetLinger(0)
	_ = conn.Close()
}
