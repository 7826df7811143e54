// Package nack decides which lost packets of an incoming stream to ask for again, and when (RFC 4585 §6.2.1). The router
// owns one Generator for each layer it receives.
//
// Browsers forget packets that transport-wide feedback acknowledged, and then ignore NACKs for them. So a packet must be
// counted in both places or in neither: decrypt, record in twcc, then call Received, and drop nothing in between.
package nack

import "time"

// Generator watches the sequence numbers of one stream. Its memory grows with the first losses to a bound.
type Generator struct {
	started   bool
	newest    int64         // the highest extended sequence number
	heard     time.Duration // when it came
	epoch     time.Time     // of the times below
	patience  time.Duration // how late a packet may come and still be of use
	rtt       time.Duration // the sender's, as of the last request
	missing   []loss        // in rising order, at most most
	next      time.Duration
	tolerance time.Duration // how late packets are that are merely out of order
	lately    int           // the share that was lost of about the last lossWindow packets, in lossWindow²ths
}

// loss is one packet that is missing.
type loss struct {
	sequence int64
	noticed  time.Duration
	due      time.Duration // when to ask, or ask again
	asked    time.Duration // when last, but for echoes, if tries is not 0
	tries    int
	echo     bool // the last try is to be said once more
}

const (
	// most is how many packets may be missing at once: at 1.5 Mb/s, a second of picture. A keyframe is then smaller.
	most = 128
	// tries is how often a packet is asked for. At 30 % loss each way two more tries fail together one time in four, ten
	// one time in a thousand.
	tries = 10
	// Pictures and Sound are how long a packet is worth waiting for. Browsers wait at most about a second for a picture before they
	// ask for a keyframe. Sound plays on: 200 ms are as much as jitter buffers wait, and as a conversation bears besides the
	// path itself.
	Pictures = time.Second
	Sound    = 200 * time.Millisecond
	// Reordered packets are given this long before they count as lost: at first and at least what a busy host or a
	// Wi-Fi's retries take, at most what a path of ± 100 ms needs.
	leastTolerance = 10 * time.Millisecond
	mostTolerance  = 200 * time.Millisecond
	// outdated is how many packets missing after a silence of patience are too many to ask for: the sender was cut off, and shows
	// something else by now. The end of a still picture is less, and wanted.
	outdated = 16
	// unknownRTT stands in until a round trip is measured: most of the world within a continent.
	unknownRTT = 100 * time.Millisecond
	// leastWait keeps a second request from overtaking the answer to the first where hosts are slow and paths short.
	leastWait = 20 * time.Millisecond
	// echo is after how long a try is said once more where more than lossyShare is lost: the path that loses packets loses
	// requests too, and those are small. Browsers send nothing twice within a round trip. Longer than most bursts of loss take.
	echo       = 15 * time.Millisecond
	lossWindow = 256
	lossyShare = lossWindow * lossWindow * 3 / 100
	// restart is how far back a number must lie to show that the sender began anew: beyond any packet cache.
	restart = 1 << 14
)

// New gives a generator for a stream of which nothing was received yet. patience is how late its packets may come and still
// be of use: those that would come later are not asked for.
func New(patience time.Duration) *Generator {
	return &Generator{patience: patience, tolerance: leastTolerance}
}

// Received notes a packet that came by itself. burst says that more packets are missing than are worth asking for: they
// are forgotten, and the caller asks for a keyframe instead (audio: for nothing).
func (g *Generator) Received(now time.Time, sequence uint16) (burst bool) {
	return g.received(now, sequence, false)
}

// Recovered notes a packet that came as a retransmission (RTX): unlike a late original it tells nothing of how much
// the path reorders.
func (g *Generator) Recovered(now time.Time, sequence uint16) (burst bool) {
	return g.received(now, sequence, true)
}

func (g *Generator) received(now time.Time, sequence uint16, recovered bool) (burst bool) {
	if !g.started {
		g.started, g.epoch, g.newest = true, now, int64(sequence)+1<<16
		return false
	}
	at := now.Sub(g.epoch)
	step := int64(int16(sequence - uint16(g.newest)))
	switch {
	case recovered && step > most: // of a stream that ended
		return false
	case step <= -restart && !recovered:
		g.newest += step
		g.Forget()
		return true
	case step <= 0:
		g.arrived(at, g.newest+step, recovered)
		return false
	}
	if recovered { // from a copy in the packet after it, before it was missed
		g.lately += lossWindow
	}
	from, silent := g.newest+1, at-g.heard
	g.newest += step
	g.heard = at
	if silent > g.patience && step > outdated {
		g.Forget()
		return true
	}
	return g.lose(at, from, g.newest)
}

