//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// janusTarget is a Janus with its video room plugin, over its WebSocket API.
type janusTarget struct{ url string }

// janusRoom is the room that the bench's configuration has.
const janusRoom = 1

// keepalivePause is well within the minute after which Janus ends a silent session.
const keepalivePause = 20 * time.Second

// janusMessage is what comes back.
type janusMessage struct {
	Janus string
	Data  struct{ ID uint64 }
	Error struct{ Reason string }
	// Plugindata holds what the plugin says.
	Plugindata struct {
		Data struct {
			ID    uint64 // of a publisher's feed
			Error string
		}
	}
	Jsep struct{ SDP string }
}

// janusSession is a member's: one transport to send, another to receive, as Janus has it.
type janusSession struct {
	ws      *websocket.Conn
	member  *member
	answers chan janusMessage
	up      chan struct{} // Janus has seen that the transport stands: before, nobody finds the feed
	next    int
	id      uint64
	feed    string
}

// join makes a session, and for a sender its feed.
func (t *janusTarget) join(ctx context.Context, m *member) (session, error) {
	ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(t.url, "http"), &websocket.DialOptions{Subprotocols: []string{"janus-protocol"}})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(16 << 20)
	s := &janusSession{ws: ws, member: m, answers: make(chan janusMessage, 16), up: make(chan struct{}, 4)}
	go s.read(ctx) // ends with the connection
	created, err := s.request(ctx, "create", 0, nil)
	if err != nil {
		return nil, err
	}
	s.id = created.Data.ID
	go s.keepAlive(ctx) // ends with ctx
	if !m.sends {
		return s, nil
	}
	return s, s.publish(ctx)
}

// read passes answers to requests on: events that come unasked have no transaction.
func (s *janusSession) read(ctx context.Context) {
	defer close(s.answers)
	for {
		_, frame, err := s.ws.Read(ctx)
		if err != nil {
			return
		}
		var m struct {
			janusMessage
			Transaction string
		}
		if json.Unmarshal(frame, &m) != nil {
			continue
		}
		if m.Janus == "webrtcup" {
			s.up <- struct{}{}
		} else if m.Transaction != "" && m.Transaction != "alive" && m.Janus != "ack" {
			s.answers <- m.janusMessage
		}
	}
}

func (s *janusSession) keepAlive(ctx context.Context) {
	for {
		select {
		case <-time.After(keepalivePause):
		case <-ctx.Done():
			return
		}
		if s.send(ctx, "keepalive", 0, "alive", nil) != nil {
			return
		}
	}
}

func (s *janusSession) send(ctx context.Context, what string, handle uint64, transaction string, more map[string]any) error {
	all := map[string]any{"janus": what, "transaction": transaction}
	if s.id != 0 {
		all["session_id"] = s.id
	}
	if handle != 0 {
		all["handle_id"] = handle
	}
	for key, value := range more {
		all[key] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return s.ws.Write(ctx, websocket.MessageText, text)
}

// request sends and waits for the answer. One is under way at a time.
func (s *janusSession) request(ctx context.Context, what string, handle uint64, more map[string]any) (m janusMessage, err error) {
	s.next++
	if err := s.send(ctx, what, handle, strconv.Itoa(s.next), more); err != nil {
		return m, fmt.Errorf("%s: %w", what, err)
	}
	m, ok := <-s.answers
	switch {
	case !ok:
		return m, fmt.Errorf("%s: the session ended", what)
	case m.Error.Reason != "":
		return m, fmt.Errorf("%s: %s", what, m.Error.Reason)
	case m.Plugindata.Data.Error != "":
		return m, fmt.Errorf("%s: %s", what, m.Plugindata.Data.Error)
	}
	return m, nil
}

// handle attaches to the video room.
func (s *janusSession) handle(ctx context.Context) (uint64, error) {
	m, err := s.request(ctx, "attach", 0, map[string]any{"plugin": "janus.plugin.videoroom"})
	return m.Data.ID, err
}

// publish offers what the member sends.
func (s *janusSession) publish(ctx context.Context) error {
	h, err := s.handle(ctx)
	if err != nil {
		return err
	}
	c := s.member.newClient()
	s.member.from = c
	c.sound, c.picture = c.newOutgoing(opusPT), c.newOutgoing(vp8PT)
	c.sound.level = levelID
	m, err := s.request(ctx, "message", h, map[string]any{
		"body": map[string]any{"request": "joinandconfigure", "room": janusRoom, "ptype": "publisher", "audio": true, "video": true},
		"jsep": map[string]any{"type": "offer", "sdp": c.describe([]mline{{"audio", "sendonly", "0", c.sound}, {"video", "sendonly", "1", c.picture}})},
	})
	if err != nil {
		return err
	}
	s.feed = strconv.FormatUint(m.Plugindata.Data.ID, 10)
	r, err := readRemote(m.Jsep.SDP)
	if err != nil {
		return err
	}
	if err := c.connect(ctx, r); err != nil {
		return err
	}
	select {
	case <-s.up:
		return nil
	case <-time.After(connectTimeout):
		return errors.New("no word that the feed is up")
	}
}

func (s *janusSession) track() string { return s.feed }

func (s *janusSession) leave(ctx context.Context) error {
	defer func() { _ = s.ws.CloseNow() }() // whoever has gone needs no goodbye
	_, err := s.request(ctx, "destroy", 0, nil)
	return err
}

// watch answers the offer of all feeds.
func (s *janusSession) watch(ctx context.Context, feeds []string) error {
	if len(feeds) == 0 {
		return nil
	}
	h, err := s.handle(ctx)
	if err != nil {
		return err
	}
	var streams []map[string]any
	for _, f := range feeds {
		streams = append(streams, map[string]any{"feed": json.Number(f)})
	}
	m, err := s.request(ctx, "message", h, map[string]any{"body": map[string]any{"request": "join", "room": janusRoom, "ptype": "subscriber", "streams": streams}})
	if err != nil {
		return err
	}
	r, err := readRemote(m.Jsep.SDP)
	if err != nil {
		return err
	}
	c := s.member.newClient()
	c.controlled = true // who offers controls (RFC 8445 §6.1.1)
	s.member.receives = c
	for _, ssrc := range r.ssrcs {
		c.expect(ssrc)
	}
	var lines []mline
	for i, mid := range r.mids {
		lines = append(lines, mline{r.media[i], "recvonly", mid, nil})
	}
	if _, err := s.request(ctx, "message", h, map[string]any{
		"body": map[string]any{"request": "start"}, "jsep": map[string]any{"type": "answer", "sdp": c.describe(lines)},
	}); err != nil {
		return err
	}
	return c.connect(ctx, r)
}
