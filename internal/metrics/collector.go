package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"noom/internal/media"
	"noom/internal/sfu"
)

// collector asks media at each scrape: nothing is counted twice, and the hot path knows nothing of Prometheus.
type collector struct {
	media   *media.Engine
	version string
}

// lagBounds are the histogram's: powers of two of microseconds, where media's finer counts are exact. Between 20 ms packets of
// sound nobody hears 4 ms.
var lagBounds = []time.Duration{
	time.Microsecond << 6, time.Microsecond << 8, time.Microsecond << 10, time.Microsecond << 11, time.Microsecond << 12, time.Microsecond << 13,
	time.Microsecond << 14, time.Microsecond << 15, time.Microsecond << 16, time.Microsecond << 18, time.Microsecond << 20,
}

var (
	buildInfo = desc("build_info", "The program that runs.", "version")
	isFull    = desc("full", "1 while nobody new is let in, because the node has more to do than it can.")
	lag       = desc("loop_lag_seconds", "How long inputs waited for the media loops. The sum is exact to an eighth.")
	dropped   = desc("dropped_total", "Datagrams and packets that were not passed on, by reason.", "reason")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("noom_"+name, help, labels, nil)
}

// figure is one number of the node's.
type figure struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*media.Stats) float64
	label []string
}

func gauge(name, help string, of func(*media.Stats) int) figure {
	return figure{desc(name, help), prometheus.GaugeValue, func(s *media.Stats) float64 { return float64(of(s)) }, nil}
}

func counter(d *prometheus.Desc, of func(*media.Stats) uint64, label ...string) figure {
	return figure{d, prometheus.CounterValue, func(s *media.Stats) float64 { return float64(of(s)) }, label}
}

var (
	handshakes = desc("handshakes_total", "DTLS handshakes that have ended, by result.", "result")
	packets    = desc("packets_total", "UDP datagrams, by direction.", "direction")
	octets     = desc("bytes_total", "Payload of UDP datagrams, by direction.", "direction")
	panics     = desc("panics_total", "Defects of ours that ended peers of the media loops.")
	moves      = desc("moves_total", "Peers that went from one media loop to another.")
)

var figures = []figure{
	gauge("workers", "Media loops.", func(s *media.Stats) int { return s.Workers }),
	gauge("workers_answering", "Media loops that were not too busy to tell what they count.", func(s *media.Stats) int { return len(s.Routers) }),
	gauge("rooms", "Meetings.", func(s *media.Stats) int { return s.Rooms }),
	gauge("peers", "People's media connections.", func(s *media.Stats) int { return s.Peers }),
	gauge("handshakes_under_way", "DTLS handshakes under way.", func(s *media.Stats) int { return s.Handshaking }),
	counter(handshakes, func(s *media.Stats) uint64 { return s.HandshakesDone }, "done"),
	counter(handshakes, func(s *media.Stats) uint64 { return s.HandshakesFailed }, "failed"),
	counter(packets, func(s *media.Stats) uint64 { return s.PacketsIn }, "in"),
	counter(packets, func(s *media.Stats) uint64 { return s.PacketsOut }, "out"),
	counter(octets, func(s *media.Stats) uint64 { return s.BytesIn }, "in"),
	counter(octets, func(s *media.Stats) uint64 { return s.BytesOut }, "out"),
	counter(panics, func(s *media.Stats) uint64 { return s.Panics }),
	counter(moves, func(s *media.Stats) uint64 { return s.Moves }),
}

// Describe lists nothing, which is allowed: what there is shows in Collect.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect gathers all figures.
func (c collector) Collect(to chan<- prometheus.Metric) {
	s := c.media.Stats()
	to <- prometheus.MustNewConstMetric(buildInfo, prometheus.GaugeValue, 1, c.version)
	full := 0.0
	if c.media.Full() {
		full = 1
	}
	to <- prometheus.MustNewConstMetric(isFull, prometheus.GaugeValue, full)
	collectNode(&s, to)
	collectRouters(&s, to)
	collectRooms(c.media.Peers(), to)
}

func collectNode(s *media.Stats, to chan<- prometheus.Metric) {
	for _, f := range figures {
		to <- prometheus.MustNewConstMetric(f.desc, f.kind, f.value(s), f.label...)
	}
	for reason, n := range s.Dropped {
		to <- prometheus.MustNewConstMetric(dropped, prometheus.CounterValue, float64(n), reason)
	}
	buckets := make(map[float64]uint64, len(lagBounds))
	for _, bound := range lagBounds {
		buckets[bound.Seconds()] = s.Lags.Below(bound)
	}
	to <- prometheus.MustNewConstHistogram(lag, s.Lags.Total(), s.Lags.Sum().Seconds(), buckets)
}

// collectRouters sums the routers up. Where one has not told, nothing is said: a sum that falls looks like a restart, and what
// comes after it like a flood.
func collectRouters(s *media.Stats, to chan<- prometheus.Metric) {
	if len(s.Routers) < s.Workers {
		return
	}
	sum := func(of func(*sfu.Counters) uint64) (n float64) {
		for i := range s.Routers {
			n += float64(of(&s.Routers[i]))
		}
		return n
	}
	for _, f := range routerFigures {
		to <- prometheus.MustNewConstMetric(f.desc, prometheus.CounterValue, sum(f.of))
	}
	for _, d := range drops {
		to <- prometheus.MustNewConstMetric(dropped, prometheus.CounterValue, sum(d.of), d.reason)
	}
}
