//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/coder/websocket"
)

// refusal is what the server says instead of yes.
type refusal struct{ Code, Text, Reason string }

func (r *refusal) Error() string { return r.Text + " (" + r.Code + ")" }

// noom is a session over Noom's /ws (protocol/PROTOCOL.md).
type noom struct {
	ws   *websocket.Conn
	acks chan json.RawMessage
	next int
}

func dialNoom(ctx context.Context, url string) (*noom, error) {
	ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "http")+"/ws", nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(16 << 20)
	n := &noom{ws: ws, acks: make(chan json.RawMessage, 1)}
	go n.read(ctx) // ends with the connection
	return n, nil
}

// read passes acknowledgements on; of events none matters here.
func (n *noom) read(ctx context.Context) {
	defer close(n.acks)
	for {
		_, frame, err := n.ws.Read(ctx)
		if err != nil {
			return
		}
		var parts []json.RawMessage
		if strings.HasPrefix(string(frame[:min(8, len(frame))]), `["ack"`) && json.Unmarshal(frame, &parts) == nil && len(parts) == 3 {
			n.acks <- parts[1]
		}
	}
}

// request sends an event and reads its acknowledgement. One is under way at a time.
func (n *noom) request(ctx context.Context, name string, data, answer any) error {
	n.next++
	text, err := json.Marshal([]any{name, data, n.next})
	if err != nil {
		return err
	}
	if err := n.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	ack, ok := <-n.acks
	if !ok {
		return fmt.Errorf("%s: the session ended", name)
	}
	var result struct {
		OK    bool
		Error refusal
	}
	if err := json.Unmarshal(ack, &result); err != nil {
		return err
	}
	if !result.OK {
		return fmt.Errorf("%s: %w", name, &result.Error)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(ack, answer)
}

// roomSize is how many share a room where nobody sends: fewer than the 500 that a room holds.
const roomSize = 250

// noomTarget is a Noom under measurement.
type noomTarget struct {
	url   string
	slots int // of pictures
	idle  bool
}

// noomSession is a member's.
type noomSession struct {
	*noom
	slots  int
	camera string
}

// join brings a member in: one transport for what it sends and receives.
func (t *noomTarget) join(ctx context.Context, m *member) (session, error) {
	n, err := dialNoom(ctx, t.url)
	if err != nil {
		return nil, err
	}
	if err := n.request(ctx, "connect", map[string]any{"room": t.room(m), "name": fmt.Sprint("Bot ", m.number)}, nil); err != nil {
		return nil, err
	}
	c := m.newClient()
	m.receives = c
	var answer struct{ SDP string }
	if err := n.request(ctx, "offer", map[string]string{"sdp": c.describe(t.lines(m, c))}, &answer); err != nil {
		return nil, err
	}
	r, err := readRemote(answer.SDP)
	if err != nil {
		return nil, err
	}
	for _, ssrc := range r.ssrcs {
		c.expect(ssrc)
	}
	if err := c.connect(ctx, r); err != nil {
		return nil, err
	}
	return t.enter(ctx, n, m.sends)
}

// room is the same for all who send or watch. Where nobody does, more come than a room holds.
func (t *noomTarget) room(m *member) string {
	if !t.idle {
		return "bench"
	}
	return fmt.Sprint("bench", m.number/roomSize)
}

func (t *noomTarget) lines(m *member, c *client) []mline {
	var lines []mline
	if m.sends {
		m.from = c
		c.sound, c.picture = c.newOutgoing(opusPT), c.newOutgoing(vp8PT)
		c.sound.level = levelID
		lines = append(lines, mline{"audio", "sendonly", "", c.sound}, mline{"video", "sendonly", "", c.picture})
	}
	for range 4 {
		lines = append(lines, mline{"audio", "recvonly", "", nil})
	}
	for range t.slots {
		lines = append(lines, mline{"video", "recvonly", "", nil})
	}
	for i := range lines {
		lines[i].mid = strconv.Itoa(i)
	}
	return lines
}

// enter takes a seat, and says what the member shows.
func (t *noomTarget) enter(ctx context.Context, n *noom, sends bool) (session, error) {
	var snapshot struct{ You struct{ Seat uint32 } }
	if err := n.request(ctx, "join", struct{}{}, &snapshot); err != nil {
		return nil, err
	}
	s := &noomSession{noom: n, slots: t.slots}
	if !sends {
		return s, nil
	}
	s.camera = strconv.FormatUint(uint64(snapshot.You.Seat)<<2|1, 10)
	for _, track := range []string{"microphone", "camera"} {
		if err := n.request(ctx, "publish", map[string]string{"track": track, "state": "on"}, nil); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *noomSession) track() string { return s.camera }

func (s *noomSession) leave(ctx context.Context) error {
	defer func() { _ = s.ws.CloseNow() }() // whoever has gone needs no goodbye
	return s.request(ctx, "leave", struct{}{}, nil)
}

// watch asks for cameras.
func (s *noomSession) watch(ctx context.Context, cameras []string) error {
	tiles := []map[string]any{}
	for _, w := range cameras[:min(len(cameras), s.slots)] {
		tiles = append(tiles, map[string]any{"track": json.Number(w), "width": 1280, "height": 720})
	}
	return s.request(ctx, "view", map[string]any{"tracks": tiles}, nil)
}
