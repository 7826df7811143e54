package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"noom/internal/meeting"
	"noom/internal/store"
)

// childEnv makes this test's binary a process that appends until it is killed: "DIR ROOM".
const childEnv = "NOOM_TEST_STORE_CHILD"

func TestMain(m *testing.M) {
	if order, ok := os.LookupEnv(childEnv); ok {
		dir, room, _ := strings.Cut(order, " ")
		if err := appendForEver(dir, room); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// appendForEver prints what it does once it is acknowledged: each message's id, then, for some, that it is edited and
// deleted.
func appendForEver(dir, room string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s-%d", room, i)
		m, err := s.Append(ctx, room, message(id, "text of "+id))
		if err != nil {
			return err
		}
		fmt.Println(id)
		for _, step := range []struct {
			every int
			word  string
			to    func(*meeting.Message)
		}{{2, "edited ", edit("new text of " + id)}, {3, "deleted ", erase}} {
			if i%step.every != 0 {
				continue
			}
			if _, err := s.Amend(ctx, room, m.Seq, func(m meeting.Message) (meeting.Message, error) { step.to(&m); return m, nil }); err != nil {
				return err
			}
			fmt.Println(step.word + id)
		}
	}
}

// A hundred processes are killed right after an acknowledgement, each at another one. Whatever they acknowledged is
// there, once and in order, for each process after them, and what was edited or deleted cannot be read.
func TestNothingAcknowledgedIsLostByKill9(t *testing.T) {
	kills := 100
	if testing.Short() {
		kills = 10
	}
	dir := t.TempDir()
	acked := make(map[string][]string)
	for i := range kills {
		room := fmt.Sprintf("room%d", i)
		acked[room] = killAfter(t, dir, room, 1+i%11)
	}
	s := open(t, dir)
	defer shut(t, s)
	total := 0
	for room, lines := range acked {
		want := make(map[string]string) // text by id
		for _, line := range lines {
			word, id, amended := strings.Cut(line, " ")
			switch {
			case !amended:
				want[line] = "text of " + line
			case word == "edited":
				want[id] = "new text of " + id
			default:
				want[id] = ""
			}
		}
		kept := history(t, s, room, 1000)
		for i, m := range kept {
			id := fmt.Sprintf("%s-%d", room, i)
			if m.ID != id {
				t.Errorf("%s: message %d is %q, want %q", room, i, m.ID, id)
			}
			if text, ok := want[id]; ok && i < len(want)-1 && m.Text != text { // the last may have gone on unacknowledged
				t.Errorf("%s: message %d says %q, want %q", room, i, m.Text, text)
			}
			if text, ok := want[id]; ok && text != "text of "+id && m.Text == "text of "+id {
				t.Errorf("%s: message %d is as it was before it was amended", room, i)
			}
		}
		if len(kept) < len(want) {
			t.Errorf("%s: %d messages acknowledged, %d kept", room, len(want), len(kept))
		}
		if left := s.VoidKeys(t, room); left != 0 {
			t.Errorf("%s: %d keys of texts that are no more can be read", room, left)
		}
		total += len(lines)
	}
	t.Logf("%d kills, %d acknowledgements", kills, total)
}

// killAfter runs a process, kills it when it has printed n acknowledgements, and returns all that it printed.
func killAfter(t *testing.T, dir, room string, n int) []string {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+dir+" "+room)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if ids = append(ids, lines.Text()); len(ids) == n {
			if err := child.Process.Kill(); err != nil { // SIGKILL; what it still printed is read to the end
				t.Error(err)
			}
		}
	}
	_ = child.Wait() // it was killed
	if len(ids) < n {
		t.Fatalf("the process for %s ended after %d of %d acknowledgements", room, len(ids), n)
	}
	return ids
}
