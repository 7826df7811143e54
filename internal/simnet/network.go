package simnet

import (
	"net/netip"
	"slices"
	"time"

	"noom/internal/sfu"
)

// Uplink changes the peer's network on the way up, Downlink on the way down.
func (p *Peer) Uplink(l Link) { p.up.replace(l) }

// Downlink changes its network on the way down.
func (p *Peer) Downlink(l Link) { p.down.replace(l) }

// Up is the number of the peer's uplink among the flows in a bottleneck's log.
func (p *Peer) Up() uint64 { return p.up.number }

// Down is that of the downlink.
func (p *Peer) Down() uint64 { return p.down.number }

// UpThrough leads the peer's way up through a bottleneck that others share.
func (p *Peer) UpThrough(b *Bottleneck) { p.up.queue, p.up.own = b, false }

// DownThrough leads its way down through one.
func (p *Peer) DownThrough(b *Bottleneck) { p.down.queue, p.down.own = b, false }

// LogDownlink has f called for each datagram that leaves the queue of the peer's own downlink. The link must have a rate.
func (p *Peer) LogDownlink(f func(Crossing)) { p.down.queue.Log = f }

// LogUplink does the same for its uplink.
func (p *Peer) LogUplink(f func(Crossing)) { p.up.queue.Log = f }

// Lost tells how many datagrams of the peer's uplink and downlink vanished.
func (p *Peer) Lost() (up, down uint64) { return p.up.Dropped, p.down.Dropped }

// Outage cuts the peer off for a while.
func (p *Peer) Outage(d time.Duration) {
	p.up.Down, p.down.Down = true, true
	p.call.clock.after(d, func() { p.up.Down, p.down.Down = false, false })
}

// Roam moves the peer to another address, as a phone that leaves the Wi-Fi. Its next check comes at once.
func (p *Peer) Roam() {
	p.Rebind()
	p.ping()
}

// Rebind gives the peer another address without its knowing, as a NAT that has forgotten it. Its next check comes when it is due.
func (p *Peer) Rebind() {
	delete(p.call.at, p.address)
	p.moves++
	p.address = netip.AddrPortFrom(p.address.Addr(), 5000+p.moves)
	p.call.at[p.address] = p
}

// Vanish ends the peer without a word, as a machine that loses power.
func (p *Peer) Vanish() { p.gone = true }

// Leave ends the peer as its leaving participant does.
func (p *Peer) Leave() {
	if !p.part() {
		return
	}
	for _, t := range p.call.tracks {
		if t.track.Seat() == p.Seat && t.state == sfu.On {
			p.call.setTrack(t.track, sfu.Off)
		}
	}
}

// lost: the router has given the peer up. Its tracks are off as long as nobody sends them, whatever the meeting decided.
func (p *Peer) lost() {
	p.part()
	p.tell(func(sfu.TrackState) sfu.TrackState { return sfu.Off })
}

// tell tells every worker what is let out of the peer's tracks, given what the meeting decided.
func (p *Peer) tell(state func(decided sfu.TrackState) sfu.TrackState) {
	for _, t := range p.call.tracks {
		if t.track.Seat() != p.Seat {
			continue
		}
		for _, w := range p.call.workers {
			w.router.SetTrack(p.call.clock.time(), room, t.track, state(t.state), &w.out)
			w.flush()
		}
	}
}

// part takes the peer from the router. It is false where that was done before.
func (p *Peer) part() bool {
	if p.call.byID[p.id] != p {
		return false
	}
	delete(p.call.byID, p.id)
	p.gone = true
	p.worker.router.RemovePeer(p.call.clock.time(), p.id, &p.worker.out)
	p.worker.flush()
	return true
}

// Renew makes a new connection in place of the old, as the page does whose connection has failed: new keys, new slots, the same
// seat and tracks. The first check leaves now.
func (p *Peer) Renew() {
	p.part()
	p.LostFor = ""
	p.connect()
	p.tell(func(decided sfu.TrackState) sfu.TrackState { return decided })
	p.restartStreams()
	p.Show(p.tile, p.shown...)
	p.check(p.life)
}

// Show tells the router which cameras and screens the peer looks at, each on a tile of the given width at 16:9.
func (p *Peer) Show(width int, tracks ...sfu.Track) {
	p.tile, p.shown = width, append([]sfu.Track(nil), tracks...)
	var wishes []sfu.Wish
	for _, t := range tracks {
		wishes = append(wishes, sfu.Wish{Track: t, Width: uint16(width), Height: uint16(width * 9 / 16)})
	}
	p.worker.router.SetView(p.call.clock.time(), p.id, wishes, &p.worker.out)
	p.worker.flush()
}

// Track is the number of what the peer sends.
func (p *Peer) Track(k sfu.Kind) sfu.Track { return sfu.NewTrack(p.Seat, k) }

// Stats is what the router knows of the peer.
func (p *Peer) Stats() sfu.PeerStats {
	s, _ := p.worker.router.PeerStats(p.id)
	return s
}

// Rate is what the peer's controller believes its uplink carries, in bits per second.
func (p *Peer) Rate() float64 { return p.rate.target }

// Layers gives what each of the camera's layers may spend, in bits per second.
func (p *Peer) Layers() (bits [3]int) {
	for i := range bits {
		bits[i] = p.streams[1+i].bits
	}
	return bits
}

// Shows tells whether the peer has asked for a track.
func (p *Peer) Shows(t sfu.Track) bool { return slices.Contains(p.shown, t) }

// Talks tells whether the peer's microphone is on.
func (p *Peer) Talks() bool { return p.streams[0].on }

// NeedlesslyAsked tells how many packets were asked for again that were merely late, of how many that were sent since the last
// Forget.
func (p *Peer) NeedlesslyAsked() (asked int, sent uint32) {
	for _, s := range p.streams {
		asked += s.Needless - s.needlessBefore
		sent += s.packets - s.packetsBefore
	}
	return asked, max(sent, 1)
}
