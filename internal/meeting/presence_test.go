package meeting_test

import (
	"testing"

	"noom/internal/meeting"
)

func TestALeaveThatIsReadAfterTheConnectionEndedLeavesNothingBehind(t *testing.T) {
	b := newTable(t)
	b.join("alice")
	b.apply(meeting.Disconnect{ID: b.ids["alice"]})
	gone := find[meeting.Gone](t, b.apply(meeting.Leave{ID: b.ids["alice"]}))
	if !gone.Forgotten {
		t.Error("the session is kept, though nobody will ever end it")
	}
	if !b.meeting.Empty() || !b.meeting.Deadline().IsZero() {
		t.Errorf("empty: %v, deadline: %v", b.meeting.Empty(), b.meeting.Deadline())
	}
}
