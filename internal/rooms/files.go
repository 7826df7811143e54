package rooms

import (
	"context"
	"io"
	"net/netip"
	"os"
	"time"

	"noom/internal/meeting"
	"noom/internal/store"
)

const (
	// beginEvery and beginBurst bound the files that are begun from one address.
	beginEvery = time.Second
	beginBurst = 60
	// sendUnit, sendEvery and sendBurst bound what is sent from one address, in units of so many bytes: 1 GiB at once and 1 GiB
	// an hour, what a class behind one address may share; nobody fills the disk with it before others can look.
	sendUnit  = 64 << 10
	sendBurst = 1 << 30 / sendUnit
	sendEvery = time.Hour / sendBurst
	// lookUnit, lookEvery and lookBurst bound the time for which pictures from one address are decoded: ten seconds at once,
	// some sixty photographs, and then a tenth of a core.
	lookUnit  = 10 * time.Millisecond
	lookBurst = int(10 * time.Second / lookUnit)
	lookEvery = 10 * lookUnit
)

// ErrCutOff is in an error of Write when the body failed, not the disk.
var ErrCutOff = store.ErrCutOff

// errStranger refuses one who is not inside: a wrong key, one of another room, and one who was removed are the same.
var errStranger = &meeting.Error{Code: meeting.Forbidden, Text: "Join the meeting first."}

// errSent and errLooks refuse one who has to wait.
func errSent(wait time.Duration) *meeting.Error {
	return limited("Very much was sent from your network in the last hour. Wait before you send more.", wait)
}

func errLooks(wait time.Duration) *meeting.Error {
	return limited("Many pictures were sent from your network just now. Wait a moment.", wait)
}

// Visitor is somebody inside a room who wants to send or fetch files there.
type Visitor struct {
	rooms *Rooms
	room  string // id of the room
	who   meeting.Who
	life  context.Context
}

// Visit lets somebody at a room's files who is inside and knows their session's key. With writes they must be allowed to
// write in the chat.
func (r *Rooms) Visit(ctx context.Context, name string, key meeting.Key, writes bool) (Visitor, error) {
	name, refusal := meeting.RoomName(name)
	if refusal != nil {
		return Visitor{}, errStranger
	}
	open := r.find(name)
	if open == nil || key == "" {
		return Visitor{}, errStranger
	}
	v := Visitor{rooms: r}
	err := open.loop.Do(ctx, func(room *room) error {
		p, inside := room.meeting.Holder(key)
		if !inside {
			return errStranger
		}
		if writes {
			if refusal := room.meeting.MayWrite(p.ID); refusal != nil {
				return refusal
			}
		}
		v.room, v.who, v.life = room.record.ID, p.Who, room.client(p.ID).life
		return nil
	})
	return v, err
}

// Who is the visitor's browser.
func (v Visitor) Who() meeting.Who { return v.who }

// Life ends when the visitor's session is over: they were removed, did not come back, or left and closed the
// connection.
func (v Visitor) Life() context.Context { return v.life }

// Begin takes a place for a file and gives its id.
func (v Visitor) Begin(addr netip.Addr, name string, size int64) (string, error) {
	now, key := v.rooms.now(), try{from: Network(addr)}
	if wait := v.rooms.begins.take(now, key); wait > 0 {
		return "", errTries(wait)
	}
	if wait := v.rooms.sent.wait(now, key); wait > 0 {
		return "", errSent(wait)
	}
	id, err := v.rooms.config.Store.Files().Begin(v.room, v.who, name, size)
	if err == nil {
		v.rooms.sent.spend(now, key, int((size+sendUnit-1)/sendUnit)) // of a cancelled one too: it may have been written
	}
	return id, err
}

// Write adds to a file from offset on and tells how much is there then; the file when that is all. A wrong offset is a
// meeting.Error with Conflict, and the right one is told; one with Limited may come when all is there: then it is written to
// again, with nothing.
func (v Visitor) Write(addr netip.Addr, id string, offset int64, body io.Reader) (int64, *meeting.File, error) {
	return v.rooms.config.Store.Files().Write(v.room, id, v.who, offset, body, v.rooms.look(addr))
}

// look lets pictures from an address be looked at, for as long as is fair to the others.
func (r *Rooms) look(addr netip.Addr) store.Look {
	return func(work func()) error {
		began, key := r.now(), try{from: Network(addr)}
		if wait := r.looks.wait(began, key); wait > 0 {
			return errLooks(wait)
		}
		defer func() { r.looks.spend(began, key, 1+int(r.now().Sub(began)/lookUnit)) }() // of a decoder that panics too
		work()
		return nil
	}
}

// Offset tells how much of a file is there.
func (v Visitor) Offset(id string) (int64, error) {
	return v.rooms.config.Store.Files().Offset(v.room, id, v.who)
}

// Cancel removes a file of the visitor's that no message carries.
func (v Visitor) Cancel(id string) error {
	return v.rooms.config.Store.Files().Cancel(v.room, id, v.who)
}

// Open gives a file that the visitor may have. The caller closes it.
func (v Visitor) Open(id string) (*os.File, meeting.File, error) {
	return v.rooms.config.Store.Files().Open(v.room, id, v.who)
}
