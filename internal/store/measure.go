package store

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// measureEvery and remeasureEvery say how long it is believed what all files take, and how long while that keeps somebody
// from sending: looking at each takes a second or two where there are many.
const (
	measureEvery   = time.Hour
	remeasureEvery = time.Minute
)

// measured is what all whole files take, in bytes, about: as far as is known, unless they were measured longer than lasts ago. One
// at a time: who comes while it is measured believes that sum.
func (f *Files) measured(lasts time.Duration) (int64, error) {
	f.measuring <- struct{}{}
	defer func() { <-f.measuring }()
	f.mu.Lock()
	stored, known := f.stored, !f.lastSum.IsZero() && f.now().Sub(f.lastSum) < lasts
	f.mu.Unlock()
	if known {
		return stored, nil
	}
	return f.measure()
}

// measure adds up all whole files. One that ends or goes meanwhile may be missed, until the next time.
func (f *Files) measure() (int64, error) {
	sum := int64(0)
	err := fs.WalkDir(f.root.FS(), "files", func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) { // it has just been removed
				return nil
			}
			return err
		}
		if !e.IsDir() && fileID.MatchString(e.Name()) {
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("measuring files: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stored, f.lastSum = sum, f.now()
	return sum, nil
}
