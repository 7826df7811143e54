package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"noom/internal/meeting"
)

const (
	chatStreamName = "chat"
	// chatPerRoom is how many messages of a room are kept. A newcomer sees the last 200; five times that lets a
	// later page scroll back, and opening a room reads at most this many (a few milliseconds).
	chatPerRoom = 1000
	// repeatWindow is how long a message sent again is known to be the same. A client repeats itself after an
	// outage; the longest that it is meant to survive is 2 minutes.
	repeatWindow = 10 * time.Minute
)

func chatStream() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:              chatStreamName,
		Description:       "chat of all rooms, a subject for each",
		Subjects:          []string{"chat.*"},
		MaxMsgsPerSubject: chatPerRoom,
		Duplicates:        repeatWindow,
		Storage:           jetstream.FileStorage,
		AllowDirect:       true, // reading needs no consumer
		Compression:       jetstream.S2Compression,
	}
}

// token turns a room's id or name into one token of a subject: those hold dots and any script, subjects do not.
func token(room string) string { return base64.RawURLEncoding.EncodeToString([]byte(room)) }

// Append keeps a message of the room and returns it with its Seq once it is on the disk. A message whose ID the room
// has seen within repeatWindow is not kept again: Append then returns the one that was, or a meeting.Error with
// Conflict when the two differ. After any other error the message may or may not be kept; repeating it tells.
func (s *Store) Append(ctx context.Context, room string, m meeting.Message) (meeting.Message, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return m, fmt.Errorf("encoding a chat message: %w", err)
	}
	subject := token(room)
	ack, err := s.stream.Publish(ctx, "chat."+subject, data, jetstream.WithMsgID(subject+" "+m.ID))
	if err != nil {
		return m, fmt.Errorf("keeping a chat message: %w", err)
	}
	if !ack.Duplicate {
		m.Seq = ack.Sequence
		return m, nil
	}
	kept, err := s.message(ctx, ack.Sequence)
	if err != nil {
		return m, err
	}
	if kept.Text != m.Text {
		return m, &meeting.Error{Code: meeting.Conflict, Text: "Another message has this id already."}
	}
	return kept, nil
}

// message reads the chat message with this Seq.
func (s *Store) message(ctx context.Context, seq uint64) (meeting.Message, error) {
	stream, err := s.stream.Stream(ctx, chatStreamName)
	if err != nil {
		return meeting.Message{}, fmt.Errorf("reaching the chat stream: %w", err)
	}
	raw, err := stream.GetMsg(ctx, seq)
	if err != nil {
		return meeting.Message{}, fmt.Errorf("reading chat message %d: %w", seq, err)
	}
	return decodeMessage(raw.Data, raw.Sequence)
}

func decodeMessage(data []byte, seq uint64) (meeting.Message, error) {
	var m meeting.Message
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("decoding chat message %d: %w", seq, err)
	}
	m.Seq = seq
	return m, nil
}

// History reads the last messages of the room, at most limit of them, oldest first.
func (s *Store) History(ctx context.Context, room string, limit int) ([]meeting.Message, error) {
	messages := make([]meeting.Message, 0, limit)
	for from := uint64(1); from != 0; {
		var err error
		messages, from, err = s.readFrom(ctx, room, from, messages)
		if err != nil {
			return nil, fmt.Errorf("reading a room's chat: %w", err)
		}
		if n := len(messages); n > limit {
			messages = append(messages[:0], messages[n-limit:]...)
		}
	}
	return messages, nil
}

// readFrom appends the room's messages with a Seq of at least from, as many as the server gives at once, and returns
// where to go on; 0 when there are no more. This is JetStream's batched direct get (ADR-31), for which nats.go has no
// call: the answers come as one message each, then one without data and with status 204.
func (s *Store) readFrom(ctx context.Context, room string, from uint64, messages []meeting.Message) ([]meeting.Message, uint64, error) {
	request, err := json.Marshal(map[string]any{"batch": chatPerRoom, "seq": from, "next_by_subj": "chat." + token(room)})
	if err != nil {
		return nil, 0, err
	}
	inbox := s.conn.NewInbox()
	answers, err := s.conn.SubscribeSync(inbox)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = answers.Unsubscribe() }() // fails only with the connection
	if err := s.conn.PublishRequest("$JS.API.DIRECT.GET."+chatStreamName, inbox, request); err != nil {
		return nil, 0, err
	}
	last := from
	for {
		answer, err := answers.NextMsgWithContext(ctx)
		if err != nil {
			return nil, 0, err
		}
		switch status := answer.Header.Get("Status"); status {
		case "":
			if last, err = strconv.ParseUint(answer.Header.Get(jetstream.SequenceHeader), 10, 64); err != nil {
				return nil, 0, fmt.Errorf("answer without a sequence: %w", err)
			}
			m, err := decodeMessage(answer.Data, last)
			if err != nil {
				return nil, 0, err
			}
			messages = append(messages, m)
		case "404": // none
			return messages, 0, nil
		case "204": // end of batch
			if pending(answer) == 0 {
				return messages, 0, nil
			}
			return messages, last + 1, nil
		default:
			return nil, 0, fmt.Errorf("status %s %s", status, answer.Header.Get("Description"))
		}
	}
}

// pending is how many more messages the server says there are.
func pending(answer *nats.Msg) uint64 {
	n, err := strconv.ParseUint(answer.Header.Get("Nats-Num-Pending"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
