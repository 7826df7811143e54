//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// host is a network namespace, and a thread in it.
type host struct {
	path string
	do   chan func()
}

// newHost makes a network with one TUN device that has this address. Where that is not allowed the test is left out.
func newHost(t *testing.T, device, address string) *host {
	t.Helper()
	h := &host{do: make(chan func())}
	made := make(chan error)
	go func() { // ends with the test, and its thread and the network with it
		runtime.LockOSThread()
		h.path = fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid())
		made <- makeNetwork(device, address)
		for f := range h.do {
			f()
		}
	}()
	t.Cleanup(func() { close(h.do) })
	err := <-made
	for _, lacking := range []error{os.ErrPermission, os.ErrNotExist, exec.ErrNotFound, unix.ENODEV, unix.ENXIO} {
		if errors.Is(err, lacking) {
			t.Skipf("no network namespaces with TUN devices here: %v", err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// makeNetwork takes this thread into a network of its own.
func makeNetwork(device, address string) error {
	probe, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	probe.Close()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	for _, words := range [][]string{
		{"tuntap", "add", device, "mode", "tun"},
		{"link", "set", device, "addrgenmode", "none"},
		{"address", "add", address + "/24", "dev", device},
		{"link", "set", device, "up"},
	} {
		if out, err := exec.Command("ip", words...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %v: %w: %s", words, err, out)
		}
	}
	return nil
}

// listen opens a UDP socket in the host's network.
func (h *host) listen(t *testing.T, address string) *net.UDPConn {
	t.Helper()
	var conn *net.UDPConn
	var err error
	done := make(chan struct{})
	h.do <- func() {
		conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(address)))
		close(done)
	}
	<-done
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// control tells a running emulator what to do.
type control struct {
	t        *testing.T
	commands io.Writer
	replies  *json.Decoder
}

func (c *control) say(command string) reply {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.commands, command); err != nil {
		c.t.Fatal(err)
	}
	return c.hear()
}

func (c *control) hear() (r reply) {
	c.t.Helper()
	if err := c.replies.Decode(&r); err != nil || r.Error != "" {
		c.t.Fatal(err, r.Error)
	}
	return r
}

// between starts an emulator that carries packets between two hosts.
func between(t *testing.T, near, far *host) *control {
	t.Helper()
	nearTUN, err := openTUN("near0", near.path)
	if err != nil {
		t.Fatal(err)
	}
	farTUN, err := openTUN("far0", far.path)
	if err != nil {
		t.Fatal(err)
	}
	commands, say := io.Pipe()
	hear, replies := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- newEmulator(nearTUN, farTUN).run(commands, replies) }()
	t.Cleanup(func() {
		say.Close()
		if err := <-ended; err != nil {
			t.Errorf("the emulator ended: %v", err)
		}
		nearTUN.Close()
		farTUN.Close()
	})
	c := &control{t, say, json.NewDecoder(bufio.NewReader(hear))}
	c.hear()
	return c
}

// echo sends back what comes, and tells from where it came.
func echo(conn *net.UDPConn, from chan<- netip.AddrPort) {
	buffer := make([]byte, 100)
	for {
		n, sender, err := conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		from <- sender
		conn.WriteToUDPAddrPort(buffer[:n], sender)
	}
}

const (
	pings    = 300
	interval = 10 * time.Millisecond
)

func TestPacketsCrossRealDevicesLateAndLessThoseThatTheSeedLoses(t *testing.T) {
	near, far := newHost(t, "near0", "10.78.0.1"), newHost(t, "far0", "10.78.0.2")
	link := between(t, near, far)
	server, client := near.listen(t, "10.78.0.1:3000"), far.listen(t, "10.78.0.2:4000")
	from := make(chan netip.AddrPort, pings+1)
	go echo(server, from) // ends with its socket

	link.say(`{"seed":7,"up":{"delay":50,"loss":0.2},"down":{"delay":50,"loss":0.1,"burst":3}}`)
	want := survivors(7, 0.2, 0.1, 3)
	began := time.Now()
	go func() { // ends when all are sent
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for i := range uint32(pings) {
			<-tick.C
			ping := binary.BigEndian.AppendUint32(nil, i)
			client.WriteToUDPAddrPort(binary.BigEndian.AppendUint64(ping, uint64(time.Since(began))), netip.MustParseAddrPort("10.78.0.1:3000"))
		}
	}()
	buffer := make([]byte, 100)
	client.SetReadDeadline(began.Add(pings*interval + 20*time.Second))
	for at, i := range want {
		if _, _, err := client.ReadFromUDPAddrPort(buffer); err != nil {
			t.Fatalf("of %d answers %d came: %v", len(want), at, err)
		}
		if got := int(binary.BigEndian.Uint32(buffer)); got != i {
			t.Fatalf("answer %d is to ping %d, and the seed says %d", at, got, i)
		}
		if took := time.Since(began) - time.Duration(binary.BigEndian.Uint64(buffer[4:])); took < 100*time.Millisecond {
			t.Fatalf("a round trip took %v on a link of 100 ms", took)
		}
	}
	seen := link.say(`{"up":{},"down":{},"rebind":"address"}`)
	if up, down := seen.Up, seen.Down; up.Sent != pings || up.Arrived+up.Lost != pings || down.Sent != up.Arrived || down.Arrived != uint64(len(want)) {
		t.Errorf("counted %d + %d of %d up and %d of %d down; %d pings were answered", up.Arrived, up.Lost, up.Sent, down.Arrived, down.Sent, len(want))
	}
	for len(from) > 0 {
		if sender := <-from; sender != netip.MustParseAddrPort("10.78.0.2:4000") {
			t.Fatalf("the server saw the client at %v", sender)
		}
	}
	client.WriteToUDPAddrPort([]byte("here"), netip.MustParseAddrPort("10.78.0.1:3000"))
	if n, _, err := client.ReadFromUDPAddrPort(buffer); err != nil || string(buffer[:n]) != "here" {
		t.Errorf("after rebinding the client was answered %q, %v", buffer[:n], err)
	}
	if sender := <-from; sender != netip.MustParseAddrPort("10.78.0.3:4000") {
		t.Errorf("the rebound client was seen at %v", sender)
	}
}

// survivors are the pings whose answers come back, by the draws alone.
func survivors(seed uint64, up, down, burst float64) (all []int) {
	to := newFlows(upSeed(seed)).of(datagram(4000, 0, 100))
	back := newFlows(downSeed(seed)).of(datagram(4000, 0, 100))
	pass := func(f *flow, loss, burst float64) bool {
		lost := f.loses(loss, burst)
		f.sent++
		return !lost
	}
	for i := range pings {
		if pass(to, up, 0) && pass(back, down, burst) {
			all = append(all, i)
		}
	}
	return all
}
