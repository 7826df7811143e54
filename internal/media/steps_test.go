package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v3"

	"noom/internal/sfu"
)

// stillEngine is two workers whose loops do not run: the test is both of them.
func stillEngine(t *testing.T) *Engine {
	t.Helper()
	e, err := New(Config{Listen: "127.0.0.1:0", PublicIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.closeSockets() })
	for _, w := range e.workers {
		w.filled, w.now = make([]*pipeBatch, 2), time.Now()
	}
	return e
}

// speaker is a peer in a room on a still engine's first worker, past its handshake.
type speaker struct {
	t     *testing.T
	e     *Engine
	room  *Room
	id    sfu.PeerID
	from  netip.AddrPort
	seals *srtp.Context
	next  uint16
}

func newSpeaker(t *testing.T) *speaker {
	t.Helper()
	e := stillEngine(t)
	room := e.OpenRoom()
	t.Cleanup(e.running.Wait)
	t.Cleanup(e.end)
	s := &speaker{t: t, e: e, room: room, id: 1, from: netip.MustParseAddrPort("127.0.0.1:9")}
	p := quietParams(0)
	p.PayloadTypes = []sfu.PayloadType{{Codec: sfu.Opus, PT: 111}}
	p.Sources = []sfu.Source{{MID: "0", Kind: sfu.Microphone, Declared: []sfu.DeclaredSSRC{{SSRC: 5}}}}
	w := e.workers[0]
	if err := w.addPeer(room, s.id, p); err != nil {
		t.Fatal(err)
	}
	w.load.Add(1)
	w.router.Enter(w.now, s.id, room.id, 1)
	s.arrive(stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername(p.LocalUfrag+":"+p.RemoteUfrag),
		stun.RawAttribute{Type: stun.AttrPriority, Value: make([]byte, 4)}, stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)},
		stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(p.LocalPwd), stun.Fingerprint).Raw)
	w.receive(<-w.inbox)
	w.finishTurn()
	key, salt := make([]byte, 16), make([]byte, 12)
	keys := sfu.Keys{Profile: uint16(srtp.ProtectionProfileAeadAes128Gcm), RemoteKey: key, RemoteSalt: salt, LocalKey: append(make([]byte, 15), 1), LocalSalt: salt}
	if err := w.router.SetKeys(w.now, s.id, keys); err != nil {
		t.Fatal(err)
	}
	w.peers[s.id].connected = true
	var err error
	if s.seals, err = srtp.CreateContext(key, salt, srtp.ProtectionProfileAeadAes128Gcm); err != nil {
		t.Fatal(err)
	}
	return s
}

// arrive brings a datagram to the first worker's reader.
func (s *speaker) arrive(data []byte) {
	s.t.Helper()
	r := newReader(s.e.workers[0], s.e.workers)
	b := r.spare.take()
	b.add(s.from, data)
	if !r.deliver(s.t.Context(), b) {
		s.t.Fatal("not delivered")
	}
}

// speak sends so many packets.
func (s *speaker) speak(packets int) {
	s.t.Helper()
	for range packets {
		plain, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 111, SequenceNumber: s.next, SSRC: 5}, Payload: []byte{1, 2, 3}}).Marshal()
		if err != nil {
			s.t.Fatal(err)
		}
		sealed, err := s.seals.EncryptRTP(nil, plain, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		s.next++
		s.arrive(sealed)
	}
}

