package simnet_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet"
)

// rmcat is a test case of RFC 8867 §5, played on uplinks or on downlinks. One peer faces those whose links are tested: it sees all
// of them, and they see it.
type rmcat struct {
	section string
	lasts   time.Duration
	rates   []simnet.Step // of the bottleneck
	back    []simnet.Step // 5.3: of the other way; nil: it is wide
	delays  []time.Duration
	starts  []time.Duration // of the flows; as many as there are
	pause   time.Duration   // 5.8: the second flow pauses from here for 20 s
	rivals  int             // 5.6: TCP flows without end
	visits  int             // 5.7: TCP flows that come and go
}

const second = time.Second

// mbit is in units of a hundredth, as the RFC's ratios of its reference capacity.
func mbit(hundredths int) int { return hundredths * 10_000 }

var rmcats = []rmcat{
	{
		section: "5.1 one flow, variable capacity", lasts: 100 * second, starts: []time.Duration{0},
		rates: []simnet.Step{{0, mbit(100)}, {40 * second, mbit(250)}, {60 * second, mbit(60)}, {80 * second, mbit(100)}},
	},
	{
		section: "5.2 two flows, variable capacity", lasts: 125 * second, starts: []time.Duration{0, 0},
		rates: []simnet.Step{{0, mbit(400)}, {25 * second, mbit(200)}, {50 * second, mbit(350)}, {75 * second, mbit(100)}, {100 * second, mbit(200)}},
	},
	{
		section: "5.3 congested feedback link", lasts: 100 * second, starts: []time.Duration{0},
		rates: []simnet.Step{{0, mbit(200)}, {20 * second, mbit(100)}, {40 * second, mbit(50)}, {60 * second, mbit(200)}},
		back:  []simnet.Step{{0, mbit(200)}, {35 * second, mbit(80)}, {70 * second, mbit(200)}},
	},
	{section: "5.4 three flows", lasts: 120 * second, starts: []time.Duration{0, 20 * second, 40 * second}, rates: []simnet.Step{{0, mbit(350)}}},
	{
		section: "5.5 five round trips", lasts: 300 * second, rates: []simnet.Step{{0, mbit(400)}},
		starts: []time.Duration{0, 10 * second, 20 * second, 30 * second, 40 * second},
		delays: []time.Duration{10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 150 * time.Millisecond},
	},
	{section: "5.6 a long TCP flow", lasts: 120 * second, starts: []time.Duration{5 * second}, rates: []simnet.Step{{0, mbit(200)}}, rivals: 1},
	{section: "5.7 short TCP flows", lasts: 300 * second, starts: []time.Duration{5 * second, 5 * second}, rates: []simnet.Step{{0, mbit(200)}}, visits: 10},
	{section: "5.8 pause and resume", lasts: 120 * second, starts: []time.Duration{0, 0, 0}, rates: []simnet.Step{{0, mbit(350)}}, pause: 40 * second},
}

// rmcatScenarios are the RFC's cases on both ways.
func rmcatScenarios() []*scenario {
	var all []*scenario
	for _, c := range rmcats {
		for _, down := range []bool{false, true} {
			s := &scenario{
				row: "RFC 8867 up", name: c.section, seeds: 5,
				bars: []bar{{unused, 20, browserLimits}, {delayMS, 100, browserLimits}, {unfair, 0.1, browserLimits}, {lostPercent, 1, browserLimits}},
			}
			if down {
				s.row = "RFC 8867 down"
				s.bars = c.barsDown()
			}
			s.open = func(t testing.TB, seed uint64, prepare func(*simnet.Call)) (result, *simnet.Call) {
				return c.play(t, s, down, seed, prepare)
			}
			all = append(all, s)
		}
	}
	return all
}

// barsDown are the same for downlinks.
func (c rmcat) barsDown() []bar {
	waits := ""
	switch {
	case c.rivals+c.visits > 0:
		waits = greedy
	case len(c.starts) > 2:
		waits = crowd
	}
	return []bar{{unused, 20, ""}, {delayMS, 100, waits}, {unfair, 0.1, waits}, {lostPercent, 1, waits}}
}

// most is what one flow can use of a bottleneck's share, in bits per second: on an uplink all of a camera's layers; on a downlink the
// largest that fits, for the server has the layers that the sender makes; and a voice.
func (c rmcat) most(down bool, share float64) float64 {
	if !down {
		return 2_250_000
	}
	const voice = 52_000
	for _, layer := range []float64{1_530_000, 515_000, 158_000} {
		if layer+voice <= share {
			return layer + voice
		}
	}
	return voice
}

func (c rmcat) play(t testing.TB, s *scenario, down bool, seed uint64, prepare func(*simnet.Call)) (result, *simnet.Call) {
	call := simnet.NewCall(t, seed)
	if prepare != nil {
		prepare(call)
	}
	queue := 300 * time.Millisecond
	b := call.NewBottleneck(simnet.Link{Rates: c.rates, Queue: queue})
	g := newGauge(len(c.starts))
	b.Log = g.take
	facing := call.Join("facing")
	facing.Film()
	facing.Talk()
	var flows []*simnet.Peer
	for i := range c.starts {
		delay := 50 * time.Millisecond
		if c.delays != nil {
			delay = c.delays[i]
		}
		p := call.JoinOver(fmt.Sprintf("flow %d", i+1), simnet.Link{Delay: delay}, simnet.Link{Delay: delay})
		flows = append(flows, p)
		if down {
			p.DownThrough(b)
			g.flows = append(g.flows, p.Down())
		} else {
			p.UpThrough(b)
			g.flows = append(g.flows, p.Up())
		}
		if c.back != nil {
			other := call.NewBottleneck(simnet.Link{Rates: c.back, Queue: queue})
			if down {
				p.UpThrough(other)
			} else {
				p.DownThrough(other)
			}
		}
	}
	for range c.rivals {
		call.AddRival(b, rtt)
	}
	draws := seed
	for range c.visits {
		call.AddVisitor(b, rtt, func() (time.Duration, int) {
			draws = draws*6364136223846793005 + 1442695040888963407
			return time.Duration(draws>>33%20_000) * time.Millisecond, 100_000 + int(draws>>40%900_000)
		})
	}
	c.schedule(call, facing, flows, down)
	call.Run(c.lasts)
	if os.Getenv("SIM_SEEDS") != "" && seed == 1000 {
		drawRMCAT(t, s.String(), c, g)
	}
	return g.result(c, down), call
}

// schedule has the flows begin, pause and resume.
func (c rmcat) schedule(call *simnet.Call, facing *simnet.Peer, flows []*simnet.Peer, down bool) {
	begin := func(p *simnet.Peer) {
		if down {
			p.Show(1280, facing.Track(sfu.Camera))
			return
		}
		p.Talk()
		p.Film()
		var all []sfu.Track
		for _, f := range flows {
			all = append(all, f.Track(sfu.Camera))
		}
		facing.Show(1280, all...)
	}
	end := func(p *simnet.Peer) {
		if down {
			p.Show(1280)
			return
		}
		p.FilmOff()
		p.Mute()
	}
	for i, p := range flows {
		call.After(c.starts[i], func() { begin(p) })
		if c.back != nil { // media on both ways
			call.After(c.starts[i], func() {
				p.Talk()
				p.Film()
				p.Show(1280, facing.Track(sfu.Camera))
				facing.Show(1280, p.Track(sfu.Camera))
			})
		}
	}
	if c.pause > 0 {
		call.After(c.pause, func() { end(flows[1]) })
		call.After(c.pause+20*second, func() { begin(flows[1]) })
	}
}

// gauge watches a bottleneck.
type gauge struct {
	flows   []uint64
	bins    [][]float64 // bytes by flow and half a second; the last is of the rivals
	queue   []time.Duration
	delays  simnet.Delays
	media   int
	dropped int
}

const gaugeStep = 500 * time.Millisecond

func newGauge(flows int) *gauge { return &gauge{bins: make([][]float64, flows+1)} }

func (g *gauge) take(x simnet.Crossing) {
	flow := len(g.flows)
	for i, f := range g.flows {
		if f == x.Flow {
			flow = i
		}
	}
	at := int(x.At / gaugeStep)
	if flow < len(g.flows) {
		g.media++
		if x.Dropped {
			g.dropped++
		} else {
			g.delays.Add(x.Delay)
		}
	}
	if x.Dropped {
		return
	}
	for len(g.queue) <= at {
		g.queue = append(g.queue, 0)
	}
	g.queue[at] = max(g.queue[at], x.Delay)
	for len(g.bins[flow]) <= at {
		g.bins[flow] = append(g.bins[flow], 0)
	}
	g.bins[flow][at] += float64(x.Size)
}

// rate is a flow's in bits per second between two times.
func (g *gauge) rate(flow int, from, to time.Duration) float64 {
	sum := 0.0
	for at := int(from / gaugeStep); at < int(to/gaugeStep) && at < len(g.bins[flow]); at++ {
		sum += g.bins[flow][at]
	}
	return sum * 8 / (to - from).Seconds()
}

