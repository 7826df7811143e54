package rooms_test

import (
	"errors"
	"fmt"
	"testing"

	"noom/internal/meeting"
	"noom/internal/store"
)

func TestARoomHasAHundredLinks(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) {
		for i := len(r.Links); i < 99; i++ {
			r.Links = append(r.Links, store.Link{ID: fmt.Sprint(i), Role: meeting.Speaker})
		}
	})
	host := n.key(made, meeting.Host)
	if _, _, err := n.rooms.AddLink(t.Context(), "team", host, meeting.Viewer); err != nil {
		t.Errorf("the hundredth: %v", err)
	}
	if _, _, err := n.rooms.AddLink(t.Context(), "team", host, meeting.Viewer); !refusedAs(err, meeting.Full) {
		t.Errorf("one more: %v", err)
	}
}

func TestTheOldestOfAThousandBansIsForgiven(t *testing.T) {
	n := newNode(t, t.TempDir())
	made := n.make("team", func(r *store.Room) {
		r.Settings.Lobby = false
		for i := range 1000 {
			r.Bans = append(r.Bans, store.Ban{Who: meeting.Who(fmt.Sprint(i)), At: int64(i)})
		}
	})
	host, eve := n.enter(made, "host", meeting.Host), n.enter(made, "eve", meeting.Speaker)
	if err := host.do(meeting.Remove{ID: host.session.ID(), Target: eve.session.ID(), Ban: true}); err != nil {
		t.Fatal(err)
	}
	kept, err := n.store.Room(t.Context(), "team")
	if err != nil || len(kept.Bans) != 1000 || kept.Bans[0].Who != "1" || kept.Bans[999].Who != eve.hello.Who {
		t.Errorf("%d bans, %v", len(kept.Bans), err)
	}
}

func TestMoreThanTheDiskTakesIsRefusedAtOnce(t *testing.T) {
	n := newNode(t, t.TempDir())
	ann := n.join("ann")
	release := ann.session.HoldChat()
	answers := make(chan error, 100)
	waiting := 0
	for i := range 70 { // each their own session: nobody says so much at once
		c := n.join(fmt.Sprint("p", i))
		c.session.Chat(t.Context(), meeting.Chat{ID: c.session.ID(), ClientID: fmt.Sprint(i), Text: "x"}, func(_ meeting.Message, err error) { answers <- err })
		select {
		case err := <-answers:
			if !refusedAs(err, meeting.Limited) {
				t.Errorf("refused as %v", err)
			}
		default:
			waiting++
		}
	}
	if waiting < 63 || waiting > 64 { // with the one that holds them up
		t.Errorf("%d wait for the disk", waiting)
	}
	release()
	var failed error
	for range waiting {
		failed = errors.Join(failed, <-answers)
	}
	if failed != nil {
		t.Error(failed)
	}
}
