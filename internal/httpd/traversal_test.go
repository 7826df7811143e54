package httpd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// traversals are ways out of a folder that servers have fallen for: each step × each separator × each encoding.
func traversals() []string {
	var all []string
	dots := []string{"..", "%2e%2e", "%2E.", ".%2e", "..%00", "%252e%252e", "%c0%ae%c0%ae", "%uff0e%uff0e", "....", "..;", "%2e%2e%2e", "\\.."}
	slashes := []string{"/", "%2f", "%2F", "\\", "%5c", "%255c", "%252f", "%c0%af", "//"}
	for _, prefix := range []string{"/", "/assets/", "/r/", "/socket.io/", "//"} {
		for _, dot := range dots {
			for _, slash := range slashes {
				all = append(all, prefix+strings.Repeat(dot+slash, 6)+"secret.txt")
			}
		}
	}
	return append(all, "/C:/secret.txt", "/file:///secret.txt", "/assets/secret.txt%00.js", "/assets/CON", "/assets/..%01", "*", "secret.txt")
}

func TestNoEncodingLeadsOutOfThePage(t *testing.T) {
	parent := t.TempDir()
	const secret = "the secret beside the page"
	for name, text := range map[string]string{"secret.txt": secret, "dist/index.html": page, "dist/assets/a.js": script} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(parent, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(parent, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newServer(t, os.DirFS(filepath.Join(parent, "dist")), Config{})
	address := run(t, s)
	all := traversals()
	if len(all) < 200 {
		t.Fatalf("only %d encodings", len(all))
	}
	for _, path := range all {
		status, text := raw(t, address, path)
		// /r/ANYTHING is the page, by design; everything else is a redirect home or an error.
		roomPage := status == http.StatusOK && strings.HasPrefix(path, "/r/") && strings.Contains(text, page)
		if strings.Contains(text, secret) || (status == http.StatusOK && !roomPage) || status >= 500 {
			t.Errorf("%s: got %d %q", path, status, text)
		}
	}
}

// run serves on a port of its own until the test ends.
func run(t *testing.T, s *Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, listener) }() // ends with ctx
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// raw sends a request line as it is: a client library would clean the path.
func raw(t *testing.T, address, path string) (int, string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: noom\r\nConnection: close\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
