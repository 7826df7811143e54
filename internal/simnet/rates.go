package simnet

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Step is a rate from a time on, counted from when the link was set.
type Step struct {
	From time.Duration
	Bits int // per second; 0: nothing passes until the next step
}

// Dip is a link that narrows and widens again: from narrow until wide it has the lower rate.
func Dip(high, low int, narrow, wide time.Duration) []Step {
	return []Step{{0, high}, {narrow, low}, {wide, high}}
}

// ReadRates reads a trace of a link's rate: a line for each step, "milliseconds kbit/s", rising in time. Empty lines and those that
// begin with # are left out. After its last step a link keeps that rate.
func ReadRates(from io.Reader) ([]Step, error) {
	var all []Step
	lines := bufio.NewScanner(from)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		at, rate, ok := strings.Cut(text, " ")
		ms, err := strconv.Atoi(at)
		kbits, err2 := strconv.Atoi(strings.TrimSpace(rate))
		if !ok || err != nil || err2 != nil || ms < 0 || kbits < 0 {
			return nil, fmt.Errorf("line %d of a rate trace is %q, want milliseconds and kbit/s", n, text)
		}
		s := Step{From: time.Duration(ms) * time.Millisecond, Bits: kbits * 1000}
		if len(all) > 0 && s.From <= all[len(all)-1].From {
			return nil, fmt.Errorf("line %d of a rate trace goes back in time", n)
		}
		all = append(all, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading a rate trace: %w", err)
	}
	return all, nil
}

// steps are a link's rates at work.
type steps struct {
	fixed int
	list  []Step
	since time.Duration
	at    int // the step that holds
}

func newSteps(l Link, now time.Duration) steps {
	return steps{fixed: l.Rate, list: l.Rates, since: now}
}

func (s *steps) unlimited() bool { return s.fixed == 0 && len(s.list) == 0 }

// rate gives the rate, and until when it holds (0: for good).
func (s *steps) rate(now time.Duration) (bits int, until time.Duration) {
	if len(s.list) == 0 {
		return s.fixed, 0
	}
	for s.at+1 < len(s.list) && s.list[s.at+1].From <= now-s.since {
		s.at++
	}
	if s.at+1 < len(s.list) {
		until = s.since + s.list[s.at+1].From
	}
	return s.list[s.at].Bits, until
}
