package rooms

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/media"
	"noom/internal/meeting"
	"noom/internal/sfu"
)

// told notes what a client gets, in order.
type told []string

func (l *told) Send(event string, data []byte, _ uint64) { *l = append(*l, event+" "+string(data)) }
func (l *told) Close()                                   {}
func (l *told) Cut()                                     {}

func TestASlotThatIsFilledBeforeItsOfferIsAnsweredIsToldAfterTheAnswer(t *testing.T) {
	r := &room{rooms: &Rooms{now: time.Now}, clients: make(map[meeting.ID]*client), peers: make(map[sfu.PeerID]*client)}
	got := &told{}
	s := &Session{room: r, link: got, id: "p"}
	before := &sfu.PeerParams{Slots: []sfu.Slot{{MID: "0"}}}
	after := &sfu.PeerParams{Slots: []sfu.Slot{{MID: "0"}, {MID: "1"}, {MID: "2"}}}
	c := newClient("p", "key")
	c.session, c.peer = s, &peer{id: 1, params: before, slots: make(map[int]SlotState)}
	r.clients["p"], r.peers[1] = c, c

	if _, _, known := r.mediaEvent(media.Event{Kind: media.SlotSwitched, Peer: 1, Slot: 2, Track: 5, FromTS: 90}); known {
		t.Error("a slot was told that the page does not know yet")
	}
	r.settle(s, negotiated{answer: "answer", params: after, id: 1}, nil, func(answer string, err error) {
		got.Send(answer, nil, 0)
	})
	r.deliver(c)
	want := told{"answer ", `slots {"slots":[{"mid":"2","track":5,"fromTs":90}]}`}
	if d := cmp.Diff(want, *got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestWhosePicturesRestIsToldUntilThePeerIsGone(t *testing.T) {
	r := &room{
		rooms: &Rooms{now: time.Now}, clients: make(map[meeting.ID]*client), peers: make(map[sfu.PeerID]*client),
		media: new(media.Room), log: slog.New(slog.DiscardHandler),
	}
	got := &told{}
	c := newClient("p", "key")
	c.session = &Session{room: r, link: got, id: "p"}
	c.peer = &peer{
		id: 1, params: &sfu.PeerParams{Slots: []sfu.Slot{{MID: "0"}, {MID: "1"}}}, slots: make(map[int]SlotState), rests: make(map[int]uint32),
	}
	r.clients["p"], r.peers[1] = c, c

	r.mediaEvents(media.Event{Kind: media.SlotRests, Peer: 1, Slot: 1, Track: 9})
	r.mediaEvents(media.Event{Kind: media.SlotRests, Peer: 1, Slot: 0, Track: 5})
	r.mediaEvents(media.Event{Kind: media.SlotRests, Peer: 1, Slot: 1})
	r.mediaEvents(media.Event{Kind: media.PeerLost, Peer: 1})
	r.mediaEvents(media.Event{Kind: media.SlotRests, Peer: 1, Slot: 1, Track: 9}) // of a peer that is gone
	r.deliver(c)
	want := told{`batch {"events":[["paused",{"tracks":[9]}],["paused",{"tracks":[5,9]}],["paused",{"tracks":[5]}],["paused",{"tracks":[]}]]}`}
	if d := cmp.Diff(want, *got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
