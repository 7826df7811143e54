//go:build linux

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// target is a server under measurement.
type target interface {
	join(ctx context.Context, m *member) (session, error)
}

// session is a member's side of signalling.
type session interface {
	track() string // what others ask for to see the member; empty when it sends nothing
	watch(ctx context.Context, tracks []string) error
	leave(ctx context.Context) error
}

// member is one of the crowd.
type member struct {
	number    int
	sends     bool
	newClient func() *client
	from      *client // sends; nil where it does not
	receives  *client
	session   session
}

// options are what the command line says.
type options struct {
	target, url      string
	addresses        string
	senders, viewers int
	fps              float64
	idle             bool
	churn            int
	overload         bool
	interval         time.Duration
	settle, measure  time.Duration
	pid              int
	profile          bool
}

func main() {
	var o options
	flag.StringVar(&o.target, "target", "noom", "what is measured: noom, janus or floor")
	flag.StringVar(&o.url, "url", "http://localhost:3000", "where it listens")
	flag.StringVar(&o.addresses, "clients", "127.1", "first two numbers of the clients' IPv4 addresses, which must all be this machine's")
	flag.IntVar(&o.senders, "senders", 1, "members who send and receive")
	flag.IntVar(&o.viewers, "viewers", 10, "members who only receive")
	flag.Float64Var(&o.fps, "fps", 30, "frames a second of each camera, five packets each")
	flag.BoolVar(&o.idle, "idle", false, "nobody sends: only memory is measured")
	flag.IntVar(&o.churn, "churn", 0, "viewers a second who come while it is measured, and leave after two seconds")
	flag.BoolVar(&o.overload, "overload", false, "one sender, and viewers until the server is full; then half as many more knock")
	flag.DurationVar(&o.interval, "interval", 10*time.Millisecond, "time between two joins")
	flag.DurationVar(&o.settle, "settle", 2*time.Second, "time between the last join and the measurement")
	flag.DurationVar(&o.measure, "measure", 5*time.Second, "length of the measurement")
	flag.IntVar(&o.pid, "pid", 0, "process of the server, whose CPU time and memory are told")
	flag.BoolVar(&o.profile, "profile", false, "tell the server when the measurement begins and ends: SIGUSR1, SIGUSR2 (bench/profiled)")
	flag.Parse()
	r, err := run(&o)
	if err != nil {
		log.Fatalf("crowd: %v", err)
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		log.Fatal(err)
	}
}

// crowd is everybody, and the sockets they share.
type crowd struct {
	options
	target  target
	range4  [2]byte // the addresses of all clients begin with this
	members []*member
	hubs    []*hub
	clients int
	mu      sync.Mutex
	joins   []time.Duration // signalling to first packet
	failed  atomic.Int32
	problem atomic.Pointer[error]
}

