package media

import (
	"context"
	"net/netip"
	"time"

	"noom/internal/sfu"
)

const (
	// resendPause is the least time between two answers to a peer that repeats its last flight: one flight is
	// several datagrams, and one answer is enough for all.
	resendPause = 20 * time.Millisecond
	// resends bounds those answers for the life of a peer: with doubling intervals, minutes of trying.
	resends = 32
)

// peer is what the host keeps of a peer besides the router. Its worker's loop owns it.
type peer struct {
	id     sfu.PeerID
	room   *Room
	params sfu.PeerParams
	addr   netip.AddrPort // proven last; zero before
	at     int            // the worker that its datagrams go to: this one, or where it is about to move

	handshake  *handshake // while it runs
	connected  bool
	lastFlight [][]byte
	farewell   [][]byte
	resent     time.Time
	resends    int
}

// addPeer takes a peer in.
func (w *worker) addPeer(room *Room, id sfu.PeerID, p sfu.PeerParams) error {
	if err := w.router.AddPeer(w.now, id, p); err != nil {
		return err
	}
	w.peers[id] = &peer{id: id, room: room, params: p, at: w.index}
	w.engine.directory.addUfrag(p.LocalUfrag, owner{id, w.index})
	return nil
}

// updatePeer takes a further offer in. Its ufrag may be new (ICE restart).
func (w *worker) updatePeer(id sfu.PeerID, p sfu.PeerParams) error {
	known := w.peers[id]
	if known == nil {
		return ErrUnknownPeer
	}
	if err := w.router.UpdatePeer(w.now, id, p); err != nil {
		return err
	}
	if old := known.params.LocalUfrag; old != p.LocalUfrag {
		w.engine.directory.addUfrag(p.LocalUfrag, owner{id, known.at})
		w.engine.directory.removeUfrag(old, id)
	}
	known.params = p
	return nil
}

// removePeer ends a peer with a goodbye. One that is not there is fine.
func (w *worker) removePeer(id sfu.PeerID) {
	p := w.peers[id]
	if p == nil {
		return
	}
	w.router.RemovePeer(w.now, id, &w.out)
	w.forget(p)
}

// forget lets go of all that the host has of a peer.
func (w *worker) forget(p *peer) {
	delete(w.peers, p.id) // first, so that a panic below cannot bring it here again
	w.load.Add(-1)
	if p.handshake != nil {
		p.handshake.cancel(nil)
	}
	for _, record := range p.farewell {
		w.out.Append(p.id, p.addr, record)
	}
	w.engine.directory.removeUfrag(p.params.LocalUfrag, p.id)
	if p.addr.IsValid() {
		w.engine.directory.removeAddr(p.addr, p.id)
	}
}

// part says goodbye to everybody: the worker ends.
func (w *worker) part() {
	for _, p := range w.peers {
		w.guard(0, func() { w.forget(p) })
		if w.out.Full() {
			w.flush()
		}
	}
	w.flush()
}

// carryOut does what an event asks of the host, or passes it on.
func (w *worker) carryOut(e *sfu.Event) {
	switch e.Kind {
	case sfu.PeerProven, sfu.PeerMoved:
		w.peerAt(e.Peer, e.Address)
	case sfu.PeerChecked:
		if p := w.peers[e.Peer]; p != nil {
			w.engine.directory.claimAddr(e.Address, owner{e.Peer, p.at}, w.now)
		}
	case sfu.PeerLost:
		w.lost = append(w.lost, *e)
	case sfu.SlotSwitched:
		if p := w.peers[e.Peer]; p != nil {
			p.room.mailbox.post(Event{Kind: SlotSwitched, Peer: e.Peer, Slot: e.Slot, Track: e.Track, FromTS: e.FromTS})
		}
	case sfu.SlotRests:
		if p := w.peers[e.Peer]; p != nil {
			p.room.mailbox.post(Event{Kind: SlotRests, Peer: e.Peer, Slot: e.Slot, Track: e.Track})
		}
	case sfu.SpeakersChanged:
		if r := w.rooms[e.Room]; r != nil {
			r.mailbox.speakers(w.index, e.Speakers)
		}
	case sfu.KeyframeWanted, sfu.PipeWanted, sfu.PipeUnwanted, sfu.LayersWanted:
		if r := w.rooms[e.Room]; r != nil {
			r.mailbox.want(wish{kind: e.Kind, worker: w.index, track: e.Track, layer: e.Layer, layers: e.Layers})
		}
	}
}

