//go:build linux

package main

import (
	"slices"
	"syscall"
	"time"
)

// report is what a measurement found. Times of joins and delays are milliseconds, memory is KB.
type report struct {
	Members, Failures int
	FirstError        string `json:",omitempty"`
	Seconds           float64
	Packets, Bytes    uint64  // that arrived, once each
	Rate              float64 // of them, per second
	Missing           uint64  // that never came, by their numbers
	Silent            int     // receivers that got nothing at all
	Wrong, Sealed     uint64  // of a source nobody agreed to; that did not open
	Opened            uint64  // of the sample
	LossPercent       float64
	MicrosPerPacket   float64 // CPU of the server
	UserPercent       float64 // of that CPU, outside the kernel
	CPUPercent        float64 // of one core
	KBPerMember       float64 // above what the empty server had
	KB                float64
	Delay50, Delay99  float64 // of pictures
	Sound50, Sound99  float64 // delays of voices
	Join50, Join99    float64
	Overload          *overload `json:",omitempty"`
	JoinMillis        float64   // CPU of the server for each that came in; told where nobody sends
}

// totals are all hubs' tallies, what is missing, and each receiver's count.
type totals struct {
	tally
	missing uint64
	by      []uint64
}

func (w *crowd) totals() (t totals) {
	w.mu.Lock() // others may still come
	hubs := slices.Clone(w.hubs)
	w.mu.Unlock()
	for _, h := range hubs {
		h.mu.Lock()
		t.Packets += h.tally.Packets
		t.Bytes += h.tally.Bytes
		t.Wrong += h.tally.Wrong
		t.Opened += h.tally.Opened
		t.Sealed += h.tally.Sealed
		t.delays = append(t.delays, h.tally.delays...)
		t.sounds = append(t.sounds, h.tally.sounds...)
		h.tally.delays, h.tally.sounds = nil, nil
		h.mu.Unlock()
	}
	for _, m := range w.members {
		if m.receives == nil {
			t.by = append(t.by, 0)
			continue
		}
		m.receives.hub.mu.Lock()
		var got uint64
		for _, s := range m.receives.streams {
			t.missing += s.missing()
			got += s.unique
		}
		m.receives.hub.mu.Unlock()
		t.by = append(t.by, got)
	}
	return t
}

// tell sends a server that is profiled a signal.
func (w *crowd) tell(s syscall.Signal) {
	if w.profile {
		_ = syscall.Kill(w.pid, s) // a server that has gone is seen as loss
	}
}

// take measures.
func (w *crowd) take(empty usage) (*report, error) {
	w.tell(syscall.SIGUSR1)
	before := w.totals()
	start := time.Now()
	u, err := usageOf(w.pid)
	if err != nil {
		return nil, err
	}
	time.Sleep(w.measure)
	v, err := usageOf(w.pid)
	if err != nil {
		return nil, err
	}
	took := time.Since(start)
	w.tell(syscall.SIGUSR2)
	after := w.totals()
	w.mu.Lock()
	joins := slices.Clone(w.joins)
	w.mu.Unlock()
	r := &report{
		Members: len(w.members), Failures: int(w.failed.Load()), Seconds: took.Seconds(),
		Packets: after.Packets - before.Packets, Bytes: after.Bytes - before.Bytes, Missing: after.missing - min(after.missing, before.missing),
		Wrong: after.Wrong - before.Wrong, Sealed: after.Sealed - before.Sealed, Opened: after.Opened - before.Opened,
		KB: v.kb, KBPerMember: (v.kb - empty.kb) / float64(len(w.members)),
		CPUPercent: 100 * (v.cpu - u.cpu).Seconds() / took.Seconds(),
		Delay50:    millis(quantile(after.delays, 0.5)), Delay99: millis(quantile(after.delays, 0.99)),
		Sound50: millis(quantile(after.sounds, 0.5)), Sound99: millis(quantile(after.sounds, 0.99)),
		Join50: millis(quantile(joins, 0.5)), Join99: millis(quantile(joins, 0.99)),
	}
	r.Rate = float64(r.Packets) / r.Seconds
	if total := r.Packets + r.Missing; total > 0 {
		r.LossPercent = 100 * float64(r.Missing) / float64(total)
		r.MicrosPerPacket = (v.cpu - u.cpu).Seconds() * 1e6 / float64(max(r.Packets, 1))
	}
	if w.idle {
		r.JoinMillis = 1000 * (u.cpu - empty.cpu).Seconds() / float64(len(w.members))
	}
	if both := v.user - u.user + v.system - u.system; both > 0 {
		r.UserPercent = 100 * (v.user - u.user).Seconds() / both.Seconds()
	}
	for i, got := range after.by {
		if got == before.by[i] && !w.idle && (i >= w.senders || w.senders > 1) {
			r.Silent++
		}
	}
	if err := w.problem.Load(); err != nil {
		r.FirstError = (*err).Error()
	}
	return r, nil
}

func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[int(q*float64(len(all)-1))]
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
