package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// journal is a log that a test may read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func TestARoomIsMadeAndHostedAndNoKeyIsLogged(t *testing.T) {
	log := &journal{}
	s := serveLogging(t, local(t), slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	url := "http://" + s.Addr().String()
	answer, err := http.Post(url+"/api/rooms", "application/json", strings.NewReader(`{"name":"daily","settings":{"passcode":"canary-passcode"}}`)) //nolint:noctx // ends with the server
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var made struct{ Room, Key string }
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || answer.StatusCode != http.StatusCreated || made.Key == "" {
		t.Fatalf("%d %+v, %v", answer.StatusCode, made, err)
	}
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.Addr().String()+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	host := session{t, conn, new([][]json.RawMessage)}
	host.send(fmt.Sprintf(`["connect",{"room":"daily","name":"canary-name","link":%q}]`, made.Key))
	var hello struct{ Role, Key, Browser string }
	if err := json.Unmarshal([]byte(host.await("session")), &hello); err != nil || hello.Role != "host" {
		t.Fatalf("session %+v, %v", hello, err)
	}
	host.send(`["join",{},1]`)
	host.await("ack")
	host.send(`["end",{},2]`)
	host.await("ended")
	s.stop()
	for what, secret := range map[string]string{
		"link key": made.Key[len(made.Key)-40:], "resume key": hello.Key, "browser token": hello.Browser[len(hello.Browser)-40:],
		"passcode": "canary-passcode", "name": "canary-name",
	} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the %s is in the log", what)
		}
	}
	if !strings.Contains(log.String(), "room opened") {
		t.Errorf("the log is not read: %s", log)
	}
}
