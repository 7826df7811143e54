package metrics

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"noom/internal/media"
	"noom/internal/sfu"
)

// mostRooms are told of one by one, the largest; all others are one. Each is a series in the operator's database for each figure.
const mostRooms = 100

// otherRooms is the label of the rest.
const otherRooms = "other"

// room sums up the peers of one room, or of several.
type room struct {
	label             string
	peers             int
	pictures, resting int
	estimate          mean // in bit/s, of those who tell what arrives; so are queue (s) and loss
	queue, loss       mean
	rtt               mean // in seconds, of those who tell
}

type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) { m.sum, m.n = m.sum+v, m.n+1 }

func (m *mean) join(o mean) { m.sum, m.n = m.sum+o.sum, m.n+o.n }

func (r *room) add(p *media.PeerReport) {
	r.peers++
	for _, n := range p.Pictures {
		r.pictures += n
	}
	r.resting += p.Resting
	if p.Estimate > 0 {
		r.estimate.add(float64(p.Estimate))
		r.queue.add(p.Queue.Seconds())
		r.loss.add(p.Loss)
	}
	if p.RTT > 0 {
		r.rtt.add(p.RTT.Seconds())
	}
}

func (r *room) join(o *room) {
	r.peers += o.peers
	r.pictures += o.pictures
	r.resting += o.resting
	r.estimate.join(o.estimate)
	r.queue.join(o.queue)
	r.loss.join(o.loss)
	r.rtt.join(o.rtt)
}

// sumUp gives the largest rooms, the oldest first of those that are equal, and behind them all others in one.
func sumUp(all []media.PeerReport) []*room {
	byNumber := make(map[sfu.RoomID]*room)
	for i := range all {
		id := all[i].Room
		if byNumber[id] == nil {
			byNumber[id] = &room{label: strconv.FormatUint(uint64(id), 10)}
		}
		byNumber[id].add(&all[i])
	}
	ids := slices.SortedFunc(maps.Keys(byNumber), func(a, b sfu.RoomID) int {
		return cmp.Or(cmp.Compare(byNumber[b].peers, byNumber[a].peers), cmp.Compare(a, b))
	})
	var rooms []*room
	for i, id := range ids {
		switch {
		case i < mostRooms:
			rooms = append(rooms, byNumber[id])
		case i == mostRooms:
			rooms = append(rooms, &room{label: otherRooms})
			fallthrough
		default:
			rooms[mostRooms].join(byNumber[id])
		}
	}
	return rooms
}

// roomFigures are what is told of each room. value is not ok where nothing is known yet.
var roomFigures = []struct {
	desc  *prometheus.Desc
	value func(*room) (v float64, ok bool)
}{
	{roomDesc("peers", "Peers in the room."), func(r *room) (float64, bool) { return float64(r.peers), true }},
	{roomDesc("pictures", "Pictures sent to the room's peers."), func(r *room) (float64, bool) { return float64(r.pictures), true }},
	{roomDesc("pictures_resting", "Pictures that rest for want of room in a receiver's network."), func(r *room) (float64, bool) {
		return float64(r.resting), true
	}},
	{roomDesc("estimate_bits_per_second", "What the peers' networks carry, on average."), func(r *room) (float64, bool) {
		return r.estimate.value()
	}},
	{roomDesc("queue_seconds", "How long packets to the peers queue, on average."), func(r *room) (float64, bool) { return r.queue.value() }},
	{roomDesc("loss_ratio", "Share of packets to the peers that is lost, on average."), func(r *room) (float64, bool) { return r.loss.value() }},
	{roomDesc("rtt_seconds", "Round-trip times to the peers, on average."), func(r *room) (float64, bool) { return r.rtt.value() }},
}

// value is not ok where nobody has told.
func (m mean) value() (v float64, ok bool) { return m.sum / float64(max(m.n, 1)), m.n > 0 }

func roomDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("noom_room_"+name, help, []string{"room"}, nil)
}

func collectRooms(all []media.PeerReport, to chan<- prometheus.Metric) {
	for _, r := range sumUp(all) {
		for _, f := range roomFigures {
			if v, ok := f.value(r); ok {
				to <- prometheus.MustNewConstMetric(f.desc, prometheus.GaugeValue, v, r.label)
			}
		}
	}
}
