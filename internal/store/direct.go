package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// maxBatch is how many messages are asked for at once: what JetStream gives at most for a list of subjects.
const maxBatch = 1024

// directGet is JetStream's batched direct get (ADR-31), for which nats.go has no call.
type directGet struct {
	Seq    uint64   `json:"seq,omitempty"`
	Batch  int      `json:"batch,omitempty"`
	NextOf string   `json:"next_by_subj,omitempty"` // messages of this subject, from Seq on
	LastOf []string `json:"multi_last,omitempty"`   // the last message of each of these
}

// entry is one message of a stream.
type entry struct {
	seq     uint64
	subject string
	data    []byte
}

// get asks a stream for entries and gives each to take, in the order of their sequences. It returns how many more
// there are. The answers come as one message each, then one without data and with status 204; without Batch and LastOf
// there is one answer, the entry with this Seq.
func (s *Store) get(ctx context.Context, stream string, q directGet, take func(entry) error) (pending uint64, err error) {
	request, err := json.Marshal(q)
	if err != nil {
		return 0, err
	}
	inbox := s.conn.NewInbox()
	answers, err := s.conn.SubscribeSync(inbox)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answers.Unsubscribe() }() // fails only with the connection
	if err := s.conn.PublishRequest("$JS.API.DIRECT.GET."+stream, inbox, request); err != nil {
		return 0, err
	}
	for {
		answer, err := answers.NextMsgWithContext(ctx)
		if err != nil {
			return 0, err
		}
		switch status := answer.Header.Get("Status"); status {
		case "":
			seq, err := strconv.ParseUint(answer.Header.Get(jetstream.SequenceHeader), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("answer without a sequence: %w", err)
			}
			if err := take(entry{seq, answer.Header.Get(jetstream.SubjectHeader), answer.Data}); err != nil {
				return 0, err
			}
			if q.Batch == 0 && q.LastOf == nil {
				return 0, nil
			}
		case "404": // none
			return 0, nil
		case "204": // end of batch
			return remaining(answer), nil
		default:
			return 0, fmt.Errorf("status %s %s", status, answer.Header.Get("Description"))
		}
	}
}

// remaining is how many more messages the server says there are.
func remaining(answer *nats.Msg) uint64 {
	n, err := strconv.ParseUint(answer.Header.Get("Nats-Num-Pending"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// lasts reads the last entry of each of these subjects that has one.
func (s *Store) lasts(ctx context.Context, stream string, subjects []string) (map[string]entry, error) {
	found := make(map[string]entry, len(subjects))
	for len(subjects) > 0 {
		some := subjects[:min(len(subjects), maxBatch)]
		subjects = subjects[len(some):]
		_, err := s.get(ctx, stream, directGet{LastOf: some}, func(e entry) error {
			found[e.subject] = e
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// all reads every entry of a subject, which may hold a wildcard, from a sequence on.
func (s *Store) all(ctx context.Context, stream, subject string, from uint64, take func(entry) error) error {
	for {
		pending, err := s.get(ctx, stream, directGet{Seq: max(from, 1), Batch: maxBatch, NextOf: subject}, func(e entry) error {
			from = e.seq + 1
			return take(e)
		})
		if err != nil || pending == 0 {
			return err
		}
	}
}

// count is how many entries of a subject there are from a sequence on.
func (s *Store) count(ctx context.Context, stream, subject string, from uint64) (uint64, error) {
	found := uint64(0)
	pending, err := s.get(ctx, stream, directGet{Seq: max(from, 1), Batch: 1, NextOf: subject}, func(entry) error {
		found = 1
		return nil
	})
	return found + pending, err
}
