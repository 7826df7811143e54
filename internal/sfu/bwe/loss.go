package bwe

const (
	// overtaken is how long after a packet another must have left that has arrived, for the first to be lost rather than
	// late, in µs.
	overtaken = 250_000
	// judgedLeast packets make a share of loss, gathered over judgedSpan at least, in µs.
	judgedLeast = 50
	judgedSpan  = 1_000_000
	// triedLeast are those of a trial, of whose share more depends, unless it takes triedSpan to send so many.
	triedLeast = 300
	triedSpan  = 4_000_000
	// broken is how long a time of which nothing arrives is no congestion, in µs: a narrow path always brings something.
	broken = 200_000
	// loseable is the share of loss that repair copes with and that says nothing.
	loseable = 0.08
	// varies is how many times the path's own loss, beside that, says nothing either: it varies.
	varies = 1.3
	// remains is the share of a loss that must be left when less is sent, for it to be the path's own.
	remains = 0.6
)

// losses counts what was lost, and tells the path's own loss from that of too much being sent.
type losses struct {
	judged   int64 // extended number of the first packet that is neither lost nor arrived
	lost     int
	total    int
	since    int64 // when the first of them left; 0 while there is none
	row      int   // lost without one that arrived in between, and when the first of them left
	rowFrom  int64
	recent   float64 // share, at the last count
	inherent float64 // share that is the path's own
	trial    trial
}

// trial is sending less to see what of the loss remains.
type trial struct {
	from   int64   // packets that left since then count; 0: no trial
	before float64 // the estimate
	used   float64 // what was sent
	loss   float64
}

// high tells that a share is more than what the path loses by itself.
func (l *losses) high(share float64) bool { return share > varies*l.inherent+loseable }

// judgeLoss counts, and acts when enough is counted.
func (c *Controller) judgeLoss(now int64) {
	l := &c.loss
	l.judged = max(l.judged, c.next-int64(len(c.packets)))
	for l.judged < c.next {
		p := c.at(l.judged)
		left := c.left(p)
		if left > c.newest-overtaken {
			break
		}
		l.judged++
		if p.bits&isProbe != 0 || !p.reported() || left < l.trial.from {
			continue // padding says nothing, feedback that was lost neither
		}
		if p.bits&isMissing != 0 {
			if l.row == 0 {
				l.rowFrom = left
			}
			l.row++
			continue
		}
		if l.total == 0 {
			l.since = left
		}
		if left-l.rowFrom < broken {
			l.lost += l.row
			l.total += l.row
		}
		l.row = 0
		l.total++
	}
	span := c.newest - l.since
	share := float64(l.lost) / float64(max(l.total, 1))
	if l.total < judgedLeast || span < judgedSpan || l.trial.from != 0 && l.total < triedLeast && span < triedSpan {
		return
	}
	before := l.recent
	l.recent = share
	l.lost, l.total = 0, 0
	switch {
	case l.trial.from != 0:
		c.endTrial(now, share)
	case !l.high(share):
		l.inherent += (share - l.inherent) / 16
	case c.phase == steady && l.high(before): // twice: once is chance
		c.beginTrial(now, (share+before)/2)
	}
}

// beginTrial sends a little less than arrives.
func (c *Controller) beginTrial(now int64, loss float64) {
	carried, ok := c.carried(10 * bucket)
	if !ok || carried >= c.estimate {
		return
	}
	c.phase = trying
	c.loss.trial = trial{from: c.sentAt + int64(c.rtt) + settle, before: c.estimate, used: c.uses(now, 10*bucket), loss: loss}
	c.probe.abort(now)
	c.set(carried * share)
}

// endTrial compares. Loss that remains is the path's, and the estimate was right.
func (c *Controller) endTrial(now int64, loss float64) {
	l := &c.loss
	t := l.trial
	l.trial = trial{}
	c.phase = steady
	if loss-l.inherent > remains*(t.loss-l.inherent) {
		l.inherent = (loss + t.loss) / 2
		c.set(t.before)
		return
	}
	if c.uses(now, 10*bucket) > 0.9*t.used || c.wanted < c.estimate { // nothing is shown: not less was sent, or not for this
		c.set(t.before)
		return
	}
	c.cut = cut{at: now, room: c.estimate}
	c.probe.later(now)
}
