package media_test

import (
	"testing"
	"time"

	"noom/internal/media"
)

func TestAReportTellsWhatEachPeerOfACallGets(t *testing.T) {
	e := start(t, media.Config{Workers: 2, Patience: time.Minute})
	alice, bob := talk(t, open(t, e))
	talk(t, open(t, e)) // in another room
	all := e.Peers()
	if len(all) != 4 {
		t.Fatalf("%d peers are reported, want 4", len(all))
	}
	of := make(map[bool]media.PeerReport)
	for _, p := range all {
		if p.Address.IsValid() {
			t.Errorf("peer %d is at %v", p.Peer, p.Address)
		}
		if p.Peer == alice.id || p.Peer == bob.id {
			of[p.Peer == bob.id] = p
		} else if p.Room != 2 {
			t.Errorf("peer %d is in room %d, want 2", p.Peer, p.Room)
		}
	}
	if speaks, hears := of[false], of[true]; speaks.Room != 1 || hears.Room != 1 || speaks.Worker == hears.Worker ||
		speaks.BytesReceived == 0 || speaks.Carrying != 0 || hears.BytesSent == 0 || hears.Carrying != 1 || hears.Pictures != [3]int{} {
		t.Errorf("who speaks is reported as %+v, who hears as %+v", of[false], of[true])
	}
}
