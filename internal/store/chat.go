package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"noom/internal/meeting"
)

const (
	// chatPerRoom is how many messages of a room are kept, the newest ones: Trim sees to it. Up to chatMost may lie
	// there meanwhile; a room that gets there says nothing more before it has been trimmed.
	chatPerRoom = 50_000
	chatMost    = 60_000
	// repeatWindow is how long a message sent again is known to be the same. A client repeats itself after an
	// outage; the longest that it is meant to survive is 2 minutes.
	repeatWindow = 10 * time.Minute
	// amendTries bounds how often an amendment begins anew because another one came between.
	amendTries = 16
)

// Two streams hold the chat. A message has its place, and its Seq, in the first for as long as it is kept. What becomes
// of it later (edited, deleted, reactions) is one entry of the second, under its Seq: the newest version of it, whole.
const (
	messages   = "messages"
	amendments = "amendments"
)

func messageStream() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:                 messages,
		Description:          "chat of all rooms, a subject for each",
		Subjects:             []string{"message.*"},
		MaxMsgsPerSubject:    chatMost,
		Discard:              jetstream.DiscardNew,
		DiscardNewPerSubject: true,
		Duplicates:           repeatWindow,
		Storage:              jetstream.FileStorage,
		AllowDirect:          true, // reading needs no consumer
	}
}

func amendmentStream() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:              amendments,
		Description:       "what became of chat messages, a subject for each that was changed",
		Subjects:          []string{"amendment.*.*"},
		MaxMsgsPerSubject: 1,
		Storage:           jetstream.FileStorage,
		AllowDirect:       true,
	}
}

var (
	errNoMessage = &meeting.Error{Code: meeting.NotFound, Text: "This message is not there any more."}
	errChatFull  = &meeting.Error{Code: meeting.Full, Text: "This room's chat is full."}
)

// token turns a room's id or name into one token of a subject: those hold dots and any script, subjects do not.
func token(room string) string { return base64.RawURLEncoding.EncodeToString([]byte(room)) }

func messageSubject(token string) string { return "message." + token }

func amendmentSubject(token string, seq uint64) string {
	return "amendment." + token + "." + strconv.FormatUint(seq, 10)
}

// Append keeps a message of the room and returns it with its Seq once it is on the disk. A message whose ID the room
// has seen within repeatWindow is not kept again: Append then returns the one that was, as it is now, or a
// meeting.Error with Conflict when the two differ. After any other error the message may or may not be kept; repeating
// it tells.
func (s *Store) Append(ctx context.Context, room string, m meeting.Message) (meeting.Message, error) {
	token := token(room)
	ack, err := s.publish(ctx, token, m, jetstream.WithMsgID(token+" "+m.ID))
	if isFull(err) {
		return m, errChatFull
	}
	if err != nil {
		return m, err
	}
	if !ack.Duplicate {
		m.Seq = ack.Sequence
		return m, nil
	}
	kept, err := s.Message(ctx, room, ack.Sequence)
	if err != nil {
		return m, err
	}
	if !repeats(m, kept) {
		return m, &meeting.Error{Code: meeting.Conflict, Text: "Another message has this id already."}
	}
	return kept, nil
}

// repeats tells whether a message is one that is kept already, said once more. Of one that was changed meanwhile only the
// browser that said it is known.
func repeats(m, kept meeting.Message) bool {
	if kept.Edited != 0 || kept.Deleted {
		return kept.From.Who == m.From.Who
	}
	if (kept.File == nil) != (m.File == nil) || m.File != nil && m.File.ID != kept.File.ID {
		return false
	}
	return kept.Text == m.Text && (kept.To == nil) == (m.To == nil) && (m.To == nil || m.To.Who == kept.To.Who)
}

// publish seals a message and writes it to its stream.
func (s *Store) publish(ctx context.Context, token string, m meeting.Message, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	at, k, err := s.newKey(ctx, token)
	if err != nil {
		return nil, err
	}
	e, err := seal(at, k, token, m)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encoding a chat message: %w", err)
	}
	ack, err := s.stream.Publish(ctx, messageSubject(token), data, opts...)
	if err != nil {
		return nil, fmt.Errorf("keeping a chat message: %w", err)
	}
	return ack, nil
}

func isFull(err error) bool {
	refusal := new(jetstream.APIError)
	return errors.As(err, &refusal) && refusal.Description == "maximum messages per subject exceeded"
}

