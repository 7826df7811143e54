package rooms

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/internal/sfu"
)

func TestEveryEventIsAsItsExample(t *testing.T) {
	events := map[string]meeting.Event{}
	for _, e := range []meeting.Event{
		&sessionEvent{}, &slotsEvent{}, &pausedEvent{}, &layersEvent{}, &meeting.Inside{}, &meeting.Joined{}, &meeting.Left{}, &meeting.Updated{},
		&meeting.Speaking{}, &meeting.Said{}, &meeting.Amended{}, &meeting.SettingsChanged{}, &meeting.Ended{},
		&meeting.MeetingChanged{}, &meeting.WaitingChanged{}, &meeting.Admitted{}, &meeting.Asked{}, &meeting.Silenced{},
		&meeting.Reacted{},
	} {
		events[e.EventName()] = e
	}
	files, err := filepath.Glob("../../protocol/examples/server/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if name == "batch" {
			continue // see TestABatchIsAsItsExample
		}
		e, ok := events[name]
		if !ok {
			t.Errorf("no event is called %s", name)
			continue
		}
		delete(events, name)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, e); err != nil { // a field that we do not know is lost on the way
			t.Fatal(err)
		}
		if err := json.Unmarshal(encode(e), &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-example +ours):\n%s", name, d)
		}
	}
	for name := range events {
		t.Errorf("server/%s.json is missing", name)
	}
}

func TestABatchIsAsItsExample(t *testing.T) {
	example, err := os.ReadFile("../../protocol/examples/server/batch.json")
	if err != nil {
		t.Fatal(err)
	}
	var events struct{ Events [][2]json.RawMessage }
	var want, got any
	if err := errors.Join(json.Unmarshal(example, &events), json.Unmarshal(example, &want)); err != nil {
		t.Fatal(err)
	}
	var r room
	var list []*kept
	for _, e := range events.Events {
		list = append(list, &kept{strings.Trim(string(e[0]), `"`), e[1]})
	}
	first := r.batchOf(list)
	if err := json.Unmarshal(first, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-example +ours):\n%s", d)
	}
	if again := r.batchOf(slices.Clone(list)); &again[0] != &first[0] {
		t.Error("it is put together again for the next who gets it")
	}
	if other := r.batchOf(list[1:]); &other[0] == &first[0] {
		t.Error("another batch is taken for it")
	}
}

func TestBothCoresCountKindsAlike(t *testing.T) {
	for k := meeting.Microphone; k <= meeting.ScreenAudio; k++ {
		if ours, theirs := k.String(), sfu.Kind(k).String(); ours != theirs {
			t.Errorf("kind %d is %s in meeting and %s in sfu", k, ours, theirs)
		}
	}
}

func TestAnOutboxForgetsTheOldestBeyondItsBounds(t *testing.T) {
	var few, large outbox
	for range outboxEvents + 5 {
		few.add(&kept{"x", []byte("{}")})
	}
	for range 9 {
		large.add(&kept{"x", make([]byte, outboxBytes/8)})
	}
	for _, c := range []struct {
		what string
		of   *outbox
		n    uint64
		want int // -1: not all there
	}{
		{"nothing missed", &few, few.last, 0},
		{"one missed", &few, few.last - 1, 1},
		{"all that is kept", &few, 5, outboxEvents},
		{"one more than is kept", &few, 4, -1},
		{"from the future", &few, few.last + 1, -1},
		{"as many bytes as are kept", &large, 1, 8},
		{"more bytes than are kept", &large, 0, -1},
		{"a new session", &outbox{}, 0, 0},
	} {
		missed, ok := c.of.since(c.n)
		if ok != (c.want >= 0) || ok && len(missed) != c.want {
			t.Errorf("%s: %d, %v, want %d", c.what, len(missed), ok, c.want)
		}
	}
}
