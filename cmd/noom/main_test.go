package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asNoom makes the test program behave as noom itself: the real program in a process of its own, without a build.
const asNoom = "TEST_PROGRAM_IS_NOOM"

func TestMain(m *testing.M) {
	if os.Getenv(asNoom) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command is noom with these arguments, and with an environment of nothing but what it needs.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, args...)
	c.Env = []string{
		asNoom + "=1", "PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"GORACE=atexit_sleep_ms=100", // under the race detector a program that ends sleeps for a second else
	}
	return c
}

type process struct {
	*exec.Cmd
	url    string
	errors *strings.Builder // what it wrote to stderr; read it after Wait
}

var pageURL = regexp.MustCompile(`http://localhost:\d+`)

// start runs a server on a port of its own until it prints where it is.
func start(t *testing.T, args ...string) process {
	t.Helper()
	p := process{Cmd: command(t, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, args...)...), errors: new(strings.Builder)}
	p.Stderr = p.errors
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = p.Wait()
		t.Fatalf("it ended before it said where it is: %s", p.errors)
	}
	if p.url = pageURL.FindString(line); p.url == "" {
		t.Fatalf("it does not say where it is: %q", line)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

func TestSIGTERMEndsTheServerCleanlyInTwoSeconds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		p := start(t)
		response, err := http.Get(p.url + "/healthz")
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("got %v, %v", response, err)
		}
		_ = response.Body.Close()
		holdConnections(t, p.url)

		begin := time.Now()
		if err := p.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := p.Wait(); err != nil {
			t.Errorf("%v: %v\n%s", signal, err, p.errors)
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("%v: it took %v", signal, took)
		}
		if strings.Contains(p.errors.String(), `"ERROR"`) {
			t.Errorf("%v: it complained:\n%s", signal, p.errors)
		}
	}
}

// holdConnections leaves behind what real clients do: an idle connection, half a request, a socket and a long poll.
func holdConnections(t *testing.T, url string) {
	t.Helper()
	address := strings.Replace(strings.TrimPrefix(url, "http://"), "localhost", "127.0.0.1", 1)
	upgrade := "GET %s HTTP/1.1\r\nHost: noom\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	for _, text := range []string{
		"",
		"GET / HTTP/1.1\r\nHost: no",
		fmt.Sprintf(upgrade, "/ws"),
		fmt.Sprintf(upgrade, "/socket.io/?EIO=4&transport=websocket"),
		"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: noom\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPortInUseIsSaidPlainlyAlsoForUDP(t *testing.T) {
	host := "127.0.0.1"
	if runtime.GOOS == "linux" {
		host = "127.42.0.2" // nobody else's connection takes, in TCP, the number that is held here in UDP
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	packets, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	for network, address := range map[string]net.Addr{"TCP": listener.Addr(), "UDP": packets.LocalAddr()} {
		text, err := command(t, "--listen", address.String(), "--data", t.TempDir()).CombinedOutput()
		if exitStatus(err) != 1 || !strings.Contains(string(text), "is already in use in "+network) {
			t.Errorf("%s: status %d, %q", network, exitStatus(err), text)
		}
		if strings.Count(string(text), "\n") != 1 {
			t.Errorf("%s: more than a line: %q", network, text)
		}
	}
}

func TestMistakesAreSaidWithStatus2(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  string
		want string
	}{
		{[]string{"sreve"}, "", `unknown command "sreve"`},
		{[]string{"--lisen", ":1"}, "", "did you mean --listen?"},
		{[]string{"serve", "--log-level", "loud"}, "", `--log-level: "loud" is not a level`},
		{[]string{"serve"}, "NOOM_LISTN=:1", "did you mean NOOM_LISTEN?"},
		{[]string{"serve", "--config", "/nowhere.yaml"}, "", "cannot be read"},
		{[]string{"load", "--senders", "0"}, "", "at least one bot"},
		{[]string{"load", "--nonsense"}, "", "nonsense"},
	} {
		cmd := command(t, c.args...)
		cmd.Env = append(cmd.Env, c.env)
		text, err := cmd.CombinedOutput()
		if exitStatus(err) != 2 || !strings.Contains(string(text), c.want) {
			t.Errorf("%v %s: status %d, %q", c.args, c.env, exitStatus(err), text)
		}
	}
}

func TestVersionAndHelp(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"version", "noom dev (go"},
		{"--version", "noom dev (go"},
		{"help", "noom load"},
		{"load --help", "-senders"},
		{"serve --help", "--public-ip"},
		{"--help", "--public-ip"},
		{"--help", "noom load"},
	} {
		text, err := command(t, strings.Fields(c.args)...).Output()
		if err != nil || !strings.Contains(string(text), c.want) {
			t.Errorf("noom %s: %v, %q", c.args, err, text)
		}
	}
}

func TestTheLogIsOneJSONObjectPerEvent(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	logger(w, 0).Info("something happened", "err", "with\na line break")
	_ = w.Close()
	text, err := io.ReadAll(r)
	if err != nil || strings.Count(string(text), "\n") != 1 || text[0] != '{' {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestTheProgramEndsWhenItsContextDoes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr strings.Builder
	if got := run(ctx, []string{"--listen", "127.0.0.1:0", "--data", t.TempDir()}, nil, &stdout, &stderr); got != 0 {
		t.Errorf("status %d: %s", got, stderr.String())
	}
	if !strings.HasPrefix(stdout.String(), "Noom is on http://localhost:") {
		t.Errorf("got %q", stdout.String())
	}
}

func exitStatus(err error) int {
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Cmd returns it as it is
		return exit.ExitCode()
	}
	return 0
}
