package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	"noom/internal/meeting"
)

const (
	// uploadPatience is how long an upload may rest: a phone that has lost its network, or a closed lid.
	uploadPatience = 10 * time.Minute
	// uploadsEach and uploadsAtOnce bound what is being sent, by one browser and by all. Where all are taken, one that has
	// rested for uploadRest yields to a new one: nobody keeps places by sending nothing.
	uploadsEach   = 3
	uploadsAtOnce = 400
	uploadRest    = time.Minute
	// writeChunk is how much is taken from the network before it is written.
	writeChunk = 64 << 10
)

var (
	errManyUploads = &meeting.Error{Code: meeting.Limited, Text: "You are sending three files already. Wait for one to end."}
	errBusyUploads = &meeting.Error{Code: meeting.Limited, Text: "Too many files are being sent now. Try again in a moment.", Retry: 10}
	// ErrCutOff says that the sender of a piece did not send it whole; what came is there.
	ErrCutOff    = errors.New("the sender was cut off")
	errOtherTurn = &meeting.Error{Code: meeting.Conflict, Text: "The file is not there up to this place."}
)

// upload is a file that is being sent.
type upload struct {
	id, room string
	by       meeting.Who
	name     string // cleaned
	size     int64
	disk     chan struct{} // a token for whoever writes

	// What follows is guarded by Files.mu; offset and file change only with the token.
	file    *os.File
	offset  int64
	turn    int // of the request that may write: a new one ends the one before, whose connection may be dead
	touched time.Time
}

// take gives an upload to a request, which from then on is the only one that may write to it, and how much is there.
func (f *Files) take(room, id string, by meeting.Who) (u *upload, turn int, offset int64, err error) {
	f.mu.Lock()
	u, ok := f.uploads[id]
	if !ok || u.room != room || u.by != by || u.file == nil {
		f.mu.Unlock()
		return nil, 0, 0, errNoFile
	}
	u.turn++
	u.touched = f.now()
	turn = u.turn
	f.mu.Unlock()
	u.disk <- struct{}{} // what is just being written is there, then
	defer func() { <-u.disk }()
	f.mu.Lock()
	defer f.mu.Unlock()
	return u, turn, u.offset, nil
}

// Offset tells how much of an upload is there, and ends a request that may still be writing to it.
func (f *Files) Offset(room, id string, by meeting.Who) (int64, error) {
	_, _, offset, err := f.take(room, id, by)
	if err != nil {
		if n, whole := f.mine(room, id, by); whole {
			return n.Size, nil
		}
	}
	return offset, err
}

// mine gives a whole file of by's: its sender may not have heard that it is.
func (f *Files) mine(room, id string, by meeting.Who) (meeting.File, bool) {
	n, err := f.note(room, id)
	return n.File, err == nil && n.By == by
}

// Look has a picture looked at: it does the work, or says why that has to wait.
type Look func(work func()) error

// Write adds to an upload from offset on, until body ends, and tells how much is there then. When it is all, it gives
// the file as it is from then on, or the error of look: then it is tried again with nothing to add. A wrong offset is a
// meeting.Error with Conflict, and the right one is told.
func (f *Files) Write(room, id string, by meeting.Who, offset int64, body io.Reader, look Look) (int64, *meeting.File, error) {
	u, turn, there, err := f.take(room, id, by)
	if err != nil {
		if file, whole := f.mine(room, id, by); whole && offset == file.Size {
			return offset, &file, nil
		}
		return 0, nil, err
	}
	if offset != there {
		return there, nil, errOtherTurn
	}
	chunk := make([]byte, writeChunk)
	for {
		n, reading := io.ReadFull(body, chunk)
		if n > 0 {
			if there, err = f.put(u, turn, chunk[:n]); err != nil {
				return there, nil, err
			}
		}
		switch {
		case there == u.size:
			whole, err := f.finish(u, turn, look)
			return there, whole, err
		case errors.Is(reading, io.EOF), errors.Is(reading, io.ErrUnexpectedEOF):
			return there, nil, nil
		case reading != nil:
			return there, nil, fmt.Errorf("%w: %w", ErrCutOff, reading)
		}
	}
}

