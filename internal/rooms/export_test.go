package rooms

import (
	"context"
	"time"

	"noom/internal/media"
)

// OutboxEvents is how many events a client may catch up on.
const OutboxEvents = outboxEvents

// Advance lets time pass in all rooms at once. Nobody may use the rooms meanwhile.
func (r *Rooms) Advance(d time.Duration) {
	clock := r.now
	r.each(func(*room) { r.now = func() time.Time { return clock().Add(d) } })
	r.each(func(*room) {}) // the loop sets its timer anew after each task
}

// Finish waits until all rooms have done what they are doing: events are told before the last of their turn is done.
func (r *Rooms) Finish() { r.each(func(*room) {}) }

// Break makes a room's goroutine panic.
func (r *Rooms) Break() { r.each(func(*room) { panic("a fault of ours") }) }

// EndMedia ends a room's media under it.
func (r *Rooms) EndMedia() { r.each(func(r *roomState) { r.media.Close() }) }

// each runs f in every open room, one after the other.
func (r *Rooms) each(f func(*room)) {
	r.mu.Lock()
	var open []*room
	for _, room := range r.open {
		open = append(open, room)
	}
	r.mu.Unlock()
	for _, room := range open {
		_ = room.loop.Do(context.Background(), func(r *roomState) error { f(r); return nil })
	}
}

type roomState = room // each has a variable named room

// RoomEnded is closed when the session's room is out of the directory.
func (s *Session) RoomEnded() <-chan struct{} { return s.room.loop.Ended() }

// LosePeers has media give up all peers. told: the rooms have heard of it.
func (r *Rooms) LosePeers(told bool) {
	r.each(func(r *roomState) {
		for id := range r.peers {
			r.removePeer(id)
			if told {
				r.mediaEvents(media.Event{Kind: media.PeerLost, Peer: id})
			}
		}
	})
}

// LinkKey is the key of a link to the room with this id.
func (r *Rooms) LinkKey(room, link string) string { return r.keys.link(room, link) }

// Sweep erases what is not kept any more.
func (r *Rooms) Sweep(ctx context.Context) error { return r.sweep(ctx) }

// HoldChat keeps the room's chat from being written and read until release is called.
func (s *Session) HoldChat() (release func()) {
	held := make(chan struct{})
	_ = s.room.loop.Do(context.Background(), func(r *room) error {
		return r.chat.do(func(context.Context) { <-held })
	})
	return func() { close(held) }
}

// SetFull says whether the node has room, in place of media. Call it before anybody connects.
func (r *Rooms) SetFull(full func() bool) { r.full = full }
