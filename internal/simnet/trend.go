package simnet

import "time"

// usage is what the delay's trend says of the network.
type usage uint8

const (
	normal usage = iota
	overusing
	underusing
)

// trend is the delay-based detector: groups of packets, the slope of their smoothed delay and a threshold that adapts
// (draft-ietf-rmcat-gcc-02 §5.2–5.4, with WebRTC's trendline in the place of its Kalman filter).
type trend struct {
	state usage

	first        bool
	sent, came   time.Duration // of the group in hand: its last packet
	began        time.Duration
	before       bool
	sent0, came0 time.Duration // of the group before

	sum, smooth float64 // ms
	points      []point
	start       time.Duration
	threshold   float64 // ms
	updated     time.Duration
	over        time.Duration // for how long the slope has been above
	overs       int
	slope       float64
}

type point struct{ at, delay float64 }

const (
	groupTime   = 5 * time.Millisecond
	trendPoints = 20
	trendGain   = 4
)

func newTrend() trend { return trend{first: true, threshold: 12.5} }

// packet takes when a packet was sent and when it came.
func (t *trend) packet(now, sent, came time.Duration) {
	if t.first {
		t.first = false
		t.began, t.sent, t.came, t.start = sent, sent, came, came
		return
	}
	if sent < t.began {
		return // out of order
	}
	if sent-t.began <= groupTime || came-t.came <= groupTime && came-t.came < sent-t.sent && came >= t.came { // or one burst
		t.sent, t.came = max(t.sent, sent), max(t.came, came)
		return
	}
	if t.before {
		t.group(now, t.sent-t.sent0, t.came-t.came0)
	}
	t.before, t.sent0, t.came0 = true, t.sent, t.came
	t.began, t.sent, t.came = sent, sent, came
}

// group takes how much farther apart two groups came than they were sent.
func (t *trend) group(now, sent, came time.Duration) {
	d := float64(came-sent) / float64(time.Millisecond)
	if d < -1000 || d > 1000 { // an outage, not a queue
		t.points, t.sum, t.smooth = t.points[:0], 0, 0
		return
	}
	t.sum += d
	t.smooth = float64(0.9*t.smooth) + float64(0.1*t.sum)
	if len(t.points) == trendPoints {
		t.points = t.points[:copy(t.points, t.points[1:])]
	}
	t.points = append(t.points, point{float64(t.came-t.start) / float64(time.Millisecond), t.smooth})
	slope := t.slope
	if len(t.points) == trendPoints {
		slope = fit(t.points)
	}
	t.detect(now, slope, came)
}

// fit is the least squares' slope.
func fit(points []point) float64 {
	var at, delay float64
	for _, p := range points {
		at += p.at
		delay += p.delay
	}
	n := float64(len(points))
	at, delay = at/n, delay/n
	var above, below float64
	for _, p := range points {
		above += float64((p.at - at) * (p.delay - delay))
		below += float64((p.at - at) * (p.at - at))
	}
	if below == 0 {
		return 0
	}
	return above / below
}

func (t *trend) detect(now time.Duration, slope float64, passed time.Duration) {
	size := float64(slope*trendGain) * 60
	switch {
	case size > t.threshold:
		t.over += passed
		t.overs++
		if t.over > 10*time.Millisecond && t.overs > 1 && slope >= t.slope {
			t.over, t.overs, t.state = 0, 0, overusing
		}
	case size < -t.threshold:
		t.over, t.overs, t.state = 0, 0, underusing
	default:
		t.over, t.overs, t.state = 0, 0, normal
	}
	t.slope = slope
	t.adapt(now, size)
}

// adapt moves the threshold along, so that the flow of a rival that fills the queue does not starve this one (§5.4).
func (t *trend) adapt(now time.Duration, size float64) {
	size = max(size, -size)
	passed := min(now-t.updated, 100*time.Millisecond)
	t.updated = now
	if size > t.threshold+15 {
		return
	}
	k := 0.0087
	if size < t.threshold {
		k = 0.039
	}
	t.threshold += float64(k*(size-t.threshold)) * float64(passed) / float64(time.Millisecond)
	t.threshold = min(max(t.threshold, 6), 600)
}

// growth is how the rate follows (§5.5).
type growth struct {
	capacity float64 // of the link, as the last drops told; 0: unknown
	changed  time.Duration
	dropped  time.Duration
}

func (g *growth) restart() { g.capacity = 0 }

func (g *growth) next(now time.Duration, target float64, u usage, acked float64, known, idle bool, rtt time.Duration) float64 {
	passed := min(now-g.changed, time.Second)
	g.changed = now
	switch u {
	case overusing:
		if now-g.dropped < min(rtt, 200*time.Millisecond) { // what the last drop did has not been seen yet
			return target
		}
		g.dropped = now
		if !known {
			return target / 2
		}
		if g.capacity == 0 || acked < 0.7*g.capacity || acked > 1.3*g.capacity {
			g.capacity = acked
		} else {
			g.capacity = float64(0.95*g.capacity) + float64(0.05*acked)
		}
		return min(target, 0.85*acked)
	case underusing:
		return target
	}
	if known && acked > 1.3*g.capacity {
		g.capacity = 0
	}
	most := target
	if !idle {
		most = max(target, float64(1.5*acked)+10_000)
		if !known {
			most = 2 * target
		}
	}
	seconds := passed.Seconds()
	if g.capacity > 0 { // near where it was too much: about a packet per response time
		response := rtt + 100*time.Millisecond
		return min(target+float64(seconds*max(4000, 1200*8*0.5/response.Seconds())), most)
	}
	return min(target+float64(max(1000, 0.08*target)*seconds), most)
}

// losses limits the rate by the share that is lost, as WebRTC does since 2023: losses that may be the path's own at this rate do
// not count, LossBasedBweV2's upper bound of inherent loss being 5 % and 75 kb/s over the rate.
type losses struct {
	events []lossEvent
	lost   int
}

type lossEvent struct {
	at   time.Duration
	lost bool
}

// lossWindow is over how long losses are averaged (LossBasedBweV2: about 15 observations of 250 ms, older ones weighing less).
const lossWindow = 3 * time.Second

func (l *losses) expect(now time.Duration, lost bool) {
	l.events = append(l.events, lossEvent{now, lost})
	if lost {
		l.lost++
	}
}

// found takes a loss back: the packet was late.
func (l *losses) found(now time.Duration) {
	for i := len(l.events) - 1; i >= 0; i-- {
		if l.events[i].lost {
			l.events[i].lost = false
			l.lost--
			return
		}
	}
	l.expect(now, false)
}

func (l *losses) limit(now time.Duration) (bits float64, lossy bool) {
	i := 0
	for i < len(l.events) && now-l.events[i].at > lossWindow {
		if l.events[i].lost {
			l.lost--
		}
		i++
	}
	if i > 0 {
		l.events = l.events[:copy(l.events, l.events[i:])]
	}
	if len(l.events) < 20 {
		return 0, false
	}
	share := float64(l.lost) / float64(len(l.events))
	if share <= 0.06 {
		return 0, false
	}
	return max(75_000/(share-0.05), 100_000), true
}
