package media

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"noom/internal/sfu"
)

func drain(m *mailbox) []Event {
	var all []Event
	for e, ok := m.next(); ok; e, ok = m.next() {
		all = append(all, e)
	}
	return all
}

func TestEverySwitchOfASlotThatWaitsIsTold(t *testing.T) {
	m := newMailbox()
	sent := []Event{
		{Kind: PeerConnected, Peer: 1},
		{Kind: SlotSwitched, Peer: 1, Slot: 4, Track: 9, FromTS: 1},
		{Kind: SlotSwitched, Peer: 1, Slot: 5, Track: 9, FromTS: 2},
		{Kind: SlotSwitched, Peer: 2, Slot: 4, Track: 9, FromTS: 3},
		{Kind: SlotSwitched, Peer: 1, Slot: 4, Track: 0, FromTS: 4},
		{Kind: SlotSwitched, Peer: 1, Slot: 4, Track: 13, FromTS: 5},
	}
	for _, e := range sent {
		m.post(e)
	}
	if diff := cmp.Diff(sent, drain(m), cmpopts.EquateComparable(Event{}.Address)); diff != "" {
		t.Error(diff)
	}
}

func TestOfManySwitchesOfASlotThatWaitTheFirstOnesAndTheNewestAreTold(t *testing.T) {
	m := newMailbox()
	for round := range uint32(3) { // what was taken makes room
		for ts := range uint32(100) {
			m.post(Event{Kind: SlotSwitched, Peer: 1, Slot: 4, FromTS: round*100 + ts})
		}
		var got []uint32
		for _, e := range drain(m) {
			got = append(got, e.FromTS-round*100)
		}
		if diff := cmp.Diff([]uint32{0, 1, 2, 99}, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTheNewestTruthAboutAPathReplacesAnOlderOneThatWaits(t *testing.T) {
	m := newMailbox()
	m.post(Event{Kind: PathFound, Peer: 1, RTT: 1})
	m.post(Event{Kind: PathFound, Peer: 2, RTT: 2})
	m.post(Event{Kind: PathFound, Peer: 1, RTT: 3})
	want := []Event{{Kind: PathFound, Peer: 1, RTT: 3}, {Kind: PathFound, Peer: 2, RTT: 2}}
	if diff := cmp.Diff(want, drain(m), cmpopts.EquateComparable(Event{}.Address)); diff != "" {
		t.Error(diff)
	}
}

func TestAnEventThatWasTakenIsNotReplaced(t *testing.T) {
	m := newMailbox()
	for ts := range uint32(1000) {
		m.post(Event{Kind: PathFound, Peer: 1, RTT: time.Duration(ts)})
		m.post(Event{Kind: PathFound, Peer: 2, RTT: time.Duration(ts)})
		if e, ok := m.next(); !ok || e.Peer != sfu.PeerID(ts%2+1) {
			t.Fatalf("event %d is about %v", ts, e.Peer)
		}
	}
	if n := len(drain(m)); n != 1 {
		t.Errorf("%d events wait, want 1", n)
	}
}

func TestAPipeThatIsWantedAndThenUnwantedIsUnwanted(t *testing.T) {
	m := newMailbox()
	m.want(wish{kind: sfu.PipeWanted, worker: 1, track: 5})
	m.want(wish{kind: sfu.KeyframeWanted, worker: 1, track: 5})
	m.want(wish{kind: sfu.PipeUnwanted, worker: 1, track: 5})
	want := []wish{{kind: sfu.PipeUnwanted, worker: 1, track: 5}, {kind: sfu.KeyframeWanted, worker: 1, track: 5}}
	if diff := cmp.Diff(want, m.takeWishes(), cmp.AllowUnexported(wish{})); diff != "" {
		t.Error(diff)
	}
}
