package rooms_test

import (
	"errors"
	"sync/atomic"
	"testing"

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
