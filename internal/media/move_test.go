package media_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"noom/internal/media"
	"noom/internal/sfu"
)

// steady checks what arrives on a client's slots: each packet once, in order.
type steady struct {
	sequence  uint16
	timestamp uint32
	number    byte // of a voice's packet
	count     int
}

// check takes a packet and says what is wrong with it.
func (s *steady) check(r received, voice bool) string {
	was := *s
	s.sequence, s.timestamp, s.count = r.p.SequenceNumber, r.p.Timestamp, was.count+1
	if voice {
		s.number = r.p.Payload[1]
	}
	switch {
	case was.count == 0:
	case r.rtx || s.sequence != was.sequence+1:
		return fmt.Sprintf("packet %d came after %d", s.sequence, was.sequence)
	case voice && (s.number != was.number+1 || s.timestamp != was.timestamp+960):
		return fmt.Sprintf("packet %d at %d is number %d, the one before at %d was %d", s.sequence, s.timestamp, s.number, was.timestamp, was.number)
	case !voice && s.timestamp != was.timestamp && s.timestamp != was.timestamp+1800:
		return fmt.Sprintf("picture %d at %d came after %d", s.sequence, s.timestamp, was.timestamp)
	}
	return ""
}

// TestPeersMoveBetweenWorkersInALiveCall: three who all send, watch and listen go to and fro, and not one packet is lost,
// doubled or out of order.
func TestPeersMoveBetweenWorkersInALiveCall(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config media.Config
	}{
		{"two workers", media.Config{Workers: 2}},
		{"three workers", media.Config{Workers: 3}},
		{"portable sockets shared by two workers", media.Config{Workers: 2}.Portable()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := open(t, start(t, tt.config))
			clients := []*client{newClient(t, m, 1), newClient(t, m, 2), newClient(t, m, 3)}
			for _, c := range clients {
				c.join(t)
				c.let(t, sfu.Microphone, sfu.On)
				c.let(t, sfu.Camera, sfu.On)
			}
			for i, c := range clients {
				c.look(t, 640, 360, clients[(i+1)%3], clients[(i+2)%3])
				c.publish()
			}
			slots := make([]map[string]*steady, len(clients))
			for i, c := range clients {
				slots[i] = map[string]*steady{}
				for len(slots[i]) < 4 { // two voices and two pictures
					slots[i][c.next(t, "first packet of everybody", func(received) bool { return true }).mid] = new(steady)
				}
				clear(slots[i])
			}
			ctx, free := context.WithCancel(t.Context())
			var busy sync.WaitGroup
			t.Cleanup(busy.Wait)
			t.Cleanup(free)
			busy.Go(func() { m.engine.Occupy(ctx, 4*time.Millisecond) }) // what comes while a peer moves waits for these
			for i := range 50 {
				c := clients[i%3]
				at, err := m.room.WorkerOf(t.Context(), c.id)
				if err != nil {
					t.Fatal(err)
				}
				to := (at + 1 + rand.IntN(tt.config.Workers-1)) % tt.config.Workers
				if err := m.room.Move(t.Context(), c.id, to); err != nil {
					t.Fatalf("moving client %d from %d to %d: %v", i%3, at, to, err)
				}
				clients[(i+1)%3].take(t, slots[(i+1)%3], 8) // about 15 ms
				if at, err = m.room.WorkerOf(t.Context(), c.id); err != nil || at != to {
					t.Fatalf("client %d is on worker %d after its move to %d, %v", i%3, at, to, err)
				}
			}
			free()
			busy.Wait()
			for i, c := range clients {
				c.take(t, slots[i], len(c.packets)+50)
				if len(slots[i]) != 4 || c.lost.Load() > 0 {
					t.Errorf("client %d got something on %d slots, and the test lost %d packets", i, len(slots[i]), c.lost.Load())
				}
			}
			s := m.engine.Stats()
			if s.Moves != 50 || s.Panics > 0 || s.Peers != 3 {
				t.Errorf("%d moves, %d panics, %d peers", s.Moves, s.Panics, s.Peers)
			}
			for i, r := range s.Routers {
				if r.Strangers+r.Unauthentic+r.Outdated+r.NoMemory > 0 {
					t.Errorf("worker %d dropped %d datagrams of strangers: %+v", i, r.Strangers, r)
				}
			}
			checkRepair(t, m, clients[0])
		})
	}
}

