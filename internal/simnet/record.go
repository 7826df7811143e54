package simnet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// Recorder keeps what the links did to each datagram, so that a call can be replayed on the same network after Noom was changed.
type Recorder struct {
	fates []fate
}

// fate is what became of one datagram. One that was copied has two.
type fate struct {
	flow, number uint64
	took         time.Duration // until it arrived; below 0: it never did
}

// Record begins to record. Call it before anybody joins.
func (c *Call) Record() *Recorder {
	c.recorder = &Recorder{}
	return c.recorder
}

// sent begins to record a datagram: lost, as long as nothing else is known.
func (r *Recorder) sent(d *datagram) {
	if r != nil {
		d.fate = len(r.fates)
		r.fates = append(r.fates, fate{d.path.number, d.number, -1})
	}
}

func (r *Recorder) arrives(d *datagram, at time.Duration) {
	if r != nil {
		r.fates[d.fate].took = at - d.left
	}
}

// magic begins a trace's first line.
const magic = "noom-simnet-trace"

// Write writes the trace: a line about the call, then one for each datagram: flow, number, nanoseconds (-1: lost).
func (r *Recorder) Write(to io.Writer, scenario string, c *Call) error {
	w := bufio.NewWriter(to)
	fmt.Fprintf(w, "%s %d %016x %s\n", magic, c.seed, c.trace, scenario)
	for _, f := range r.fates {
		fmt.Fprintf(w, "%d %d %d\n", f.flow, f.number, int64(f.took))
	}
	return w.Flush()
}

// Replay is a trace to run a call on.
type Replay struct {
	Scenario string
	Seed     uint64
	Trace    uint64 // of the call that was recorded
	fates    map[[2]uint64][]time.Duration
}

// ReadReplay reads a trace that Recorder.Write wrote.
func ReadReplay(from io.Reader) (*Replay, error) {
	lines := bufio.NewReader(from)
	r := &Replay{fates: make(map[[2]uint64][]time.Duration)}
	first, err := lines.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("reading a trace: %w", err)
	}
	var name string
	var at int
	if n, err := fmt.Sscanf(first, "%s %d %x", &name, &r.Seed, &r.Trace); n != 3 || err != nil || name != magic {
		return nil, fmt.Errorf("%q does not begin a trace", first)
	}
	for spaces := 0; at < len(first) && spaces < 3; at++ {
		if first[at] == ' ' {
			spaces++
		}
	}
	r.Scenario = first[at : len(first)-1]
	for {
		var f fate
		var took int64
		n, err := fmt.Fscanf(lines, "%d %d %d\n", &f.flow, &f.number, &took)
		if n == 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
			return r, nil
		}
		if n != 3 {
			return nil, fmt.Errorf("a line of a trace cannot be read: %w", err)
		}
		key := [2]uint64{f.flow, f.number}
		r.fates[key] = append(r.fates[key], time.Duration(took))
	}
}

// Replay has the links do what a trace says. Datagrams that it does not tell of, because Noom sends more than it did, take their
// link's delay. Call it before anybody joins.
func (c *Call) Replay(r *Replay) { c.replay = r }

func (r *Replay) carry(d *datagram) {
	c := d.path.call
	fates := r.fates[[2]uint64{d.path.number, d.number}]
	if len(fates) == 0 {
		c.clock.in(d.path.Delay, d)
		return
	}
	for _, took := range fates[1:] {
		if took >= 0 {
			c.clock.in(took, c.copied(d))
		}
	}
	if fates[0] < 0 {
		d.path.drop(d)
		return
	}
	c.clock.in(fates[0], d)
}
