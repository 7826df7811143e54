package media

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"noom/internal/sfu"
)

// twoWorkers runs an engine with a room whose two peers live on two workers, which the test may reach into.
func twoWorkers(t *testing.T) (e *Engine, room *Room, ids []sfu.PeerID) {
	t.Helper()
	e, err := New(Config{Listen: "127.0.0.1:0", PublicIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }() // ends with ctx
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	room = e.OpenRoom()
	for i := range 2 {
		id, err := room.AddPeer(t.Context(), quietParams(i))
		if err != nil {
			t.Fatal(err)
		}
		if err := room.Enter(t.Context(), id, uint32(i+1)); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return e, room, ids
}

// speak has a worker's router say who speaks.
func (w *worker) speak(t *testing.T, room *Room, s [3]sfu.Track) {
	t.Helper()
	err := w.do(t.Context(), 0, func() error {
		w.carryOut(&sfu.Event{Kind: sfu.SpeakersChanged, Room: room.id, Speakers: s})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// speakers is the next thing that the room is told about speakers.
func speakers(t *testing.T, room *Room) [3]sfu.Track {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case e := <-room.Events():
			if e.Kind == SpeakersChanged {
				return e.Speakers
			}
		case <-late:
			t.Fatal("the room is told nothing of speakers")
		}
	}
}

func TestWhoFollowsInTheLeadTellsAtOnceWhoSpeaks(t *testing.T) {
	e, room, ids := twoWorkers(t)
	alice := [3]sfu.Track{sfu.NewTrack(1, sfu.Microphone)}
	e.workers[0].speak(t, room, alice)
	if got := speakers(t, room); got != alice {
		t.Fatalf("speakers %v, want %v", got, alice)
	}
	if err := room.RemovePeer(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	if got := speakers(t, room); got != [3]sfu.Track{} {
		t.Errorf("speakers %v, but the other worker hears nobody", got)
	}
}

func TestTheLeadStaysWithItsWorkerWhileSomebodyIsThere(t *testing.T) {
	e, room, ids := twoWorkers(t)
	if err := room.RemovePeer(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	bob := [3]sfu.Track{sfu.NewTrack(2, sfu.Microphone)}
	e.workers[1].speak(t, room, bob)
	if got := speakers(t, room); got != bob {
		t.Fatalf("speakers %v, want %v", got, bob)
	}
	id, err := room.AddPeer(t.Context(), quietParams(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := room.Enter(t.Context(), id, 3); err != nil { // on the first worker, which has not heard bob yet
		t.Fatal(err)
	}
	carol := [3]sfu.Track{bob[0], sfu.NewTrack(3, sfu.Microphone)}
	e.workers[0].speak(t, room, [3]sfu.Track{})
	e.workers[1].speak(t, room, carol)
	if got := speakers(t, room); got != carol {
		t.Errorf("speakers %v, want %v", got, carol)
	}
}

func TestARoomThatEverybodyLeftHasNoSpeakers(t *testing.T) {
	e, room, ids := twoWorkers(t)
	alice := [3]sfu.Track{sfu.NewTrack(1, sfu.Microphone)}
	e.workers[0].speak(t, room, alice)
	speakers(t, room)
	for _, id := range []sfu.PeerID{ids[1], ids[0]} {
		if err := room.RemovePeer(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if got := speakers(t, room); got != [3]sfu.Track{} {
		t.Errorf("speakers %v in an empty room", got)
	}
}
