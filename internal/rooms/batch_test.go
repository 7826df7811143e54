package rooms_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"noom/internal/meeting"
	"noom/internal/rooms"
)

// crowd has n people come and go, all at once, for as long as d and once at least, and waits until all have gone.
func (n *node) crowd(people int, d time.Duration) {
	var all sync.WaitGroup
	over := time.Now().Add(d)
	for i := range people {
		all.Go(func() { // ends when the time is over
			for more := true; more; more = time.Now().Before(over) {
				c := n.connect(rooms.Hello{Name: fmt.Sprint("guest", i)})
				c.join()
				if err := c.leave(); err != nil {
					n.t.Error(err)
				}
				c.session.Disconnect()
			}
		})
	}
	all.Wait()
}

func TestHoweverManyComeAndGoOneIsToldTwentyTimesASecond(t *testing.T) {
	n := newNode(t, t.TempDir())
	watcher := n.join("watcher")
	began := time.Now()
	roster := map[meeting.ID]bool{}
	counted := make(chan int)
	go func() { // ends with the last event
		events := 0
		for e := range watcher.events {
			var about struct {
				ID          meeting.ID
				Participant meeting.Participant
			}
			if e.name == "CUT" {
				continue
			}
			if err := json.Unmarshal([]byte(e.data), &about); err != nil {
				t.Error(err)
			}
			if watcher.n++; e.n != watcher.n {
				t.Errorf("event %d came where %d belongs", e.n, watcher.n)
				watcher.n = e.n
			}
			switch e.name {
			case "joined":
				roster[about.Participant.ID] = true
			case "left":
				delete(roster, about.ID)
			}
			events++
		}
		counted <- events
	}()
	n.crowd(200, 2*time.Second)
	if err := watcher.rename("the last word"); err != nil { // what was collected comes before the answer
		t.Fatal(err)
	}
	took := time.Since(began)
	n.stop()
	close(watcher.events)
	if events := <-counted; events < 400 {
		t.Errorf("only %d people came and went", events/2)
	} else {
		t.Logf("%d events in %d messages in %v", events, len(watcher.sent), took)
	}
	for i := 20; i < len(watcher.sent)-2; i++ { // but for ended, and the cut
		if apart := watcher.sent[i].Sub(watcher.sent[i-20]); apart < 950*time.Millisecond { // clocks and loops may lag
			t.Errorf("21 messages in %v", apart)
		}
	}
	if len(roster) != 0 {
		t.Errorf("%d are believed to be there still", len(roster))
	}
}

func TestAnAnswerIsNotOvertakenByWhatHappenedBefore(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	for i := range 20 { // beyond ann's pace, so that it is collected
		if err := bob.rename(fmt.Sprint("bob", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := ann.rename("anna"); err != nil {
		t.Fatal(err)
	}
	if got := len(ann.events); got != 20 {
		t.Errorf("%d of 20 events came before the answer", got)
	}
	for i := range 20 {
		if err := bob.rename(fmt.Sprint("bobby", i)); err != nil {
			t.Fatal(err)
		}
	}
	m, err := ann.say("1", "hello")
	if err != nil {
		t.Fatal(err)
	}
	last := event{}
	for len(ann.events) > 0 {
		last = ann.next()
	}
	if last.name != "chat" {
		t.Errorf("message %d was answered before it was told: the last was %+v", m.Seq, last)
	}
}

func TestASessionResumesInTheMiddleOfABatch(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann, bob := n.join("ann"), n.join("bob")
	ann.want("joined")
	for i := range 30 {
		if err := bob.rename(fmt.Sprint("bob", i)); err != nil {
			t.Fatal(err)
		}
	}
	n.rooms.Finish()
	for range 2 { // of the first, which came at once; of the others it may have got some
		ann.want("updated")
	}
	ann.session.Disconnect()
	last := ann.n
	again := n.connect(ann.back(&last))
	if !again.hello.Resumed {
		t.Fatalf("came back as %+v", again.hello)
	}
	for i := 2; i < 30; i++ {
		var e meeting.Updated
		if err := json.Unmarshal([]byte(again.want("updated").data), &e); err != nil || e.Participant.Name != fmt.Sprint("bob", i) {
			t.Errorf("event %d: %+v, %v", i, e, err)
		}
	}
	n.stop()
	if got := len(again.sent); got > 4 { // session, one batch, ended, and the cut
		t.Errorf("28 events came in %d messages", got-3)
	}
}
