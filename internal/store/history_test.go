package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/internal/store"
)

// pages reads a room's whole chat backwards, page by page.
func pages(t *testing.T, s *store.Store, room string, q store.Query) (ids []string, sizes []int) {
	t.Helper()
	for {
		page, err := s.History(t.Context(), room, q)
		if err != nil {
			t.Fatal(err)
		}
		var front []string
		for _, m := range page.Found {
			front = append(front, m.ID)
		}
		ids = append(front, ids...)
		sizes = append(sizes, len(page.Found))
		if !page.More {
			return ids, sizes
		}
		q.Before = page.Found[0].Seq
	}
}

func TestPagesLeadBackToTheBeginningWhateverOtherRoomsSay(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	n := 0
	say := func(room string, times int) {
		for range times {
			keep(t, s, room, message(fmt.Sprint(n), "hello"))
			n++
		}
	}
	say("sparse", 1)
	say("dense", 120) // a block that no other room interrupts
	for range 30 {
		say("noise", 17)
		say("sparse", 1)
		say("dense", 2)
	}
	for _, c := range []struct {
		room        string
		limit, want int
	}{{"sparse", 1, 31}, {"sparse", 7, 31}, {"sparse", 31, 31}, {"dense", 20, 180}, {"dense", 100, 180}, {"noise", 100, 510}, {"silent", 10, 0}} {
		t.Run(fmt.Sprint(c.room, c.limit), func(t *testing.T) {
			ids, sizes := pages(t, s, c.room, store.Query{Limit: c.limit})
			if len(ids) != c.want || len(sizes) != max((c.want+c.limit-1)/c.limit, 1) {
				t.Errorf("%d messages in pages of %v", len(ids), sizes)
			}
			last := -1
			for _, id := range ids {
				var at int
				if _, err := fmt.Sscan(id, &at); err != nil || at <= last {
					t.Fatalf("%s after %d", id, last)
				}
				last = at
			}
		})
	}
}

func TestAPageHoldsOnlyWhatMayBeSeen(t *testing.T) {
	s := open(t, t.TempDir())
	defer shut(t, s)
	var open []string
	for i := range 90 {
		m := message(fmt.Sprint(i), "hello")
		m.At = int64(i)
		if i%9 != 0 {
			m.To = &meeting.Sender{Who: "somebody"}
		} else if i >= 30 {
			open = append(open, m.ID)
		}
		keep(t, s, "r", m)
	}
	see := func(m meeting.Message) bool { return m.To == nil }
	ids, sizes := pages(t, s, "r", store.Query{Limit: 3, See: see, Since: 30})
	if d := cmp.Diff(open, ids); d != "" {
		t.Errorf("pages of %v (-want +got):\n%s", sizes, d)
	}
}

func BenchmarkAnOldPageOfALongChatAmongOthers(b *testing.B) {
	s, err := store.Open(b.Context(), store.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var middle uint64
	for i := range 20_000 {
		room := fmt.Sprint("other", i%7)
		if i%4 == 0 {
			room = "r"
		}
		m, err := s.Append(b.Context(), room, message(fmt.Sprint(i), strings.Repeat("hello ", 20)))
		if err != nil {
			b.Fatal(err)
		}
		if i == 10_000 {
			middle = m.Seq
		}
	}
	for b.Loop() {
		page, err := s.History(b.Context(), "r", store.Query{Before: middle, Limit: 100})
		if err != nil || len(page.Found) != 100 {
			b.Fatal(len(page.Found), err)
		}
	}
}
