package media

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"noom/internal/sfu"
)

// Config is what the operator settles.
type Config struct {
	Listen    string       // ":3000": UDP port for media; the host part, if any, binds to one address
	PublicIPs []netip.Addr // candidates; empty: every usable interface address
	Workers   int          // 0: one per CPU core
	Log       *slog.Logger
	// Patience is how long Stats and Peers wait for a worker; 0: 200 ms.
	Patience time.Duration

	portable bool // use the portable sockets on any system: for tests
}

// Engine is the node's media: sockets, workers and the certificate. Its methods may be called from any goroutine.
type Engine struct {
	config      Config
	log         *slog.Logger
	certificate tls.Certificate
	directory   *directory
	opened      time.Time
	workers     []*worker
	handshakes  handshakes

	life      context.Context // ends when Run does
	end       context.CancelFunc
	running   sync.WaitGroup // goroutines of handshakes and rooms
	peers     atomic.Uint64  // ids given
	rooms     atomic.Uint32  // ids given
	roomCount atomic.Int32
}

// New binds the sockets and makes the certificate. It starts nothing: see Run, which also closes the sockets.
func New(c Config) (*Engine, error) {
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Patience == 0 {
		c.Patience = statsPatience
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	certificate, err := newCertificate(time.Now())
	if err != nil {
		return nil, err
	}
	open := openSockets
	if c.portable {
		open = openPortable
	}
	sockets, err := open(c.Listen, c.Workers)
	if err != nil {
		return nil, err
	}
	e := &Engine{config: c, log: c.Log, certificate: certificate, directory: newDirectory(), opened: time.Now()}
	e.life, e.end = context.WithCancel(context.Background())
	for i, s := range sockets {
		e.workers = append(e.workers, newWorker(i, e, s))
	}
	return e, nil
}

// hasOneProcessor tells whether the one worker there is has the one processor there is. There may be more later, in a container.
func (e *Engine) hasOneProcessor() bool { return e.config.Workers == 1 && runtime.GOMAXPROCS(0) == 1 }

// Run moves media until ctx ends or a socket breaks. When it returns, everything that it and the rooms have started has
// ended, and the sockets are closed.
func (e *Engine) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var loops, readers sync.WaitGroup
	for _, w := range e.workers {
		loops.Go(func() { w.run(ctx) }) // ends with ctx
	}
	for i, w := range e.workers {
		if i > 0 && w.socket == e.workers[0].socket {
			break // shared: the first reader is the only one
		}
		r := newReader(w, e.workers)
		readers.Go(func() { // ends when its socket is closed
			if err := r.run(ctx); err != nil {
				stop(err)
			}
		})
	}
	if len(e.workers) > 1 {
		e.running.Go(func() { e.balance(ctx) }) // ends with ctx
	}
	loops.Wait() // the workers say goodbye while the sockets are open
	e.end()
	err := e.closeSockets()
	readers.Wait()
	e.running.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

func (e *Engine) closeSockets() error {
	var errs []error
	for i, w := range e.workers {
		if i == 0 || w.socket != e.workers[0].socket {
			errs = append(errs, w.socket.close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the media sockets: %w", err)
	}
	return nil
}

// Candidates are the addresses to name in answers, best first. Interfaces come and go: ask each time.
func (e *Engine) Candidates() []netip.AddrPort {
	return candidates(e.workers[0].socket.addr(), e.config.PublicIPs)
}

// Fingerprint is the certificate's, as in SDP: "sha-256 AB:CD:…".
func (e *Engine) Fingerprint() string { return fingerprint(e.certificate.Certificate[0]) }

// place chooses the worker of a new peer, and counts the peer there: the one with the fewest among those that are not full,
// or of all if all are. Whoever is inside may always come back.
func (e *Engine) place() *worker {
	now := time.Now()
	best, bestFull := e.workers[0], e.workers[0].isFull(now)
	for _, w := range e.workers[1:] {
		full := w.isFull(now)
		if bestFull != full && bestFull || bestFull == full && w.load.Load() < best.load.Load() {
			best, bestFull = w, full
		}
	}
	best.load.Add(1)
	return best
}

// nextPeer gives out peer ids from 1 on.
func (e *Engine) nextPeer() sfu.PeerID { return sfu.PeerID(e.peers.Add(1)) }
