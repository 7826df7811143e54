package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"noom/internal/meeting"
)

// oldChat is the stream in which Noom kept its chat before messages were sealed, as "chat.ROOM".
const oldChat = "chat"

// migrate moves the messages of the old stream into the new ones. Nothing is said before it is done: when it is
// interrupted it begins anew.
func (s *Store) migrate(ctx context.Context, log *slog.Logger) error {
	_, err := s.stream.Stream(ctx, oldChat)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return s.removeMoved()
	}
	if err != nil {
		return fmt.Errorf("looking for chat of an earlier version: %w", err)
	}
	log.Info("moving the chat of an earlier version, once")
	for _, stream := range []jetstream.Stream{s.messages, s.keys} {
		if err := stream.Purge(ctx); err != nil {
			return fmt.Errorf("beginning to move chat: %w", err)
		}
	}
	err = s.all(ctx, oldChat, "chat.*", 1, func(e entry) error {
		var m meeting.Message
		if err := json.Unmarshal(e.data, &m); err != nil {
			return fmt.Errorf("decoding old chat message %d: %w", e.seq, err)
		}
		_, err := s.publish(ctx, strings.TrimPrefix(e.subject, "chat."), m) // no id: what was said twice was said twice
		return err
	})
	if err != nil {
		return fmt.Errorf("moving chat: %w", err)
	}
	if err := s.stream.DeleteStream(ctx, oldChat); err != nil {
		return fmt.Errorf("removing moved chat: %w", err)
	}
	return s.removeMoved()
}

// removeMoved removes the old stream's files. The embedded server takes the stream's description away, hides the folder, and
// removes it after it has said that the stream is gone; killed meanwhile, it would leave the text of the messages there for ever.
func (s *Store) removeMoved() error {
	streams := filepath.Join(s.dir, "jetstream", "$G", "streams")
	left := []string{"." + oldChat}
	if _, err := os.Stat(filepath.Join(streams, oldChat, "meta.inf")); errors.Is(err, fs.ErrNotExist) {
		left = append(left, oldChat)
	}
	for _, name := range left {
		if err := os.RemoveAll(filepath.Join(streams, name)); err != nil {
			return fmt.Errorf("removing the files of moved chat: %w", err)
		}
	}
	return nil
}
