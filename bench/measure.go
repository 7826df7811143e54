package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// figures are what one run of a point gave: bench/crowd's report, or why there is none. Times are milliseconds.
type figures struct {
	Problem         string `json:",omitempty"`
	FirstError      string `json:",omitempty"`
	Failures        int
	Silent          int
	Wrong, Sealed   uint64
	Opened          uint64
	Rate            float64
	LossPercent     float64
	MicrosPerPacket float64
	UserPercent     float64
	CPUPercent      float64
	KBPerMember     float64
	Delay50         float64
	Delay99         float64
	Sound50         float64
	Sound99         float64
	Lag50           float64 `json:",omitempty"` // of the server's loops; told for a share of the ceiling
	Lag99           float64 `json:",omitempty"`
	Join50          float64
	Join99          float64
	JoinMillis      float64
	Overload        *overload `json:",omitempty"`
}

// overload is what a server did to which more came than it can carry: bench/crowd's words. Times are milliseconds.
type overload struct {
	Inside      int
	CPUPercent  float64
	Tries       int
	Refused     int
	RefusedMost float64
	Handshakes  int
	SoundLost   float64 // percent
	Sound50     float64
	Sound99     float64
	OpenAgain   float64
	Problem     string `json:",omitempty"`
}

// What has to hold then: newcomers hear within a second why they are refused, and have cost no handshake; those inside hear
// no less than with a healthy server, for a browser hides 0.3 % of loss and waits 60 ms for a voice.
func (o *overload) valid() bool {
	return o.Problem == "" && o.Refused == o.Tries && o.RefusedMost <= 1000 && o.Handshakes == 0 && o.SoundLost <= 0.3 && o.Sound99 <= 60
}

func (o *overload) String() string {
	return fmt.Sprintf("%d inside at %.0f %% CPU; of %d newcomers %d refused within %.0f ms, after %d handshakes; sound %.2f/%.2f ms, %.2f %% lost; open again after %.1f s %s",
		o.Inside, o.CPUPercent, o.Tries, o.Refused, o.RefusedMost, o.Handshakes, o.Sound50, o.Sound99, o.SoundLost, o.OpenAgain/1000, o.Problem)
}

// valid tells whether the run counts: a point that loses packets or receivers was not carried.
func (f figures) valid() bool {
	return f.Problem == "" && f.Failures == 0 && f.Silent == 0 && f.Wrong == 0 && f.Sealed == 0 && f.LossPercent < 0.5 && (f.Overload == nil || f.Overload.valid())
}

func (f figures) String() string {
	if f.Problem != "" {
		return f.Problem
	}
	if f.Overload != nil {
		if !f.valid() {
			return "INVALID: " + f.Overload.String()
		}
		return f.Overload.String()
	}
	verdict := ""
	if !f.valid() {
		verdict = fmt.Sprintf(" INVALID: %d failed, %d silent, %d wrong, %d sealed %s", f.Failures, f.Silent, f.Wrong, f.Sealed, f.FirstError)
	}
	return fmt.Sprintf("%.2f µs/packet (%.0f %% user) at %.0f packets/s, %.0f %% CPU, %.0f KB each, loss %.2f %%, delay %.2f/%.2f ms (sound %.2f/%.2f), lag %.2f/%.2f, join %.0f/%.0f ms%s",
		f.MicrosPerPacket, f.UserPercent, f.Rate, f.CPUPercent, f.KBPerMember, f.LossPercent, f.Delay50, f.Delay99, f.Sound50, f.Sound99, f.Lag50, f.Lag99, f.Join50, f.Join99, verdict)
}

// measure runs a point once on a fresh server.
func (k kind) measure(ctx context.Context, o *options, p point) figures {
	if p.Share > 0 {
		if o.ceilings[k.name] == 0 {
			k.ceiling(ctx, o, p)
		}
		if o.ceilings[k.name] == 0 {
			return figures{Problem: "not one rate was carried"}
		}
		p.FPS = p.Share * o.ceilings[k.name]
	}
	if p.Ceiling {
		return k.ceiling(ctx, o, p)
	}
	return k.once(ctx, o, p)
}

