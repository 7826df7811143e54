// Package rooms is the host of meeting: it gives each open room a goroutine, time and chance, and carries out what
// the rules decide.
//
// A room is opened by its first session and closed when the last one is gone. Its goroutine owns the meeting, the
// participants' outboxes and their peers; everything else reaches them through loop.Do. It never waits for the disk
// or for a client: chat goes through a goroutine of its own and comes back as a command, an offer is read on the
// goroutine that brought it, and a session's Link never blocks. Package signal is the caller; package app builds
// and runs Rooms.
package rooms

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"noom/internal/loop"
	"noom/internal/media"
	"noom/internal/meeting"
	"noom/internal/store"
)

// Config is what rooms are made of.
type Config struct {
	Media   *media.Engine
	Store   *store.Store
	Log     *slog.Logger // slog.Default()
	Version string       // the server's, told to every session
}

// Rooms are the open rooms of this node.
type Rooms struct {
	config Config
	log    *slog.Logger
	life   context.Context // ends when Run does
	end    context.CancelFunc
	offers chan struct{} // a token for each offer being read: as many as there are cores
	now    func() time.Time
	full   func() bool // whether the node has no room for anybody new
	began  time.Time
	keys   keyring

	passcodes, makes, begins, sent, looks, knocks *tries

	mu   sync.Mutex // guards what follows; nothing is called while it is held
	open map[string]*room

	reserved map[string]chan struct{} // names that nobody may enter; closed when they are free again

	ended   bool
	running sync.WaitGroup // goroutines of rooms
}

// New makes the host without any room. It starts nothing; rooms may open once Run runs.
func New(c Config) *Rooms {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	r := &Rooms{config: c, log: c.Log, open: make(map[string]*room), reserved: make(map[string]chan struct{}), offers: make(chan struct{}, runtime.GOMAXPROCS(0)), now: time.Now, full: c.Media.Full, began: time.Now()}
	r.keys = keyring{c.Store.Secret()}
	r.passcodes, r.makes = newTries(passcodeEvery, passcodeBurst), newTries(makeEvery, makeBurst)
	r.begins = newTries(beginEvery, beginBurst)
	r.sent, r.looks = newTries(sendEvery, sendBurst), newTries(lookEvery, lookBurst)
	r.knocks = newTries(knockEvery, knockBurst)
	r.knocks.most = knockMost
	r.life, r.end = context.WithCancel(context.Background())
	return r
}

// Run lets rooms live until ctx ends; then every session is told that the server shuts down, and Run returns when all
// rooms have ended.
func (r *Rooms) Run(ctx context.Context) error {
	r.keep(ctx)
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	r.end()
	r.running.Wait()
	return nil
}

// Count is how many rooms are open.
func (r *Rooms) Count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}

// Hello is how a session introduces itself.
type Hello struct {
	Room string
	Name string
	Key  meeting.Key // of an earlier session; empty for a new one
	Last *uint64     // number of the last event it received; nil when it holds no state

	From netip.Addr // where the connection comes from, as far as that is known

	Browser string // the browser's token; empty or not ours: it gets a new one
	Link    string // the key of the link it came by; empty without one, and worth nothing when it is not ours
}

// Link is the way to one client. The room's goroutine calls it: it must not block, and when the client does not keep
// up it closes itself.
type Link interface {
	// Send queues an event with its number. data is JSON, shared with other links.
	Send(event string, data []byte, n uint64)
	// Close ends the session after what was sent: the client is not to come back by itself.
	Close()
	// Cut drops the connection after what was sent, as a network would: the client comes back.
	Cut()
}

// errShutdown refuses sessions once the server ends.
var errShutdown = &meeting.Error{Code: meeting.Internal, Text: "The server is shutting down. Try again in a moment."}

// Connect opens a session over link, or returns to the one that h.Key names. The link gets the session event and what
// the session missed before Connect returns. A refusal is a *meeting.Error. The caller ends the session with
// Disconnect when the link is gone.
func (r *Rooms) Connect(ctx context.Context, h Hello, link Link) (*Session, error) {
	name, refusal := meeting.RoomName(h.Room)
	if refusal != nil {
		return nil, refusal
	}
	for range doorTries {
		at, free := r.enter(name)
		if free != nil {
			select {
			case <-free:
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		if at == nil {
			return nil, errShutdown
		}
		s := &Session{room: at, link: link}
		if err := at.awaitRecord(ctx); err != nil {
			return nil, err
		}
		err := at.loop.Do(ctx, func(r *room) error { return r.connect(s, h) })
		if !errors.Is(err, loop.ErrEnded) {
			return s, err
		}
		// The room's last session left while we stood at its door. It is out of the directory by now.
	}
	return nil, fmt.Errorf("connecting to room %s: %w", name, loop.ErrEnded)
}

// doorTries bounds how often a session knocks. Once more is enough but for a room that others open and leave all the
// time, or one that a fault of ours ends whenever somebody comes.
const doorTries = 8

// chance is 64 unguessable bits.
func chance() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return binary.NativeEndian.Uint64(b[:])
}
