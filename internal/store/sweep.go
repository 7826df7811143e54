package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// SweepUploads removes what nobody goes on sending.
func (f *Files) SweepUploads() {
	now := f.now()
	f.drop(func(u *upload) bool { return now.Sub(u.touched) >= uploadPatience })
}

// SweepUnsent removes files that no message carries after all. It looks at every file there is.
func (f *Files) SweepUnsent() error {
	now := f.now()
	folders, err := fs.ReadDir(f.root.FS(), "files")
	if err != nil {
		return fmt.Errorf("looking through files: %w", err)
	}
	for _, room := range folders {
		at := path.Join("files", room.Name())
		entries, err := fs.ReadDir(f.root.FS(), at)
		if err != nil {
			return fmt.Errorf("looking through a room's files: %w", err)
		}
		for _, e := range entries {
			if err := f.sweep(at, e.Name(), now); err != nil {
				return fmt.Errorf("removing an unsent file: %w", err)
			}
		}
	}
	return nil
}

// sweep removes a file that no message carries, or whose note is not there: it was not told to be whole.
func (f *Files) sweep(at, name string, now time.Time) error {
	id, isNote := strings.CutSuffix(name, ".json")
	info, err := f.root.Stat(path.Join(at, name))
	if err != nil || now.Sub(info.ModTime()) < unsentFor {
		return nil //nolint:nilerr // it has just been removed
	}
	_, missing := f.root.Stat(path.Join(at, id+".json"))
	if isNote {
		n, err := f.read(path.Join(at, name))
		if err == nil && n.Sent != "" {
			return nil
		}
	} else if missing == nil {
		return nil
	}
	for _, name := range []string{id, name} {
		if err := f.root.Remove(path.Join(at, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