// carryOutLost ends the peers that the turn has lost.
func (w *worker) carryOutLost() {
	lost := w.lost
	w.lost = nil
	for _, e := range lost {
		p := w.peers[e.Peer]
		if p == nil {
			continue
		}
		w.guard(0, func() { w.router.RemovePeer(w.now, e.Peer, &w.out) })
		w.guard(0, func() { w.forget(p) })
		p.room.mailbox.post(Event{Kind: PeerLost, Peer: e.Peer, Reason: e.Reason})
	}
}

// end loses a peer at the end of this turn.
func (w *worker) end(id sfu.PeerID, reason string) {
	w.lost = append(w.lost, sfu.Event{Kind: sfu.PeerLost, Peer: id, Reason: reason})
}

// peerAt notes where a peer has proven to be.
func (w *worker) peerAt(id sfu.PeerID, addr netip.AddrPort) {
	p := w.peers[id]
	if p == nil {
		return
	}
	if p.addr.IsValid() {
		w.engine.directory.removeAddr(p.addr, id)
	}
	p.addr = addr
	w.engine.directory.claimAddr(addr, owner{id, p.at}, w.now)
	if p.handshake != nil {
		p.handshake.conn.move(addr)
	}
	w.log.Debug("path found", "peer", id, "address", addr)
	w.postPath(p, 0)
}

// postPath tells the room where a peer is. rtt is what the host has measured; what the router knows is better.
func (w *worker) postPath(p *peer, rtt time.Duration) {
	if s, ok := w.router.PeerStats(p.id); ok && s.RTT > 0 {
		rtt = s.RTT
	}
	p.room.mailbox.post(Event{Kind: PathFound, Peer: p.id, Address: p.addr, Proto: "udp", RTT: rtt})
}

// takeHandshake gives a DTLS datagram to its handshake, starting one that is new.
func (w *worker) takeHandshake(h sfu.Handshake) {
	p := w.peers[h.Peer]
	switch {
	case p == nil || len(h.Data) < recordHeader:
	case p.connected:
		w.resendLastFlight(p, h.Data)
	case p.handshake != nil:
		if !p.handshake.conn.deliver(h.Data) {
			w.counts.handshakeFull.Add(1)
		}
	case h.Data[0] == recordHandshake && p.addr.IsValid():
		w.startHandshake(p, h.Data)
	}
}

// resendLastFlight answers a peer that repeats its own, for it has missed ours (RFC 6347 §4.2.4). The records are the
// very ones we sent: what it has had of them it takes for replays.
func (w *worker) resendLastFlight(p *peer, data []byte) {
	if data[0] != recordHandshake || w.now.Sub(p.resent) < resendPause || p.resends >= resends {
		return
	}
	p.resent = w.now
	p.resends++
	for _, record := range p.lastFlight {
		w.out.Append(p.id, p.addr, record)
	}
}

// startHandshake begins with the peer's first flight.
func (w *worker) startHandshake(p *peer, first []byte) {
	e := w.engine
	ctx, cancel := context.WithCancelCause(e.life)
	h := &handshake{conn: newHandshakeConn(w.socket, p.addr), cancel: cancel}
	h.conn.deliver(first)
	p.handshake = h
	e.handshakes.add(h)
	id, params := p.id, p.params
	e.running.Go(func() { // ends with the handshake: in time, cancelled, or after handshakeTimeout
		defer cancel(nil)
		done, err := e.shake(ctx, h.conn, &params)
		e.handshakes.remove(h)
		// The worker has ended, or the peer, where this fails: nobody is left to tell.
		_ = w.do(e.life, id, func() error { return w.endHandshake(id, h, done, err) })
	})
}

// endHandshake puts the keys in place, or ends the peer.
func (w *worker) endHandshake(id sfu.PeerID, h *handshake, done established, err error) error {
	p := w.peers[id]
	if p == nil || p.handshake != h {
		return ErrUnknownPeer
	}
	p.handshake = nil
	if err == nil {
		err = w.router.SetKeys(w.now, id, done.keys)
	}
	if err != nil {
		w.counts.handshakeFailed.Add(1)
		w.log.Info("handshake failed", "peer", id, "err", err)
		w.end(id, err.Error())
		return err
	}
	p.connected = true
	p.lastFlight, p.farewell = done.lastFlight, done.farewell
	w.counts.handshakeDone.Add(1)
	p.room.mailbox.post(Event{Kind: PeerConnected, Peer: id})
	w.postPath(p, done.rtt)
	return nil
}
