package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/coder/websocket"
)

// maxFrame bounds a signalling frame from the server: a snapshot of a large room, or an answer.
const maxFrame = 4 << 20

// event is one that the server sent.
type event struct {
	name string
	data json.RawMessage
}

// signalling is a session over /ws (protocol/PROTOCOL.md).
type signalling struct {
	ws     *websocket.Conn
	events chan event // while it is full, the socket is not read

	mu      sync.Mutex
	next    int
	waiting map[int]chan json.RawMessage
}

// dial opens a session. read must run for anything to come in.
func dial(ctx context.Context, server string) (*signalling, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	ws, _, err := websocket.Dial(ctx, u.JoinPath("/ws").String(), nil)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	ws.SetReadLimit(maxFrame)
	return &signalling{ws: ws, events: make(chan event, 256), waiting: make(map[int]chan json.RawMessage)}, nil
}

// read takes in what the server sends, until the connection ends. It closes events.
func (s *signalling) read(ctx context.Context) error {
	defer close(s.events)
	defer s.giveUp()
	for {
		_, frame, err := s.ws.Read(ctx)
		if err != nil {
			return fmt.Errorf("signalling: %w", err)
		}
		if err := s.take(ctx, frame); err != nil {
			return err
		}
	}
}

func (s *signalling) take(ctx context.Context, frame []byte) error {
	var parts []json.RawMessage
	var name string
	if err := json.Unmarshal(frame, &parts); err != nil || len(parts) < 2 || json.Unmarshal(parts[0], &name) != nil {
		return fmt.Errorf("signalling: server sent %.100q", frame)
	}
	switch name {
	case "ack":
		return s.takeAck(frame, parts)
	case "batch":
		return s.takeBatch(ctx, frame, parts[1])
	}
	return s.put(ctx, event{name, parts[1]})
}

func (s *signalling) put(ctx context.Context, e event) error {
	select {
	case s.events <- e:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// takeBatch takes in several events that came in one message.
func (s *signalling) takeBatch(ctx context.Context, frame []byte, data json.RawMessage) error {
	var batch struct{ Events [][]json.RawMessage }
	if err := json.Unmarshal(data, &batch); err != nil {
		return fmt.Errorf("signalling: server sent %.100q", frame)
	}
	for _, e := range batch.Events {
		var name string
		if len(e) != 2 || json.Unmarshal(e[0], &name) != nil {
			return fmt.Errorf("signalling: server sent %.100q", frame)
		}
		if err := s.put(ctx, event{name, e[1]}); err != nil {
			return err
		}
	}
	return nil
}

// takeAck hands an acknowledgement to whoever waits for it.
func (s *signalling) takeAck(frame []byte, parts []json.RawMessage) error {
	var id int
	if len(parts) < 3 || json.Unmarshal(parts[2], &id) != nil {
		return fmt.Errorf("signalling: acknowledgement without a number: %.100q", frame)
	}
	s.mu.Lock()
	waiting := s.waiting[id]
	delete(s.waiting, id)
	s.mu.Unlock()
	if waiting != nil {
		waiting <- parts[1]
	}
	return nil
}

// giveUp ends all who wait for an acknowledgement.
func (s *signalling) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, w := range s.waiting {
		close(w)
		delete(s.waiting, id)
	}
	s.waiting = nil
}

var errEnded = errors.New("signalling has ended")

// request sends an event and reads its acknowledgement into answer, which may be nil.
func (s *signalling) request(ctx context.Context, name string, data, answer any) error {
	done := make(chan json.RawMessage, 1)
	s.mu.Lock()
	if s.waiting == nil {
		s.mu.Unlock()
		return errEnded
	}
	s.next++
	id := s.next
	s.waiting[id] = done
	s.mu.Unlock()
	if err := s.write(ctx, []any{name, data, id}); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	select {
	case result, ok := <-done:
		if !ok {
			return fmt.Errorf("%s: %w", name, errEnded)
		}
		return readResult(name, result, answer)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
}

func (s *signalling) write(ctx context.Context, frame []any) error {
	text, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	return s.ws.Write(ctx, websocket.MessageText, text)
}

func readResult(name string, result json.RawMessage, answer any) error {
	var r struct {
		OK    bool
		Error struct{ Code, Text string }
	}
	if err := json.Unmarshal(result, &r); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !r.OK {
		return fmt.Errorf("%s: refused: %s (%s)", name, r.Error.Text, r.Error.Code)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(result, answer); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// close ends the session.
func (s *signalling) close() { _ = s.ws.CloseNow() }
