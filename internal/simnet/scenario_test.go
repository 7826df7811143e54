package simnet_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet"
)

// measure is one thing that a run is judged by. All are better when smaller.
type measure string

const (
	concealed     measure = "concealed %"  // sound that the worst off listener had to make up
	frozen        measure = "frozen %"     // of the time, of what the worst off viewer sees
	needless      measure = "needless %"   // packets asked for again that were not lost, of all that were sent
	back          measure = "back s"       // until everybody sees and hears everybody again
	ghosts        measure = "ghosts"       // peers that the server gave up or that nobody meant
	bystander     measure = "bystander %"  // what those on good networks had to make up of one another
	lowAfter      measure = "low after s"  // until the picture is a small one
	queueMS       measure = "queue ms"     // p95 of what the bottleneck holds, from 3 s after it narrowed
	concealedThin measure = "thin sound %" // sound made up while the link was at its narrowest
	restored      measure = "restored s"   // until nine tenths of the picture's rate are back
	soundGap      measure = "sound gap ms" // the longest time made up in a row
	switches      measure = "switches"     // of pictures in the last minute, to another size or to nothing
	unused        measure = "unused %"     // of the bottleneck's capacity, or of what media could use of it
	delayMS       measure = "delay ms"     // p95 in the bottleneck
	unfair        measure = "unfair"       // 1 less Jain's index of the flows' rates
	lostPercent   measure = "lost %"       // of the media that met the bottleneck
)

// bar is what a scenario's p95 may be at most.
type bar struct {
	what measure
	most float64
	// waits says why the bar is not held yet; empty: it must be.
	waits string
}

// scenario is a call on a bad network.
type scenario struct {
	row     string // of the faults, as RELIABILITY names it
	name    string
	people  int
	workers int
	bars    []bar
	play    func(*stage) result
	seeds   uint64 // at most so many; 0: as many as are asked for
	// open plays the whole call instead, for those that do not begin with people on good links.
	open func(t testing.TB, seed uint64, prepare func(*simnet.Call)) (result, *simnet.Call)
}

// result is what a run came to.
type result map[measure]float64

func (s *scenario) String() string { return s.row + ", " + s.name }

// stage is one run of a scenario.
type stage struct {
	call   *simnet.Call
	seed   uint64
	people []*simnet.Peer
}

// rtt is between everybody and the server.
const rtt = 100 * time.Millisecond

// far is a link of half the round trip.
func far(l simnet.Link) simnet.Link {
	l.Delay = rtt / 2
	return l
}

// begin brings the people together, on good links of the usual length.
func (s *scenario) begin(t testing.TB, seed uint64, prepare func(*simnet.Call)) *stage {
	call := simnet.NewCallOn(t, seed, max(s.workers, 1))
	if prepare != nil {
		prepare(call)
	}
	st := &stage{call: call, seed: seed}
	for i := range s.people {
		st.people = append(st.people, call.JoinOver(fmt.Sprintf("peer %d", i+1), far(simnet.Link{}), far(simnet.Link{})))
	}
	for i, p := range st.people {
		if i < 3 { // no more are heard at once
			p.Talk()
		}
		p.Film()
		if st.tile() == 320 { // nobody shows the largest layer, and the sender need not send it
			p.Drop("f")
		}
	}
	lookAround(st.people, st.tile())
	call.Run(4 * time.Second)
	return st
}

// tile is as wide as the page shows so many.
func (st *stage) tile() int {
	if len(st.people) <= 3 {
		return 640
	}
	return 320
}

// forget begins the accounts anew.
func (st *stage) forget() {
	for _, p := range st.people {
		p.Forget()
	}
}

// run plays the scenario with a seed.
func (s *scenario) run(t testing.TB, seed uint64, prepare func(*simnet.Call)) (result, *simnet.Call) {
	if s.open != nil {
		return s.open(t, seed, prepare)
	}
	st := s.begin(t, seed, prepare)
	return s.play(st), st.call
}

// quantile is of values in any order; of 20 the 95 % one is the second largest.
func quantile(values []float64, share float64) float64 {
	sorted := append([]float64(nil), values...)
	sort.Float64s(sorted)
	at := int(math.Ceil(share*float64(len(sorted)))) - 1
	return sorted[max(at, 0)]
}

// verdict is how a scenario fared over its seeds.
type verdict struct {
	scenario *scenario
	values   map[measure][]float64
	took     time.Duration // of virtual time
	trace    uint64        // of all its calls: two machines that give the same went the same way
}

