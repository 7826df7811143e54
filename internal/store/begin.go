package store

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"noom/internal/meeting"
)

// Begin takes a place for a file of this name and size, which by is going to send.
func (f *Files) Begin(room string, by meeting.Who, name string, size int64) (id string, err error) {
	if size <= 0 || size > MaxFile {
		return "", errFileLimit
	}
	u := &upload{id: newFileID(), room: room, by: by, name: meeting.FileName(name), size: size, disk: make(chan struct{}, 1), touched: f.now()}
	f.makeWay()
	before, err := f.enter(u) // its place is taken before the space is measured: two at once cannot both have the rest
	if err != nil {
		return "", err
	}
	err = f.fits(u, before)
	if err == nil {
		err = f.create(u)
	}
	if err != nil {
		f.drop(func(v *upload) bool { return v == u })
		return "", err
	}
	return u.id, nil
}

// makeWay ends the upload that has rested the longest, when there is no place for another one.
func (f *Files) makeWay() {
	f.mu.Lock()
	var rested *upload
	if len(f.uploads) >= uploadsAtOnce {
		for _, u := range f.uploads {
			if rested == nil || u.touched.Before(rested.touched) {
				rested = u
			}
		}
	}
	yields := rested != nil && f.now().Sub(rested.touched) >= uploadRest
	f.mu.Unlock()
	if yields {
		f.drop(func(u *upload) bool { return u == rested })
	}
}

// claims are what others need, in bytes.
type claims struct {
	room   int64 // what the room's other uploads will take of its space
	coming int64 // what all other uploads have still to write
}

// leaveHalf tells whether one of this size leaves others half of the space that files have.
func (c claims) leaveHalf(size, stored int64, free uint64) bool {
	return uint64(stored+c.coming+size) <= (uint64(stored)+free-diskReserve)/2 //nolint:gosec // none is negative
}

// enter notes an upload, and gives what others need.
func (f *Files) enter(u *upload) (claims, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mine := 0
	var others claims
	for _, v := range f.uploads {
		others.coming += v.size - v.offset
		if v.room != u.room {
			continue
		}
		others.room += cost(v.size)
		if v.by == u.by {
			mine++
		}
	}
	switch {
	case mine >= uploadsEach:
		return others, errManyUploads
	case len(f.uploads) >= uploadsAtOnce:
		return others, errBusyUploads
	}
	f.uploads[u.id] = u
	return others, nil
}

// fits tells whether there is space for an upload, in the room and on the disk. Anybody can go to a room that nobody has
// made: there, nothing is sent that would let files have more than half of the space that there is for them, so that some is
// left for the rooms that have hosts.
func (f *Files) fits(u *upload, others claims) error {
	taken, err := f.taken(u.room)
	if err != nil {
		return err
	}
	if taken+others.room+cost(u.size) > roomBytes {
		return errRoomFull
	}
	free, err := f.free()
	if err != nil {
		return fmt.Errorf("measuring the disk: %w", err)
	}
	if free < uint64(others.coming+u.size)+diskReserve {
		return errDiskFull
	}
	if strings.HasPrefix(u.room, MadeMark) {
		return nil
	}
	for _, lasts := range [...]time.Duration{measureEvery, remeasureEvery} { // some may have been removed since
		stored, err := f.measured(lasts)
		if err != nil || others.leaveHalf(u.size, stored, free) {
			return err
		}
	}
	return errLooseFull
}

func (f *Files) create(u *upload) error {
	file, err := f.root.OpenFile(path.Join("uploads", u.id), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return full(fmt.Errorf("beginning a file: %w", err))
	}
	f.mu.Lock()
	u.file = file
	_, there := f.uploads[u.id]
	f.mu.Unlock()
	if !there { // its room was deleted meanwhile
		return errors.Join(errNoFile, file.Close(), f.root.Remove(path.Join("uploads", u.id)))
	}
	return nil
}