// lose notes that the numbers in [from, until) are missing.
func (g *Generator) lose(at time.Duration, from, until int64) (burst bool) {
	if int64(len(g.missing))+until-from > most {
		g.Forget()
		return true
	}
	g.lately += int(until-from)*lossWindow - g.lately/lossWindow
	due := at + g.tolerance
	if until > from && (len(g.missing) == 0 || due < g.next) {
		g.next = due
	}
	for ; from < until; from++ {
		g.missing = append(g.missing, loss{sequence: from, noticed: at, due: due})
	}
	return false
}

// arrived takes a packet off the list, and learns from it how late packets may be here.
func (g *Generator) arrived(at time.Duration, sequence int64, recovered bool) {
	for i := range g.missing {
		l := &g.missing[i]
		if l.sequence < sequence {
			continue
		}
		if l.sequence > sequence {
			return
		}
		late := at - l.noticed
		// Sound has no RTX: what comes a round trip after the request is its answer, and no sooner.
		if recovered || l.tries > 0 && at-l.asked >= g.rtt-g.rtt/4 {
			g.tolerance = max(leastTolerance, g.tolerance-g.tolerance/16)
		} else {
			g.tolerance = min(max(g.tolerance, late+late/4), mostTolerance, g.patience/2) // else nothing could be asked for in time
			g.lately = max(g.lately-lossWindow, 0)
		}
		g.missing = append(g.missing[:i], g.missing[i+1:]...)
		return
	}
}

// Due appends to dst, in rising order, the sequence numbers to ask for now, and counts a try of each. rtt is the sender's
// round trip, 0 when unknown. gaveUp says that some packet was not recovered in all its tries or in time: the caller asks for a
// keyframe where one helps.
func (g *Generator) Due(now time.Time, rtt time.Duration, dst []uint16) (lost []uint16, gaveUp bool) {
	at := now.Sub(g.epoch)
	if len(g.missing) == 0 || at < g.next {
		return dst, false
	}
	if rtt <= 0 {
		rtt = unknownRTT
	}
	g.rtt = rtt
	g.next = at + g.patience
	kept := g.missing[:0]
	for _, l := range g.missing {
		if l.due <= at {
			if l.tries >= tries || at+rtt-l.noticed > g.patience { // the answer would come too late
				gaveUp = true
				continue
			}
			dst = append(dst, uint16(l.sequence))
			l.ask(at, rtt, g.patience, g.lately > lossyShare)
		}
		g.next = min(g.next, l.due)
		kept = append(kept, l)
	}
	g.missing = kept
	return dst, gaveUp
}

// ask notes that the packet is asked for now, and when next.
func (l *loss) ask(at, rtt, patience time.Duration, lossy bool) {
	// An eighth more than the round trip, as browsers send nothing again within one: a try that comes early waits for the next.
	// Longer waits let a picture freeze that is lost again and again; what queues shows in the round trip.
	wait := max(rtt+rtt/8, leastWait)
	switch {
	case l.echo:
		l.echo = false
		l.due = at + max(wait-echo, leastWait)
		return
	case lossy && at+echo+rtt-l.noticed <= patience:
		l.echo = true
		wait = echo
	}
	l.tries++
	l.asked = at
	l.due = at + wait
}

// Deadline tells when Due has something to do next; ok is false when nothing is missing.
func (g *Generator) Deadline() (at time.Time, ok bool) {
	if len(g.missing) == 0 {
		return time.Time{}, false
	}
	return g.epoch.Add(g.next), true
}

// Waits tells whether this packet is being waited for, and whether it was asked for.
func (g *Generator) Waits(sequence uint16) (waits, asked bool) {
	number := g.newest + int64(int16(sequence-uint16(g.newest)))
	for _, l := range g.missing {
		if l.sequence == number {
			return true, l.tries > 0
		}
	}
	return false, false
}

// Missing tells how many packets are being waited for.
func (g *Generator) Missing() int { return len(g.missing) }

// Forget stops asking for everything missing, as after a keyframe.
func (g *Generator) Forget() { g.missing = g.missing[:0] }
