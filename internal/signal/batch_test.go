package signal_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// Two hundred people come and go through real sockets for two seconds while one watches.
func TestOneWhoWatchesACrowdIsSentTwentyMessagesASecond(t *testing.T) {
	overBoth(t, func(t *testing.T, n *node, via transport) {
		watcher, _ := n.open(t, via, `{"room":"r","name":"watcher"}`)
		watcher.ok("join", `{}`)
		began := time.Now()
		var crowd sync.WaitGroup
		for i := range 200 {
			crowd.Go(func() { // ends after two seconds, and one visit at least
				c, _ := n.open(t, via, fmt.Sprintf(`{"room":"r","name":"guest %d"}`, i))
				for more := true; more; more = time.Since(began) < 2*time.Second {
					c.ok("join", `{}`)
					c.ok("leave", `{}`)
				}
				_ = c.ws.CloseNow()
			})
		}
		crowd.Wait()
		took := time.Since(began)
		there, messages, events, last := map[any]bool{}, 0, 0, uint64(0)
		watcher.calls++
		watcher.write(via.request("rename", `{"name":"the last word"}`, watcher.calls))
		for done := false; !done; {
			array, id, err := watcher.read()
			if err != nil {
				t.Fatal(err)
			}
			messages++
			if id != -1 {
				done = id == watcher.calls
				continue
			}
			for _, text := range unpacked(t, array) {
				watcher.inbox = append(watcher.inbox, text)
				name, data, number := watcher.event("any")
				if events++; last != 0 && number != last+1 {
					t.Errorf("event %d came after %d", number, last)
				}
				last = number
				switch name {
				case "joined":
					there[data["participant"].(map[string]any)["id"]] = true
				case "left":
					delete(there, data["id"])
				}
			}
		}
		t.Logf("%d events in %d messages in %v", events, messages, took)
		if most := int(20 * (took + time.Second) / time.Second); messages > most || events < 400 || len(there) > 0 {
			t.Errorf("%d messages, want at most %d; %d events; %d are believed to be there still", messages, most, events, len(there))
		}
	})
}

// From a host's click to the last of 200 having been told of every microphone that it muted.
func BenchmarkMuteAllOf200(b *testing.B) {
	n := newNode(b)
	host := n.make(b, "r", `{"lobby":false}`)
	c, _ := n.open(b, plain, fmt.Sprintf(`{"room":"r","name":"host","link":%q}`, host))
	c.ok("join", `{}`)
	people := []*client{}
	for i := range 199 {
		p, _ := n.open(b, plain, fmt.Sprintf(`{"room":"r","name":"guest %d"}`, i))
		p.ok("join", `{}`)
		people = append(people, p)
	}
	for b.Loop() {
		b.StopTimer()
		for _, p := range people {
			p.ok("publish", `{"track":"microphone","state":"on"}`)
		}
		for _, p := range append(people, c) {
			p.ok("hand", `{"up":false}`) // what was collected comes before the answer
			p.inbox = nil
		}
		b.StartTimer()
		c.ok("mute_all", `{}`)
		for _, p := range people {
			for told := 0; told < len(people); {
				text, _, err := p.read()
				if err != nil {
					b.Fatal(err)
				}
				told += strings.Count(text, `"microphone":"muted"`)
			}
		}
	}
}
