package socketio

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory is what the heap and the stacks hold after everything that can be collected has been.
func memory() uint64 {
	for range 3 { // what a finalizer lets go of is free the next time
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// bareClient is a connected WebSocket of which the test process keeps nothing but a file descriptor and its object, so
// that what memory grows by is the server's.
func bareClient(t testing.TB, host string, reader *bufio.Reader) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", host) //nolint:noctx // loopback
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"+
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"+
		"Origin: http://%s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"+
		"Accept-Language: ko-KR,ko;q=0.9\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n", host, host)
	_, _ = conn.Write([]byte{0x81, 0x80 | 2, 0, 0, 0, 0, '4', '0'})
	reader.Reset(conn)
	for !strings.HasSuffix(readUntilBrace(t, reader), `"}`) { // headers and the open packet, then CONNECT's {"sid":"…"}
	}
	return conn
}

func readUntilBrace(t testing.TB, reader *bufio.Reader) string {
	t.Helper()
	text, err := reader.ReadString('}')
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAnIdleConnectionIsCheap(t *testing.T) {
	const connections = 1_000
	_, _, web := serve(t, Config{PingInterval: time.Minute})
	host := strings.TrimPrefix(web.URL, "http://")
	reader := bufio.NewReader(nil)
	keep := []net.Conn{bareClient(t, host, reader)} // what is made once is there
	goroutines, before := runtime.NumGoroutine(), memory()
	for range connections {
		keep = append(keep, bareClient(t, host, reader))
	}
	settle(func() bool { return runtime.NumGoroutine() <= goroutines+connections })
	perGoroutine := float64(runtime.NumGoroutine()-goroutines) / connections
	perConnection := int(memory()-before) / connections
	t.Logf("%d bytes and %.2f goroutines per idle connection", perConnection, perGoroutine)
	if perConnection > 40<<10 {
		t.Errorf("%d bytes per idle connection", perConnection)
	}
	if perGoroutine > 2 {
		t.Errorf("%.2f goroutines per idle connection", perGoroutine)
	}
	for _, conn := range keep {
		_ = conn.Close()
	}
}

// settle looks until something that other goroutines are about to do has been done, for 10 s: nothing tells when the
// runtime is rid of a goroutine.
func settle(done func() bool) bool {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for range 1_000 {
		if done() {
			return true
		}
		<-look.C
	}
	return false
}

func TestNothingIsLeftOfTenThousandConnections(t *testing.T) {
	const connections, atOnce = 10_000, 100
	s, h, web := serve(t, Config{})
	h.departed = nil
	host := strings.TrimPrefix(web.URL, "http://")
	wave := func() {
		var clients sync.WaitGroup
		for i := range atOnce {
			clients.Go(func() { // ends with its connection
				if i%10 == 0 {
					visitByPolling(t, web.URL)
					return
				}
				conn := bareClient(t, host, bufio.NewReader(nil))
				if i%2 == 0 { // half of them say goodbye
					_, _ = conn.Write([]byte{0x88, 0x80, 0, 0, 0, 0})
					_, _ = io.Copy(io.Discard, conn)
				}
				_ = conn.Close()
			})
		}
		clients.Wait()
	}
	wave()
	settle(func() bool { return s.Stats().Connections == 0 })
	goroutines, before := runtime.NumGoroutine(), memory()
	for range connections / atOnce {
		wave()
	}
	if !settle(func() bool { return s.Stats().Connections == 0 && runtime.NumGoroutine() <= goroutines }) {
		t.Errorf("%d connections and %d goroutines are left", s.Stats().Connections, runtime.NumGoroutine()-goroutines)
	}
	after := memory()
	t.Logf("memory before %d KiB, after %d KiB", before>>10, after>>10)
	if after > before+before/20+1<<20 { // 5 %, and what the runtime may keep
		t.Errorf("memory went from %d to %d KiB", before>>10, after>>10)
	}
	for name, ns := range s.namespaces {
		ns.mu.Lock()
		if len(ns.sockets)+len(ns.rooms) > 0 {
			t.Errorf("%s: %d sockets and %d rooms are left", name, len(ns.sockets), len(ns.rooms))
		}
		ns.mu.Unlock()
	}
}

// visitByPolling connects, joins a room and leaves.
func visitByPolling(t *testing.T, url string) {
	c := newPolling(t, url)
	connect(t, c, "")
	c.send(t, `421["join","green"]`)
	c.next(t)
	c.send(t, "1")
	c.leave()
}

// BenchmarkBroadcast sends one event to a room of 100 and waits until all have read it. An operation is one delivery.
func BenchmarkBroadcast(b *testing.B) {
	const members = 100
	s, _, web := serve(b, Config{PingInterval: time.Minute, MaxQueue: 64 << 20})
	host := strings.TrimPrefix(web.URL, "http://")
	rounds := b.N/members + 1
	var readers sync.WaitGroup
	var frame int
	{
		packets, _ := encodeArgs(kindEvent, "/", 0, false, []any{"slots", strings.Repeat("x", 80)})
		frame = 2 + len(packets[0].data)
	}
	for range members {
		reader := bufio.NewReader(nil)
		conn := bareClient(b, host, reader)
		readers.Go(func() { // ends when it has read everything
			_, _ = io.CopyN(io.Discard, reader, int64(rounds*frame))
			_ = conn.Close()
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range rounds {
		s.Broadcast("/", "", nil, "slots", strings.Repeat("x", 80))
	}
	readers.Wait()
}
