package bwe

import (
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"noom/internal/sfu/twcc"
)

var start = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

const (
	ms = time.Millisecond
	mb = 1_000_000 // bit/s
	kb = 1_000
)

// link is a bottleneck with a queue, a way there and a way back, and a server that sends over it what the estimate allows: a voice,
// and of a picture the largest layer that fits. One step is a millisecond.
type link struct {
	rate    float64       // bit/s
	rtt     time.Duration // without queue
	jitter  time.Duration // up to this much more than half the RTT, packet by packet
	ordered bool          // no packet overtakes another, however late that is
	loss    float64
	room    time.Duration // that a packet may wait at most
	deaf    float64       // share of feedback that is lost
	every   time.Duration // feedback
	layers  []float64     // what there is to send, voice and pictures, from least to most, in bit/s
	cross   *flow         // somebody else's traffic

	t       testing.TB
	chance  *rand.Rand
	now     time.Duration
	c       Controller
	r       twcc.Recorder
	on      int           // layer
	fell    time.Duration // when it was last lowered: what was too much once needs more room to be tried again
	busy    time.Duration
	last    time.Duration // that one arrived
	arrives []arriving
	returns []returning
	told    time.Duration
	due     [2]float64 // bytes of voice and picture that are to be sent

	queue    time.Duration // that the last packet found
	queues   []time.Duration
	switches []time.Duration
	sent     int // bits
	padding  int
	lost     int
	all      int
	worst    time.Duration
	refused  int // feedback
}

type arriving struct {
	at     time.Duration
	number uint16
	cross  int
}

type returning struct {
	at   time.Duration
	data []byte
}

// flow is a TCP-like sender: it doubles its window, halves it when it loses, and grows again by a packet each round trip.
type flow struct {
	from, to time.Duration
	window   float64 // packets
	slow     float64
	flying   int
	bytes    int
	cooled   time.Duration
}

func newLink(t testing.TB, seed uint64, change func(*link)) *link {
	l := &link{
		rate: 2.5 * mb, rtt: 60 * ms, room: 300 * ms, every: 60 * ms, t: t, chance: rand.New(rand.NewPCG(seed, 7)),
		layers: []float64{40 * kb, 140 * kb, 250 * kb, 440 * kb, 900 * kb, 1.5 * mb, 2.1 * mb},
	}
	if change != nil {
		change(l)
	}
	return l
}

func (l *link) time() time.Time { return start.Add(l.now) }

// run lets time pass.
func (l *link) run(d time.Duration) *link {
	for end := l.now + d; l.now < end; l.now += ms {
		l.hear()
		l.deliver()
		l.choose()
		l.media()
		if at := l.c.Deadline(); !at.IsZero() && !at.After(l.time()) {
			l.c.Tick(l.time())
			for l.c.Padding(l.time()) {
				l.padding += paddingSize
				l.send(paddingSize - overhead)
			}
		}
		l.compete()
		q := max(l.busy-l.now, 0)
		l.queues = append(l.queues, q)
		l.worst = max(l.worst, q)
	}
	return l
}

// choose is a small allocator.
func (l *link) choose() {
	most := l.layers[len(l.layers)-1]
	l.c.Want(int(most * 1.15))
	e := float64(l.c.Estimate())
	to, more := 0, 1.15
	if l.fell > 0 && l.now-l.fell < 20*time.Second {
		more = 1.4
	}
	for i, r := range l.layers {
		if r <= e && i <= l.on || r*more <= e {
			to = i
		}
	}
	if to < l.on {
		l.fell = l.now
	}
	if to != l.on {
		l.on = to
		l.switches = append(l.switches, l.now)
	}
}

func (l *link) media() {
	if l.now%(20*ms) == 0 {
		l.sendBytes(&l.due[0], l.layers[0]/50/8)
	}
	if l.now%(33*ms) == 0 && l.on > 0 {
		l.sendBytes(&l.due[1], (l.layers[l.on]-l.layers[0])*0.033/8*(0.8+0.4*l.chance.Float64()))
	}
}

func (l *link) sendBytes(due *float64, more float64) {
	*due += more
	for n := 0; *due >= 60+overhead && n < 40; n++ {
		size := min(*due, 1150)
		*due -= size
		l.send(int(size) - overhead)
	}
}

