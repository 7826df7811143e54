package sfu

import (
	"time"

	"noom/internal/sfu/layer"
)

// What nobody sees is not worth a sender's processor and uplink. Each worker says which layers of a track its own peers have use
// for; the host brings together what all workers say, and tells the sender.

const (
	// AllLayers is the set of all layers, bit by bit.
	AllLayers uint8 = 1<<layer.Max - 1
	// linger is how long a layer stays wanted after nobody has use for it any more. Browsers make keyframes of all layers when one is
	// turned on, so that tiles which change size must not turn it on and off.
	linger = 5 * time.Second
	// overdue is how long a layer may be wanted in vain: a small camera has no large layer, nor has one whose uplink is short. Then
	// all of them are wanted, so that the best there is comes.
	overdue = time.Second
)

// demand is what a worker's peers have use for of a track's layers.
type demand struct {
	told  uint8 // what the host was told
	since [layer.Max]time.Time
	last  [layer.Max]time.Time
}

func (d *demand) want(now time.Time, i int) {
	if now.Sub(d.last[i]) >= linger {
		d.since[i] = now
	}
	d.last[i] = now
}

func (d *demand) wantAll(now time.Time) {
	for i := range d.last {
		d.want(now, i)
	}
}

// begin has all layers wanted of what has just begun, for as long as it takes to find out.
func (t *track) begin(now time.Time, out *Out) {
	t.demand.wantAll(now)
	t.tellDemand(AllLayers, out)
}

// tickDemand tells the host when other layers of the track are wanted here than before.
func (r *Router) tickDemand(now time.Time, t *track, out *Out) {
	if t.state != On {
		return
	}
	d := &t.demand
	for _, sl := range t.slots {
		ideal := sl.ideal()
		if ideal == layer.None {
			continue
		}
		d.want(now, ideal)
		d.want(now, 0) // to fall back on
		if sl.peer.paced {
			for i := range ideal { // for what its network has room for
				d.want(now, i)
			}
		}
		if target := sl.selector.Target(); target != layer.None {
			d.want(now, target)
		}
		if t.source != nil && !t.source.live(ideal) && now.Sub(d.since[ideal]) > overdue {
			d.wantAll(now)
		}
	}
	var layers uint8
	for i, last := range d.last {
		if now.Sub(last) < linger {
			layers |= 1 << i
		}
	}
	if layers != d.told {
		t.tellDemand(layers, out)
	}
}

func (t *track) tellDemand(layers uint8, out *Out) {
	t.demand.told = layers
	out.Events = append(out.Events, Event{Kind: LayersWanted, Room: t.room.id, Track: t.number, Layers: layers})
}

// ideal is the layer that the slot would get if all were sent. Of what comes out of a pipe nobody here knows how many there are; whoever
// sends fewer takes the largest for those above it.
func (sl *slot) ideal() int {
	t := sl.track
	var known [layer.Max]layer.Layer
	layers := layer.Max
	if t.local() {
		layers = t.source.layers
	}
	for i := range layers {
		known[i].Live = true
		if t.source != nil {
			known[i].Width, known[i].Height = t.source.streams[i].width, t.source.streams[i].height
		}
	}
	return layer.Choose(known[:layers], sl.width, sl.height, sl.selector.Target())
}
