package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// crowdCore is the crowd's. The server has another for itself, see options.cores.
const crowdCore = "1"

// patience is how long a server may take to start.
const patience = 10 * time.Second

// kind is a sort of server.
type kind struct {
	name, target string
	start        func(ctx context.Context, o *options, p point, folder string) (*server, error)
}

// server is a process under measurement.
type server struct {
	cmd     *exec.Cmd
	url     string
	profile string // where it leaves one; the null device: it tells the loops' lag alone; empty: it is the program that people run
	output  bytes.Buffer
}

var kinds = []kind{
	{"floor", "floor", startFloor},
	{"noom", "noom", startNoom(1)},
	{"noom-2", "noom", startNoom(2)}, // what the pipe and the second loop cost: both have the same core
	{"janus-tuned", "janus", startTunedJanus},
	{"janus", "janus", startJanus},
}

// choose gives the kinds that are asked for and can be had.
func choose(o *options) (chosen []kind, err error) {
	for name := range strings.SplitSeq(o.servers, ",") {
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no server %q", name)
		}
		chosen = append(chosen, kinds[i])
	}
	return chosen, nil
}

// first are the words with which a command begins that runs a program on a core, before what else runs there if we may
// say so: on a machine that is not ours alone, who waits for the processor measures its neighbours.
func first(core, program string) []string {
	words := []string{"taskset", "-c", core}
	if os.Getuid() == 0 {
		words = append(words, "nice", "-n", "-19")
	}
	return append(words, program)
}

// command makes a command of its words.
func command(ctx context.Context, words []string) *exec.Cmd {
	return exec.CommandContext(ctx, words[0], words[1:]...)
}

// run starts a program on the server's core.
func (s *server) run(ctx context.Context, o *options, program string, args ...string) error {
	s.cmd = command(ctx, append(first(o.cores, program), args...))
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = patience
	return s.cmd.Start()
}

// await asks until the server answers.
func (s *server) await(url string) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(url); err == nil {
			answer.Body.Close()
			return nil
		}
	}
	s.stop()
	return fmt.Errorf("the server does not answer: %s", s.output.String())
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	_ = s.cmd.Wait()
}

// startNoom starts Noom with so many workers.
func startNoom(workers int) func(context.Context, *options, point, string) (*server, error) {
	return func(ctx context.Context, o *options, p point, folder string) (*server, error) {
		return runNoom(ctx, o, p, folder, workers)
	}
}

func runNoom(ctx context.Context, o *options, p point, folder string, workers int) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + net.JoinHostPort(o.host, port)}
	program, args := o.noom, []string{"serve"}
	if o.profile {
		s.profile = o.profileOf(p, workers)
	} else if p.Share > 0 {
		s.profile = os.DevNull
	}
	if s.profile != "" {
		program, args = filepath.Join(o.tools, "profiled"), []string{s.profile}
	}
	args = append(args, "--listen", ":"+port, "--data", folder, "--workers", strconv.Itoa(workers))
	if err := s.run(ctx, o, program, args...); err != nil {
		return nil, err
	}
	return s, s.await(s.url + "/healthz")
}

func startFloor(ctx context.Context, o *options, p point, _ string) (*server, error) {
	words := append(first(o.cores, filepath.Join(o.tools, "floor")), "-listen", net.JoinHostPort(o.host, "0"), "-mode", "gso", "-fps", fmt.Sprint(p.FPS))
	s := &server{cmd: command(ctx, words)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	s.url = "udp://" + strings.TrimSpace(line)
	return s, nil
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
	return "", errors.New("no port is free in both TCP and UDP")
}
