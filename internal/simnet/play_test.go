package simnet_test

import (
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet"
)

// steps measures what the picture and sound of one for another do while the link between them goes through narrowing, which was set
// just now.
func (st *stage) steps(viewer, sender *simnet.Peer, log func(func(simnet.Crossing))) result {
	r := result{}
	camera := sender.Track(sfu.Camera)
	var queue simnet.Delays
	began := st.call.Since()
	log(func(c simnet.Crossing) {
		if at := c.At - began; at > 13*time.Second && at < 25*time.Second && !c.Dropped {
			queue.Add(c.Delay)
		}
	})
	st.call.Run(5 * time.Second)
	viewer.Forget()
	st.call.Run(5 * time.Second)
	before := viewer.Got(camera)
	size := before.Packets
	viewer.Forget()
	r[lowAfter] = 15
	for i := range 150 {
		st.call.Run(100 * time.Millisecond)
		if got := viewer.Got(camera); r[lowAfter] == 15 && (got.Width == 320 || st.tile() == 320 && got.Frames > i/2) {
			r[lowAfter] = float64(i+1) / 10
		}
	}
	r[queueMS] = float64(queue.At(0.95)) / float64(time.Millisecond)
	viewer.Forget()
	st.call.Run(15 * time.Second)
	r[concealedThin] = hears(viewer, []*simnet.Peer{sender})
	r[restored] = 30
	for i := range 30 {
		viewer.Forget()
		st.call.Run(time.Second)
		if got := viewer.Got(camera).Packets; got*5*10 >= size*9 {
			r[restored] = float64(i + 1)
			break
		}
	}
	return r
}

// outage cuts the first off. One whom the server has given up comes back as the page does: over a new connection, once the signalling
// is there again.
func (st *stage) outage(lasts time.Duration) result {
	p := st.people[0]
	st.call.Run(2 * time.Second)
	for _, other := range st.people[1:] {
		other.Forget()
	}
	p.Outage(lasts)
	st.call.Run(lasts)
	since := st.call.Since()
	r := result{bystander: 0}
	if len(st.people) > 2 {
		for _, other := range st.people[1:] {
			r[bystander] = max(r[bystander], hears(other, st.people[1:]))
		}
	}
	st.forget()
	if p.LostFor != "" {
		// The page's socket is back within a second, and an offer takes a round trip.
		st.call.Run(200*time.Millisecond + time.Duration(st.seed%9)*100*time.Millisecond + rtt)
		p.Renew()
	}
	r[back] = st.until(since, 20*time.Second)
	return r
}

// move gives the first another address.
func (st *stage) move(loss float64, move func(*simnet.Peer)) result {
	p := st.people[0]
	p.Uplink(far(simnet.Link{Loss: loss}))
	p.Downlink(far(simnet.Link{Loss: loss}))
	st.call.Run(2*time.Second + time.Duration(st.seed%25)*100*time.Millisecond)
	move(p)
	since := st.call.Since()
	st.call.Run(rtt) // what was on its way
	st.forget()
	r := result{ghosts: 0, bystander: 0}
	r[back] = st.until(since, 20*time.Second)
	if len(st.people) <= 3 {
		st.call.Run(32 * time.Second) // who is given up is so after half a minute
	}
	for _, p := range st.people {
		if p.LostFor != "" {
			r[ghosts]++
		}
	}
	if len(st.people) > 2 {
		for _, other := range st.people[1:] {
			r[bystander] = max(r[bystander], hears(other, st.people[1:]))
		}
	}
	return r
}

// mosaic has the first look at all others in large tiles while its link goes 2.5 → 0.5 → 2.5 Mb/s.
func (st *stage) mosaic(l simnet.Link) result {
	viewer, others := st.people[0], st.people[1:]
	var all []sfu.Track
	for _, p := range others {
		all = append(all, p.Track(sfu.Camera))
		p.Resume("f") // nobody has asked the sender to leave it out
	}
	viewer.Show(640, all...)
	const wide, narrow = 2_500_000, 500_000
	l.Rate = wide
	viewer.Downlink(far(l))
	st.call.Run(20 * time.Second)
	viewer.Forget()
	st.call.Run(5 * time.Second)
	before := pictures(viewer, others)
	viewer.Forget()
	l.Rate = narrow
	viewer.Downlink(far(l))
	r := result{soundGap: st.listen(viewer, 15*time.Second)}
	l.Rate = wide
	viewer.Downlink(far(l))
	r[restored] = 30
	for i := range 30 {
		viewer.Forget()
		r[soundGap] = max(r[soundGap], st.listen(viewer, time.Second))
		// What is missing then is one picture's larger size, of which it depends on chance whether it just fits.
		if now := pictures(viewer, others); 5*10*now >= 8*before && allSeen(viewer, others) && r[restored] == 30 {
			r[restored] = float64(i + 1)
		}
	}
	viewer.Forget()
	r[switches] = st.watch(viewer, time.Minute)
	return r
}

// allSeen tells whether p got pictures of all of them since the last Forget.
func allSeen(p *simnet.Peer, of []*simnet.Peer) bool {
	for _, other := range of {
		if p.Got(other.Track(sfu.Camera)).Frames == 0 {
			return false
		}
	}
	return true
}

// pictures sums up the packets of p's pictures.
func pictures(p *simnet.Peer, of []*simnet.Peer) (packets int) {
	for _, other := range of {
		packets += p.Got(other.Track(sfu.Camera)).Packets
	}
	return packets
}

// listen runs on, and gives the longest time that p had to make up sound in a row, in ms.
func (st *stage) listen(p *simnet.Peer, d time.Duration) float64 {
	const step = 10 * time.Millisecond
	longest, row, before := 0, 0, time.Duration(0)
	for range int(d / step) {
		st.call.Run(step)
		made := p.Got(st.people[1].Track(sfu.Microphone)).Concealed
		if row++; made == before {
			row = 0
		}
		longest, before = max(longest, row), made
	}
	return float64(longest) * float64(step/time.Millisecond)
}

// watch runs on, and counts how often p's pictures turn to another size, or come to rest.
func (st *stage) watch(p *simnet.Peer, d time.Duration) (changes float64) {
	type look struct{ width, frames int }
	looks := make([]look, len(st.people))
	for at := range int(d / time.Second) {
		st.call.Run(time.Second)
		for i, other := range st.people {
			got := p.Got(other.Track(sfu.Camera))
			before := looks[i]
			looks[i] = look{got.Width, got.Frames}
			if at > 1 && (got.Width != before.width && before.width != 0 || got.Frames == before.frames && before.frames > 0 && at > 2) {
				changes++
			}
		}
	}
	return changes
}
