package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/internal/store"
)

// onDisk tells in how many files below dir these bytes stand.
func onDisk(t *testing.T, dir string, what []byte) int {
	t.Helper()
	n := 0
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if bytes.Contains(data, what) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A message is sealed, so what has to be gone from the disk is its key. What is kept stands there as the control.
func TestWhatIsEditedOrDeletedIsGoneFromTheDisk(t *testing.T) {
	const text = "the canary sings at midnight"
	for what, change := range map[string]func(*meeting.Message){"edited": edit("nothing"), "deleted": erase} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			kept := keep(t, s, "r", message("kept", text))
			m := keep(t, s, "r", message("1", text))
			key, control := s.KeyOf(t, "r", m.Seq), s.KeyOf(t, "r", kept.Seq)
			amend(t, s, "r", m.Seq, like("ann")) // another copy of the text
			if onDisk(t, dir, key) == 0 {
				t.Fatal("the key is not where this test looks for it")
			}
			amend(t, s, "r", m.Seq, change)
			if n := onDisk(t, dir, key); n != 0 {
				t.Errorf("the key stands in %d files while the store is open", n)
			}
			shut(t, s)
			if n := onDisk(t, dir, key); n != 0 {
				t.Errorf("the key stands in %d files", n)
			}
			if onDisk(t, dir, control) == 0 {
				t.Error("the key of another message is gone too")
			}
			if n := onDisk(t, dir, []byte("canary")); n != 0 {
				t.Errorf("the text itself stands in %d files", n)
			}
			s = open(t, dir)
			defer shut(t, s)
			if got := history(t, s, "r", 5); got[0].Text != text || got[1].Text == text {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestWhatAKilledProcessLeftToEraseIsErasedAtTheStart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	edited, deleted := keep(t, s, "r", message("1", "before")), keep(t, s, "r", message("2", "before"))
	keys := [][]byte{s.KeyOf(t, "r", edited.Seq), s.KeyOf(t, "r", deleted.Seq)}
	s.AmendUnfinished(t, "r", edited.Seq, "after")
	s.LeaveKeys(t, "r", deleted.Seq)
	for i, key := range keys {
		if onDisk(t, dir, key) == 0 {
			t.Errorf("key %d is erased already: this test tests nothing", i)
		}
	}
	shut(t, s)
	s = open(t, dir)
	defer shut(t, s)
	for i, key := range keys {
		if onDisk(t, dir, key) != 0 {
			t.Errorf("key %d still stands on the disk", i)
		}
	}
	if got := history(t, s, "r", 5); len(got) != 1 || got[0].Text != "after" {
		t.Errorf("%+v", got)
	}
}

// upload keeps a file that ann has sent.
func upload(t *testing.T, s *store.Store, room, content string) meeting.File {
	t.Helper()
	id, err := s.Files().Begin(room, "ann", "a.txt", int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	_, file, err := s.Files().Write(room, id, "ann", 0, strings.NewReader(content), store.AlwaysLook)
	if err != nil || file == nil {
		t.Fatal(file, err)
	}
	return *file
}

func TestAnErasedChatIsGoneAndTheOtherRoomsAreNot(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var keys [][]byte
	for i := range 70 {
		m := keep(t, s, "r", message(fmt.Sprint(i), "hello"))
		if i%7 == 0 {
			amend(t, s, "r", m.Seq, edit("changed"))
		}
		keys = append(keys, s.KeyOf(t, "r", m.Seq))
	}
	other := keep(t, s, "other", message("1", "hello"))
	upload(t, s, "r", "the canary sings")
	if err := s.EraseChat(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if got := history(t, s, "r", 10); len(got) != 0 {
		t.Errorf("%d messages are left", len(got))
	}
	if onDisk(t, dir, []byte("the canary sings")) != 0 {
		t.Error("a file is left")
	}
	again := keep(t, s, "r", message("new", "hello"))
	shut(t, s)
	for i, key := range keys {
		if onDisk(t, dir, key) != 0 {
			t.Errorf("key %d still stands on the disk", i)
		}
	}
	s = open(t, dir)
	defer shut(t, s)
	if d := cmp.Diff([]meeting.Message{again}, history(t, s, "r", 10)); d != "" {
		t.Errorf("said afterwards (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]meeting.Message{other}, history(t, s, "other", 10)); d != "" {
		t.Errorf("the other room (-want +got):\n%s", d)
	}
}

func TestOldMessagesAreTrimmedWithWhatTheyCarry(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var keys [][]byte
	files := make(map[string]bool) // whether they stay
	for i := range 600 {
		m := message(fmt.Sprint(i), "hello")
		m.At = int64(i)
		if i%300 == 3 || i == 595 {
			file := upload(t, s, "r", "a picture")
			files[file.ID] = i >= 590
			m.File = &file
		}
		m = keep(t, s, "r", m)
		if i%100 == 0 {
			amend(t, s, "r", m.Seq, edit("changed"))
		}
		keys = append(keys, s.KeyOf(t, "r", m.Seq))
	}
	if err := s.Trim(t.Context(), "r", 590); err != nil {
		t.Fatal(err)
	}
	if left := history(t, s, "r", 100); len(left) != 10 || left[0].At != 590 {
		t.Errorf("%d messages are left", len(left))
	}
	for id, kept := range files {
		if _, _, err := s.Files().Open("r", id, "ann"); (err == nil) != kept {
			t.Errorf("a file that is to be kept (%v): %v", kept, err)
		}
	}
	shut(t, s)
	for i, key := range keys {
		if there := onDisk(t, dir, key) != 0; there != (i >= 590) {
			t.Errorf("key %d is on the disk: %v", i, there)
		}
	}
}

func TestChatOfAnEarlierVersionIsMovedOnce(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/unsealed")); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir, []byte("said before")) == 0 {
		t.Fatal("there is nothing to move")
	}
	for range 2 {
		s := open(t, dir)
		for _, room := range []string{"standup", "아침.회의"} {
			got := history(t, s, room, 100)
			if len(got) != 6 || got[2].Text != "said before 2 in "+room || got[2].ID != "m2" || got[2].From.Name != "민준" || got[2].At != 1795425300123 {
				t.Errorf("%s: %+v", room, got)
			}
		}
		shut(t, s)
		if n := onDisk(t, dir, []byte("said before")); n != 0 {
			t.Errorf("unsealed text is left in %d files", n)
		}
	}
	// As if it had been killed before the old files were removed, or even before they were hidden.
	streams := filepath.Join(dir, "jetstream", "$G", "streams")
	for _, name := range []string{".chat", "chat"} {
		if err := os.CopyFS(filepath.Join(streams, name), os.DirFS("testdata/unsealed/jetstream/$G/streams/chat")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(streams, "chat", "meta.inf")); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	defer shut(t, s)
	for _, name := range []string{".chat", "chat"} {
		if _, err := os.Stat(filepath.Join(streams, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("what was left of the earlier version in %s: %v", name, err)
		}
	}
	amend(t, s, "standup", history(t, s, "standup", 1)[0].Seq, erase)
	if got := history(t, s, "standup", 6); !got[5].Deleted {
		t.Errorf("%+v", got)
	}
}
