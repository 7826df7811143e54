package socketio

import (
	"errors"
	"net"
	"sync"

	"github.com/coder/websocket"
)

var (
	errNotPolling = errors.New("connection has ended or left polling")
	errOverlap    = errors.New("overlapping requests")
)

// A webSocket is a WebSocket and the TCP or TLS connection under it: closing that is the one way to end a WebSocket
// without waiting for anybody.
type webSocket struct {
	*websocket.Conn
	under net.Conn
}

func (ws *webSocket) cut() { _ = ws.under.Close() }

// A link is the transport of a connection: polling, at first or for good, or a WebSocket; and how the connection ended.
// It is a container and calls nobody.
type link struct {
	mu        sync.Mutex
	ws        *webSocket // the transport, once there is one
	probe     *webSocket // may become the transport
	upgrading bool
	polling   bool // a GET is waiting
	posting   bool // a POST is being read or handled
	ended     bool
	ending    ending
}

// An ending says how a connection ends.
type ending struct {
	reason string
	status websocket.StatusCode // for WebSocket's close frame
	cut    bool                 // without a goodbye: what waits is thrown away
}

// beginPoll claims the connection's only GET. Two at a time would each get some of the packets. One that comes after a
// civil end fetches the last of them.
func (l *link) beginPoll() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ws != nil || (l.ended && l.ending.cut):
		return errNotPolling
	case l.polling:
		return errOverlap
	}
	l.polling = true
	return nil
}

// beginPost claims the connection's only POST. Two at a time would have no order.
func (l *link) beginPost() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ws != nil || l.ended:
		return errNotPolling
	case l.posting:
		return errOverlap
	}
	l.posting = true
	return nil
}

func (l *link) endPoll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.polling = false
}

func (l *link) endPost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.posting = false
}

// beginUpgrade claims the connection's only upgrade.
func (l *link) beginUpgrade() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended || l.ws != nil || l.upgrading {
		return false
	}
	l.upgrading = true
	return true
}

// probing notes the WebSocket that may become the transport, so that it ends with the connection.
func (l *link) probing(ws *webSocket) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.probe = ws
	return !l.ended
}

// endUpgrade gives the upgrade up; polling goes on.
func (l *link) endUpgrade() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.upgrading, l.probe = false, nil
}

// adopt makes ws the transport.
func (l *link) adopt(ws *webSocket) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.upgrading, l.probe = false, nil
	if l.ended {
		return false
	}
	l.ws = ws
	return true
}

func (l *link) isUpgrading() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.upgrading
}

// socket returns the transport, nil while polling.
func (l *link) socket() *webSocket {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ws
}

// isWebSocket reports whether polling is over.
func (l *link) isWebSocket() bool { return l.socket() != nil }

// abandoned reports whether the client polls no more.
func (l *link) abandoned() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ws == nil && !l.polling
}

// end notes the ending and returns the WebSockets there are. Only the first call returns true.
func (l *link) end(e ending) (ws, probe *webSocket, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil, nil, false
	}
	l.ended, l.ending = true, e
	return l.ws, l.probe, true
}

// how returns the ending.
func (l *link) how() ending {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ending
}