// Message reads a message as it is now. It returns a meeting.Error with NotFound when the room has none with this Seq.
func (s *Store) Message(ctx context.Context, room string, seq uint64) (meeting.Message, error) {
	token := token(room)
	v, err := s.version(ctx, token, seq)
	if err != nil {
		return meeting.Message{}, err
	}
	return s.opened(ctx, token, v)
}

// version is the newest state of one message.
type version struct {
	envelope
	seq      uint64 // the message's own
	revision uint64 // its amendment's place; 0 when it was never amended
}

// version finds a message's newest version.
func (s *Store) version(ctx context.Context, token string, seq uint64) (version, error) {
	if seq == 0 {
		return version{}, errNoMessage
	}
	subject := amendmentSubject(token, seq)
	found, err := s.lasts(ctx, amendments, []string{subject})
	if err != nil {
		return version{}, fmt.Errorf("reading chat message %d: %w", seq, err)
	}
	newest, amended := found[subject]
	if !amended {
		there := false
		_, err := s.get(ctx, messages, directGet{Seq: seq}, func(e entry) error {
			newest, there = e, e.subject == messageSubject(token)
			return nil
		})
		if err != nil {
			return version{}, fmt.Errorf("reading chat message %d: %w", seq, err)
		}
		if !there {
			return version{}, errNoMessage
		}
	}
	e, err := decodeEnvelope(newest)
	v := version{envelope: e, seq: seq}
	if amended {
		v.revision = newest.seq
	}
	return v, err
}

// opened reads what a version says.
func (s *Store) opened(ctx context.Context, token string, v version) (meeting.Message, error) {
	keys, err := s.keysAt(ctx, token, []slot{v.Key})
	if err != nil {
		return meeting.Message{}, err
	}
	m, err := v.open(keys[v.Key], token, v.seq)
	if errors.Is(err, errErased) {
		return m, errNoMessage
	}
	return m, err
}

// Amend changes a message and returns it as it is then, once that is on the disk, and the text that it had cannot be
// read any more. change gets the message as it is and says what becomes of it; it may be called again when another
// amendment came between. Its error ends the amendment and is returned as it is.
func (s *Store) Amend(ctx context.Context, room string, seq uint64, change func(meeting.Message) (meeting.Message, error)) (meeting.Message, error) {
	token := token(room)
	for range amendTries {
		before, err := s.version(ctx, token, seq)
		if err != nil {
			return meeting.Message{}, err
		}
		m, err := s.opened(ctx, token, before)
		if err != nil {
			return m, err
		}
		changed, err := change(m)
		if err != nil {
			return m, err
		}
		if reflect.DeepEqual(changed, m) { // done before, but perhaps not to its end
			return m, s.burn(ctx, token, before.Old)
		}
		if m.File != nil && changed.File == nil { // before it is said that it is gone
			if err := s.files.Remove(room, m.File.ID); err != nil {
				return m, err
			}
		}
		err = s.amend(ctx, token, before, changed, changed.Text == m.Text && !changed.Deleted)
		if !isWrongSequence(err) {
			changed.Seq = seq
			return changed, err
		}
	}
	return meeting.Message{}, fmt.Errorf("amending chat message %d: others amend it all the time", seq)
}

// amend writes a message's next version and erases the key of a text that it no longer has.
func (s *Store) amend(ctx context.Context, token string, before version, m meeting.Message, sameText bool) error {
	void, err := s.write(ctx, token, before, m, sameText)
	if err != nil {
		return err
	}
	return s.burn(ctx, token, void)
}

// write writes a message's next version and says which keys are to be erased.
func (s *Store) write(ctx context.Context, token string, before version, m meeting.Message, sameText bool) (void []slot, err error) {
	at, old := before.Key, before.Old
	if !sameText {
		if at, _, err = s.newKey(ctx, token); err != nil {
			return nil, err
		}
		old = []slot{before.Key}
	}
	keys, err := s.keysAt(ctx, token, []slot{at})
	if err != nil {
		return nil, err
	}
	e, err := seal(at, keys[at], token, m)
	if err != nil {
		return nil, err
	}
	e.Old = old
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encoding chat message %d: %w", before.seq, err)
	}
	_, err = s.stream.Publish(ctx, amendmentSubject(token, before.seq), data, jetstream.WithExpectLastSequencePerSubject(before.revision))
	if err != nil {
		return nil, fmt.Errorf("amending chat message %d: %w", before.seq, err)
	}
	return append(slices.Clone(before.Old), old...), nil
}