func TestWhatArrivesWhileAPeerMovesIsTakenInByOneOfTheWorkers(t *testing.T) {
	s := newSpeaker(t)
	e, room := s.e, s.room
	from, to := e.workers[0], e.workers[1]
	if !from.mayMove(s.id) {
		t.Fatal("it cannot move")
	}
	to.coming[s.id], to.rooms[room.id] = new(held), room
	to.router.Expect(to.now, room.id, nil, &to.out)
	s.speak(3) // looked up before, taken in only by release
	if err := from.point(s.id, to.index); err != nil {
		t.Fatal(err)
	}
	s.speak(2) // comes before the peer
	if len(from.inbox) != 3 || len(to.inbox) != 2 {
		t.Fatalf("%d batches wait at the old worker and %d at the new, want 3 and 2", len(from.inbox), len(to.inbox))
	}
	to.receive(<-to.inbox)
	p, moving := from.release(s.id, to.index)
	if moving == nil {
		t.Fatal("it was not released")
	}
	s.speak(1)
	to.receive(<-to.inbox)
	to.receive(<-to.inbox)
	if err := to.adopt(p, moving); err != nil {
		t.Fatal(err)
	}
	s.speak(1)
	to.receive(<-to.inbox)
	stats, ok := to.router.PeerStats(s.id)
	if want := uint64(7); !ok || stats.PacketsReceived != want {
		t.Errorf("%d datagrams were received, want %d", stats.PacketsReceived, want)
	}
	if stats.RetransmitAsked > 0 {
		t.Errorf("%d were asked for again", stats.RetransmitAsked)
	}
	for _, w := range e.workers {
		c := w.router.Counters()
		if c.Strangers+c.Unauthentic+c.Duplicates+c.Late > 0 {
			t.Errorf("worker %d dropped %+v", w.index, c)
		}
	}
	if n, m := from.load.Load(), to.load.Load(); n != 0 || m != 1 {
		t.Errorf("the workers count %d and %d peers", n, m)
	}
	if len(from.peers) > 0 || len(to.coming) > 0 || to.peers[s.id] == nil {
		t.Error("the books are wrong")
	}
}

func TestNoMoreIsHeldThanAMoveCanBring(t *testing.T) {
	e := stillEngine(t)
	to := e.workers[1]
	a := netip.MustParseAddrPort("192.0.2.1:4000")
	e.directory.claimAddr(a, owner{7, 1}, to.now)
	to.coming[7] = new(held)
	for range heldMost + 3 {
		if !to.hold(a, []byte{128}) {
			t.Fatal("not held")
		}
	}
	if n, dropped := len(to.coming[7].datagrams), to.counts.handOverFull.Load(); n != heldMost || dropped != 3 {
		t.Errorf("%d are held and %d counted as dropped", n, dropped)
	}
	if to.hold(netip.MustParseAddrPort("192.0.2.1:4001"), []byte{128}) {
		t.Error("a stranger's datagram was held")
	}
}

func TestAMoveWaitsForReadersOnTheirWay(t *testing.T) {
	e := stillEngine(t)
	e.workers[1].deliveries.Add(1)
	waited := make(chan struct{})
	go func() { e.awaitReaders(); close(waited) }() // ends below
	select {
	case <-waited:
		t.Error("it did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	e.workers[1].deliveries.Add(1)
	<-waited
}

func TestWhoseAddressAnotherHasClaimedDoesNotMove(t *testing.T) {
	s := newSpeaker(t)
	e := s.e
	w := e.workers[0]
	e.directory.removeAddr(s.from, s.id)
	e.directory.claimAddr(s.from, owner{2, 1}, w.now)
	if w.mayMove(s.id) {
		t.Error("it moves, and would take the other's address along")
	}
}

func TestAPeerThatTheNewWorkerCannotTakeEnds(t *testing.T) {
	s := newSpeaker(t)
	e, room := s.e, s.room
	from, to := e.workers[0], e.workers[1]
	if err := to.router.AddPeer(to.now, 99, quietParams(0)); err != nil { // the same ufrag
		t.Fatal(err)
	}
	if err := from.point(s.id, to.index); err != nil {
		t.Fatal(err)
	}
	p, moving := from.release(s.id, to.index)
	if err := to.adopt(p, moving); err == nil {
		t.Fatal("it was adopted")
	}
	to.timer = time.NewTimer(time.Hour)
	to.endRound()
	if from.load.Load() != 0 || to.load.Load() != 0 || len(to.peers) > 0 {
		t.Errorf("the workers count %d and %d peers", from.load.Load(), to.load.Load())
	}
	if _, known := e.directory.find(s.from, []byte{128}); known {
		t.Error("its address is still in the directory")
	}
	lostAt := time.After(10 * time.Second)
	for {
		select {
		case ev := <-room.Events():
			if ev.Kind == PeerLost && ev.Peer == s.id {
				return
			}
		case <-lostAt:
			t.Fatal("the room is told nothing")
		}
	}
}
