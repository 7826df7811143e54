package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	keyLen = 16 // bytes: AES-128
	// pageKeys is how many keys are made at once. They are on the disk before the first is used, so that only every
	// 32nd message waits for two writes; a room that says little wastes half a kilobyte.
	pageKeys = 32
	// maxAllotted bounds the pages that are remembered for rooms that may say more. Whoever is forgotten gets a new page.
	maxAllotted = 4096
	// burnTries bounds how often a page is read anew because another key on it was erased meanwhile.
	burnTries = 16
)

func keyStream() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        "keys",
		Description: "keys of chat messages, by room and page; what is erased here cannot be read anywhere",
		Subjects:    []string{"key.*.*"},
		// Only the last version of a page counts. The one before is overwritten by burn, not just let go of.
		MaxMsgsPerSubject: -1,
		Storage:           jetstream.FileStorage,
		AllowDirect:       true,
	}
}

// key seals one message. All zero: erased.
type key [keyLen]byte

func (k key) erased() bool { return k == key{} }

// page is the keys that lie together: what is on the disk of them.
type page [pageKeys * keyLen]byte

func (p *page) key(at int) key { return key(p[at*keyLen:]) }

func (p *page) burn(at int) { clear(p[at*keyLen : (at+1)*keyLen]) }

// slot is where a key lies: a page of the room's, and the place on it.
type slot struct {
	page string
	at   int
}

// MarshalText and UnmarshalText write a slot as PAGE.PLACE.
func (s slot) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%s.%d", s.page, s.at), nil }

func (s *slot) UnmarshalText(text []byte) error {
	name, place, ok := strings.Cut(string(text), ".")
	at, err := strconv.Atoi(place)
	if !ok || err != nil || at < 0 || at >= pageKeys || name == "" || strings.ContainsAny(name, "*> ") {
		return errors.New("not the place of a key")
	}
	s.page, s.at = name, at
	return nil
}

func keySubject(token, page string) string { return "key." + token + "." + page }

// allotments are the pages whose keys are not all used. A key is used once: a page that is forgotten here, as all are
// with the process, gives no more.
type allotments struct {
	mu    sync.Mutex // a leaf: nothing is called while it is held
	pages map[string]*allotment
}

type allotment struct {
	name string
	keys page
	next int
}

// take gives the next key for a room; false when a new page is needed.
func (a *allotments) take(token string) (slot, key, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.pages[token]
	if !ok {
		return slot{}, key{}, false
	}
	at := slot{p.name, p.next}
	k := p.keys.key(p.next)
	if p.next++; p.next == pageKeys {
		delete(a.pages, token)
	}
	return at, k, true
}

func (a *allotments) put(token string, p *allotment) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.pages) >= maxAllotted {
		for other := range a.pages { // any
			delete(a.pages, other)
			break
		}
	}
	a.pages[token] = p
}

func (a *allotments) forget(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.pages, token)
}

// newKey gives a key that seals nothing yet and is on the disk.
func (s *Store) newKey(ctx context.Context, token string) (slot, key, error) {
	if at, k, ok := s.allotted.take(token); ok {
		return at, k, nil
	}
	p := &allotment{next: 1}
	var name [8]byte
	_, _ = rand.Read(name[:]) // never fails: it ends the process instead
	_, _ = rand.Read(p.keys[:])
	p.name = base64.RawURLEncoding.EncodeToString(name[:])
	if _, err := s.stream.Publish(ctx, keySubject(token, p.name), p.keys[:], jetstream.WithExpectLastSequencePerSubject(0)); err != nil {
		return slot{}, key{}, fmt.Errorf("keeping keys: %w", err)
	}
	s.allotted.put(token, p)
	return slot{p.name, 0}, p.keys.key(0), nil
}

// keysAt reads keys. One that was erased, with its page or alone, is zero.
func (s *Store) keysAt(ctx context.Context, token string, slots []slot) (map[slot]key, error) {
	var subjects []string
	asked := make(map[string]bool)
	for _, at := range slots {
		if subject := keySubject(token, at.page); !asked[subject] {
			asked[subject] = true
			subjects = append(subjects, subject)
		}
	}
	pages, err := s.lasts(ctx, "keys", subjects)
	if err != nil {
		return nil, fmt.Errorf("reading keys: %w", err)
	}
	keys := make(map[slot]key, len(slots))
	for _, at := range slots {
		e, ok := pages[keySubject(token, at.page)]
		if !ok {
			continue
		}
		p, err := decodePage(e)
		if err != nil {
			return nil, err
		}
		keys[at] = p.key(at.at)
	}
	return keys, nil
}

