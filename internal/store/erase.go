package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// EraseChat removes all that was said in a room, and its files. When it returns without an error nothing of it can be
// read any more, from the disk either. Nobody may append to the room's chat meanwhile.
func (s *Store) EraseChat(ctx context.Context, room string) error {
	if err := s.files.RemoveAll(room); err != nil {
		return err
	}
	token := token(room)
	if err := s.burnAll(ctx, token); err != nil {
		return err
	}
	for stream, subject := range map[jetstream.Stream]string{s.messages: messageSubject(token), s.amendments: "amendment." + token + ".*"} {
		if err := stream.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return fmt.Errorf("removing a room's chat: %w", err)
		}
	}
	return nil
}

// Trim removes what was said in a room before a time (milliseconds since 1970; 0: whenever it was), and the oldest
// messages of a room that has more than are kept, with their files.
func (s *Store) Trim(ctx context.Context, room string, before int64) error {
	token := token(room)
	total, err := s.count(ctx, messages, messageSubject(token), 1)
	if err != nil {
		return fmt.Errorf("counting a room's chat: %w", err)
	}
	for total > 0 {
		old, err := s.oldest(ctx, token, before, total)
		if err == nil && len(old) > 0 {
			err = s.erase(ctx, room, old)
		}
		if err != nil {
			return fmt.Errorf("removing a room's old chat: %w", err)
		}
		if len(old) == 0 {
			return nil
		}
		total -= uint64(len(old))
	}
	return nil
}

// oldest reads some of the messages that are not to be kept.
func (s *Store) oldest(ctx context.Context, token string, before int64, total uint64) ([]entry, error) {
	var old []entry
	surplus := max(total, chatPerRoom) - chatPerRoom
	_, err := s.get(ctx, messages, directGet{Seq: 1, Batch: eraseBatch, NextOf: messageSubject(token)}, func(e entry) error {
		v, err := decodeEnvelope(e)
		if err != nil {
			return err
		}
		if v.At >= before && uint64(len(old)) >= surplus {
			return errEnough
		}
		old = append(old, e)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return old, err
}

// errEnough ends a reading.
var errEnough = errors.New("enough")

// eraseBatch is how many messages are removed at once: their keys share pages, each of which is written anew once.
const eraseBatch = 256

// erase removes messages: their files first, which nothing else leads to, then their keys, so that whatever else fails
// they cannot be read any more.
func (s *Store) erase(ctx context.Context, room string, old []entry) error {
	token := token(room)
	opened, err := s.openAll(ctx, token, old)
	if err != nil {
		return err
	}
	for _, m := range opened {
		if m.File == nil {
			continue
		}
		if err := s.files.Remove(room, m.File.ID); err != nil {
			return err
		}
	}
	var slots []slot
	subjects := make([]string, len(old))
	for i, e := range old {
		subjects[i] = amendmentSubject(token, e.seq)
	}
	amended, err := s.lasts(ctx, amendments, subjects)
	if err != nil {
		return err
	}
	for i, e := range old {
		for _, written := range []entry{e, amended[subjects[i]]} {
			if written.data == nil {
				continue
			}
			v, err := decodeEnvelope(written)
			if err != nil {
				return err
			}
			slots = append(append(slots, v.Key), v.Old...)
		}
	}
	if err := s.burn(ctx, token, slots); err != nil {
		return err
	}
	for subject := range amended {
		if err := s.amendments.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return err
		}
	}
	return s.messages.Purge(ctx, jetstream.WithPurgeSubject(messageSubject(token)), jetstream.WithPurgeSequence(old[len(old)-1].seq+1))
}

// burnLeft erases the keys that the newest amendments made void, which a process that was killed may not have come to.
// Each open room amends one message at a time.
func (s *Store) burnLeft(ctx context.Context) error {
	info, err := s.amendments.Info(ctx)
	if err != nil {
		return fmt.Errorf("looking at amended messages: %w", err)
	}
	last := info.State.LastSeq
	left := make(map[string][]slot) // by room's token
	_, err = s.get(ctx, amendments, directGet{Seq: max(last, maxBatch) - maxBatch + 1, Batch: maxBatch, NextOf: "amendment.*.*"}, func(e entry) error {
		v, err := decodeEnvelope(e)
		if err != nil {
			return err
		}
		token := strings.Split(e.subject, ".")[1]
		left[token] = append(left[token], v.Old...)
		return nil
	})
	for token, slots := range left {
		if err == nil {
			err = s.burn(ctx, token, slots)
		}
	}
	if err != nil {
		return fmt.Errorf("erasing what was edited and deleted: %w", err)
	}
	return nil
}
