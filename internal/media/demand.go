package media

import (
	"slices"

	"noom/internal/sfu"
)

// demand is which layers of a track are wanted.
type demand struct {
	by   map[int]uint8 // workers that have said so
	told uint8         // to the room
}

// demand takes in what a worker's peers have use for.
func (m *Room) demand(t sfu.Track, worker int, layers uint8) {
	d := m.layers[t]
	if d == nil {
		d = &demand{by: make(map[int]uint8), told: sfu.AllLayers}
		m.layers[t] = d
	}
	d.by[worker] = layers
	m.weigh(t, d, m.span())
}

// demandAnew forgets what workers said that have nobody of the room any more.
func (m *Room) demandAnew(span []*worker) {
	if len(span) == 0 {
		return // who comes next finds all of them wanted
	}
	for t, d := range m.layers {
		for index := range d.by {
			if !slices.ContainsFunc(span, func(w *worker) bool { return w.index == index }) {
				delete(d.by, index)
			}
		}
		m.weigh(t, d, span)
	}
}

// demandNothing forgets what was wanted of a seat's tracks, whose peer is gone. The next one sends all of them at first.
func (m *Room) demandNothing(seat uint32) {
	for t, d := range m.layers {
		if t.Seat() != seat {
			continue
		}
		delete(m.layers, t)
		if d.told != sfu.AllLayers {
			m.mailbox.post(Event{Kind: LayersWanted, Track: t, Layers: sfu.AllLayers})
		}
	}
}

// weigh tells the room what is wanted of a track, if that has changed. A worker that has said nothing yet may want all.
func (m *Room) weigh(t sfu.Track, d *demand, span []*worker) {
	var layers uint8
	for _, w := range span {
		said, ok := d.by[w.index]
		if !ok {
			said = sfu.AllLayers
		}
		layers |= said
	}
	if layers != d.told {
		d.told = layers
		m.mailbox.post(Event{Kind: LayersWanted, Track: t, Layers: layers})
	}
}
