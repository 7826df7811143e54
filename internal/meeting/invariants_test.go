package meeting_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"noom/internal/meeting"
)

// page is what a client knows: a snapshot, and every event since.
type page struct {
	inside bool
	you    meeting.Participant
	state  meeting.State
	wait   []meeting.Waiter
	code   string                             // the passcode, for those who may know it
	roster map[meeting.ID]meeting.Participant // the others
	chat   []uint64
}

func (p *page) read(t *rapid.T, e meeting.Event) {
	if !p.inside {
		return
	}
	switch e := e.(type) {
	case meeting.Joined:
		if _, there := p.roster[e.Participant.ID]; there {
			t.Fatalf("%s joined twice", e.Participant.ID)
		}
		p.roster[e.Participant.ID] = e.Participant
	case meeting.MeetingChanged:
		p.state = e.Meeting
	case meeting.WaitingChanged:
		p.wait = e.Waiting
	case meeting.SettingsChanged:
		p.code = e.Settings.Passcode
	case meeting.Updated:
		if e.Participant.ID == p.you.ID { // somebody else changed it
			p.you = e.Participant
			return
		}
		if _, there := p.roster[e.Participant.ID]; !there {
			t.Fatalf("update of %s, who is not there", e.Participant.ID)
		}
		p.roster[e.Participant.ID] = e.Participant
	case meeting.Left:
		if _, there := p.roster[e.ID]; !there {
			t.Fatalf("%s left without being there", e.ID)
		}
		delete(p.roster, e.ID)
	case meeting.Said:
		p.chat = append(p.chat, e.Message.Seq)
	case meeting.Inside:
		t.Fatal("one who is inside is told what those outside are")
	}
}

// world is a meeting, the pages of its sessions, and its store.
type world struct {
	meeting *meeting.Meeting
	now     time.Time
	pages   map[meeting.ID]*page
	keys    map[meeting.ID]meeting.Key
	seats   map[uint32]meeting.ID // every seat ever given
	said    uint64
	code    string                       // the room's passcode
	out     map[track]meeting.TrackState // what media was told to let out or to hold back
}

type track struct {
	seat uint32
	kind meeting.Kind
}

func (w *world) apply(t *rapid.T, c meeting.Command) {
	for _, e := range w.meeting.Apply(w.now, c) {
		switch e := e.(type) {
		case meeting.Connected:
			if w.pages[e.ID] == nil {
				w.pages[e.ID] = &page{}
				w.keys[e.ID] = e.Key
			}
		case meeting.Entered:
			if owner, used := w.seats[e.Seat]; used {
				t.Fatalf("seat %d of %s was given again", e.Seat, owner)
			}
			w.seats[e.Seat] = e.ID
		case meeting.Snapshot:
			p := &page{inside: true, roster: map[meeting.ID]meeting.Participant{}, you: e.You, state: e.Meeting, wait: e.Waiting, code: e.Settings.Passcode}
			for _, other := range e.Participants {
				p.roster[other.ID] = other
			}
			for _, m := range e.Chat {
				p.chat = append(p.chat, m.Seq)
			}
			w.pages[e.You.ID] = p
		case meeting.Gone:
			w.pages[e.ID].inside = false
			if e.Forgotten {
				delete(w.pages, e.ID)
				delete(w.keys, e.ID)
			}
		case meeting.TrackSet:
			if e.State == meeting.Off {
				delete(w.out, track{e.Seat, e.Kind})
			} else {
				w.out[track{e.Seat, e.Kind}] = e.State
			}
		case meeting.Tell:
			for _, id := range e.To {
				w.pages[id].read(t, e.Event)
			}
		case meeting.Keep:
			w.said++
			e.Message.Seq = w.said
			w.apply(t, meeting.Stored{Message: e.Message})
		}
	}
}

