package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// row is a point as one server has carried it.
type row struct {
	Point, Server string
	Runs          []figures
}

// values are what pick takes from the runs that are valid, in order.
func (r row) values(pick func(figures) float64) (all []float64) {
	for _, f := range r.Runs {
		if f.valid() {
			all = append(all, pick(f))
		}
	}
	slices.Sort(all)
	return all
}

// median of what pick takes from the valid runs; ok is false when none is.
func (r row) median(pick func(figures) float64) (value float64, ok bool) {
	all := r.values(pick)
	if len(all) == 0 {
		return 0, false
	}
	return all[len(all)/2], true
}

// merge gives the rows of before with those of now in their places.
func merge(before, now []row) []row {
	for _, r := range now {
		same := func(o row) bool { return o.Point == r.Point && o.Server == r.Server }
		if i := slices.IndexFunc(before, same); i >= 0 {
			before[i] = r
		} else {
			before = append(before, r)
		}
	}
	place := func(r row) int { return slices.IndexFunc(points, func(p point) bool { return p.Name == r.Point }) }
	slices.SortStableFunc(before, func(a, b row) int { return place(a) - place(b) })
	return before
}

func micros(f figures) float64 { return f.MicrosPerPacket }

var columns = []struct {
	head string
	pick func(figures) float64
	form string
}{
	{"CPU per packet, µs", micros, "%.2f"},
	{"in user space, %", func(f figures) float64 { return f.UserPercent }, "%.0f"},
	{"packets/s", func(f figures) float64 { return f.Rate }, "%.0f"},
	{"CPU, %", func(f figures) float64 { return f.CPUPercent }, "%.0f"},
	{"memory each, KB", func(f figures) float64 { return f.KBPerMember }, "%.0f"},
	{"delay p50, ms", func(f figures) float64 { return f.Delay50 }, "%.2f"},
	{"p99", func(f figures) float64 { return f.Delay99 }, "%.2f"},
	{"of sound p50, ms", func(f figures) float64 { return f.Sound50 }, "%.2f"},
	{"p99", func(f figures) float64 { return f.Sound99 }, "%.2f"},
	{"loop lag p50, ms", func(f figures) float64 { return f.Lag50 }, "%.2f"},
	{"p99", func(f figures) float64 { return f.Lag99 }, "%.2f"},
	{"join p50, ms", func(f figures) float64 { return f.Join50 }, "%.0f"},
	{"p99", func(f figures) float64 { return f.Join99 }, "%.0f"},
	{"CPU per join, ms", func(f figures) float64 { return f.JoinMillis }, "%.1f"},
	{"loss, %", func(f figures) float64 { return f.LossPercent }, "%.2f"},
}

// writeTable reports the rows in Markdown.
func writeTable(w io.Writer, rows []row, name string) error {
	fmt.Fprintf(w, "# Figures of %s\n\n", name)
	fmt.Fprintf(w, "%s, %d cores, %s, commit %s. Server on one core, crowd on another; medians, and the spread of the CPU per packet.\n\n",
		processor(), runtime.NumCPU(), runtime.Version(), commit())
	heads := []string{"point", "server"}
	for _, c := range columns {
		heads = append(heads, c.head)
	}
	heads = append(heads, "spread, µs", "valid runs")
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(r.cells(), " | ")); err != nil {
			return err
		}
	}
	for _, r := range rows {
		for _, f := range r.Runs {
			if f.Overload != nil {
				fmt.Fprintf(w, "\n%s: %s\n", r.Point, f)
			}
		}
	}
	_, err := fmt.Fprintf(w, "\n![CPU per packet](%s.svg)\n", name)
	return err
}

func (r row) cells() []string {
	cells := []string{r.Point, r.Server}
	for _, c := range columns {
		if value, ok := r.median(c.pick); ok && (value != 0 || c.head == "loss, %") {
			cells = append(cells, fmt.Sprintf(c.form, value))
		} else {
			cells = append(cells, "–")
		}
	}
	spread := "–"
	all := r.values(micros)
	if len(all) > 0 {
		spread = fmt.Sprintf("%.2f–%.2f", all[0], all[len(all)-1])
	}
	return append(cells, spread, fmt.Sprintf("%d of %d", len(all), len(r.Runs)))
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
