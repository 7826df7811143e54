package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/internal/store"
)

func amend(t *testing.T, s *store.Store, room string, seq uint64, change func(*meeting.Message)) meeting.Message {
	t.Helper()
	m, err := s.Amend(t.Context(), room, seq, func(m meeting.Message) (meeting.Message, error) {
		change(&m)
		return m, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func edit(text string) func(*meeting.Message) {
	return func(m *meeting.Message) { m.Text, m.Edited = text, m.At+1000 }
}

func erase(m *meeting.Message) { m.Text, m.Deleted, m.Reactions, m.File = "", true, nil, nil }

func like(who meeting.Who) func(*meeting.Message) {
	return func(m *meeting.Message) {
		m.Reactions = []meeting.Reaction{{Emoji: "👍", By: []meeting.Who{who}}}
	}
}

func TestAmendedMessagesStayInTheirPlaceAcrossARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var want []meeting.Message
	for i := range 4 {
		want = append(want, keep(t, s, "r", message(fmt.Sprint(i), fmt.Sprint("text ", i))))
	}
	want[0] = amend(t, s, "r", want[0].Seq, edit("better"))
	want[0] = amend(t, s, "r", want[0].Seq, like("ann"))
	want[0] = amend(t, s, "r", want[0].Seq, edit("best"))
	want[1] = amend(t, s, "r", want[1].Seq, erase)
	want[2] = amend(t, s, "r", want[2].Seq, like("bob"))
	if want[0].Text != "best" || len(want[0].Reactions) != 1 || !want[1].Deleted || want[2].Text != "text 2" {
		t.Errorf("amended to %+v", want)
	}
	for range 2 {
		if d := cmp.Diff(want, history(t, s, "r", 10)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if m, err := s.Message(t.Context(), "r", want[0].Seq); err != nil || !cmp.Equal(m, want[0]) {
			t.Errorf("alone it is %+v, %v", m, err)
		}
		shut(t, s)
		s = open(t, dir)
	}
	shut(t, s)
}

func TestAnAmendmentThatIsRefusedChangesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	m := keep(t, s, "r", message("1", "hello"))
	refusal := errors.New("no")
	_, err := s.Amend(t.Context(), "r", m.Seq, func(m meeting.Message) (meeting.Message, error) { m.Text = "changed"; return m, refusal })
	if !errors.Is(err, refusal) {
		t.Errorf("got %v", err)
	}
	if d := cmp.Diff([]meeting.Message{m}, history(t, s, "r", 10)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestNoMessageIsFoundThatIsNotOfTheRoom(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	m := keep(t, s, "r", message("1", "hello"))
	for _, c := range []struct {
		room string
		seq  uint64
	}{{"other", m.Seq}, {"r", m.Seq + 1}, {"r", 0}, {"r", 1 << 63}} {
		_, err := s.Message(t.Context(), c.room, c.seq)
		wantCode(t, err, meeting.NotFound)
		_, err = s.Amend(t.Context(), c.room, c.seq, func(m meeting.Message) (meeting.Message, error) { return m, nil })
		wantCode(t, err, meeting.NotFound)
	}
}

func TestAmendmentsAtTheSameTimeAreAllMade(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	m := keep(t, s, "r", message("1", "hello"))
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() { // ends with its amendment
			_, err := s.Amend(t.Context(), "r", m.Seq, func(m meeting.Message) (meeting.Message, error) {
				m.Reactions = append(m.Reactions, meeting.Reaction{Emoji: fmt.Sprint(i), By: []meeting.Who{"x"}})
				return m, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := history(t, s, "r", 1)[0].Reactions; len(got) != 6 {
		t.Errorf("%d reactions of 6: %v", len(got), got)
	}
}

func TestAMessageSentAgainIsTheOneThatWasEvenWhenItWasAmended(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	m := keep(t, s, "r", message("x", "hello"))
	amended := amend(t, s, "r", m.Seq, edit("hello there"))
	if again := keep(t, s, "r", message("x", "hello")); !cmp.Equal(again, amended) {
		t.Errorf("sent again it is %+v", again)
	}
	other := message("x", "hello")
	other.From.Who = "somebody else"
	_, err := s.Append(t.Context(), "r", other)
	wantCode(t, err, meeting.Conflict)
	keep(t, s, "r", message("y", "hello"))
	private := message("y", "hello")
	private.To = &meeting.Sender{Who: "somebody"}
	_, err = s.Append(t.Context(), "r", private)
	wantCode(t, err, meeting.Conflict)
}

func TestReactionsPushNoMessageOut(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	first := keep(t, s, "r", message("first", "hello"))
	for i := range 300 {
		amend(t, s, "r", first.Seq, like(meeting.Who(fmt.Sprint(i))))
	}
	keep(t, s, "r", message("second", "hello"))
	if got := history(t, s, "r", 10); len(got) != 2 || got[0].Reactions[0].By[0] != "299" {
		t.Errorf("%+v", got)
	}
}
