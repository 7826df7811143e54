package load

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
)

// group is all bots of a run and what they share.
type group struct {
	o          options
	api        *webrtc.API
	clips      []*clip // of one bot's layers; with coded pictures, one per number
	tone       [][]byte
	board      board
	tally      tally
	firstError atomic.Pointer[error]
}

// Run is "noom load": it runs the bots that args ask for and reports on stdout; progress goes to stderr. It returns an
// error when the arguments are wrong or when a bot could not take part.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	g, err := newGroup(o)
	if err != nil {
		return err
	}
	start := time.Now()
	g.run(ctx, stderr)
	r := g.report(time.Since(start))
	if err := r.write(stdout, o.json); err != nil {
		return err
	}
	if r.Failures > 0 {
		return fmt.Errorf("%d of %d sessions failed, the first with: %s", r.Failures, r.Joins+r.Failures, r.FirstError)
	}
	return nil
}

func newGroup(o options) (*group, error) {
	g := &group{o: o, board: board{who: make(map[uint32]*departures)}}
	var err error
	if g.api, err = newAPI(); err != nil {
		return nil, fmt.Errorf("preparing WebRTC: %w", err)
	}
	if g.tone, err = loadAudio(); err != nil {
		return nil, err
	}
	names := []string{o.size}
	if o.simulcast {
		names = []string{"q", "h", "f"}
	}
	if o.pictures == "coded" {
		names = nil
		for n := range codes {
			names = append(names, fmt.Sprintf("coded%02d", n))
		}
	}
	for _, name := range names {
		c, err := loadVideo(name, o.bitrate)
		if err != nil {
			return nil, err
		}
		g.clips = append(g.clips, c)
	}
	return g, nil
}

// codes is how many numbers a coded picture can show.
const codes = 16

// clipsOf are what a bot's camera shows, by layer.
func (g *group) clipsOf(number int) []*clip {
	if g.o.pictures == "coded" {
		return g.clips[number%codes : number%codes+1]
	}
	return g.clips
}

// run starts the bots one after the other and ends them after the duration, or with ctx, or when none is left.
func (g *group) run(ctx context.Context, stderr io.Writer) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var bots sync.WaitGroup
	defer bots.Wait()
	count := g.o.senders + g.o.viewers
	gone := make(chan struct{}, count) // a token for each bot that will not come again
	join := time.NewTicker(max(g.o.interval, time.Microsecond))
	defer join.Stop()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	var end <-chan time.Time // nil until all have been started
	var received uint64
	for start, n, left := time.Now(), 0, count; left > 0; {
		next := join.C
		if n == count {
			next = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-end:
			cancel()
			return
		case <-gone: // the server is not there, or has gone
			left--
		case <-second.C:
			g.progress(stderr, start, &received)
		case <-next:
			n++
			bots.Go(func() { // ends with ctx
				g.live(ctx, n)
				gone <- struct{}{}
			})
			if n == count && g.o.duration > 0 {
				end = time.After(g.o.duration)
			}
		}
	}
}

// failurePause is how long a bot that could not stay waits before it comes anew: a server in trouble needs no more of it.
const failurePause = time.Second

// live is a bot's life: one stay, or one after the other.
func (g *group) live(ctx context.Context, number int) {
	for ctx.Err() == nil {
		err := g.stayOnce(ctx, number)
		if err != nil && ctx.Err() == nil {
			g.tally.failures.Add(1)
			g.firstError.CompareAndSwap(nil, &err)
		}
		if g.o.stay == 0 {
			return
		}
		if err != nil {
			select {
			case <-time.After(failurePause):
			case <-ctx.Done():
			}
		}
	}
}

func (g *group) stayOnce(ctx context.Context, number int) error {
	if g.o.stay > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, g.o.stay)
		defer cancel()
	}
	b := &bot{group: g, number: number, sends: number <= g.o.senders}
	return b.stay(ctx)
}
