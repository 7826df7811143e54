package simnet_test

import (
	"fmt"
	"os"
	"time"

	"noom/internal/simnet"
)

// Why a bar is not held yet.
const (
	// At 300 kb/s 64 kB wait for 1.7 s: what is sent before the server can know that the link has narrowed takes two to leave.
	deepQueue = "what leaves before any report of the step can come waits in a queue of 64 kB, which takes two seconds to empty"
	// 2 Mb/s too much fill 300 ms of 500 kb/s in 75 ms.
	sudden  = "the queue is full before any report of the step can come, and what is lost of the sound is not repaired in time"
	grows   = "sound is made up for as long as the queue grows, and the queue grows until a report of the step has come"
	tunnels = "the link stops altogether, for longer than anybody buffers"
	crowd   = "several receivers behind one link find its room each for itself, and try it out at the same time"
	greedy  = "TCP fills the queue, whatever we do"
	// The bar on NACK floods: a viewer is sent no more than a quarter of its traffic again.
	needsQuarter = "30 % of what is sent would have to be sent again, and a quarter may be (hostile input, row 12)"
	threeTries   = "of 200 lost packets one is lost three times, and the picture stands still meanwhile"
	flapping     = "the sender takes its second layer out and in at this loss, and here it is a model"
)

// size is how many people on how many workers.
type size struct{ people, workers int }

func (s size) String() string { return fmt.Sprintf("%d people on %d", s.people, s.workers) }

// faults is the table: every row of RELIABILITY's Faults that packets tell about.
func faults() []*scenario {
	var all []*scenario
	for _, part := range [][]*scenario{losses(), bursts(), jitters(), ratesDown(), tiles(), ratesUp(), outages(), moves(), mixtures(), rmcatScenarios()} {
		all = append(all, part...)
	}
	return all
}

// losses: the bars are for one bad link, on each way of it.
func losses() []*scenario {
	var all []*scenario
	for _, row := range []struct{ percent, sound, picture float64 }{{1, 0.3, 0.5}, {5, 0.5, 1}, {10, 2, 3}, {20, 4, 10}, {30, 7, 20}} {
		l := simnet.Link{Loss: row.percent / 100}
		long := func(people int) time.Duration { // so that one freeze is not more than the bar
			switch {
			case row.percent <= 10 && people <= 4:
				return 60 * time.Second
			case row.percent == 1:
				return 40 * time.Second
			}
			return 20 * time.Second
		}
		for _, s := range []size{{2, 1}, {2, 2}, {3, 1}, {3, 2}, {5, 1}, {8, 2}, {12, 1}} {
			all = append(all, &scenario{
				row: fmt.Sprintf("loss %v %%", row.percent), name: fmt.Sprintf("one bad link, %v", s), people: s.people, workers: s.workers,
				bars: lossBars(row.percent, row.sound, row.picture, s.people <= 3, true), play: steady(1, l, l, long(s.people)),
			})
		}
		all = append(all, &scenario{
			row: fmt.Sprintf("loss %v %%", row.percent), name: "up only, 3 people on 1", people: 3,
			bars: lossBars(row.percent, row.sound, row.picture, true, false), play: steady(1, l, simnet.Link{}, long(3)),
		}, &scenario{
			row: fmt.Sprintf("loss %v %%", row.percent), name: "down only, 3 people on 1", people: 3,
			bars: lossBars(row.percent, row.sound, row.picture, true, true), play: steady(1, simnet.Link{}, l, long(3)),
		})
		if row.percent > 10 {
			continue // of two such links less than half gets through: there is no row for that
		}
		for _, s := range []size{{2, 1}, {4, 2}, {6, 1}} { // losses add up: the bars are those of about twice the loss
			twice := map[float64][2]float64{1: {0.5, 1}, 5: {2, 3}, 10: {4, 10}}[row.percent]
			all = append(all, &scenario{
				row: fmt.Sprintf("loss %v %%", row.percent), name: fmt.Sprintf("everybody, %v", s), people: s.people, workers: s.workers,
				bars: lossBars(row.percent, twice[0], twice[1], s.people <= 3, true), play: steady(0, l, l, long(s.people)),
			})
		}
	}
	return all
}

// lossBars are those of a row. large says that the picture is more than the smallest, down that the viewer loses packets.
func lossBars(percent, sound, picture float64, large, down bool) []bar {
	video := bar{what: frozen, most: picture}
	switch {
	case percent == 30 && down:
		video.waits = needsQuarter
	case percent == 20 && large:
		video.waits = flapping
	case percent == 5:
		video.waits = threeTries
	}
	return []bar{{concealed, sound, ""}, video, {needless, 2, ""}, {bystander, 0.5, ""}}
}

