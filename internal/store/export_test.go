package store

import (
	"image"
	"io"
	"slices"
	"testing"
	"time"
)

// VoidKeys counts the keys of a room that its amendments made void and that can still be read.
func (s *Store) VoidKeys(t *testing.T, room string) int {
	t.Helper()
	var void []slot
	err := s.all(t.Context(), amendments, "amendment."+token(room)+".*", 1, func(e entry) error {
		v, err := decodeEnvelope(e)
		void = append(void, v.Old...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := s.keysAt(t.Context(), token(room), void)
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, k := range keys {
		if !k.erased() {
			left++
		}
	}
	return left
}

// KeyOf is the key under which a message lies, as it is on the disk.
func (s *Store) KeyOf(t *testing.T, room string, seq uint64) []byte {
	t.Helper()
	v, err := s.version(t.Context(), token(room), seq)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := s.keysAt(t.Context(), token(room), []slot{v.Key})
	if err != nil {
		t.Fatal(err)
	}
	k := keys[v.Key]
	return k[:]
}

// AmendUnfinished amends a message as a process does that is killed before it has erased the text's key.
func (s *Store) AmendUnfinished(t *testing.T, room string, seq uint64, text string) {
	t.Helper()
	ctx, token := t.Context(), token(room)
	before, err := s.version(ctx, token, seq)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.opened(ctx, token, before)
	if err != nil {
		t.Fatal(err)
	}
	m.Text = text
	if _, err := s.write(ctx, token, before, m, false); err != nil {
		t.Fatal(err)
	}
}

// NoteMove leaves the note of a move, as a process does that cannot remove it.
func (s *Store) NoteMove(t *testing.T, room, from, to string) {
	t.Helper()
	if err := s.beginMove(t.Context(), move{Room: room, From: from, To: to}); err != nil {
		t.Fatal(err)
	}
}

// MoveUnfinished gives a room another name as a process does that is killed before it has removed the old one, or with
// !made before it has written the new one.
func (s *Store) MoveUnfinished(t *testing.T, from, to string, made bool) {
	t.Helper()
	r, err := s.Room(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	s.NoteMove(t, r.ID, from, to)
	if !made {
		return
	}
	r.Name = to
	if _, err := s.MakeRoom(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// LeaveKeys replaces the page of a message's key as a process does that is killed before it has overwritten the old one.
func (s *Store) LeaveKeys(t *testing.T, room string, seq uint64) {
	t.Helper()
	v, err := s.version(t.Context(), token(room), seq)
	if err != nil {
		t.Fatal(err)
	}
	subject := keySubject(token(room), v.Key.page)
	found, err := s.lasts(t.Context(), "keys", []string{subject})
	if err != nil {
		t.Fatal(err)
	}
	p, err := decodePage(found[subject])
	if err != nil {
		t.Fatal(err)
	}
	p.burn(v.Key.at)
	if _, err := s.stream.Publish(t.Context(), subject, p[:]); err != nil {
		t.Fatal(err)
	}
}

// Verify looks whether something is a picture.
func Verify(content io.ReadSeeker) (kind string, width, height int, ok bool) {
	f := claimed(content)
	if f == nil {
		return "", 0, 0, false
	}
	p, ok := f.verify(content, time.Now)
	return p.kind, p.width, p.height, ok
}

// Panicking is how a picture begins whose decoder panics, for as long as the test runs.
func Panicking(t *testing.T) string {
	const magic = "\x00bad"
	before := formats
	formats = append(slices.Clone(formats), format{
		kind: "image/bad", magic: [2]string{magic, ""},
		config: func(io.Reader) (image.Config, error) { panic("a decoder's mistake") },
	})
	t.Cleanup(func() { formats = before })
	return magic
}

// AlwaysLook lets every picture be looked at.
func AlwaysLook(work func()) error { work(); return nil }
