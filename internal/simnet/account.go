package simnet

import (
	"time"

	"noom/internal/sfu"
)

// Received is what a peer got of one track.
type Received struct {
	Packets    int           // audio packets, or packets of decoded frames
	Frames     int           // decoded video frames
	Width      int           // of the last keyframe, in pixels
	LongestGap time.Duration // between two decoded frames, or two audio packets
	Wrong      int           // frames or packets that a wrong name would have stood under
	Freezes    int           // as WebRTC counts them
	Frozen     time.Duration // how long they lasted
	Played     time.Duration // of sound
	Concealed  time.Duration // of it that was made up
	First      time.Duration // when the first frame was decoded or packet came, since the call began
	Delays     Delays        // from capture to decoding, or to arrival of sound

	track  sfu.Track
	last   time.Duration
	render time.Duration // of the last frame shown
	gaps   [30]time.Duration
	shown  int // gaps so far
}

// Delays is a histogram of delays, in steps of 5 ms up to 2 s.
type Delays struct {
	counts [400]int
	total  int
}

const delayStep = 5 * time.Millisecond

// Add takes one delay.
func (d *Delays) Add(t time.Duration) {
	d.counts[min(max(int(t/delayStep), 0), len(d.counts)-1)]++
	d.total++
}

// At gives a quantile (0–1), rounded up to 5 ms.
func (d *Delays) At(share float64) time.Duration {
	left := int(share * float64(d.total))
	for i, n := range d.counts {
		if left -= n; left < 0 {
			return time.Duration(i+1) * delayStep
		}
	}
	return 0
}

// Got sums up what the peer received of a track, over all its slots.
func (p *Peer) Got(t sfu.Track) Received {
	var sum Received
	for _, s := range p.slots {
		if s.params.Audio {
			s.playUntil(p.call.clock.now)
		}
		for _, r := range s.tracks {
			if r.track == t {
				sum.merge(r, p.call.clock.now)
			}
		}
	}
	return sum
}

// merge adds what one slot brought.
func (r *Received) merge(part *Received, now time.Duration) {
	r.Packets += part.Packets
	r.Frames += part.Frames
	r.Wrong += part.Wrong
	r.Freezes += part.Freezes
	r.Frozen += part.Frozen
	r.Played += part.Played
	r.Concealed += part.Concealed
	r.LongestGap = max(r.LongestGap, part.LongestGap)
	if part.Width > 0 {
		r.Width = part.Width
	}
	if r.First == 0 || part.First > 0 && part.First < r.First {
		r.First = part.First
	}
	for i, n := range part.Delays.counts {
		r.Delays.counts[i] += n
	}
	r.Delays.total += part.Delays.total
	if part.shown > 0 { // a freeze that has not ended yet
		if gap := now - part.render; gap > part.freezesAt() {
			r.Freezes++
			r.Frozen += gap
		}
	}
}

// Forget begins the accounts anew.
func (p *Peer) Forget() {
	for _, s := range p.slots {
		if s.params.Audio {
			s.playUntil(p.call.clock.now)
		}
		for _, r := range s.tracks {
			*r = Received{track: r.track, last: r.last, render: r.render, gaps: r.gaps, shown: r.shown}
		}
	}
	for _, s := range p.streams {
		s.needlessBefore, s.packetsBefore = s.Needless, s.packets
	}
}

// of is the account of a track.
func (s *slot) of(track sfu.Track) *Received {
	for _, r := range s.tracks {
		if r.track == track {
			return r
		}
	}
	r := &Received{track: track, last: s.peer.call.clock.now}
	s.tracks = append(s.tracks, r)
	return r
}

// account books packets for the track that their payload names, and compares it with the names on the outside.
func (s *slot) account(track sfu.Track, csrc, stamp uint32, taken time.Duration, packets int) *Received {
	r := s.of(track)
	now := s.peer.call.clock.now
	if r.First == 0 {
		r.First = now
	}
	r.Packets += packets
	r.LongestGap = max(r.LongestGap, now-r.last)
	r.last = now
	r.Delays.Add(now - taken)
	if sfu.Track(csrc) != track || s.labelled(stamp) != track {
		r.Wrong++
	}
	return r
}

// freezesAt is the gap between two frames that WebRTC calls a freeze: three times the usual one, and 150 ms more than that at least
// (the definition of freezeCount in the identifiers for WebRTC's statistics).
func (r *Received) freezesAt() time.Duration {
	n := min(r.shown, len(r.gaps))
	if n < 5 {
		return time.Hour // too few to tell
	}
	var sum time.Duration
	for _, g := range r.gaps[:n] {
		sum += g
	}
	usual := sum / time.Duration(n)
	return max(3*usual, usual+150*time.Millisecond)
}

// show books a frame that is shown.
func (r *Received) show(at time.Duration) {
	if r.render > 0 {
		gap := at - r.render
		if gap > r.freezesAt() {
			r.Freezes++
			r.Frozen += gap
		}
		r.gaps[r.shown%len(r.gaps)] = gap
		r.shown++
	}
	r.render = at
}