// judge runs a scenario with seeds, and holds a quantile against its bars.
func judge(t *testing.T, s *scenario, seeds uint64, share float64) verdict {
	v := verdict{scenario: s, values: make(map[measure][]float64)}
	if s.seeds > 0 {
		seeds = min(seeds, s.seeds)
	}
	for seed := range seeds {
		r, call := s.run(t, 1000+seed, nil)
		v.took += call.Since()
		v.trace = v.trace*31 + call.Trace()
		for _, b := range s.bars {
			value, ok := r[b.what]
			if !ok {
				t.Fatalf("%s: nothing measured %q", s, b.what)
			}
			v.values[b.what] = append(v.values[b.what], value)
		}
	}
	for _, b := range s.bars {
		if got := quantile(v.values[b.what], share); got > b.most && b.waits == "" {
			worst := worstOf(v.values[b.what])
			t.Errorf("%s: %s is %.2f, more than %.2f; most with seed %d: %s", s, b.what, got, b.most, 1000+worst, leaveTrace(t, s, 1000+worst))
		}
	}
	return v
}

func worstOf(values []float64) uint64 {
	worst := 0
	for i, v := range values {
		if v > values[worst] {
			worst = i
		}
	}
	return uint64(worst)
}

// leftBehind is where tables, plots and traces go.
const leftBehind = "../../test-results/sim"

// slug makes a file's name of a scenario's.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}

// leaveTrace runs a scenario once more and writes down what the network did to each packet.
func leaveTrace(t *testing.T, s *scenario, seed uint64) string {
	var recorder *simnet.Recorder
	_, call := s.run(t, seed, func(c *simnet.Call) { recorder = c.Record() })
	path := filepath.Join(leftBehind, fmt.Sprintf("%s-%d.trace", slug(s.String()), seed))
	if err := os.MkdirAll(leftBehind, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := recorder.Write(f, s.String(), call); err != nil {
		t.Fatal(err)
	}
	return "make sim REPLAY=" + filepath.Base(path) + " replays it"
}

// hears gives the share of sound that p had to make up, over all it hears of those people, in percent.
func hears(p *simnet.Peer, of []*simnet.Peer) float64 {
	var made, played time.Duration
	talking := false
	for _, other := range of {
		if other != p && other.Talks() {
			talking = true
			got := p.Got(other.Track(sfu.Microphone))
			made += got.Concealed
			played += got.Played
		}
	}
	if !talking {
		return 0
	}
	if played == 0 {
		return 100
	}
	return 100 * float64(made) / float64(played)
}

// freezes gives the share of time for which p's pictures of those people stood still, in percent.
func freezes(p *simnet.Peer, of []*simnet.Peer, d time.Duration) float64 {
	sum, count := 0.0, 0
	for _, other := range of {
		if !p.Shows(other.Track(sfu.Camera)) {
			continue
		}
		got := p.Got(other.Track(sfu.Camera))
		share := 100 * float64(got.Frozen) / float64(d)
		if got.Frames == 0 {
			share = 100
		}
		sum += share
		count++
	}
	return sum / float64(max(count, 1))
}

// accounts measures what follows from bad networks of the first few: what they hear and see of all, and all of them.
func (st *stage) accounts(bad int, d time.Duration) result {
	r := result{concealed: 0, frozen: 0, needless: 0, bystander: 0}
	for i, p := range st.people {
		of := st.people[:bad]
		if i < bad {
			of = st.people
		}
		r[concealed] = max(r[concealed], hears(p, of))
		r[frozen] = max(r[frozen], freezes(p, of, d))
		if i < bad {
			asked, sent := p.NeedlesslyAsked()
			r[needless] = max(r[needless], 100*float64(asked)/float64(sent))
		} else {
			if others := st.people[bad:]; len(others) > 1 {
				r[bystander] = max(r[bystander], hears(p, others))
			}
		}
	}
	return r
}

// steady measures for a while under a fault that stays.
func steady(bad int, up, down simnet.Link, d time.Duration) func(*stage) result {
	return func(st *stage) result {
		n := bad
		if n == 0 {
			n = len(st.people)
		}
		for _, p := range st.people[:n] {
			p.Uplink(far(up))
			p.Downlink(far(down))
		}
		st.call.Run(8 * time.Second) // until receivers have adapted
		st.forget()
		st.call.Run(d)
		return st.accounts(n, d)
	}
}

// until runs on until everybody sees and hears everybody, counted from since.
func (st *stage) until(since, most time.Duration) float64 {
	for st.call.Since()-since < most {
		if st.whole() {
			break
		}
		st.call.Run(20 * time.Millisecond)
	}
	return (st.call.Since() - since).Seconds()
}

// whole tells whether the first and all others have got sound and picture of each other since the accounts began.
func (st *stage) whole() bool {
	first := st.people[0]
	for _, other := range st.people[1:] {
		for _, pair := range [][2]*simnet.Peer{{first, other}, {other, first}} {
			sound, picture := pair[1].Track(sfu.Microphone), pair[1].Track(sfu.Camera)
			if pair[1].Talks() && pair[0].Got(sound).Packets == 0 || pair[0].Shows(picture) && pair[0].Got(picture).Frames == 0 {
				return false
			}
		}
	}
	return true
}
