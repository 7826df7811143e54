//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// nodeGrace is for how long after its start a node refuses nobody.
	nodeGrace = 31 * time.Second
	// nearly full is when viewers come one after the other: a node looks at three seconds before it says that it is full.
	nearlyFull, slowly = 65, 400 * time.Millisecond
	// calmWithin is how long a node may take to let people in again: five calm seconds, and some to notice them.
	calmWithin = 20 * time.Second
	retryPause = 500 * time.Millisecond
)

// overload is what became of a node that more come to than it can carry. Times are milliseconds.
type overload struct {
	Inside      int     // when it refused the first
	CPUPercent  float64 // while it refused
	Tries       int     // by newcomers from then on: half as many as are inside
	Refused     int     // of them, because the server is busy
	RefusedMost float64 // the longest that one waited for it
	Handshakes  int     // offers of newcomers that were answered
	SoundLost   float64 // percent, of those inside, meanwhile
	Sound50     float64 // delay of it
	Sound99     float64
	OpenAgain   float64 // after the pictures ended
	Problem     string  `json:",omitempty"`
}

// overload brings viewers in until the server says that it is full, lets half as many more knock, and ends the pictures.
func (w *crowd) overload(ctx context.Context, began time.Time) (*overload, error) {
	o := &overload{}
	s := w.members[0]
	if err := w.bring(ctx, s); err != nil {
		return o, err
	}
	filming, cut := context.WithCancel(ctx)
	defer cut()
	go s.from.picture.film(filming, time.Duration(float64(time.Second)/w.fps)) // ends with filming
	go s.from.sound.speak(ctx)                                                 // ends with ctx
	time.Sleep(time.Until(began.Add(nodeGrace)))
	if err := w.fill(ctx, o); err != nil {
		return o, err
	}
	before := w.sound()
	u, err := usageOf(w.pid)
	if err != nil {
		return o, err
	}
	start := time.Now()
	w.knock(ctx, o)
	after := w.sound()
	v, err := usageOf(w.pid)
	if err != nil {
		return o, err
	}
	o.CPUPercent = 100 * (v.cpu - u.cpu).Seconds() / time.Since(start).Seconds()
	missing := after.missing - min(after.missing, before.missing)
	o.SoundLost = 100 * float64(missing) / float64(max(after.got-before.got+missing, 1))
	o.Sound50, o.Sound99 = millis(quantile(after.delays, 0.5)), millis(quantile(after.delays, 0.99))
	cut()
	return o, w.comeBack(ctx, o)
}

// fill brings viewers in until one is refused.
func (w *crowd) fill(ctx context.Context, o *overload) error {
	before, err := usageOf(w.pid)
	if err != nil {
		return err
	}
	at, load := time.Now(), 0.0
	for _, m := range w.members[1:] {
		err := w.see(ctx, m)
		if isBusy(err) {
			return nil
		}
		if err != nil {
			return err
		}
		o.Inside++
		if took := time.Since(at); took > time.Second {
			now, err := usageOf(w.pid)
			if err != nil {
				return err
			}
			load = 100 * (now.cpu - before.cpu).Seconds() / took.Seconds()
			before, at = now, time.Now()
		}
		pause := w.interval
		if load > nearlyFull {
			pause = slowly
		}
		time.Sleep(pause)
	}
	return fmt.Errorf("%d came in, and the server was never full: ask for more frames a second", o.Inside)
}

// knock lets newcomers try, twenty a second, and none of them insist.
func (w *crowd) knock(ctx context.Context, o *overload) {
	most := time.Duration(0)
	for i := range max(20, o.Inside/2) {
		m := &member{number: len(w.members) + i + 1, newClient: w.newClient}
		start := time.Now()
		err := w.bring(ctx, m)
		most = max(most, time.Since(start))
		o.Tries++
		switch {
		case isBusy(err):
			o.Refused++
		case err != nil && o.Problem == "":
			o.Problem = err.Error()
		}
		if m.receives != nil && m.receives.alive.Load() {
			o.Handshakes++
		}
		time.Sleep(50 * time.Millisecond)
	}
	o.RefusedMost = millis(most)
}

// comeBack waits until a newcomer is let in.
func (w *crowd) comeBack(ctx context.Context, o *overload) error {
	for start := time.Now(); time.Since(start) < calmWithin; time.Sleep(retryPause) {
		err := w.bring(ctx, &member{number: len(w.members) + o.Tries + 1, newClient: w.newClient})
		if err == nil {
			o.OpenAgain = millis(time.Since(start))
			return nil
		}
		if !isBusy(err) {
			return err
		}
	}
	return fmt.Errorf("nobody was let in for %v after the load had ended", calmWithin)
}

func isBusy(err error) bool {
	var refused *refusal
	return errors.As(err, &refused) && refused.Reason == "busy"
}

// sounds is what viewers have received of voices.
type sounds struct {
	got, missing uint64
	delays       []time.Duration
}

func (w *crowd) sound() (all sounds) {
	for _, h := range w.hubs {
		h.mu.Lock()
		all.delays = append(all.delays, h.tally.sounds...)
		h.tally.sounds = nil
		for _, c := range h.clients {
			for _, s := range c.streams {
				if s.sound {
					all.got += s.unique
					all.missing += s.missing()
				}
			}
		}
		h.mu.Unlock()
	}
	return all
}
