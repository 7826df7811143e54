package media

import (
	"fmt"
	"testing"

	"noom/internal/sfu"
)

func TestWhatAnyWorkerWantsIsWanted(t *testing.T) {
	camera := sfu.NewTrack(1, sfu.Camera)
	a, b := &worker{index: 0}, &worker{index: 1}
	m := &Room{
		engine: &Engine{workers: []*worker{a, b}}, mailbox: newMailbox(), layers: make(map[sfu.Track]*demand),
		members: map[sfu.PeerID]*member{1: {a, 1}, 2: {b, 2}},
	}
	var told []uint8
	step := func(f func()) {
		f()
		for {
			e, ok := m.mailbox.next()
			if !ok {
				return
			}
			if e.Kind != LayersWanted || e.Track != camera {
				t.Errorf("told %+v", e)
			}
			told = append(told, e.Layers)
		}
	}
	step(func() { m.demand(camera, 0, 0) })     // the other has said nothing yet
	step(func() { m.demand(camera, 1, 0b001) }) // 1
	step(func() { m.demand(camera, 0, 0b100) }) // 5
	step(func() { m.demand(camera, 1, 0b100) }) // 4
	step(func() {                               // 7: what waits is replaced
		m.demand(camera, 1, 0b101)
		m.demand(camera, 1, 0b111)
	})
	step(func() { // 4
		delete(m.members, 2)
		m.demandAnew(m.span())
	})
	step(func() { // 7: who has just come may want all
		m.members[3] = &member{b, 2}
		m.demandAnew(m.span())
	})
	step(func() { // 1
		m.demand(camera, 0, 0b001)
		m.demand(camera, 1, 0b001)
	})
	step(func() { m.demandNothing(1) }) // 7: whoever comes into the seat sends all at first
	if got := fmt.Sprint(told); got != "[1 5 4 7 4 7 1 7]" || len(m.layers) > 0 {
		t.Errorf("told %s, %d tracks are remembered", got, len(m.layers))
	}
}
