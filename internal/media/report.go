package media

import (
	"context"
	"maps"
	"net/netip"
	"slices"

	"noom/internal/sfu"
)

const (
	// mostReported are the peers of a worker that Peers tells of: several times what a core carries.
	mostReported = 2000
	// reportedAtOnce are those that a worker tells of before it sees to its packets again: some microseconds of work.
	reportedAtOnce = 64
)

// PeerReport is what an operator may know of one peer: numbers only. Its address is left out.
type PeerReport struct {
	Peer   sfu.PeerID
	Room   sfu.RoomID
	Worker int
	sfu.PeerStats
}

// Peers tells of the peers on all workers, by worker and number; at most of the first 2000 on each. What a worker has not told
// in time is left out, and so may be a peer that moves to another meanwhile.
func (e *Engine) Peers() (all []PeerReport) {
	for _, w := range e.workers {
		all = w.reportPeers(all)
	}
	return all
}

// reportPeers appends the worker's peers.
func (w *worker) reportPeers(all []PeerReport) []PeerReport {
	ctx, cancel := context.WithTimeout(w.engine.life, w.engine.config.Patience)
	defer cancel()
	var ids []sfu.PeerID
	err := w.do(ctx, 0, func() error { ids = slices.Collect(maps.Keys(w.peers)); return nil })
	if err != nil {
		return all
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids[:min(len(ids), mostReported)], reportedAtOnce) {
		told := make([]PeerReport, 0, len(some)) // the loop's until do has returned without an error
		err := w.do(ctx, 0, func() error { told = w.reportSome(told, some); return nil })
		if err != nil {
			return all
		}
		all = append(all, told...)
	}
	return all
}

func (w *worker) reportSome(told []PeerReport, some []sfu.PeerID) []PeerReport {
	for _, id := range some {
		p, known := w.peers[id]
		s, ok := w.router.PeerStats(id)
		if !known || !ok {
			continue
		}
		s.Address = netip.AddrPort{}
		told = append(told, PeerReport{Peer: id, Room: p.room.id, Worker: w.index, PeerStats: s})
	}
	return told
}
