//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"noom/internal/simnet/chance"
)

const (
	mostRead    = 1 << 16 // an IP packet has no more bytes
	mostPending = 256     // packets that were read and not yet taken; then they wait in the device, which drops what it has no room for
	mostLine    = 1 << 16 // bytes of a command
)

// emulator carries packets between two devices. Its loop owns all of it.
type emulator struct {
	near, far io.ReadWriter
	up, down  *wire
	nat       nat
	began     time.Time
}

func newEmulator(near, far io.ReadWriter) *emulator {
	return &emulator{near: near, far: far, up: newWire(upSeed(0)), down: newWire(downSeed(0)), began: time.Now()}
}

// The two directions draw differently.
func upSeed(seed uint64) uint64   { return chance.Mix(seed) }
func downSeed(seed uint64) uint64 { return chance.Mix(seed) + 1 }

// run carries packets and does what it is told until the commands end or a device fails.
func (e *emulator) run(commands io.Reader, replies io.Writer) error {
	fromNear, fromFar, lines := make(chan packet, mostPending), make(chan packet, mostPending), make(chan []byte)
	failed, stop := make(chan error, 3), make(chan struct{})
	defer close(stop)
	go read(e.near, fromNear, failed, stop) // each ends when its device does, or the program
	go read(e.far, fromFar, failed, stop)
	go readLines(commands, lines, failed, stop)
	timer := time.NewTimer(0)
	out := json.NewEncoder(replies)
	if err := out.Encode(reply{}); err != nil {
		return err
	}
	for {
		select {
		case p := <-fromNear:
			e.enterDown(p)
		case p := <-fromFar:
			e.enterUp(p)
		case <-timer.C:
		case line := <-lines:
			if err := out.Encode(e.obey(line)); err != nil {
				return err
			}
		case err := <-failed:
			if errors.Is(err, errNoMore) {
				return nil
			}
			return err
		}
		e.deliver()
		timer.Reset(e.wait())
	}
}

func (e *emulator) now() time.Duration { return time.Since(e.began) }

func (e *emulator) enterUp(p packet) {
	if !p.valid() || !e.nat.up(p) {
		e.up.counts.Foreign++
		return
	}
	e.up.enter(e.now(), p)
}

func (e *emulator) enterDown(p packet) {
	if !p.valid() || !e.nat.leads(p) {
		e.down.counts.Foreign++
		return
	}
	e.down.enter(e.now(), p)
}

// deliver writes what has arrived. The far side's NAT stands at the far end of the way down.
func (e *emulator) deliver() {
	now := e.now()
	for p := e.up.arrived(now); p != nil; p = e.up.arrived(now) {
		write(e.near, p, &e.up.counts)
	}
	for p := e.down.arrived(now); p != nil; p = e.down.arrived(now) {
		if e.nat.down(p) {
			write(e.far, p, &e.down.counts)
		} else {
			e.down.counts.Foreign++
		}
	}
}

// write writes a packet. A device that is down for the moment, or has no room, loses it.
func write(to io.Writer, p packet, counts *counts) {
	if _, err := to.Write(p); err != nil {
		counts.Refused++
	} else {
		counts.Arrived++
	}
}

// wait is how long nothing happens by itself.
func (e *emulator) wait() time.Duration {
	wait := time.Hour
	for _, w := range []*wire{e.up, e.down} {
		if at, ok := w.next(); ok {
			wait = min(wait, at-e.now())
		}
	}
	return max(wait, 0)
}

// obey carries out a command.
func (e *emulator) obey(line []byte) reply {
	c, err := parse(line)
	if err != nil {
		return reply{Error: err.Error()}
	}
	if c.Seed != nil {
		e.up.reseed(upSeed(*c.Seed))
		e.down.reseed(downSeed(*c.Seed))
	}
	if c.Up != nil {
		e.up.replace(e.now(), *c.Up)
	}
	if c.Down != nil {
		e.down.replace(e.now(), *c.Down)
	}
	switch c.Rebind {
	case "address":
		e.nat.rebindAddress()
	case "ports":
		e.nat.rebindPorts()
	}
	return reply{Up: e.up.counts.take(), Down: e.down.counts.take()}
}

// read passes on the packets of a device.
func read(from io.Reader, to chan<- packet, failed chan<- error, stop <-chan struct{}) {
	buffer := make([]byte, mostRead)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			failed <- fmt.Errorf("reading packets: %w", err)
			return
		}
		select {
		case to <- append(packet(nil), buffer[:n]...):
		case <-stop:
			return
		}
	}
}

// errNoMore says that whoever gives commands is gone.
var errNoMore = errors.New("no more commands")

// readLines passes on commands.
func readLines(from io.Reader, to chan<- []byte, failed chan<- error, stop <-chan struct{}) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, mostLine)
	for lines.Scan() {
		select {
		case to <- append([]byte(nil), lines.Bytes()...):
		case <-stop:
			return
		}
	}
	if err := lines.Err(); err != nil {
		failed <- fmt.Errorf("reading commands: %w", err)
		return
	}
	failed <- errNoMore
}
