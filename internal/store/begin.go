package store

import (
	"errors"
	"fmt"
	"os"
	"path"

	"noom/internal/meeting"
)

// Begin takes a place for a file of this name and size, which by is going to send.
func (f *Files) Begin(room string, by meeting.Who, name string, size int64) (id string, err error) {
	if size <= 0 || size > MaxFile {
		return "", errFileLimit
	}
	u := &upload{id: newFileID(), room: room, by: by, name: meeting.FileName(name), size: size, disk: make(chan struct{}, 1), touched: f.now()}
	f.makeWay()
	others, err := f.enter(u) // its place is taken before the space is measured: two at once cannot both have the rest
	if err != nil {
		return "", err
	}
	err = f.fits(u, others)
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

// enter notes an upload, and gives what the room's others will take.
func (f *Files) enter(u *upload) (others int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mine := 0
	for _, v := range f.uploads {
		if v.room != u.room {
			continue
		}
		others += cost(v.size)
		if v.by == u.by {
			mine++
		}
	}
	switch {
	case mine >= uploadsEach:
		return 0, errManyUploads
	case len(f.uploads) >= uploadsAtOnce:
		return 0, errBusyUploads
	}
	f.uploads[u.id] = u
	return others, nil
}

// fits tells whether there is space for an upload, in the room and on the disk.
func (f *Files) fits(u *upload, others int64) error {
	taken, err := f.taken(u.room)
	if err != nil {
		return err
	}
	if taken+others+cost(u.size) > roomBytes {
		return errRoomFull
	}
	free, err := f.free()
	if err != nil {
		return fmt.Errorf("measuring the disk: %w", err)
	}
	if free < uint64(u.size)+diskReserve {
		return errDiskFull
	}
	return nil
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