// check compares what every page knows with what is true.
func (w *world) check(t *rapid.T) {
	truth := map[meeting.ID]meeting.Participant{}
	for _, p := range w.meeting.Inside() {
		truth[p.ID], _ = w.meeting.Find(p.ID)
	}
	out := map[track]meeting.TrackState{}
	for _, p := range truth {
		for kind, state := range []meeting.TrackState{p.Tracks.Microphone, p.Tracks.Camera, p.Tracks.Screen, p.Tracks.ScreenAudio} {
			if state != meeting.Off {
				out[track{p.Seat, meeting.Kind(kind)}] = state
			}
		}
	}
	if d := cmp.Diff(out, w.out, cmp.AllowUnexported(track{})); d != "" {
		t.Fatalf("media lets out other tracks (-truth +media):\n%s", d)
	}
	for id, p := range w.pages {
		if _, inside := truth[id]; inside != p.inside {
			t.Fatalf("%s inside: %v, believes %v", id, inside, p.inside)
		}
		if !p.inside {
			continue
		}
		if d := cmp.Diff(truth[id].Role, p.you.Role); d != "" {
			t.Fatalf("%s takes itself for another (-truth +page):\n%s", id, d)
		}
		w.checkPower(t, id, p, truth)
		others := maps.Clone(truth)
		delete(others, id)
		if d := cmp.Diff(others, p.roster); d != "" {
			t.Fatalf("%s sees another roster (-truth +page):\n%s", id, d)
		}
		for i, seq := range p.chat {
			if want := p.chat[0] + uint64(i); seq != want {
				t.Fatalf("%s reads message %d where %d belongs", id, seq, want)
			}
		}
		if n := len(p.chat); n > 0 && p.chat[n-1] != w.said {
			t.Fatalf("%s misses the newest message", id)
		}
	}
	if due := w.meeting.Deadline(); !due.IsZero() && due.Before(w.now) {
		t.Fatalf("a deadline has passed unheard")
	}
	if w.meeting.Empty() != (len(w.pages) == 0) {
		t.Fatal("empty or not?")
	}
}

// checkPower holds what a page knows as a host or a guest to the truth.
func (w *world) checkPower(t *rapid.T, id meeting.ID, p *page, truth map[meeting.ID]meeting.Participant) {
	leads := p.you.Role == meeting.Host || p.you.Role == meeting.Cohost
	if want := w.code; leads && p.code != want || !leads && p.code != "" {
		t.Fatalf("%s, a %s, knows the passcode %q, which is %q", id, p.you.Role, p.code, want)
	}
	if !leads && len(p.wait) > 0 {
		t.Fatalf("%s, a %s, knows who waits", id, p.you.Role)
	}
	for _, lit := range p.state.Spotlight {
		if _, inside := truth[lit]; !inside {
			t.Fatalf("%s sees %s in the spotlight, who is gone", id, lit)
		}
	}
	if p.you.Role == meeting.Viewer {
		if tracks := truth[id].Tracks; tracks != (meeting.Tracks{Microphone: meeting.Off, Camera: meeting.Off, Screen: meeting.Off, ScreenAudio: meeting.Off}) {
			t.Fatalf("a viewer sends %+v", tracks)
		}
	}
}

func TestWhateverHappensEveryPageKnowsTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var drawn uint64
		w := &world{
			meeting: meeting.New(meeting.Config{Room: "r", Chance: func() uint64 { drawn++; return drawn }}),
			now:     time.UnixMilli(1795425300000),
			pages:   map[meeting.ID]*page{}, keys: map[meeting.ID]meeting.Key{}, seats: map[uint32]meeting.ID{},
			out: map[track]meeting.TrackState{},
		}
		for _, role := range []meeting.Role{meeting.Host, meeting.Cohost, "", ""} { // so that most steps do something
			w.apply(t, meeting.Connect{Name: "p", Who: meeting.Who(fmt.Sprint(drawn)), Link: role})
			for id := range w.pages {
				w.apply(t, meeting.Join{ID: id})
			}
		}
		someone := func(t *rapid.T) meeting.ID {
			ids := slices.Sorted(maps.Keys(w.pages))
			if len(ids) == 0 {
				t.Skip("nobody here")
			}
			return rapid.SampledFrom(ids).Draw(t, "who")
		}
		t.Repeat(map[string]func(*rapid.T){
			"connect": func(t *rapid.T) {
				role := rapid.SampledFrom([]meeting.Role{"", "", meeting.Host, meeting.Cohost, meeting.Viewer}).Draw(t, "link")
				who := meeting.Who(rapid.StringMatching("[a-h]").Draw(t, "browser"))
				w.apply(t, meeting.Connect{Name: fmt.Sprint("p", drawn), Who: who, Link: role})
			},
			"record": func(t *rapid.T) {
				s := meeting.Fresh()
				s.Lobby, s.WaitForHost = rapid.Bool().Draw(t, "lobby"), rapid.Bool().Draw(t, "wait for host")
				s.Passcode = rapid.SampledFrom([]string{"", "", "1234"}).Draw(t, "passcode")
				s.HasPasscode = s.Passcode != ""
				w.code = s.Passcode
				w.apply(t, meeting.Record{Settings: s})
			},
			"appoint": func(t *rapid.T) {
				role := rapid.SampledFrom([]meeting.Role{meeting.Host, meeting.Cohost, meeting.Speaker, meeting.Viewer}).Draw(t, "role")
				w.apply(t, meeting.Appoint{ID: someone(t), Target: someone(t), Role: role})
			},
			"remove": func(t *rapid.T) {
				w.apply(t, meeting.Remove{ID: someone(t), Target: someone(t), Ban: rapid.Bool().Draw(t, "ban")})
			},
			"admit":    func(t *rapid.T) { w.apply(t, meeting.Admit{ID: someone(t)}) },
			"refuse":   func(t *rapid.T) { w.apply(t, meeting.Refuse{ID: someone(t), IDs: []meeting.ID{someone(t)}}) },
			"mute all": func(t *rapid.T) { w.apply(t, meeting.MuteAll{ID: someone(t)}) },
			"mute": func(t *rapid.T) {
				w.apply(t, meeting.Mute{ID: someone(t), Target: someone(t), Kind: meeting.Kind(rapid.IntRange(0, 3).Draw(t, "kind"))})
			},
			"spotlight": func(t *rapid.T) { w.apply(t, meeting.Spotlight{ID: someone(t), IDs: []meeting.ID{someone(t)}}) },
			"hand":      func(t *rapid.T) { w.apply(t, meeting.Hand{ID: someone(t), Up: rapid.Bool().Draw(t, "up")}) },
			"end": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "for real") == 0 {
					w.apply(t, meeting.End{ID: someone(t)})
				}
			},
			"return":     func(t *rapid.T) { w.apply(t, meeting.Connect{Name: "x", Key: w.keys[someone(t)], Who: "x"}) },
			"join":       func(t *rapid.T) { w.apply(t, meeting.Join{ID: someone(t), Passcode: w.code}) },
			"leave":      func(t *rapid.T) { w.apply(t, meeting.Leave{ID: someone(t)}) },
			"closing":    func(t *rapid.T) { w.apply(t, meeting.Closing{ID: someone(t)}) },
			"disconnect": func(t *rapid.T) { w.apply(t, meeting.Disconnect{ID: someone(t)}) },
			"rename": func(t *rapid.T) {
				w.apply(t, meeting.Rename{ID: someone(t), Name: rapid.StringMatching("[a-c]{1,3}").Draw(t, "name")})
			},
			"publish": func(t *rapid.T) {
				w.apply(t, meeting.Publish{
					ID: someone(t), Kind: meeting.Kind(rapid.IntRange(0, 3).Draw(t, "kind")),
					State: rapid.SampledFrom([]meeting.TrackState{meeting.On, meeting.Muted, meeting.Off}).Draw(t, "state"),
				})
			},
			"chat": func(t *rapid.T) { w.apply(t, meeting.Chat{ID: someone(t), ClientID: "c", Text: "hello"}) },
			"time": func(t *rapid.T) {
				w.now = w.now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "ms")) * time.Millisecond)
				w.apply(t, meeting.Expire{})
			},
			"": w.check,
		})
	})
}
