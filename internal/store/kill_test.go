package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

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

// appendForEver prints each message's id once it is acknowledged.
func appendForEver(dir, room string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s-%d", room, i)
		if _, err := s.Append(ctx, room, message(id, "text of "+id)); err != nil {
			return err
		}
		fmt.Println(id)
	}
}

// A hundred processes are killed right after an acknowledgement, each at another one. Whatever they acknowledged is
// there, once and in order, for each process after them.
func TestNothingAcknowledgedIsLostByKill9(t *testing.T) {
	kills := 100
	if testing.Short() {
		kills = 10
	}
	dir := t.TempDir()
	acked := make(map[string][]string)
	for i := range kills {
		room := fmt.Sprintf("room%d", i)
		acked[room] = killAfter(t, dir, room, 1+i%7)
	}
	s := open(t, dir)
	defer shut(t, s)
	total := 0
	for room, ids := range acked {
		kept := history(t, s, room, 1000)
		for i, m := range kept {
			if want := fmt.Sprintf("%s-%d", room, i); m.ID != want || m.Text != "text of "+want {
				t.Errorf("%s: message %d is %q %q, want %q", room, i, m.ID, m.Text, want)
			}
		}
		if len(kept) < len(ids) {
			t.Errorf("%s: %d messages acknowledged, %d kept", room, len(ids), len(kept))
		}
		total += len(ids)
	}
	t.Logf("%d kills, %d acknowledged messages", kills, total)
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
