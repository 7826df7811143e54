package load_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"noom/internal/load"
)

// inUse is what a process may forget to give back.
type inUse struct{ goroutines, descriptors int }

// counted tells what is in use; descriptors are 0 where the system has no list of them.
func counted() inUse {
	entries, _ := os.ReadDir("/proc/self/fd") // the reading's own is among them each time
	return inUse{runtime.NumGoroutine(), len(entries)}
}

// settled waits until enough says that what is in use is little enough, or for a while: bots and server let their goroutines
// run out by themselves once the last goodbye was said, and a bot that was cut off on its way in keeps its seat, and with it
// its room, for half a minute.
func settled(enough func(inUse) bool) (now inUse) {
	tick, late := time.NewTicker(10*time.Millisecond), time.After(45*time.Second)
	defer tick.Stop()
	for {
		if now = counted(); enough(now) {
			return now
		}
		select {
		case <-tick.C:
		case <-late:
			return now
		}
	}
}

// unchanged is enough once nothing has come or gone for half a second.
func unchanged() func(inUse) bool {
	last, since := inUse{}, time.Now()
	return func(now inUse) bool {
		if now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > 500*time.Millisecond
	}
}

// A whole server with real sockets, and the bots: what is left of either after people have come and gone counts.
func TestTwoHundredJoinsAndLeavesLeaveNoGoroutineAndNoFileDescriptor(t *testing.T) {
	url := serve(t)
	rooms, joins, lasts := 0, int64(0), 200*time.Millisecond
	meet := func(senders, viewers int) { // in a room of its own, which ends with the last to leave
		var out bytes.Buffer
		args := strings.Fields(fmt.Sprintf("--json --url %s --room room%d --senders %d --viewers %d --interval 2ms --duration %v",
			url, rooms, senders, viewers, lasts))
		if err := load.Run(t.Context(), args, &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		var r load.Report
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rooms++
		joins += r.Joins
		if r.Joins < int64(senders+viewers) {
			lasts *= 2 // this machine takes longer to let all in
		}
	}
	meet(1, 1) // what is made once per process is made now
	before := settled(unchanged())
	for joins < 200 { // those whom the end of a meeting finds on their way in do not count
		meet(2, 18)
	}
	noMore := func(now inUse) bool {
		return now.goroutines <= before.goroutines && now.descriptors <= before.descriptors
	}
	after := settled(noMore)
	t.Logf("%d joins in %d rooms: %+v before, %+v after", joins, rooms, before, after)
	if !noMore(after) {
		stacks := make([]byte, 1<<20)
		t.Errorf("%+v are in use, before it were %+v\n%s", after, before, stacks[:runtime.Stack(stacks, true)])
	}
}
