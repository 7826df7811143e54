// Package media is the host of sfu: it gives the router sockets, time, keys and neighbours.
//
// An Engine binds one UDP port and runs one worker per CPU core. A worker is two goroutines: a reader that takes
// datagrams off its socket in batches, and a loop that owns an sfu.Router and everything that belongs to the peers
// pinned to it. A datagram that lands on the wrong worker's socket is handed to its owner by the reader, which looks
// the sender up in the directory: by address, or by ufrag for a STUN check. A turn of the loop takes what has
// arrived, lets the router work, and sends what came out: everything due to one peer together.
//
// A worker that has long had much more to do than another gives peers to it, one at a time (balance.go, move.go).
//
// DTLS runs on goroutines of its own (handshake.go) and leaves nothing behind but SRTP keys and two small records.
// A Room is one meeting's view of all this; it may span workers, and then carries its router's wishes for pipes from
// one worker to the other. Package rooms is the caller; package app builds and runs the Engine.
//
// What is owned where: a peer's media state by its worker's loop; which peers, seats and pipes a room has by the
// room's goroutine. They meet in worker.do (room to worker) and in the room's mailbox (worker to room, never waiting).
package media
