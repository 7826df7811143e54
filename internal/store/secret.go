package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	secretLen = 32 // bytes: 256 bits
	secretKey = "secret"
)

func nodeBucket() jetstream.KeyValueConfig {
	return jetstream.KeyValueConfig{Bucket: "node", Description: "what the server keeps for itself", History: 1, Storage: jetstream.FileStorage}
}

// Secret is what the server signs with: 256 bits, made at the first start and the same ever after. Whoever has it can
// be anybody in any room. It goes into no log and no answer.
func (s *Store) Secret() []byte { return s.secret }

// readSecret reads the secret, or makes it. Of two that make it at once, one wins and both have the same.
func (s *Store) readSecret(ctx context.Context) error {
	bucket, err := s.stream.CreateOrUpdateKeyValue(ctx, nodeBucket())
	if err != nil {
		return fmt.Errorf("making the bucket of the node: %w", err)
	}
	fresh := make([]byte, secretLen)
	_, _ = rand.Read(fresh) // never fails: it ends the process instead
	if _, err := bucket.Create(ctx, secretKey, fresh); err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
		return fmt.Errorf("keeping a new secret: %w", err)
	}
	entry, err := bucket.Get(ctx, secretKey)
	if err != nil {
		return fmt.Errorf("reading the secret: %w", err)
	}
	if s.secret = entry.Value(); len(s.secret) != secretLen {
		return fmt.Errorf("the secret has %d bytes, not %d", len(s.secret), secretLen)
	}
	return nil
}