// capacity is the bottleneck's at a time.
func (c rmcat) capacity(at time.Duration) (bits float64) {
	for _, s := range c.rates {
		if at >= s.From {
			bits = float64(s.Bits)
		}
	}
	return bits
}

// result judges from ten seconds after the last flow began.
func (g *gauge) result(c rmcat, down bool) result {
	from := c.starts[len(c.starts)-1] + 10*second
	usable, used := 0.0, 0.0
	for at := from; at < c.lasts; at += gaugeStep {
		active := float64(len(c.starts))
		if c.pause > 0 && at >= c.pause && at < c.pause+20*second {
			active--
		}
		most := active * c.most(down, c.capacity(at)/active)
		if c.rivals+c.visits > 0 {
			most = c.capacity(at)
		}
		usable += min(c.capacity(at), most)
		for flow := range g.bins {
			used += g.rate(flow, at, at+gaugeStep)
		}
	}
	r := result{unused: 100 * (1 - min(used/usable, 1)), delayMS: float64(g.delays.At(0.95)) / float64(time.Millisecond), unfair: 0}
	r[lostPercent] = 100 * float64(g.dropped) / float64(max(g.media, 1))
	if c.pause > 0 {
		from = c.pause + 30*second
	}
	sum, squares := 0.0, 0.0
	for flow := range c.starts {
		rate := g.rate(flow, from, c.lasts)
		sum += rate
		squares += rate * rate
	}
	if n := float64(len(c.starts)); squares > 0 {
		r[unfair] = 1 - sum*sum/(n*squares)
	}
	return r
}

// drawRMCAT leaves a plot behind: the flows' rates beside the capacity, and the delay.
func drawRMCAT(t testing.TB, name string, c rmcat, g *gauge) {
	const width, height, left = 900, 260, 60
	x := func(at time.Duration) float64 {
		return left + (width-left-10)*float64(at)/float64(c.lasts)
	}
	top := 0.0
	for _, s := range c.rates {
		top = max(top, float64(s.Bits)*1.2)
	}
	rate := func(bits float64) float64 { return height - 20 - (height-40)*min(bits/top, 1) }
	delay := func(d time.Duration) float64 {
		return 2*height - 20 - (height-40)*min(float64(d)/float64(400*time.Millisecond), 1)
	}
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`, width, 2*height)
	fmt.Fprintf(&svg, `<rect width="%d" height="%d" fill="white"/><text x="%d" y="14" font-size="13">%s</text>`, width, 2*height, left, name)
	line := func(color string, points []string) {
		fmt.Fprintf(&svg, `<polyline fill="none" stroke="%s" stroke-width="1.3" points="%s"/>`, color, strings.Join(points, " "))
	}
	for i := range 5 {
		bits := top * float64(i) / 4
		ms := time.Duration(i) * 100 * time.Millisecond
		fmt.Fprintf(&svg, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="4" y="%.1f">%.1f Mb/s</text>`, left, width-10, rate(bits), rate(bits), rate(bits)+4, bits/1e6)
		fmt.Fprintf(&svg, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="4" y="%.1f">%d ms</text>`, left, width-10, delay(ms), delay(ms), delay(ms)+4, ms/time.Millisecond)
	}
	for at := time.Duration(0); at <= c.lasts; at += c.lasts / 5 {
		fmt.Fprintf(&svg, `<text x="%.1f" y="%d">%d s</text>`, x(at)-8, height-4, at/second)
	}
	var points []string
	for at := time.Duration(0); at < c.lasts; at += gaugeStep {
		points = append(points, fmt.Sprintf("%.1f,%.1f", x(at), rate(c.capacity(at))))
	}
	line("#000", points)
	colors := []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#999999"}
	for flow := range g.bins {
		points = points[:0]
		for at := time.Duration(0); at < c.lasts; at += gaugeStep {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(at), rate(g.rate(flow, at, at+gaugeStep))))
		}
		color := colors[5]
		if flow < len(g.flows) {
			color = colors[flow]
		}
		line(color, points)
	}
	points = points[:0]
	for i, d := range g.queue {
		points = append(points, fmt.Sprintf("%.1f,%.1f", x(time.Duration(i)*gaugeStep), delay(d)))
	}
	line("#555", points)
	svg.WriteString("</svg>\n")
	leave(t, slug(name)+".svg", svg.String())
}