// ceiling looks for the highest rate that is carried, and notes it.
func (k kind) ceiling(ctx context.Context, o *options, p point) figures {
	best := figures{Problem: "not one rate was carried"}
	p.Share = 0
	for ; ctx.Err() == nil; p.FPS *= ceilingStep {
		f := k.once(ctx, o, p)
		if !f.valid() || f.Delay99 > ceilingDelay {
			return best
		}
		best, o.ceilings[k.name] = f, max(p.FPS, o.ceilings[k.name])
	}
	return best
}

// profileSeconds is how long a profile takes: a server that is busy for a twentieth of the time gives few samples.
const profileSeconds = 20

// ceilingStep is by how much each try asks for more than the one before.
const ceilingStep = 1.25

// ceilingDelay is when a server carries a rate no more, in ms at p99, though the sockets' queues lose nothing yet.
const ceilingDelay = 100

func (k kind) once(ctx context.Context, o *options, p point) figures {
	f, err := k.crowd(ctx, o, p)
	if err != nil {
		return figures{Problem: err.Error()}
	}
	return f
}

func (k kind) crowd(ctx context.Context, o *options, p point) (f figures, err error) {
	folder, err := os.MkdirTemp("", "noom-bench-")
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(folder)
	s, err := k.start(ctx, o, p, folder)
	if err != nil {
		return f, fmt.Errorf("starting: %w", err)
	}
	defer s.stop()
	senders, interval := p.Senders, "10ms"
	if k.target == "floor" { // it makes its packets itself
		senders, interval = 0, "1ms"
	}
	if p.Storm {
		interval = strconv.Itoa(1000/p.Viewers) + "ms"
	}
	seconds := p.Seconds
	if o.profile {
		seconds = profileSeconds
	}
	words := append(strings.Fields(o.crowd), first(crowdCore, filepath.Join(o.tools, "crowd"))...)
	words = append(words, "-target", k.target, "-url", s.url, "-clients", o.clients,
		"-senders", strconv.Itoa(senders), "-viewers", strconv.Itoa(p.Viewers), "-fps", fmt.Sprint(max(p.FPS, 1)),
		"-idle="+strconv.FormatBool(p.Idle), "-interval", interval, "-measure", strconv.Itoa(seconds)+"s",
		"-overload="+strconv.FormatBool(p.Overload), "-churn", strconv.Itoa(p.Churn), "-pid", strconv.Itoa(s.cmd.Process.Pid))
	if s.profile != "" {
		words = append(words, "-profile")
	}
	cmd := command(ctx, words)
	var output, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &problems
	if err := cmd.Run(); err != nil {
		return f, fmt.Errorf("%w: %s", err, strings.TrimSpace(problems.String()))
	}
	if f, err = parse(output.Bytes()); err != nil {
		return f, err
	}
	if s.profile != "" {
		s.stop()
		f.Lag50, f.Lag99 = lagOf(s.output.String())
	}
	if o.profile {
		err = flames(filepath.Join(o.tools, "profiled"), s.profile, "Noom, "+p.Name+": CPU time")
	}
	return f, err
}

// lagOf reads what bench/profiled says at the end, in milliseconds.
func lagOf(output string) (p50, p99 float64) {
	for line := range strings.Lines(output) {
		if _, after, found := strings.Cut(line, "loop lag"); found {
			_, _ = fmt.Sscanf(after, " p50 %f ms, p99 %f ms", &p50, &p99)
		}
	}
	return p50, p99
}

// profileOf is where the profile of a point on so many workers lies.
func (o *options) profileOf(p point, workers int) string {
	name := o.name + "-" + p.Name
	if workers > 1 {
		name += fmt.Sprintf(" on %d workers", workers)
	}
	return filepath.Join(o.results, strings.ReplaceAll(name, " ", "-")+".prof")
}

func parse(output []byte) (f figures, err error) {
	if err := json.Unmarshal(output, &f); err != nil {
		return figures{}, fmt.Errorf("reading the crowd's report: %w", err)
	}
	return f, nil
}
