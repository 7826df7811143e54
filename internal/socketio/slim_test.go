package socketio

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestASlimWebSocketLosesNothingOfWhatComesWithItsRequest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(Slim(w), r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = ws.CloseNow() }()
		for {
			kind, text, err := ws.Read(r.Context())
			if err != nil || ws.Write(r.Context(), kind, text) != nil {
				return
			}
		}
	}))
	defer server.Close()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	sent := []byte("GET / HTTP/1.1\r\nHost: noom\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	var want []byte // each longer than either buffer, or than none
	for i, size := range []int{10, 2 * readBuffer, 3, 2 * writeBuffer, 5} {
		text := bytes.Repeat([]byte{'a' + byte(i)}, size)
		head, masked := []byte{0x82, byte(size)}, []byte{0x82, 0x80 | byte(size)}
		if size > 125 {
			head, masked = []byte{0x82, 126, byte(size >> 8), byte(size)}, []byte{0x82, 0x80 | 126, byte(size >> 8), byte(size)}
		}
		sent = append(append(append(sent, masked...), 0, 0, 0, 0), text...)
		want = append(append(want, head...), text...)
	}
	if _, err := conn.Write(sent); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	if response, err := http.ReadResponse(reader, nil); err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrading: %v %v", response, err)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(reader, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes did not come back as they were sent: %v", len(want), err)
	}
}
