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