func (l *link) send(size int) {
	number := l.c.Next()
	l.c.Sent(l.time(), size)
	l.all++
	at, ok := l.carry(size + overhead)
	if !ok {
		l.lost++
		return
	}
	l.sent += (size + overhead) * 8
	l.arrives = append(l.arrives, arriving{at: at, number: number})
}

// carry takes a packet through the queue.
func (l *link) carry(bytes int) (at time.Duration, ok bool) {
	l.busy = max(l.busy, l.now)
	l.queue = l.busy - l.now
	if l.queue > l.room || l.chance.Float64() < l.loss {
		return 0, false
	}
	l.busy += time.Duration(float64(bytes*8) / l.rate * float64(time.Second))
	at = l.busy + l.rtt/2 + time.Duration(l.chance.Float64()*float64(l.jitter))
	if l.ordered {
		at = max(at, l.last)
	}
	l.last = at
	return at, true
}

// deliver is the receiver.
func (l *link) deliver() {
	sort.SliceStable(l.arrives, func(i, j int) bool { return l.arrives[i].at < l.arrives[j].at })
	n := 0
	for ; n < len(l.arrives) && l.arrives[n].at <= l.now; n++ {
		a := l.arrives[n]
		if a.cross > 0 {
			l.cross.arrived(a.cross)
			continue
		}
		l.r.Record(a.number, start.Add(7*time.Hour+a.at))
	}
	l.arrives = l.arrives[n:]
	if l.now-l.told < l.every || !l.r.Pending() {
		return
	}
	l.told = l.now
	for l.r.Pending() {
		data := l.r.AppendFeedback(nil, 1, 2)
		if l.chance.Float64() >= l.deaf {
			l.returns = append(l.returns, returning{l.now + l.rtt/2, data})
		}
	}
}

// hear takes in feedback that has come back.
func (l *link) hear() {
	for len(l.returns) > 0 && l.returns[0].at <= l.now {
		data := l.returns[0].data
		l.returns = l.returns[1:]
		if data[0]&0x20 != 0 {
			data = data[:len(data)-int(data[len(data)-1])]
		}
		var f twcc.Feedback
		if err := f.Parse(data[12:]); err != nil {
			l.t.Fatal(err)
		}
		if !l.c.Feedback(l.time(), &f) {
			l.refused++
		}
	}
}

func (l *link) compete() {
	f := l.cross
	if f == nil || l.now < f.from || l.now >= f.to {
		return
	}
	if f.window == 0 {
		f.window, f.slow = 10, 1e9
	}
	for f.flying < int(f.window) {
		at, ok := l.carry(1500)
		if !ok {
			if l.now > f.cooled {
				f.window = max(f.window*0.7, 2)
				f.slow = f.window
				f.cooled = l.now + l.rtt + l.room
			}
			break
		}
		f.flying++
		l.arrives = append(l.arrives, arriving{at: at + l.rtt/2, cross: 1500})
	}
}

func (f *flow) arrived(bytes int) {
	f.flying--
	f.bytes += bytes
	if f.window < f.slow {
		f.window++
	} else {
		f.window += 1 / f.window
	}
}

// used is the rate that arrived over some time, as a share of the link's.
func (l *link) used(d time.Duration) float64 {
	before := l.sent
	l.run(d)
	return float64(l.sent-before) / l.rate / d.Seconds()
}

// since gives how often the layer changed since a time.
func (l *link) since(at time.Duration) (n int) {
	for _, s := range l.switches {
		if s >= at {
			n++
		}
	}
	return n
}

// forget begins the counts anew.
func (l *link) forget() { l.queues, l.worst, l.lost, l.all, l.padding = l.queues[:0], 0, 0, 0, 0 }

// p95 of the queue since forget.
func (l *link) p95() time.Duration {
	all := append([]time.Duration(nil), l.queues...)
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all[len(all)*95/100]
}

// until runs until something holds, and tells how long it took.
func (l *link) until(most time.Duration, holds func() bool) time.Duration {
	from := l.now
	for !holds() {
		if l.now-from >= most {
			return most
		}
		l.run(ms)
	}
	return l.now - from
}
