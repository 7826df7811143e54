package simnet_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"noom/internal/simnet"
)

// TestNoFaultIsWorseThanItsBar runs the table of faults with as many seeds as SIM_SEEDS says (make sim) and holds the 95 % quantile
// against the bars; without, every eleventh of the quick scenarios with three seeds, and the median. SIM_ONLY, a regular
// expression, leaves out the others.
func TestNoFaultIsWorseThanItsBar(t *testing.T) {
	all, n, share := faults(), asked(t), 0.95
	if n == 0 {
		var few []*scenario
		for i := 0; i < len(all); i += 11 {
			if all[i].people <= 6 && all[i].open == nil {
				few = append(few, all[i])
			}
		}
		all, n, share = few, 3, 0.5
	}
	if only := os.Getenv("SIM_ONLY"); only != "" {
		all = slices.DeleteFunc(all, func(s *scenario) bool { return !regexp.MustCompile(only).MatchString(s.String()) })
	}
	began := time.Now()
	var mu sync.Mutex
	verdicts := make(map[*scenario]verdict)
	t.Run("rows", func(t *testing.T) {
		for _, s := range all {
			t.Run(s.String(), func(t *testing.T) {
				t.Parallel()
				v := judge(t, s, n, share)
				mu.Lock()
				defer mu.Unlock()
				verdicts[s] = v
			})
		}
	})
	var list []verdict
	for _, s := range all {
		if v, ok := verdicts[s]; ok { // else it failed before its end
			list = append(list, v)
		}
	}
	if os.Getenv("SIM_SEEDS") != "" {
		leave(t, "faults.md", table(list, share)+speed(list, n, time.Since(began)))
	}
}

// speed tells how fast the calls ran.
func speed(list []verdict, seeds uint64, took time.Duration) string {
	var virtual time.Duration
	var trace uint64
	for _, v := range list {
		virtual += v.took
		trace = trace*31 + v.trace
	}
	return fmt.Sprintf("\n%d scenarios × %d seeds (RFC 8867: 5): %.1f hours of calls in %v on %d processors, %.0f × real time, trace %016x\n",
		len(list), seeds, virtual.Hours(), took.Round(time.Second), runtime.GOMAXPROCS(0), virtual.Seconds()/took.Seconds(), trace)
}

// table lists every scenario's quantiles beside its bars, and before that the worst of each row.
func table(list []verdict, share float64) string {
	type key struct {
		row  string
		what measure
	}
	type sum struct {
		worst, most float64
		count, held int
		waits       string
	}
	var order []key
	rows := make(map[key]*sum)
	var all strings.Builder
	for _, v := range list {
		for _, b := range v.scenario.bars {
			if len(v.values[b.what]) == 0 {
				continue // it failed before
			}
			got := quantile(v.values[b.what], share)
			verdict := "held"
			switch {
			case got > b.most && b.waits == "":
				verdict = "MISSED"
			case got > b.most:
				verdict = "not yet: " + b.waits
			case b.waits != "":
				verdict = "held already"
			}
			fmt.Fprintf(&all, "| %s | %s | %s | %.2f | %.2f | %s |\n", v.scenario.row, v.scenario.name, b.what, got, b.most, verdict)
			k := key{v.scenario.row, b.what}
			r := rows[k]
			if r == nil {
				r = &sum{}
				rows[k] = r
				order = append(order, k)
			}
			r.count++
			r.worst, r.most = max(r.worst, got), max(r.most, b.most)
			if got <= b.most {
				r.held++
			} else if b.waits != "" {
				r.waits = b.waits
			}
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "| row | measure | worst p%.0f | bar | scenarios held | not yet, because |\n|---|---|---|---|---|---|\n", 100*share)
	for _, k := range order {
		r := rows[k]
		fmt.Fprintf(&out, "| %s | %s | %.2f | %.2f | %d of %d | %s |\n", k.row, k.what, r.worst, r.most, r.held, r.count, r.waits)
	}
	fmt.Fprintf(&out, "\n| row | scenario | measure | p%.0f | bar | |\n|---|---|---|---|---|---|\n%s", 100*share, all.String())
	return out.String()
}

// leave writes a file where results of runs are.
func leave(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(leftBehind, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(leftBehind, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReplayOfATrace runs what SIM_REPLAY names once more, on the network that it tells of.
func TestReplayOfATrace(t *testing.T) {
	name := os.Getenv("SIM_REPLAY")
	if name == "" {
		t.Skip("SIM_REPLAY names no trace")
	}
	f, err := os.Open(filepath.Join(leftBehind, filepath.Base(name)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	replay, err := simnet.ReadReplay(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range faults() {
		if s.String() != replay.Scenario {
			continue
		}
		r, call := s.run(t, replay.Seed, func(c *simnet.Call) { c.Replay(replay) })
		for _, b := range s.bars {
			t.Logf("%s: %s is %.2f, the bar %.2f", s, b.what, r[b.what], b.most)
		}
		if call.Trace() == replay.Trace {
			t.Log("It went exactly as when it was recorded.")
		} else {
			t.Log("It went another way than when it was recorded: Noom, or the simulation, is another.")
		}
		return
	}
	t.Fatalf("there is no scenario %q", replay.Scenario)
}
