package rooms_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/pion/webrtc/v4"

	"noom/internal/meeting"
	"noom/internal/rooms"
)

func TestAFullNodeRefusesWhoComesNewAndKeepsWhoIsInside(t *testing.T) {
	n := newNode(t, t.TempDir())
	var full atomic.Bool
	n.rooms.SetFull(full.Load)
	ann := n.connect(rooms.Hello{Room: "team", Name: "ann"})
	ann.join()
	full.Store(true)
	late := n.connect(rooms.Hello{Room: "team", Name: "late"})
	for range 2 {
		_, err := answer(late, func(r rooms.Reply[rooms.Snapshot]) { late.session.Join(t.Context(), "", "", r) })
		var refusal *meeting.Error
		if !errors.As(err, &refusal) || refusal.Code != meeting.Full || refusal.Reason != meeting.ByLoad {
			t.Errorf("the newcomer heard %v", err)
		}
		ann.join() // a snapshot anew
	}
	full.Store(false)
	late.join()
}

func TestAFullNodeReadsNoNewcomersOfferAndEveryInsiders(t *testing.T) {
	n := newNode(t, t.TempDir())
	var full atomic.Bool
	n.rooms.SetFull(full.Load)
	ann := call(t, n.join("ann"))
	n.join("bob") // who stays: the meeting goes on
	early := call(t, n.connect(rooms.Hello{Name: "early"}))
	early.offer(nil)
	full.Store(true)
	ann.offer(nil) // who is inside, with the first offer or after media lost the peer
	early.addSlot(webrtc.RTPCodecTypeAudio)
	early.offer(nil) // who waits outside keeps the transport there is
	n.wantPeers(2)

	late := call(t, n.connect(rooms.Hello{Name: "late"}))
	offer, err := late.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, sdp := range []string{offer.SDP, "no SDP at all"} { // it is not even read
		_, err := late.send(sdp)
		var refusal *meeting.Error
		if !errors.As(err, &refusal) || refusal.Code != meeting.Full || refusal.Reason != meeting.ByLoad || refusal.Retry == 0 {
			t.Errorf("the newcomer's offer was answered by %v", err)
		}
	}
	n.wantPeers(2)

	if err := ann.do(meeting.Leave{ID: ann.session.ID()}); err != nil {
		t.Fatal(err)
	}
	n.wantPeers(1)
	back := call(t, ann.client)
	back.offer(nil) // who was inside comes back
	n.wantPeers(2)
	full.Store(false)
	late.offer(nil)
	n.wantPeers(3)
}
