package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// frame is a function in a flame graph, below whoever called it.
type frame struct {
	name  string
	spent time.Duration // here and above
	calls []*frame
}

// at gives the frame of a function that this one calls.
func (f *frame) at(name string) *frame {
	i := slices.IndexFunc(f.calls, func(c *frame) bool { return c.name == name })
	if i < 0 {
		f.calls = append(f.calls, &frame{name: name})
		i = len(f.calls) - 1
	}
	return f.calls[i]
}

// add takes a stack, the innermost function first.
func (f *frame) add(stack []string, spent time.Duration) {
	f.spent += spent
	for _, name := range slices.Backward(stack) {
		f = f.at(name)
		f.spent += spent
	}
}

// readTraces reads what go tool pprof -traces writes: stacks between lines of dashes, each beginning with its time.
func readTraces(r io.Reader) (*frame, error) {
	root := &frame{name: "all"}
	var stack []string
	var spent time.Duration
	begun := false
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "-----------+") {
			if len(stack) > 0 {
				root.add(stack, spent)
			}
			stack, spent, begun = nil, 0, true
			continue
		}
		fields := strings.Fields(strings.TrimSuffix(line, " (inline)"))
		if !begun || len(fields) == 0 {
			continue
		}
		if len(stack) == 0 {
			d, err := time.ParseDuration(fields[0])
			if err != nil || len(fields) < 2 {
				return nil, fmt.Errorf("a stack begins with %q", line)
			}
			spent, fields = d, fields[1:]
		}
		stack = append(stack, strings.Join(fields, " "))
	}
	if len(stack) > 0 {
		root.add(stack, spent)
	}
	return root, lines.Err()
}

const (
	flameWidth, flameRow = 1200.0, 17
	// flameLeast is how wide a frame must be to be drawn, in pixels.
	flameLeast = 0.7
)

// drawFlames draws a flame graph (SVG), callers above what they call.
func drawFlames(root *frame, title string) string {
	var b strings.Builder
	depth := 0
	var draw func(f *frame, x float64, level int)
	draw = func(f *frame, x float64, level int) {
		w := flameWidth * float64(f.spent) / float64(max(root.spent, 1))
		if w < flameLeast {
			return
		}
		depth = max(depth, level)
		share := 100 * float64(f.spent) / float64(max(root.spent, 1))
		name := html.EscapeString(f.name)
		fmt.Fprintf(&b, `<g><title>%s: %.1f %%</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`,
			name, share, x, 30+level*flameRow, w-0.4, flameRow-1, flameColour(f.name))
		if room := int(w / 6.2); room > 3 {
			short := []rune(f.name[strings.LastIndexByte(f.name, '/')+1:])
			fmt.Fprintf(&b, `<text x="%.1f" y="%d">%s</text>`, x+2, 30+level*flameRow+12, html.EscapeString(string(short[:min(room, len(short))])))
		}
		b.WriteString("</g>\n")
		slices.SortFunc(f.calls, func(p, q *frame) int { return strings.Compare(p.name, q.name) })
		for _, c := range f.calls {
			draw(c, x, level+1)
			x += flameWidth * float64(c.spent) / float64(max(root.spent, 1))
		}
	}
	draw(root, 0, 0)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="monospace" font-size="10.5" fill="#202124">`+
		`<rect width="100%%" height="100%%" fill="#fff"/><text x="4" y="18" font-size="13">%s</text>`+"\n%s</svg>\n",
		flameWidth, 40+(depth+1)*flameRow, html.EscapeString(title), b.String())
}

// flameColour tells apart the kernel, the cipher, Go's runtime, our own code and everything else.
func flameColour(name string) string {
	for _, c := range []struct{ part, colour string }{
		{"yscall", "#f28b82"},
		{"crypto", "#fdd663"},
		{"noom/", "#8ab4f8"},
		{"runtime", "#bdc1c6"},
		{"pion", "#c58af9"},
	} {
		if strings.Contains(name, c.part) {
			return c.colour
		}
	}
	return "#a8dab5"
}

// flames draws the flame graph of a CPU profile beside it.
func flames(program, profile, title string) error {
	cmd := exec.Command("go", "tool", "pprof", "-traces", "-unit=us", program, profile)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("reading %s: %w: %s", profile, err, problems.String())
	}
	root, err := readTraces(strings.NewReader(string(out)))
	if err != nil {
		return err
	}
	return os.WriteFile(strings.TrimSuffix(profile, ".prof")+".svg", []byte(drawFlames(root, title)), 0o644)
}
