package metrics

import (
	"math"
	"testing"
	"time"

	"noom/internal/media"
	"noom/internal/sfu"
)

func TestARoomsFiguresAreThoseOfItsPeersThatTell(t *testing.T) {
	rooms := sumUp([]media.PeerReport{
		{Room: 7, PeerStats: sfu.PeerStats{Estimate: 1_000_000, Queue: 20 * time.Millisecond, Loss: 0.1, RTT: 40 * time.Millisecond, Pictures: [3]int{2, 1, 0}, Resting: 3}},
		{Room: 7, PeerStats: sfu.PeerStats{Estimate: 3_000_000, Queue: 40 * time.Millisecond, Loss: 0.3, Pictures: [3]int{0, 0, 4}}},
		{Room: 7, PeerStats: sfu.PeerStats{RTT: 80 * time.Millisecond}},
	})
	if len(rooms) != 1 || rooms[0].label != "7" {
		t.Fatalf("got %+v", rooms)
	}
	for i, want := range []float64{3, 7, 3, 2_000_000, 0.03, 0.2, 0.06} {
		if got, ok := roomFigures[i].value(rooms[0]); !ok || math.Abs(got-want) > 1e-9 {
			t.Errorf("%v is %v (%t), want %v", roomFigures[i].desc, got, ok, want)
		}
	}
	silent := sumUp([]media.PeerReport{{Room: 1}})[0]
	for i, told := range []bool{true, true, true, false, false, false, false} {
		if _, ok := roomFigures[i].value(silent); ok != told {
			t.Errorf("%v of a peer that tells nothing is told: %t", roomFigures[i].desc, ok)
		}
	}
}

func TestTheLargestRoomsAreToldAndAllOthersAreOne(t *testing.T) {
	var all []media.PeerReport
	for id := range sfu.RoomID(250) { // 0 to 149 have one peer, 150 to 249 have two
		all = append(all, media.PeerReport{Room: id, PeerStats: sfu.PeerStats{Estimate: 1000, Resting: 1}})
		if id >= 150 {
			all = append(all, media.PeerReport{Room: id})
		}
	}
	rooms := sumUp(all)
	if len(rooms) != mostRooms+1 || rooms[0].label != "150" || rooms[mostRooms-1].label != "249" {
		t.Fatalf("%d rooms, the first %+v", len(rooms), rooms[0])
	}
	other := rooms[mostRooms]
	if v, _ := other.estimate.value(); other.label != otherRooms || other.peers != 150 || other.resting != 150 || v != 1000 {
		t.Errorf("the others are %+v", other)
	}
	if n := len(sumUp(all[:mostRooms])); n != mostRooms {
		t.Errorf("%d rooms are %d series", mostRooms, n)
	}
}
