package load_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"

	"noom/internal/app"
	"noom/internal/config"
	"noom/internal/load"
)

// serve runs a whole server until the test ends and gives its address.
func serve(t *testing.T) string {
	t.Helper()
	c := config.Default()
	c.Listen, c.Data = "127.0.0.1:0", filepath.Join(t.TempDir(), "data")
	a, err := app.New(c, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }() // ends with ctx
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + a.Addr().String()
}

// run is "noom load" against the server.
func run(t *testing.T, flags string) load.Report {
	t.Helper()
	var out bytes.Buffer
	args := append(strings.Fields(flags), "--json", "--url", serve(t))
	if err := load.Run(t.Context(), args, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var r load.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s", err, out.Bytes())
	}
	return r
}

func TestBotsReceiveEachOtherAndMeasureIt(t *testing.T) {
	for _, flags := range []string{
		"--senders 2 --viewers 2 --duration 1500ms",
		"--senders 2 --viewers 1 --duration 2s --simulcast",
		"--senders 3 --duration 1500ms --pictures coded",
		"--senders 1 --viewers 2 --duration 1500ms --bitrate 1500 --audio=false",
	} {
		t.Run(flags, func(t *testing.T) {
			r := run(t, flags)
			if bots := int64(r.Senders + r.Viewers); r.Joins != bots || r.Failures != 0 {
				t.Errorf("%d of %d bots joined, %d failed: %s", r.Joins, bots, r.Failures, r.FirstError)
			}
			if r.PacketsReceived < 100 || r.PacketsSent < 50 {
				t.Errorf("%d packets sent and %d received", r.PacketsSent, r.PacketsReceived)
			}
			if r.PacketsLost > 0 || r.Duplicates > 0 {
				t.Errorf("%d packets lost and %d twice, on loopback", r.PacketsLost, r.Duplicates)
			}
			if r.DelayMillis.Count < 20 || r.DelayMillis.P50 <= 0 {
				t.Errorf("delay was not measured: %+v", r.DelayMillis)
			}
			if r.JoinMillis.Count == 0 || r.ConnectMillis.Count != uint64(r.Joins) {
				t.Errorf("joins were not measured: %+v, %+v", r.JoinMillis, r.ConnectMillis)
			}
		})
	}
}

func TestBotsThatComeAndGoLeaveNothingBehind(t *testing.T) {
	r := run(t, "--senders 4 --viewers 2 --duration 1500ms --stay 400ms")
	if r.Joins < 12 || r.Failures != 0 {
		t.Errorf("%d joins, %d failed: %s", r.Joins, r.Failures, r.FirstError)
	}
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 2); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(b.String(), "\n\n") {
		if strings.Contains(stack, "noom/internal/load.(") {
			t.Errorf("a goroutine is left:\n%s", stack)
		}
	}
}
