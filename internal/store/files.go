package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"noom/internal/meeting"
)

const (
	// MaxFile bounds one file, in bytes.
	MaxFile = 25 << 20
	// roomBytes bounds what a room's files take together. Each counts as fileCost at least, which bounds their number.
	roomBytes = 500 << 20
	fileCost  = 64 << 10
	// diskReserve is what files leave free of the disk: chat goes on when they cannot.
	diskReserve = 128 << 20
	// unsentFor is how long a file that is there lasts without a message that carries it: somebody writes a long one.
	unsentFor = time.Hour
)

var (
	errNoFile    = &meeting.Error{Code: meeting.NotFound, Text: "This file is not there."}
	errDiskFull  = &meeting.Error{Code: meeting.Full, Text: "The server's disk is full. Nothing can be sent now."}
	errRoomFull  = &meeting.Error{Code: meeting.Full, Text: "This room has no space left for files. Deleting messages with files makes space."}
	errLooseFull = &meeting.Error{Code: meeting.Full, Text: "Rooms that nobody has made have no space left for files. Make a room to send them in."}
	errFileLimit = &meeting.Error{Code: meeting.Invalid, Text: "A file has at most 25 MiB, and not nothing."}
)

// Files keeps what people send: plain files below the data directory, so that to remove one is to have it gone.
//
//	files/ROOM/ID       a file that is whole, files/ROOM/ID.json what is known of it
//	uploads/ID          one that is being sent; what a process left there is removed at its start
//
// ROOM is a hash of the room's id and ID is made here: no name that came from outside becomes a path. Its methods may be
// called from any goroutine; they wait for the disk.
type Files struct {
	root *os.Root
	free func() (uint64, error)
	now  func() time.Time

	mu        sync.Mutex // guards uploads, stored and lastSum; a leaf: nothing is called while it is held
	uploads   map[string]*upload
	stored    int64         // bytes of all whole files, as far as is known since they were measured
	lastSum   time.Time     // when that was; zero: never
	pictures  chan struct{} // a token for the picture that is being decoded
	notes     chan struct{} // a token for the note that is being changed
	measuring chan struct{} // a token for whoever measures, or asks when that was done
}

// note is what is known of a whole file, beside its content.
type note struct {
	meeting.File
	By   meeting.Who `json:"by"`
	To   meeting.Who `json:"to,omitempty"`   // private: only the two may have it
	Sent string      `json:"sent,omitempty"` // id of the message that carries it
	At   int64       `json:"at"`             // when it was whole, in milliseconds since 1970
}

// openFiles takes the folders of a data directory, which this process has.
func openFiles(c Config) (*Files, error) {
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the data directory: %w", err)
	}
	f := &Files{
		root: root, free: c.Free, now: c.Now,
		uploads: make(map[string]*upload), pictures: make(chan struct{}, 1), notes: make(chan struct{}, 1), measuring: make(chan struct{}, 1),
	}
	err = errors.Join(root.RemoveAll("uploads"), root.MkdirAll("uploads", 0o700), root.MkdirAll("files", 0o700))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("making the folders of files: %w", err), root.Close())
	}
	return f, nil
}

// folder is where a room's files lie. File systems that do not tell upper from lower case keep it apart from all others.
func folder(room string) string {
	sum := sha256.Sum256([]byte(room))
	return path.Join("files", hex.EncodeToString(sum[:16]))
}

// newFileID is unguessable, though who asks has to be let in the room as well.
func newFileID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return hex.EncodeToString(b[:])
}

var fileID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Send marks a file as carried by a message of by's, to all or privately to one, and tells what it is. It is
// not found when it is not whole, not by's, or carried by another message already. fresh: it was not carried before.
func (f *Files) Send(room, id string, by, to meeting.Who, message string) (file meeting.File, fresh bool, err error) {
	n, err := f.change(room, id, func(n *note) error {
		if n.By != by || n.Sent != "" && (n.Sent != message || n.To != to) {
			return errNoFile
		}
		if _, err := f.root.Stat(path.Join(folder(room), id)); err != nil {
			return errNoFile // a process was killed before it was whole
		}
		fresh = n.Sent == ""
		n.Sent, n.To = message, to
		return nil
	})
	return n.File, fresh, err
}

