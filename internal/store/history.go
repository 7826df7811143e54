package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"noom/internal/meeting"
)

// Query says which messages of a room to read: the newest ones before a place.
type Query struct {
	Before uint64 // a Seq; 0: from the newest on
	Limit  int    // at most as many messages
	Bytes  int    // and no more than these are in text and reactions, but for one; 0: however many
	Scan   int    // stop after looking at about so many; 0: however many it takes
	Since  int64  // none that was said before this, in milliseconds since 1970
	// See says whether a message may be seen; the others do not count. nil: all.
	See func(meeting.Message) bool
}

// Page is what a Query has found, oldest first.
type Page struct {
	Found []meeting.Message
	More  bool   // there are earlier ones to see
	Rest  uint64 // the reading stopped at Query.Scan: it goes on before this Seq; 0: it came to its end
}

// History reads messages of the room as they are now.
func (s *Store) History(ctx context.Context, room string, q Query) (p Page, err error) {
	token := token(room)
	before := q.Before
	if before == 0 {
		last, err := s.lasts(ctx, messages, []string{messageSubject(token)})
		if err != nil {
			return Page{}, fmt.Errorf("reading a room's chat: %w", err)
		}
		before = last[messageSubject(token)].seq + 1
	}
	p.Found = []meeting.Message{} // newest first, for now
	defer func() { slices.Reverse(p.Found) }()
	for bytes, scanned := 0, 0; before > 1; {
		places, err := s.places(ctx, token, before, uint64(q.Limit+1))
		if err != nil {
			return Page{}, fmt.Errorf("reading a room's chat: %w", err)
		}
		if len(places) == 0 {
			break
		}
		some, err := s.openAll(ctx, token, places)
		if err != nil {
			return Page{}, fmt.Errorf("reading a room's chat: %w", err)
		}
		for _, m := range slices.Backward(some) {
			if m.At < q.Since || q.See != nil && !q.See(m) {
				continue
			}
			bytes += m.Size()
			if len(p.Found) == q.Limit || q.Bytes > 0 && bytes > q.Bytes && len(p.Found) > 0 {
				p.More = true
				return p, nil
			}
			p.Found = append(p.Found, m)
		}
		before = places[0].seq
		if scanned += len(places); q.Scan > 0 && scanned >= q.Scan {
			p.Rest = before
			break
		}
	}
	return p, nil
}

// openAll reads what the messages at these places say now, leaving out those that were erased.
func (s *Store) openAll(ctx context.Context, token string, places []entry) ([]meeting.Message, error) {
	subjects := make([]string, len(places))
	for i, e := range places {
		subjects[i] = amendmentSubject(token, e.seq)
	}
	amended, err := s.lasts(ctx, amendments, subjects)
	if err != nil {
		return nil, err
	}
	versions := make([]version, 0, len(places))
	slots := make([]slot, 0, len(places))
	for i, e := range places {
		newest := e
		if a, ok := amended[subjects[i]]; ok {
			newest = a
		}
		v, err := decodeEnvelope(newest)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version{envelope: v, seq: e.seq})
		slots = append(slots, v.Key)
	}
	keys, err := s.keysAt(ctx, token, slots)
	if err != nil {
		return nil, err
	}
	opened := make([]meeting.Message, 0, len(versions))
	for _, v := range versions {
		m, err := v.open(keys[v.Key], token, v.seq)
		if errors.Is(err, errErased) {
			continue
		}
		if err != nil {
			return nil, err
		}
		opened = append(opened, m)
	}
	return opened, nil
}

// places finds the room's newest messages before a Seq, oldest first: at least want of them if there are as many, and
// at most twice that. All rooms' messages lie in one stream, and a subject can only be read forwards: so it looks
// for a place to read from, by counting.
func (s *Store) places(ctx context.Context, token string, before, want uint64) ([]entry, error) {
	from, n, err := s.startOf(ctx, messageSubject(token), before, want)
	if err != nil || n == 0 {
		return nil, err
	}
	found := make([]entry, 0, n)
	_, err = s.get(ctx, messages, directGet{Seq: from, Batch: int(n), NextOf: messageSubject(token)}, func(e entry) error {
		if e.seq < before {
			found = append(found, e)
		}
		return nil
	})
	return found, err
}

// startOf finds a place from which want to 2*want entries of a subject lie before another one, or all of them when
// there are fewer, and how many those are.
func (s *Store) startOf(ctx context.Context, subject string, before, want uint64) (from, n uint64, err error) {
	beyond, err := s.count(ctx, messages, subject, before)
	if err != nil {
		return 0, 0, err
	}
	between := func(from uint64) uint64 {
		var all uint64
		if err == nil {
			all, err = s.count(ctx, messages, subject, from)
		}
		return max(all, beyond) - beyond // fewer when some have just been removed
	}
	few, many := before, uint64(1) // places with too few behind them, and with enough
	if n = between(many); n <= 2*want || err != nil {
		return many, n, err
	}
	for step := 2 * want; step < few-many && err == nil; step *= 8 {
		if n := between(few - step); n >= want {
			many = few - step
			break
		}
	}
	for few-many > 1 && err == nil {
		if n = between(many); n <= 2*want {
			return many, n, err
		}
		if middle := many + (few-many)/2; between(middle) >= want {
			many = middle
		} else {
			few = middle
		}
	}
	return many, min(n, 2*want), err
}
