package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// row is a point and its runs.
type row struct {
	point point
	runs  []figures
}

// median of what pick takes from the runs that are valid; ok is false when none is.
func (r row) median(pick func(figures) float64) (value float64, ok bool) {
	var all []float64
	for _, f := range r.runs {
		if f.valid() {
			all = append(all, pick(f))
		}
	}
	if len(all) == 0 {
		return 0, false
	}
	slices.Sort(all)
	return all[len(all)/2], true
}

var columns = []struct {
	head string
	pick func(figures) float64
	form string
}{
	{"CPU per packet, µs", func(f figures) float64 { return f.MicrosPerPacket }, "%.2f"},
	{"packets/s", func(f figures) float64 { return f.PacketsPerSecond }, "%.0f"},
	{"memory per bot, KB", func(f figures) float64 { return f.KBPerViewer }, "%.0f"},
	{"delay p50, ms", func(f figures) float64 { return f.Delay50 }, "%.2f"},
	{"delay p99, ms", func(f figures) float64 { return f.Delay99 }, "%.2f"},
	{"join p50, ms", func(f figures) float64 { return f.Join50 }, "%.0f"},
	{"join p99, ms", func(f figures) float64 { return f.Join99 }, "%.0f"},
	{"loss, %", func(f figures) float64 { return f.Loss }, "%.2f"},
}

// write reports the rows as a table in Markdown. A run that lost packets or bots is not averaged in.
func write(w io.Writer, rows []row, runs int) error {
	fmt.Fprintf(w, "# Figures of %s\n\n", time.Now().Format("2 January 2006"))
	fmt.Fprintf(w, "%s, %d cores, %s, commit %s. Medians of %d runs; server on one core, bots on another, over loopback.\n\n", processor(), runtime.NumCPU(), runtime.Version(), commit(), runs)
	heads := []string{"point"}
	for _, c := range columns {
		heads = append(heads, c.head)
	}
	heads = append(heads, "valid runs")
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, r := range rows {
		cells := []string{r.point.Name}
		for _, c := range columns {
			if value, ok := r.median(c.pick); ok {
				cells = append(cells, fmt.Sprintf(c.form, value))
			} else {
				cells = append(cells, "–")
			}
		}
		valid := 0
		for _, f := range r.runs {
			if f.valid() {
				valid++
			}
		}
		cells = append(cells, fmt.Sprintf("%d of %d", valid, len(r.runs)))
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")); err != nil {
			return err
		}
	}
	return nil
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func commit() string {
	out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