// put writes some bytes, if it is still this request's turn.
func (f *Files) put(u *upload, turn int, data []byte) (int64, error) {
	u.disk <- struct{}{}
	defer func() { <-u.disk }()
	f.mu.Lock()
	offset, file, mine := u.offset, u.file, u.turn == turn && f.uploads[u.id] == u
	f.mu.Unlock()
	switch {
	case !mine:
		return offset, errOtherTurn
	case offset+int64(len(data)) > u.size:
		return offset, errFileLimit
	}
	if _, err := file.WriteAt(data, offset); err != nil {
		return offset, full(fmt.Errorf("writing a file: %w", err))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	u.offset += int64(len(data))
	u.touched = f.now()
	return u.offset, nil
}

// finish looks at what has come and puts it among the room's files, on the disk when it returns.
func (f *Files) finish(u *upload, turn int, look Look) (*meeting.File, error) {
	u.disk <- struct{}{}
	defer func() { <-u.disk }()
	f.mu.Lock()
	mine := u.turn == turn && f.uploads[u.id] == u
	f.mu.Unlock()
	if !mine {
		return nil, errOtherTurn
	}
	n := note{File: meeting.File{ID: u.id, Name: u.name, Size: u.size, Type: meeting.Octets}, By: u.by, At: f.now().UnixMilli()}
	shown, ok, err := f.look(u.file, look)
	if err != nil {
		return nil, err
	}
	if ok {
		n.Type, n.Width, n.Height = shown.kind, shown.width, shown.height
	}
	if err := u.file.Sync(); err != nil {
		return nil, full(fmt.Errorf("writing a file: %w", err))
	}
	to := folder(u.room)
	if err := f.root.MkdirAll(to, 0o700); err != nil {
		return nil, full(fmt.Errorf("making a room's folder: %w", err))
	}
	if err := f.write(path.Join(to, u.id+".json"), n); err != nil {
		return nil, err
	}
	f.mu.Lock()
	delete(f.uploads, u.id)
	f.stored += u.size
	f.mu.Unlock()
	err = errors.Join(u.file.Close(), f.root.Rename(path.Join("uploads", u.id), path.Join(to, u.id)), f.sync(to))
	if err != nil {
		return nil, fmt.Errorf("putting a file into its room: %w", err)
	}
	return &n.File, nil
}

// look verifies what may be a picture, one at a time. A decoder that panics ends its request only: others may look after
// it.
func (f *Files) look(content io.ReadSeeker, look Look) (p picture, ok bool, err error) {
	kind := claimed(content)
	if kind == nil {
		return picture{}, false, nil
	}
	f.pictures <- struct{}{}
	defer func() { <-f.pictures }()
	err = look(func() { p, ok = kind.verify(content, f.now) })
	return p, ok, err
}

// Cancel ends an upload of by's, or removes a file of by's that no message carries.
func (f *Files) Cancel(room, id string, by meeting.Who) error {
	if f.drop(func(u *upload) bool { return u.id == id && u.room == room && u.by == by }) > 0 {
		return nil
	}
	n, err := f.note(room, id)
	if err != nil {
		return err
	}
	if n.By != by {
		return errNoFile
	}
	if n.Sent != "" {
		return &meeting.Error{Code: meeting.Conflict, Text: "A message carries this file. Delete the message."}
	}
	return f.Remove(room, id)
}

// drop ends the uploads of which it is true, and gives how many those were.
func (f *Files) drop(which func(*upload) bool) int {
	dropped := make(map[*upload]*os.File)
	f.mu.Lock()
	for id, u := range f.uploads {
		if which(u) {
			delete(f.uploads, id)
			dropped[u] = u.file
		}
	}
	f.mu.Unlock()
	for u, file := range dropped {
		if file == nil { // create finds out
			continue
		}
		u.disk <- struct{}{}                          // who is writing finds out afterwards
		_ = file.Close()                              // what is wrong with it does not matter any more
		_ = f.root.Remove(path.Join("uploads", u.id)) // should it stay, the next start removes it
		<-u.disk
	}
	return len(dropped)
}

// close gives the folders back.
func (f *Files) close() error {
	f.drop(func(*upload) bool { return true })
	return f.root.Close()
}
