//go:build !windows

package store

import (
	"errors"

	"golang.org/x/sys/unix"
)

// freeSpace is how many bytes may still be written to the file system that holds dir.
func freeSpace(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil //nolint:gosec,unconvert // their types differ between systems; none is negative
}

// isDiskFull tells whether an error says that there is no space, or none left for us.
func isDiskFull(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }
