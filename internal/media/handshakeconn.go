package media

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// handshakeQueue bounds datagrams waiting for one handshake; a browser's flight is 2 to 5.
const handshakeQueue = 16

// handshakeConn is the net.PacketConn under one handshake: a queue of datagrams in, the worker's socket out.
type handshakeConn struct {
	socket socket
	to     atomic.Pointer[netip.AddrPort]
	in     chan []byte
	closed chan struct{}
	ended  atomic.Bool
	timed  readDeadline

	mu      sync.Mutex // pion writes from two goroutines
	sent    time.Time  // when the latest flight left; zero when it was answered
	parting bool
	done    established
}

func newHandshakeConn(s socket, to netip.AddrPort) *handshakeConn {
	c := &handshakeConn{socket: s, in: make(chan []byte, handshakeQueue), closed: make(chan struct{})}
	c.timed.init()
	c.move(to)
	return c
}

// move sends what follows to another address.
func (c *handshakeConn) move(to netip.AddrPort) { c.to.Store(&to) }

func (c *handshakeConn) addr() netip.AddrPort { return *c.to.Load() }

// deliver queues a copy of a datagram. It reports false when the queue is full.
func (c *handshakeConn) deliver(data []byte) bool {
	select {
	case c.in <- bytes.Clone(data):
		return true
	default:
		return false
	}
}

// part keeps what is written from now on instead of sending it: the close_notify.
func (c *handshakeConn) part() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parting = true
}

// kept is what the handshake leaves, but for the keys.
func (c *handshakeConn) kept() established {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

func (c *handshakeConn) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case data := <-c.in:
		c.answered()
		return copy(b, data), net.UDPAddrFromAddrPort(c.addr()), nil
	case <-c.timed.passed():
		return 0, nil, errDeadline
	case <-c.closed:
		return 0, nil, net.ErrClosed
	}
}

// answered measures the round trip of our first flight.
func (c *handshakeConn) answered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.sent.IsZero() && c.done.rtt == 0 {
		c.done.rtt = time.Since(c.sent)
	}
}

func (c *handshakeConn) WriteTo(b []byte, _ net.Addr) (int, error) {
	if c.keep(b) {
		return len(b), nil
	}
	if err := c.socket.write(c.addr(), b); err != nil {
		var op *net.OpError
		if errors.As(err, &op) { // which names the address, and why a handshake failed is logged
			err = op.Err
		}
		return 0, err
	}
	return len(b), nil
}

// keep notes what is about to be sent, and reports whether it is to be kept only.
func (c *handshakeConn) keep(b []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.parting && len(c.done.farewell) == 0:
		c.done.farewell = [][]byte{bytes.Clone(b)}
	case !c.parting && isLastFlight(b):
		c.done.lastFlight = append(slices.Clip(c.done.lastFlight), bytes.Clone(b))
	case !c.parting && c.sent.IsZero():
		c.sent = time.Now()
	}
	return c.parting
}

const (
	recordChangeCipherSpec = 20 // RFC 5246 §6.2.1
	recordHandshake        = 22
	recordHeader           = 13 // bytes, RFC 6347 §4.1
)

// isLastFlight tells the flight with ChangeCipherSpec and Finished: the only one of a server's that starts with the
// one or is encrypted (epoch 1).
func isLastFlight(b []byte) bool {
	return len(b) >= recordHeader && (b[0] == recordChangeCipherSpec || b[3]|b[4] != 0)
}

func (c *handshakeConn) Close() error {
	if c.ended.CompareAndSwap(false, true) {
		close(c.closed)
	}
	return nil
}

func (c *handshakeConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.socket.addr()) }

func (c *handshakeConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

func (c *handshakeConn) SetReadDeadline(t time.Time) error { c.timed.set(t); return nil }

// SetWriteDeadline has nothing to do: writes never wait.
func (c *handshakeConn) SetWriteDeadline(time.Time) error { return nil }
