package media

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"noom/internal/sfu"
)

// quietEngine runs an engine with a room and peers that never connect.
func quietEngine(t *testing.T, peers int) (*Engine, *Room, []sfu.PeerID) {
	t.Helper()
	e, err := New(Config{Listen: "127.0.0.1:0", PublicIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	room := e.OpenRoom()
	var ids []sfu.PeerID
	for i := range peers {
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

func quietParams(i int) sfu.PeerParams {
	return sfu.PeerParams{
		LocalUfrag: fmt.Sprintf("ours%04d", i), LocalPwd: "0123456789012345678901",
		RemoteUfrag: fmt.Sprintf("theirs%04d", i), RemotePwd: "0123456789012345678901",
		FingerprintHash: "sha-256", Fingerprint: make([]byte, 32),
	}
}

// lost reads events up to the end of a peer.
func lost(t *testing.T, room *Room, id sfu.PeerID) {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case e := <-room.Events():
			if e.Kind == PeerLost && e.Peer == id {
				if e.Reason != reasonPanic {
					t.Errorf("peer %d ended for %q", id, e.Reason)
				}
				return
			}
		case <-late:
			t.Fatalf("peer %d did not end", id)
		}
	}
}

func TestAPanicAtAPeerEndsThatPeerAlone(t *testing.T) {
	e, room, ids := quietEngine(t, 3)
	err := e.workers[0].do(t.Context(), ids[1], func() error { panic("for the test") })
	if err == nil {
		t.Error("the panic was no error")
	}
	lost(t, room, ids[1])
	for i, id := range ids {
		if _, err := room.PeerStats(t.Context(), id); (err == nil) != (i != 1) {
			t.Errorf("peer %d: %v", id, err)
		}
	}
	if s := e.Stats(); s.Panics != 1 || s.Peers != 2 {
		t.Errorf("%d panics and %d peers, want 1 and 2", s.Panics, s.Peers)
	}
}

func TestAPanicThatNobodyCausedEndsTheWorkersPeersAndItGoesOn(t *testing.T) {
	e, room, ids := quietEngine(t, 3)
	if err := e.workers[0].do(t.Context(), 0, func() error { panic("for the test") }); err == nil {
		t.Error("the panic was no error")
	}
	for range ids {
		select {
		case ev := <-room.Events():
			if ev.Kind != PeerLost || ev.Reason != reasonPanic {
				t.Errorf("event %+v", ev)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a peer did not end")
		}
	}
	id, err := room.AddPeer(t.Context(), quietParams(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := room.Enter(t.Context(), id, 1); err != nil {
		t.Error(err)
	}
	if s := e.Stats(); s.Peers != 1 {
		t.Errorf("%d peers, want 1", s.Peers)
	}
}

func TestAPanicAtAHandshakeEndsItsPeerAlone(t *testing.T) {
	e, room, ids := quietEngine(t, 3)
	w := e.workers[0]
	err := w.do(t.Context(), 0, func() error {
		w.peers[ids[1]].handshake = &handshake{cancel: func(error) {}} // without a conn to deliver to
		hello := append([]byte{recordHandshake}, make([]byte, recordHeader)...)
		w.out.Handshakes = append(w.out.Handshakes, sfu.Handshake{Peer: ids[1], Data: hello})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lost(t, room, ids[1])
	if s := e.Stats(); s.Panics != 1 || s.Peers != 2 {
		t.Errorf("%d panics and %d peers, want 1 and 2", s.Panics, s.Peers)
	}
}

func TestAPanicWhileAPanicIsClearedUpDoesNotEndTheWorker(t *testing.T) {
	e, room, ids := quietEngine(t, 3)
	w := e.workers[0]
	err := w.do(t.Context(), 0, func() error {
		w.peers[ids[1]].handshake = &handshake{}                        // which forget cannot cancel
		w.out.Piped = append(w.out.Piped, sfu.Piped{Worker: 1_000_000}) // which cannot be handed over
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range ids {
		select {
		case ev := <-room.Events():
			if ev.Kind != PeerLost || ev.Reason != reasonPanic {
				t.Errorf("event %+v", ev)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a peer did not end")
		}
	}
	if _, err := room.AddPeer(t.Context(), quietParams(0)); err != nil {
		t.Error(err)
	}
	if s := e.Stats(); s.Panics != 2 || s.Peers != 1 {
		t.Errorf("%d panics and %d peers, want 2 and 1", s.Panics, s.Peers)
	}
}

func TestOperationsOnAPeerThatIsGoneSaySo(t *testing.T) {
	_, room, ids := quietEngine(t, 1)
	if err := room.RemovePeer(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	if err := room.RemovePeer(t.Context(), ids[0]); err != nil {
		t.Errorf("removing it again: %v", err)
	}
	for name, err := range map[string]error{
		"UpdatePeer": room.UpdatePeer(t.Context(), ids[0], quietParams(0)),
		"Enter":      room.Enter(t.Context(), ids[0], 1),
		"SetView":    room.SetView(t.Context(), ids[0], nil),
	} {
		if err == nil {
			t.Errorf("%s of a peer that is gone succeeds", name)
		}
	}
}

func TestAPanicOfARoomEndsThatRoomAlone(t *testing.T) {
	e, room, _ := quietEngine(t, 3)
	if err := room.loop.Do(t.Context(), func(*Room) error { panic("for the test") }); err == nil {
		t.Error("the panic was no error")
	}
	<-room.Ended()
	if s := e.Stats(); s.Rooms != 0 || s.Peers != 0 {
		t.Errorf("%d rooms and %d peers are left", s.Rooms, s.Peers)
	}
	other := e.OpenRoom()
	defer other.Close()
	if err := other.SetTrack(t.Context(), sfu.NewTrack(1, sfu.Camera), sfu.On); err != nil {
		t.Errorf("another room: %v", err)
	}
}
