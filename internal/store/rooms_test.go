package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/internal/store"
)

func made(t *testing.T, s *store.Store, name string) store.Room {
	t.Helper()
	r, err := s.MakeRoom(t.Context(), store.Room{
		ID: "~" + name, Name: name, CreatedAt: 1795425300000, Settings: meeting.Fresh(),
		Links: []store.Link{{ID: "l1", Role: meeting.Host}}, Bans: []store.Ban{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantCode(t *testing.T, err error, want meeting.Code) {
	t.Helper()
	var refusal *meeting.Error
	if !errors.As(err, &refusal) || refusal.Code != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestARoomIsMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := s.Room(t.Context(), "아침.회의")
	wantCode(t, err, meeting.NotFound)
	first := made(t, s, "아침.회의")
	_, err = s.MakeRoom(t.Context(), first)
	wantCode(t, err, meeting.Conflict)
	shut(t, s)
	s = open(t, dir)
	defer shut(t, s)
	again, err := s.Room(t.Context(), "아침.회의")
	if d := cmp.Diff(first, again); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

func TestChangesAtTheSameTimeAreAllMade(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	before := made(t, s, "r")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() { // ends with its update
			_, err := s.UpdateRoom(t.Context(), "r", func(r *store.Room) error {
				r.Bans = append(r.Bans, store.Ban{Who: meeting.Who(fmt.Sprint(i))})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	after, err := s.Room(t.Context(), "r")
	if err != nil || len(after.Bans) != 8 || after.Revision <= before.Revision {
		t.Errorf("%d changes are left, revision %d after %d, %v", len(after.Bans), after.Revision, before.Revision, err)
	}
	refusal := errors.New("no")
	if _, err := s.UpdateRoom(t.Context(), "r", func(r *store.Room) error { r.Bans = nil; return refusal }); !errors.Is(err, refusal) {
		t.Errorf("got %v", err)
	}
	if now, err := s.Room(t.Context(), "r"); !cmp.Equal(now, after) || err != nil {
		t.Errorf("a refused change was made: %+v, %v", now, err)
	}
	_, err = s.UpdateRoom(t.Context(), "nobody made this", func(*store.Room) error { return nil })
	wantCode(t, err, meeting.NotFound)
}

func TestARenamedRoomKeepsItsChatAndADeletedOneLosesIt(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	r := made(t, s, "old")
	made(t, s, "taken")
	keep(t, s, r.ID, message("1", "hello"))
	keep(t, s, "~taken", message("1", "not touched"))
	_, err := s.MoveRoom(t.Context(), "old", "taken", func(*store.Room) error { return nil })
	wantCode(t, err, meeting.Conflict)
	moved, err := s.MoveRoom(t.Context(), "old", "new", func(r *store.Room) error { r.Settings.Lobby = false; return nil })
	if err != nil || moved.Name != "new" || moved.ID != r.ID || moved.Settings.Lobby || moved.Revision <= r.Revision {
		t.Fatalf("%+v, %v", moved, err)
	}
	_, err = s.Room(t.Context(), "old")
	wantCode(t, err, meeting.NotFound)
	if n := len(history(t, s, moved.ID, 10)); n != 1 {
		t.Errorf("%d messages after the renaming", n)
	}
	if err := s.DeleteRoom(t.Context(), moved); err != nil {
		t.Fatal(err)
	}
	_, err = s.Room(t.Context(), "new")
	wantCode(t, err, meeting.NotFound)
	if gone, left := len(history(t, s, moved.ID, 10)), len(history(t, s, "~taken", 10)); gone != 0 || left != 1 {
		t.Errorf("%d messages of the deleted room, %d of the other", gone, left)
	}
	if again := made(t, s, "new"); again.Revision <= moved.Revision {
		t.Errorf("made again with revision %d after %d", again.Revision, moved.Revision)
	}
}

func TestARoomThatIsBeingRenamedWhenTheProcessIsKilledHasOneName(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	half := made(t, s, "half").ID
	made(t, s, "begun")
	made(t, s, "refused")
	s.MoveUnfinished(t, "half", "whole", true)
	s.MoveUnfinished(t, "begun", "never", false)
	if _, err := s.MoveRoom(t.Context(), "refused", "begun", func(*store.Room) error { return nil }); err == nil {
		t.Error("a room took another one's name")
	}
	shut(t, s)
	s = open(t, dir)
	defer shut(t, s)
	all, err := s.Rooms(t.Context())
	if err != nil || len(all) != 3 || all[half].Name != "whole" {
		t.Errorf("%+v, %v", all, err)
	}
	for _, gone := range []string{"half", "never"} {
		_, err = s.Room(t.Context(), gone)
		wantCode(t, err, meeting.NotFound)
		made(t, s, gone)
	}
	for _, there := range []string{"whole", "begun", "refused"} {
		if r, err := s.Room(t.Context(), there); err != nil || r.Name != there {
			t.Errorf("%s: %+v, %v", there, r, err)
		}
	}
}

func TestTheNoteOfARenamingThatCouldNotBeRemovedHarmsNobodyWhoTookTheOldName(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	made(t, s, "old")
	moved, err := s.MoveRoom(t.Context(), "old", "new", func(*store.Room) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.NoteMove(t, moved.ID, "old", "new")
	if _, err := s.MakeRoom(t.Context(), store.Room{ID: "~another", Name: "old", Settings: meeting.Fresh()}); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, dir)
	defer shut(t, s)
	for name, id := range map[string]string{"old": "~another", "new": "~old"} {
		if r, err := s.Room(t.Context(), name); err != nil || r.ID != id {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestTheSecretIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first := bytes.Clone(s.Secret())
	shut(t, s)
	s = open(t, dir)
	defer shut(t, s)
	if !bytes.Equal(first, s.Secret()) {
		t.Error("another secret after a restart")
	}
	other := open(t, t.TempDir())
	defer shut(t, other)
	if len(first) != 32 || bytes.Equal(first, other.Secret()) {
		t.Errorf("%d bytes, or two stores have the same", len(first))
	}
}
