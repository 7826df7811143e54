package media_test

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"noom/internal/media"
	"noom/internal/sfu"
)

// goroutines are the stacks of all goroutines that run code of a package.
func goroutines(t testing.TB, of ...string) []string {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 2); err != nil {
		t.Fatal(err)
	}
	var found []string
	for stack := range strings.SplitSeq(b.String(), "\n\n") {
		for _, p := range of {
			if strings.Contains(stack, p) {
				found = append(found, stack)
				break
			}
		}
	}
	return found
}

func descriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc/self/fd here")
	}
	return len(entries)
}

// settle waits until nothing of pion runs any more: it lets its goroutines end by themselves.
func settle(t testing.TB, of ...string) {
	t.Helper()
	tick, late := time.NewTicker(10*time.Millisecond), time.After(patience)
	defer tick.Stop()
	for {
		left := goroutines(t, of...)
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d goroutines are left, one of them\n%s", len(left), left[0])
		}
	}
}

func TestJoinsAndLeavesLeaveNothingBehind(t *testing.T) {
	descriptorsBefore := descriptors(t)
	e, err := media.New(media.Config{Listen: ":0", PublicIPs: []netip.Addr{localhost}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	running := len(goroutines(t, "noom/internal/media.(*"))
	m := &meeting{t: t, engine: e, room: e.OpenRoom()}
	var staying []*client
	for seat := range uint32(count(200, 40)) {
		c := newClient(t, m, seat+1)
		c.join(t)
		c.let(t, sfu.Microphone, sfu.On)
		if seat%2 == 1 { // removed with the room; till then their addresses are theirs, so nobody else may get the ports
			staying = append(staying, c)
			continue
		}
		if err := m.room.RemovePeer(t.Context(), c.id); err != nil {
			t.Error(err)
		}
		c.close()
	}
	m.room.Close()
	for _, c := range staying {
		c.close()
	}
	if s := e.Stats(); s.Peers != 0 || s.Rooms != 0 || s.Handshaking != 0 {
		t.Errorf("%d peers, %d rooms and %d handshakes are left", s.Peers, s.Rooms, s.Handshaking)
	}
	settle(t, "github.com/pion/")
	if now := len(goroutines(t, "noom/internal/media.(*")); now > max(running, 6) { // Run, two loops, two readers, and what evens them out
		t.Errorf("%d goroutines of ours, %d before", now, running)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if left := goroutines(t, "noom/internal/media.(*"); len(left) > 0 {
		t.Errorf("%d goroutines are left after the end, one of them\n%s", len(left), left[0])
	}
	if now := descriptors(t); now != descriptorsBefore {
		t.Errorf("%d file descriptors are open, %d before", now, descriptorsBefore)
	}
}

func TestTheEnginesEndEndsRoomsPeersAndHandshakes(t *testing.T) {
	e, err := media.New(media.Config{Listen: ":0", PublicIPs: []netip.Addr{localhost}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	m := &meeting{t: t, engine: e, room: e.OpenRoom()}
	alice, bob := newClient(t, m, 1), newClient(t, m, 2)
	alice.join(t)
	if err := bob.offer(t.Context(), nil); err != nil { // bob's handshake may be under way
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if left := goroutines(t, "noom/internal/media.(*"); len(left) > 0 {
		t.Errorf("%d goroutines are left, one of them\n%s", len(left), left[0])
	}
	if err := m.room.SetTrack(t.Context(), 5, sfu.On); err == nil {
		t.Error("a room of an ended engine still takes orders")
	}
	m.room.Close() // again does no harm
}

func TestARoomMayBeClosedBeforeTheEngineRuns(t *testing.T) {
	e, err := media.New(media.Config{Listen: ":0", Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	e.OpenRoom().Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Run(ctx); err != nil {
		t.Error(err)
	}
}

func TestAPeerThatProvesAnotherAddressGetsItsMediaThere(t *testing.T) {
	for _, tt := range engines {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := open(t, start(t, tt.config))
			_, bob := talk(t, m)
			p := bob.params
			msg, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(p.LocalUfrag+":"+p.RemoteUfrag),
				stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(p.LocalPwd), stun.Fingerprint)
			if err != nil {
				t.Fatal(err)
			}
			elsewhere := stranger(t)
			if _, err := elsewhere.WriteTo(msg.Raw, target(m.engine)); err != nil {
				t.Fatal(err)
			}
			m.await("move", func(e media.Event) bool {
				return e.Kind == media.PathFound && e.Peer == bob.id && e.Address == localAddrPort(elsewhere)
			})
			if err := elsewhere.SetReadDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 2000)
			for got := 0; got < 5; {
				n, _, err := elsewhere.ReadFrom(b)
				if err != nil {
					t.Fatalf("after %d packets of media: %v", got, err)
				}
				if n > 12 && b[0]>>6 == 2 {
					got++
				}
			}
		})
	}
}
