package signal

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
)

const examples = "../../protocol/examples"

func example(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examples, path))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// names lists the examples in a directory, without ".json".
func names(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(examples, dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples in %s: %v", dir, err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	return files
}

// sameJSON tells what differs between an example and our encoding of what we read from it: a field that we do not
// know is lost on the way, one that the example lacks appears.
func sameJSON(t *testing.T, example []byte, ours any) string {
	t.Helper()
	encoded, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(example, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatal(err)
	}
	return cmp.Diff(want, got)
}

func TestEveryRequestHasAnExampleThatDecodes(t *testing.T) {
	for _, event := range names(t, "client") {
		r, refusal := decodeRequest(event, example(t, "client/"+event+".json"))
		if refusal != nil {
			t.Errorf("%s: %v", event, refusal)
			continue
		}
		if d := sameJSON(t, example(t, "client/"+event+".json"), r); d != "" {
			t.Errorf("%s (-example +decoded):\n%s", event, d)
		}
	}
	for event := range requests {
		example(t, "client/"+event+".json")
	}
	hello, refusal := decodeHello(example(t, "connect.json"))
	if refusal != nil || hello.Room != "아침-회의" || hello.Key == "" || hello.Browser == "" || hello.Link == "" || *hello.Last != 41 {
		t.Errorf("connect: %+v, %v", hello, refusal)
	}
}

func TestEveryAcknowledgementIsAsItsExample(t *testing.T) {
	acks := map[string]any{
		"offer": &ackOffer{}, "join": &ackJoin{}, "chat": &ackChat{}, "error": &ackError{}, "network": &ackNetwork{},
		"join-wait": &ackWait{}, "link": &ackLink{}, "history": &ackHistory{},
	}
	for event := range requests { // most say nothing more
		if _, more := acks[event]; !more {
			acks[event] = &ackDone{}
		}
	}
	for _, event := range names(t, "ack") {
		ack, ok := acks[event]
		if !ok {
			t.Errorf("nothing is acknowledged as %s", event)
			continue
		}
		data := example(t, "ack/"+event+".json")
		if err := json.Unmarshal(data, ack); err != nil {
			t.Errorf("%s: %v", event, err)
		}
		if d := sameJSON(t, data, ack); d != "" {
			t.Errorf("%s (-example +ours):\n%s", event, d)
		}
		delete(acks, event)
	}
	for event := range acks {
		t.Errorf("ack/%s.json is missing", event)
	}
}

func TestARefusedConnectIsAsItsExample(t *testing.T) {
	type connectError struct { // as socketio writes it
		Message string         `json:"message"`
		Data    *meeting.Error `json:"data"`
	}
	var e connectError
	data := example(t, "connect-error.json")
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if d := sameJSON(t, data, e); d != "" || e.Data.Reason != meeting.ByBan {
		t.Errorf("%s (-example +ours):\n%s", e.Data.Code, d)
	}
}
