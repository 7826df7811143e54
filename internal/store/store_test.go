package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/internal/store"
)

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	began := time.Now()
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("opening took %v, want at most 2 s", took)
	}
	return s
}

func shut(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func message(id, text string) meeting.Message {
	return meeting.Message{ID: id, From: meeting.Sender{ID: "p_1", Name: "민준"}, Text: text, At: 1795425300123}
}

func keep(t *testing.T, s *store.Store, room string, m meeting.Message) meeting.Message {
	t.Helper()
	kept, err := s.Append(t.Context(), room, m)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func history(t *testing.T, s *store.Store, room string, limit int) []meeting.Message {
	t.Helper()
	page, err := s.History(t.Context(), room, store.Query{Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	return page.Found
}

func TestChatIsThereAfterARestartInEveryRoom(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	want := map[string][]meeting.Message{}
	for i := range 5 {
		for _, room := range []string{"standup", "아침.회의", "a.b-c_d", "아침"} {
			want[room] = append(want[room], keep(t, s, room, message(fmt.Sprint("m", i), "안녕 "+room)))
		}
	}
	shut(t, s)
	s = open(t, dir)
	defer shut(t, s)
	for room, messages := range want {
		if d := cmp.Diff(messages, history(t, s, room, 200)); d != "" {
			t.Errorf("%s (-want +got):\n%s", room, d)
		}
	}
	if got := history(t, s, "nobody was here", 200); len(got) != 0 {
		t.Errorf("an unused room has %d messages", len(got))
	}
}

func TestHistoryIsTheNewestOldestFirst(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	for i := range 25 {
		keep(t, s, "a", message(fmt.Sprint(i), "to a"))
		keep(t, s, "b", message(fmt.Sprint(i), "to b"))
	}
	var ids []string
	for _, m := range history(t, s, "a", 4) {
		ids = append(ids, m.ID)
	}
	if d := cmp.Diff([]string{"21", "22", "23", "24"}, ids); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAMessageSentAgainIsKeptOnceEvenAcrossARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first := keep(t, s, "r", message("x", "hello"))
	if again := keep(t, s, "r", message("x", "hello")); !cmp.Equal(first, again) {
		t.Errorf("sent again: %v, want %v", again, first)
	}
	if other := keep(t, s, "other room", message("x", "hello")); other.Seq == first.Seq {
		t.Error("the same id in another room is another message")
	}
	shut(t, s)
	s = open(t, dir)
	defer shut(t, s)
	later := message("x", "hello")
	later.At++
	if again := keep(t, s, "r", later); !cmp.Equal(first, again) {
		t.Errorf("sent again after the restart: %v, want %v", again, first)
	}
	if n := len(history(t, s, "r", 200)); n != 1 {
		t.Errorf("%d messages kept, want 1", n)
	}
}

func TestAnotherMessageUnderAUsedIDIsAConflict(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	keep(t, s, "r", message("x", "hello"))
	_, err := s.Append(t.Context(), "r", message("x", "something else"))
	var refusal *meeting.Error
	if !errors.As(err, &refusal) || refusal.Code != meeting.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
}

func TestADirectoryBelongsToOneStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "is in use by process") {
		t.Errorf("a second one got %v", err)
	}
	shut(t, s)
	shut(t, open(t, dir))
}

func TestAnAppendThatRanOutOfTimeIsAnError(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := s.Append(ctx, "r", message("x", "hello")); err == nil {
		t.Fatal("acknowledged")
	}
}

func BenchmarkAppend(b *testing.B) {
	s, err := store.Open(b.Context(), store.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := 0; b.Loop(); i++ {
		if _, err := s.Append(b.Context(), "r", message(fmt.Sprint(i), "hello")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHistoryOfAFullRoomAmongMany(b *testing.B) {
	s, err := store.Open(b.Context(), store.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range 4000 {
		room := "r"
		if i%3 != 0 {
			room = fmt.Sprint(i % 1000)
		}
		if _, err := s.Append(b.Context(), room, message(fmt.Sprint(i), strings.Repeat("hello ", 20))); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := s.History(b.Context(), "r", store.Query{Limit: 200}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAStoreKnowsHowLongItHasRested(t *testing.T) {
	dir := t.TempDir()
	lock := filepath.Join(dir, "lock")
	open := func(wait time.Duration) *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), store.Config{Dir: dir, Now: func() time.Time { return time.Now().Add(wait) }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := open(time.Hour)
	if d := first.Rested(); d != 0 {
		t.Errorf("a new one has rested for %v", d)
	}
	longAgo := time.Now().Add(-24 * time.Hour) // it has been open for a day
	for _, mark := range []func(){first.Mark, func() { shut(t, first) }} {
		if err := os.Chtimes(lock, longAgo, longAgo); err != nil {
			t.Fatal(err)
		}
		mark()
		if info, err := os.Stat(lock); err != nil || time.Since(info.ModTime()) > time.Minute {
			t.Errorf("not marked: %v", err)
		}
	}
	ahead := open(2 * time.Hour) // its clock is another than the disk's
	ahead.Mark()
	if info, err := os.Stat(lock); err != nil || time.Until(info.ModTime()) < time.Hour {
		t.Errorf("not marked by the clock it was given: %v", err)
	}
	shut(t, ahead)
	if err := os.Chtimes(lock, time.Time{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	second := open(time.Hour)
	defer shut(t, second)
	if d := second.Rested().Round(time.Minute); d != time.Hour {
		t.Errorf("it has rested for %v", d)
	}
}