func run(o *options) (*report, error) {
	w := &crowd{options: *o}
	var err error
	switch o.target {
	case "noom":
		w.target = &noomTarget{url: o.url, slots: max(1, min(o.senders-1, 50)), idle: o.idle}
	case "janus":
		w.target = &janusTarget{url: o.url}
	case "floor":
		w.target, err = newFloorTarget(o.url)
	default:
		err = fmt.Errorf("there is no target %q", o.target)
	}
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Sscanf(o.addresses, "%d.%d", &w.range4[0], &w.range4[1]); err != nil {
		return nil, fmt.Errorf("clients' addresses %q: %w", o.addresses, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	before, err := usageOf(w.pid)
	if err != nil {
		return nil, fmt.Errorf("the server's process: %w", err)
	}
	w.gather()
	if o.overload {
		found, err := w.overload(ctx, time.Now())
		return &report{Members: found.Inside, Overload: found}, err
	}
	if err := w.enter(ctx); err != nil {
		return nil, err
	}
	time.Sleep(w.settle)
	if w.churn > 0 {
		w.joins = nil // theirs are told
		go w.comeAndGo(ctx)
	}
	return w.take(before)
}

// newClient makes a client on a socket that has room.
func (w *crowd) newClient() *client {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clients%clientsPerHub == 0 {
		h, err := newHub()
		if err != nil {
			log.Fatalf("crowd: opening a socket: %v", err)
		}
		w.hubs = append(w.hubs, h)
		go h.run() // ends with the process
	}
	w.clients++
	return w.hubs[len(w.hubs)-1].newClient([4]byte{w.range4[0], w.range4[1], byte(1 + w.clients>>8), byte(w.clients)})
}

// gather names everybody.
func (w *crowd) gather() {
	for i := range w.senders + w.viewers {
		w.members = append(w.members, &member{number: i + 1, sends: i < w.senders && !w.idle, newClient: w.newClient})
	}
}

// enter brings everybody in: the senders one after the other, then the viewers, then everybody sees everybody.
func (w *crowd) enter(ctx context.Context) error {
	for _, m := range w.members[:w.senders] {
		if err := w.bring(ctx, m); err != nil {
			return err
		}
		if m.from == nil {
			continue
		}
		period := time.Duration(float64(time.Second) / w.fps)
		go m.from.picture.film(ctx, period) // end with ctx
		go m.from.sound.speak(ctx)
	}
	var joining sync.WaitGroup
	for i, m := range w.members[w.senders:] {
		joining.Go(func() {
			time.Sleep(time.Duration(i) * w.interval)
			if err := w.see(ctx, m); err != nil {
				w.failed.Add(1)
				w.problem.CompareAndSwap(nil, &err)
			}
		})
	}
	joining.Wait()
	for _, m := range w.members[:w.senders] {
		if err := m.session.watch(ctx, w.others(m)); err != nil {
			return err
		}
	}
	return nil
}

// churnStay is how long one stays who comes and goes.
const churnStay = 2 * time.Second

// comeAndGo brings further viewers in and lets them leave. Of what they receive nothing is asked but the first packet; what
// others lose meanwhile is told as ever.
func (w *crowd) comeAndGo(ctx context.Context) {
	for number := len(w.members) + 1; ctx.Err() == nil; number++ {
		go func() { // ends when the viewer has gone
			if err := w.visit(ctx, &member{number: number, newClient: w.newClient}); err != nil && ctx.Err() == nil {
				w.failed.Add(1)
				w.problem.CompareAndSwap(nil, &err)
			}
		}()
		time.Sleep(time.Second / time.Duration(w.churn))
	}
}

func (w *crowd) visit(ctx context.Context, m *member) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends its checks
	if err := w.see(ctx, m); err != nil {
		return err
	}
	time.Sleep(churnStay)
	return m.session.leave(ctx)
}

func (w *crowd) bring(ctx context.Context, m *member) error {
	var err error
	if m.session, err = w.target.join(ctx, m); err != nil {
		return fmt.Errorf("member %d: %w", m.number, err)
	}
	return nil
}

// others are the tracks a member may watch.
func (w *crowd) others(m *member) (tracks []string) {
	for _, other := range w.members[:w.senders] {
		if other != m && other.session != nil && other.session.track() != "" {
			tracks = append(tracks, other.session.track())
		}
	}
	return tracks
}

// see brings a viewer in and waits for its first packet.
func (w *crowd) see(ctx context.Context, m *member) error {
	start := time.Now()
	if err := w.bring(ctx, m); err != nil {
		return err
	}
	tracks := w.others(m)
	if err := m.session.watch(ctx, tracks); err != nil {
		return fmt.Errorf("member %d: watching: %w", m.number, err)
	}
	if w.idle {
		return nil
	}
	select {
	case <-m.receives.first:
	case <-time.After(20 * time.Second):
		return fmt.Errorf("member %d: no packet came within 20 s", m.number)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.joins = append(w.joins, time.Since(start))
	slices.Sort(w.joins)
	return nil
}
