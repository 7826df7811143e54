package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The cores: one for the server alone, one for the bots.
const serverCore, botCore = "0", "1"

// ticksPerSecond is the unit of CPU times in /proc (proc(5), USER_HZ): 100 on every Linux that Go runs on.
const ticksPerSecond = 100

// figures are what one run of a point gave.
type figures struct {
	MicrosPerPacket  float64 // CPU of the server per packet that arrived at a bot, µs
	PacketsPerSecond float64 // that arrived
	KBPerViewer      float64 // memory of the server above an empty one, per bot
	Loss             float64 // percent
	Delay50, Delay99 float64 // one way, ms
	Join50, Join99   float64 // ms
	Failures         int
}

// valid tells whether the run counts: a point that loses packets or bots was not carried.
func (f figures) valid() bool { return f.Failures == 0 && f.Loss < 0.5 }

func (f figures) String() string {
	return fmt.Sprintf("%.2f µs/packet at %.0f packets/s, %.0f KB per bot, loss %.2f %%, delay %.2f/%.2f ms, join %.0f/%.0f ms",
		f.MicrosPerPacket, f.PacketsPerSecond, f.KBPerViewer, f.Loss, f.Delay50, f.Delay99, f.Join50, f.Join99)
}

// server is a noom process under measurement.
type server struct {
	cmd  *exec.Cmd
	url  string
	data string
	log  bytes.Buffer
}

func start(ctx context.Context, noom string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp("", "noom-bench-")
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://localhost:" + port, data: data}
	s.cmd = exec.CommandContext(ctx, "taskset", "-c", serverCore, noom, "serve", "--listen", ":"+port, "--data", data)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		answer, err := http.Get(s.url + "/healthz")
		if err == nil {
			answer.Body.Close()
			return s, nil
		}
		if time.Now().After(deadline) {
			s.stop()
			return nil, fmt.Errorf("the server does not answer: %s", s.log.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	_ = s.cmd.Wait()
	os.RemoveAll(s.data)
}

// freePort finds a port that is free in TCP and UDP.
func freePort() (string, error) {
	for range 20 {
		tcp, err := net.Listen("tcp", ":0")
		if err != nil {
			return "", err
		}
		_, port, _ := net.SplitHostPort(tcp.Addr().String())
		udp, err := net.ListenPacket("udp", ":"+port)
		tcp.Close()
		if err == nil {
			udp.Close()
			return port, nil
		}
	}
	return "", fmt.Errorf("no port is free in both TCP and UDP")
}

// usage is what the process has used of CPU, and uses of memory.
func (s *server) usage() (cpu time.Duration, kb float64, err error) {
	pid := strconv.Itoa(s.cmd.Process.Pid)
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, 0, err
	}
	// The name stands in parentheses and may hold anything; the times are fields 14 and 15 (proc(5)).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0, err
		}
		ticks += n
	}
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err = strconv.ParseFloat(strings.Fields(value)[0], 64)
			return time.Duration(ticks) * time.Second / ticksPerSecond, kb, err
		}
	}
	return 0, 0, fmt.Errorf("no VmRSS in /proc/%s/status", pid)
}

// measure runs one point on a fresh server. The CPU counted is that of the whole run, joins included, less what the joins
// took as measured by a run of the same bots that lasts a second: what remains is forwarding.
func measure(ctx context.Context, noom string, p point) (figures, error) {
	s, err := start(ctx, noom)
	if err != nil {
		return figures{}, err
	}
	defer s.stop()
	_, empty, err := s.usage()
	if err != nil {
		return figures{}, err
	}
	short, _, err := s.load(ctx, noom, p, time.Second)
	if err != nil {
		return figures{}, err
	}
	long, kb, err := s.load(ctx, noom, p, time.Second+p.Duration)
	if err != nil {
		return figures{}, err
	}
	packets := float64(long.PacketsReceived) - float64(short.PacketsReceived)
	return figures{
		MicrosPerPacket:  float64((long.cpu-short.cpu)/time.Microsecond) / packets,
		PacketsPerSecond: packets / p.Duration.Seconds(),
		KBPerViewer:      (kb - empty) / float64(p.Senders+p.Viewers),
		Loss:             long.LossPercent,
		Delay50:          long.DelayMillis.P50, Delay99: long.DelayMillis.P99,
		Join50: long.JoinMillis.P50, Join99: long.JoinMillis.P99,
		Failures: short.Failures + long.Failures,
	}, nil
}

type loaded struct {
	report
	cpu time.Duration
}

// load runs the bots and samples the server's memory just before they leave.
func (s *server) load(ctx context.Context, noom string, p point, d time.Duration) (loaded, float64, error) {
	before, _, err := s.usage()
	if err != nil {
		return loaded{}, 0, err
	}
	bots := exec.CommandContext(ctx, "taskset", "-c", botCore, noom, "load", "--json", "--url", s.url, "--room", "bench",
		"--senders", strconv.Itoa(p.Senders), "--viewers", strconv.Itoa(p.Viewers), "--bitrate", strconv.Itoa(p.Kbps),
		"--audio="+strconv.FormatBool(p.Audio), "--size", "f", "--width", "1280", "--height", "720", "--duration", d.String())
	var output, problems bytes.Buffer
	bots.Stdout, bots.Stderr = &output, &problems
	if err := bots.Start(); err != nil {
		return loaded{}, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- bots.Wait() }() // ends with the bots, which end by themselves or with ctx
	most := 0.0
	for {
		select {
		case err := <-ended:
			if err != nil {
				return loaded{}, 0, fmt.Errorf("noom load: %w: %s", err, problems.String())
			}
			after, _, err := s.usage()
			if err != nil {
				return loaded{}, 0, err
			}
			r, err := parse(output.Bytes())
			return loaded{report: r, cpu: after - before}, most, err
		case <-time.After(500 * time.Millisecond):
			_, kb, err := s.usage()
			if err != nil {
				return loaded{}, 0, err
			}
			most = max(most, kb)
		}
	}
}