func decodePage(e entry) (*page, error) {
	if len(e.data) != len(page{}) {
		return nil, fmt.Errorf("a page of keys has %d bytes", len(e.data))
	}
	return (*page)(e.data), nil
}

// burn erases keys. When it returns without an error, nothing that they sealed can be read any more, from the disk
// either. Burning again is harmless.
func (s *Store) burn(ctx context.Context, token string, slots []slot) error {
	byPage := make(map[string][]int)
	for _, at := range slots {
		byPage[at.page] = append(byPage[at.page], at.at)
	}
	for name, places := range byPage {
		if err := s.burnOn(ctx, keySubject(token, name), places); err != nil {
			return fmt.Errorf("erasing keys: %w", err)
		}
	}
	return nil
}

// burnOn writes a page without some of its keys and then has JetStream overwrite the page that had them.
func (s *Store) burnOn(ctx context.Context, subject string, places []int) error {
	for range burnTries {
		found, err := s.lasts(ctx, "keys", []string{subject})
		if err != nil {
			return err
		}
		last, ok := found[subject]
		if !ok {
			return nil
		}
		p, err := decodePage(last)
		if err != nil {
			return err
		}
		before := *p
		for _, at := range places {
			p.burn(at)
		}
		if *p == before {
			return nil
		}
		if *p != (page{}) { // a page without keys needs not to be kept
			_, err = s.stream.Publish(ctx, subject, p[:], jetstream.WithExpectLastSequencePerSubject(last.seq))
			if isWrongSequence(err) {
				continue
			}
			if err != nil {
				return err
			}
		}
		return s.overwrite(ctx, last.seq)
	}
	return errors.New("others erase keys all the time")
}

// burnAll erases all keys of a room.
func (s *Store) burnAll(ctx context.Context, token string) error {
	s.allotted.forget(token)
	var pages []uint64
	err := s.all(ctx, "keys", keySubject(token, "*"), 1, func(e entry) error {
		pages = append(pages, e.seq)
		return nil
	})
	for _, seq := range pages {
		if err == nil {
			err = s.overwrite(ctx, seq)
		}
	}
	if err != nil {
		return fmt.Errorf("erasing a room's keys: %w", err)
	}
	return nil
}

// overwrite removes an entry of the keys and puts random bytes in its place.
func (s *Store) overwrite(ctx context.Context, seq uint64) error {
	failure := s.keys.SecureDeleteMsg(ctx, seq)
	if failure == nil {
		return nil
	}
	there := false
	_, err := s.get(ctx, "keys", directGet{Seq: seq}, func(entry) error { there = true; return nil })
	if err == nil && !there { // it had gone before
		return nil
	}
	return failure
}

func isWrongSequence(err error) bool {
	refusal := new(jetstream.APIError)
	return errors.As(err, &refusal) &&
		(refusal.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || refusal.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// overwriteLeftKeys finishes what a process that was killed had begun: versions of pages that were replaced and not
// yet overwritten.
func (s *Store) overwriteLeftKeys(ctx context.Context) error {
	info, err := s.keys.Info(ctx)
	if err != nil {
		return fmt.Errorf("looking at the keys: %w", err)
	}
	if info.State.Msgs == info.State.NumSubjects {
		return nil
	}
	newest := make(map[string]uint64)
	var left []uint64
	err = s.all(ctx, "keys", "key.*.*", 1, func(e entry) error {
		if before, ok := newest[e.subject]; ok {
			left = append(left, before)
		}
		newest[e.subject] = e.seq
		return nil
	})
	for _, seq := range left {
		if err == nil {
			err = s.overwrite(ctx, seq)
		}
	}
	if err != nil {
		return fmt.Errorf("erasing keys that were left: %w", err)
	}
	return nil
}