func bursts() []*scenario {
	var all []*scenario
	for _, row := range []struct{ percent, sound float64 }{{1, 1}, {5, 3}, {10, 6}} {
		for _, length := range []float64{3, 8} {
			l := simnet.Link{Loss: row.percent / 100, Burst: length}
			long := 20 * time.Second
			if row.percent == 1 { // else three bursts where one is usual are three times the bar's loss
				long = 60 * time.Second
			}
			for _, s := range []size{{2, 1}, {3, 2}, {6, 1}} {
				all = append(all, &scenario{
					row: fmt.Sprintf("bursts %v %%", row.percent), name: fmt.Sprintf("of %v packets, %v", length, s), people: s.people, workers: s.workers,
					bars: []bar{{concealed, row.sound, ""}, {needless, 2, ""}, {bystander, 0.5, ""}}, play: steady(1, l, l, long),
				})
			}
		}
	}
	return all
}

func jitters() []*scenario {
	var all []*scenario
	for _, f := range []struct {
		row, name string
		link      simnet.Link
		sound     float64
	}{
		{"jitter 30 ms", "overtaking", simnet.Link{Jitter: 30 * time.Millisecond}, 1},
		{"jitter 30 ms", "in order", simnet.Link{Jitter: 30 * time.Millisecond, Ordered: true}, 1},
		{"jitter 100 ms", "overtaking", simnet.Link{Jitter: 100 * time.Millisecond}, 3},
		{"jitter 100 ms", "in order", simnet.Link{Jitter: 100 * time.Millisecond, Ordered: true}, 3},
		{"reordering 5 %", "by 20 ms", simnet.Link{Late: 0.05}, 1},
		{"reordering 5 %", "by 40 ms", simnet.Link{Late: 0.05, LateBy: 40 * time.Millisecond}, 1},
		{"duplicates 5 %", "", simnet.Link{Copies: 0.05}, 1},
	} {
		for _, s := range []size{{2, 1}, {3, 2}, {6, 1}} {
			all = append(all, &scenario{
				row: f.row, name: f.name + ", " + s.String(), people: s.people, workers: s.workers,
				// The row has no bar for pictures; nobody should see them stand still much.
				bars: []bar{{concealed, f.sound, ""}, {frozen, 5, ""}, {needless, 2, ""}, {bystander, 0.5, ""}},
				play: steady(1, f.link, f.link, 20*time.Second),
			})
		}
	}
	return all
}

// The queues of bottlenecks.
var queues = []struct {
	name string
	link simnet.Link
}{
	{"tail drop at 300 ms", simnet.Link{Queue: 300 * time.Millisecond}},
	{"tail drop at 64 kB", simnet.Link{QueueBytes: 64 << 10}},
	{"CoDel", simnet.Link{CoDel: true, Queue: time.Second}},
}

// narrowing goes 2.5 Mb/s → 300 → 150 kb/s and back.
func narrowing(q simnet.Link) simnet.Link {
	q.Rates = []simnet.Step{{0, 2_500_000}, {10 * time.Second, 300_000}, {25 * time.Second, 150_000}, {40 * time.Second, 2_500_000}}
	return far(q)
}

func rateBars() []bar {
	return []bar{{lowAfter, 2, ""}, {queueMS, 150, ""}, {concealedThin, 2, ""}, {restored, 10, ""}}
}

func ratesDown() []*scenario {
	var all []*scenario
	for _, q := range queues {
		for _, s := range []size{{2, 1}, {3, 2}, {6, 1}} {
			bars := rateBars()
			if s.people == 3 && q.link.QueueBytes > 0 {
				bars[0].waits = deepQueue
			}
			if s.people > 2 || q.link.CoDel {
				bars[2].waits = grows
			}
			all = append(all, &scenario{
				row: "rate steps down", name: q.name + ", " + s.String(), people: s.people, workers: s.workers,
				bars: bars, play: func(st *stage) result {
					p := st.people[0]
					p.Downlink(narrowing(q.link))
					return st.steps(p, st.people[1], p.LogDownlink)
				},
			})
		}
	}
	for _, name := range []string{"train", "office"} {
		for _, s := range []size{{2, 1}, {4, 2}} {
			waits := ""
			if name == "train" {
				waits = tunnels
			}
			all = append(all, &scenario{
				row: "rate trace down", name: name + ", " + s.String(), people: s.people, workers: s.workers,
				bars: []bar{{concealed, 2, waits}, {frozen, 10, waits}}, play: func(st *stage) result {
					return steady(1, simnet.Link{}, simnet.Link{Rates: rates(name)}, 60*time.Second)(st)
				},
			})
		}
	}
	return all
}

// tiles: somebody with nine large pictures and two voices, on a link that goes 2.5 → 0.5 → 2.5 Mb/s.
func tiles() []*scenario {
	var all []*scenario
	for _, q := range queues {
		all = append(all, &scenario{
			row: "nine tiles", name: q.name, people: 10,
			bars: []bar{{restored, 10, ""}, {soundGap, 60, sudden}, {switches, 2, ""}}, play: func(st *stage) result { return st.mosaic(q.link) },
		})
	}
	return all
}

// browserLimits: on the uplink it is the browser's controller that finds the rate, here a model of it.
const browserLimits = "the sender's controller decides this, and here it is a model"