// Unsend takes Send back: the message was not kept.
func (f *Files) Unsend(room, id string) error {
	_, err := f.change(room, id, func(n *note) error { n.Sent, n.To = "", ""; return nil })
	return err
}

// Open gives a file's content to somebody in the room who may have it. The caller closes it.
func (f *Files) Open(room, id string, who meeting.Who) (*os.File, meeting.File, error) {
	n, err := f.note(room, id)
	if err != nil {
		return nil, meeting.File{}, err
	}
	if who != n.By && (n.Sent == "" || n.To != "" && who != n.To) {
		return nil, meeting.File{}, errNoFile
	}
	content, err := f.root.Open(path.Join(folder(room), id))
	if err != nil {
		return nil, meeting.File{}, fmt.Errorf("opening a file: %w", err)
	}
	return content, n.File, nil
}

// Remove removes a file. It is no error when it is not there.
func (f *Files) Remove(room, id string) error {
	if !fileID.MatchString(id) {
		return nil
	}
	for _, name := range []string{id, id + ".json"} { // the content first: without it the note is nothing
		if err := f.root.Remove(path.Join(folder(room), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing a file: %w", err)
		}
	}
	return f.sync(folder(room))
}

// RemoveAll removes all files of a room, and what is being sent to it.
func (f *Files) RemoveAll(room string) error {
	f.drop(func(u *upload) bool { return u.room == room })
	if err := f.root.RemoveAll(folder(room)); err != nil {
		return fmt.Errorf("removing a room's files: %w", err)
	}
	return f.sync("files")
}

// taken is how much of its space a room's whole files have used.
func (f *Files) taken(room string) (int64, error) {
	entries, err := fs.ReadDir(f.root.FS(), folder(room))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking through a room's files: %w", err)
	}
	sum := int64(0)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && fileID.MatchString(e.Name()) {
			sum += cost(info.Size())
		}
	}
	return sum, nil
}

// cost is what a file of this size counts as.
func cost(size int64) int64 { return max(size, fileCost) }

// note reads what is known of a file.
func (f *Files) note(room, id string) (note, error) {
	if !fileID.MatchString(id) {
		return note{}, errNoFile
	}
	return f.read(path.Join(folder(room), id+".json"))
}

func (f *Files) read(name string) (note, error) {
	data, err := f.root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return note{}, errNoFile
	}
	var n note
	if err == nil {
		err = json.Unmarshal(data, &n)
	}
	if err != nil {
		return n, fmt.Errorf("reading what is known of a file: %w", err)
	}
	return n, nil
}

// change amends a file's note. One at a time: two messages may not both carry a file.
func (f *Files) change(room, id string, edit func(*note) error) (note, error) {
	f.notes <- struct{}{}
	defer func() { <-f.notes }()
	n, err := f.note(room, id)
	if err != nil {
		return n, err
	}
	if err := edit(&n); err != nil {
		return n, err
	}
	return n, f.write(path.Join(folder(room), id+".json"), n)
}

// write puts a note on the disk, whole or not at all.
func (f *Files) write(name string, n note) error {
	data, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("encoding what is known of a file: %w", err)
	}
	if err := f.writeThrough(name+".new", data); err != nil {
		return full(fmt.Errorf("writing what is known of a file: %w", err))
	}
	if err := f.root.Rename(name+".new", name); err != nil {
		return full(fmt.Errorf("writing what is known of a file: %w", err))
	}
	return f.sync(path.Dir(name))
}

func (f *Files) writeThrough(name string, data []byte) error {
	file, err := f.root.Create(name)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// sync makes what was put into a folder, or taken out of it, outlive a loss of power.
func (f *Files) sync(dir string) error {
	d, err := f.root.Open(filepath.FromSlash(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("writing a folder: %w", err)
	}
	_ = d.Sync() // some systems cannot, and do not need to
	return d.Close()
}

// full makes an error that people understand of a disk that is full.
func full(err error) error {
	if isDiskFull(err) {
		return errDiskFull
	}
	return err
}
