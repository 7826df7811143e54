// Package socketio is an Engine.IO 4 and Socket.IO 5 server: an http.Handler that knows no rooms of ours.
//
// It speaks WebSocket and HTTP long-polling, lets a connection move from the second to the first, and carries events,
// acknowledgements both ways and binary attachments for any number of namespaces. Package signal owns the namespaces: it
// implements [Handler] and calls [Socket] and [Server]. The documents followed are engine.io-protocol v4 and
// socket.io-protocol v5.
//
// # Who owns what
//
// A connection (conn) is one Engine.IO session; a [Socket] is one namespace opened on it.
//
//   - Its incoming side belongs to whoever holds its turn: WebSocket's reader, the one POST being handled, or the goroutine
//     that ends it. Handlers are called with the turn, so a socket's Connect, Event and Disconnect never overlap.
//   - Its outgoing side is the outbox, a queue bounded in bytes that never blocks: full means that the client does not
//     read, and the connection is cut. A writer goroutine exists only while there is something to write.
//   - Which transport it has, and whether it has ended, is the link's.
//
// An idle WebSocket connection is therefore one goroutine, an idle polling connection none of ours beside its waiting GET.
//
// # Limits, and what happens beyond them
//
// Everything from outside is bounded by [Config]; whatever breaks the protocol or a bound ends the connection that sent
// it and no other. The rate of messages is bounded here and per connection, not in the handlers, because only here a
// message can be refused before it costs anything, and because several namespaces must not multiply the allowance. A token
// bucket (EventRate, EventBurst) is generous to a client that sends what it had saved up. Beyond it each event is
// refused: a handler that is also a [Limiter] gets to answer it. A client that goes on through RefusalBurst refusals is
// disconnected from its namespaces and closed with the reason "limited".
package socketio
