package rooms

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/media"
	"noom/internal/meeting"
	"noom/internal/sfu"
)

func TestWhoSendsIsToldWhichLayersAreWantedAndAgainWithANewConnection(t *testing.T) {
	r := &room{
		rooms: &Rooms{now: time.Now}, clients: make(map[meeting.ID]*client), peers: make(map[sfu.PeerID]*client), media: new(media.Room),
	}
	got := &told{}
	for seat, id := range []meeting.ID{"p", "q"} {
		c := newClient(id, "key")
		c.session, c.seat = &Session{room: r, link: got, id: id}, uint32(seat+1)
		r.clients[id] = c
	}
	wanted := func(seat uint32, k sfu.Kind, layers uint8) {
		r.mediaEvents(media.Event{Kind: media.LayersWanted, Track: sfu.NewTrack(seat, k), Layers: layers})
	}
	p := r.clients["p"]
	wanted(1, sfu.Camera, 0b101)
	wanted(3, sfu.Camera, 0b010) // of a seat that is empty by now
	r.deliver(p)
	wanted(1, sfu.Screen, 0)
	r.deliver(p)
	r.tellWanted(p)
	r.tellWanted(r.clients["q"])
	r.deliver(p)
	want := told{
		`layers {"track":"camera","layers":[0,2]}`,
		`layers {"track":"screen","layers":[]}`,
		`batch {"events":[["layers",{"track":"camera","layers":[0,2]}],["layers",{"track":"screen","layers":[]}]]}`,
	}
	if d := cmp.Diff(want, *got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