// take checks so many packets.
func (c *client) take(t *testing.T, slots map[string]*steady, packets int) {
	t.Helper()
	for range packets {
		r := c.next(t, "packet", func(received) bool { return true })
		if slots[r.mid] == nil {
			slots[r.mid] = new(steady)
		}
		if wrong := slots[r.mid].check(r, c.slot(r.mid).Audio); wrong != "" {
			t.Fatalf("client in seat %d, slot %s: %s", c.seat, r.mid, wrong)
		}
	}
}

// checkRepair loses some of what a client is sent, which comes again.
func checkRepair(t *testing.T, m *meeting, c *client) {
	t.Helper()
	c.socket.lose.Store(true)
	defer c.socket.lose.Store(false)
	c.next(t, "packet that comes again", func(r received) bool { return r.rtx })
}

// TestWhoMovesIsChosenByWhatTheirMediaCosts: alice sends to two, the others one to nobody and one not at all.
func TestWhoMovesIsChosenByWhatTheirMediaCosts(t *testing.T) {
	m := open(t, start(t, media.Config{Workers: 2}))
	alice, bob, carol := newClient(t, m, 1), newClient(t, m, 2), newClient(t, m, 3)
	for _, c := range []*client{alice, bob, carol} {
		c.join(t)
		if err := m.room.Move(t.Context(), c.id, 0); err != nil && c != alice && c != carol {
			t.Fatal(err)
		}
	}
	alice.let(t, sfu.Camera, sfu.On)
	carol.look(t, 320, 180, alice)
	alice.publish()
	carol.next(t, "picture", func(received) bool { return true })
	for _, tt := range []struct {
		most float64
		want [3]int // worker of each
	}{{0.005, [3]int{0, 0, 0}}, {0.49, [3]int{0, 0, 1}}, {1, [3]int{1, 0, 1}}} {
		m.engine.MoveOne(t.Context(), 0, 1, tt.most)
		for i, c := range []*client{alice, bob, carol} {
			if at, err := m.room.WorkerOf(t.Context(), c.id); err != nil || at != tt.want[i] {
				t.Errorf("after a move of at most %.3f, client %d is on worker %d, %v; want %d", tt.most, i, at, err, tt.want[i])
			}
		}
	}
}

func TestAPeerMovesWhileItsNetworkChanges(t *testing.T) {
	m := open(t, start(t, media.Config{Workers: 2}))
	alice, bob := talk(t, m)
	for i := range 4 {
		if err := m.room.Move(t.Context(), alice.id, 1-i%2); err != nil && i > 0 {
			t.Fatal(err)
		}
		if err := alice.restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		for range 50 {
			bob.next(t, "voice after a move and an ICE restart", func(received) bool { return true })
		}
		if took := time.Since(before); took > 3*time.Second {
			t.Errorf("50 packets took %v", took)
		}
	}
}

func TestAPeerThatIsNotThereDoesNotMove(t *testing.T) {
	m := open(t, start(t, media.Config{Workers: 2}))
	alice := newClient(t, m, 1)
	if err := alice.offer(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, id := range []sfu.PeerID{alice.id, 77} { // one that has not entered, and nobody
		for to := range 2 {
			if err := m.room.Move(t.Context(), id, to); err == nil {
				t.Errorf("peer %d moved to %d", id, to)
			}
		}
	}
	if err := m.room.Enter(t.Context(), alice.id, 1); err != nil {
		t.Fatal(err)
	}
	m.await("connection", func(e media.Event) bool { return e.Kind == media.PeerConnected })
	at, err := m.room.WorkerOf(t.Context(), alice.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.room.Move(t.Context(), alice.id, at); err == nil {
		t.Error("moved to where it is")
	}
	if err := m.room.Move(t.Context(), alice.id, 1-at); err != nil {
		t.Error(err)
	}
}
