package main

import (
	"fmt"
	"slices"
	"strings"
)

// colours of the servers, in the order in which they are drawn.
var colours = map[string]string{"floor": "#9aa0a6", "noom": "#1a73e8", "noom-2": "#8ab4f8", "janus-tuned": "#f9ab00", "janus": "#d93025"}

const (
	plotHeight, plotTop, plotLeft = 260, 30, 50
	barWidth, barGap              = 16, 26
)

// plot draws the CPU per packet of every point as bars (SVG).
func plot(rows []row) string {
	var names []string
	most := 1.0
	for _, r := range rows {
		value, ok := r.median(micros)
		if !ok || value == 0 {
			continue
		}
		most = max(most, value)
		if !slices.Contains(names, r.Point) {
			names = append(names, r.Point)
		}
	}
	var b strings.Builder
	x := float64(plotLeft)
	for _, name := range names {
		from := x
		for _, r := range rows {
			value, ok := r.median(micros)
			if r.Point != name || !ok {
				continue
			}
			h := value / most * (plotHeight - plotTop)
			fmt.Fprintf(&b, `<rect x="%.0f" y="%.1f" width="%d" height="%.1f" fill="%s"><title>%s: %.2f µs</title></rect>`,
				x, plotHeight-h, barWidth, h, colours[r.Server], r.Server, value)
			fmt.Fprintf(&b, `<text x="%.0f" y="%.1f" text-anchor="middle" font-size="8">%.1f</text>`+"\n", x+barWidth/2, plotHeight-h-3, value)
			x += barWidth
		}
		fmt.Fprintf(&b, `<text transform="translate(%.0f %d) rotate(35)">%s</text>`+"\n", (from+x)/2-8, plotHeight+14, name)
		x += barGap
	}
	at := plotLeft
	for _, k := range kinds {
		fmt.Fprintf(&b, `<rect x="%d" y="6" width="10" height="10" fill="%s"/><text x="%d" y="15">%s</text>`+"\n", at, colours[k.name], at+14, k.name)
		at += 90
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="sans-serif" font-size="11" fill="#202124">`+
		`<rect width="100%%" height="100%%" fill="#fff"/><text x="4" y="%d" font-size="10">µs</text>`+"\n%s</svg>\n", max(x, float64(at))+40, plotHeight+100, plotTop, b.String())
}