func ratesUp() []*scenario {
	var all []*scenario
	for _, q := range queues {
		for _, s := range []size{{2, 1}, {3, 2}, {6, 1}} {
			bars := rateBars()
			bars[3].waits = browserLimits
			if s.people <= 3 {
				bars[0].waits = browserLimits
			}
			if q.link.QueueBytes > 0 {
				bars[1].waits = browserLimits // 1.7 s of queue at 300 kb/s, which it empties at 15 % of the rate
			}
			all = append(all, &scenario{
				row: "rate steps up", name: q.name + ", " + s.String(), people: s.people, workers: s.workers,
				bars: bars, play: func(st *stage) result {
					p := st.people[0]
					p.Uplink(narrowing(q.link))
					return st.steps(st.people[1], p, p.LogUplink)
				},
			})
		}
	}
	for _, name := range []string{"train", "office"} {
		waits := ""
		if name == "train" {
			waits = browserLimits
		}
		for _, s := range []size{{2, 1}, {4, 2}} {
			all = append(all, &scenario{
				row: "rate trace up", name: name + ", " + s.String(), people: s.people, workers: s.workers,
				bars: []bar{{concealed, 2, waits}, {frozen, 10, ""}}, play: func(st *stage) result {
					return steady(1, simnet.Link{Rates: rates(name)}, simnet.Link{}, 60*time.Second)(st)
				},
			})
		}
	}
	return all
}

// rates reads a trace of testdata.
func rates(name string) []simnet.Step {
	f, err := os.Open("testdata/" + name + ".rates")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	steps, err := simnet.ReadRates(f)
	if err != nil {
		panic(err)
	}
	return steps
}

func outages() []*scenario {
	var all []*scenario
	for _, row := range []struct {
		lasts time.Duration
		most  float64
	}{{5 * time.Second, 1}, {30 * time.Second, 3}, {120 * time.Second, 5}} {
		for _, s := range []size{{2, 1}, {2, 2}, {3, 2}, {6, 1}, {12, 2}} {
			all = append(all, &scenario{
				row: fmt.Sprintf("outage %v", row.lasts), name: s.String(), people: s.people, workers: s.workers,
				bars: []bar{{back, row.most, ""}, {bystander, 0.5, ""}}, play: func(st *stage) result { return st.outage(row.lasts) },
			})
		}
	}
	return all
}

func moves() []*scenario {
	var all []*scenario
	for _, f := range []struct {
		name string
		loss float64
		move func(*simnet.Peer)
	}{
		{"Wi-Fi to LTE", 0, (*simnet.Peer).Roam},
		{"NAT rebinding", 0, (*simnet.Peer).Rebind},
		{"Wi-Fi to LTE at 2 % loss", 0.02, (*simnet.Peer).Roam},
	} {
		for _, s := range []size{{2, 1}, {3, 2}, {6, 1}, {12, 2}} {
			all = append(all, &scenario{
				row: "address change", name: f.name + ", " + s.String(), people: s.people, workers: s.workers,
				bars: []bar{{back, 3, ""}, {ghosts, 0, ""}, {bystander, 0.5, ""}},
				play: func(st *stage) result { return st.move(f.loss, f.move) },
			})
		}
	}
	return all
}

// mixtures are what real links do: several at once, and others on them.
func mixtures() []*scenario {
	var all []*scenario
	wifi := simnet.Link{Loss: 0.02, Burst: 4, Jitter: 20 * time.Millisecond, Ordered: true}
	mobile := simnet.Link{Loss: 0.01, Jitter: 40 * time.Millisecond, Ordered: true, Rate: 4_000_000, Queue: 500 * time.Millisecond}
	for _, f := range []struct {
		name string
		link simnet.Link
	}{{"crowded Wi-Fi", wifi}, {"mobile", mobile}} {
		for _, s := range []size{{2, 1}, {3, 2}, {8, 1}} {
			all = append(all, &scenario{
				row: "mixture", name: f.name + ", " + s.String(), people: s.people, workers: s.workers,
				bars: []bar{{concealed, 3, ""}, {frozen, 3, ""}, {needless, 2, ""}, {bystander, 0.5, ""}},
				play: steady(1, f.link, f.link, 20*time.Second),
			})
		}
	}
	for _, way := range []struct {
		name string
		lead func(*simnet.Peer, *simnet.Bottleneck)
	}{{"up", (*simnet.Peer).UpThrough}, {"down", (*simnet.Peer).DownThrough}} {
		for _, q := range queues {
			all = append(all, &scenario{
				row: "mixture", name: "a download beside it " + way.name + ", " + q.name + ", 2 people", people: 2,
				bars: []bar{{concealed, 3, ""}, {frozen, 10, ""}}, play: func(st *stage) result {
					l := q.link
					l.Rate = 3_000_000
					b := st.call.NewBottleneck(l)
					way.lead(st.people[0], b)
					st.call.AddRival(b, rtt)
					return steady(1, simnet.Link{}, simnet.Link{}, 20*time.Second)(st)
				},
			})
		}
	}
	return all
}
