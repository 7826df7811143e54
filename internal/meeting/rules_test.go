package meeting_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"noom/internal/meeting"
	"noom/protocol"
)

// request is the data of any request, as the table has it.
type request struct {
	ID       meeting.ID
	IDs      []meeting.ID
	Up       bool
	Emoji    string
	Name     string
	Track    string
	State    meeting.TrackState
	Role     meeting.Role
	Ban      bool
	Locked   bool
	Seconds  int
	Text     string
	Seq      uint64
	On       bool
	Settings meeting.SettingsChange
}

// command is what the signalling makes of a request.
func command(t *testing.T, me meeting.ID, event, data string) meeting.Command {
	var r request
	if err := json.Unmarshal([]byte(data), &r); err != nil && event != "chat" {
		t.Fatalf("%s: %v", data, err)
	}
	if err := json.Unmarshal([]byte(data), &r.Settings); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	kind, _ := meeting.ParseKind(r.Track)
	switch event {
	case "join":
		return meeting.Join{ID: me}
	case "publish":
		return meeting.Publish{ID: me, Kind: kind, State: r.State}
	case "chat":
		return meeting.Chat{ID: me, ClientID: "1", Text: r.Text}
	case "chat_edit":
		return meeting.ChatEdit{ID: me, Seq: r.Seq, Text: r.Text}
	case "chat_delete":
		return meeting.ChatDelete{ID: me, Seq: r.Seq}
	case "chat_react":
		return meeting.ChatReact{ID: me, Seq: r.Seq, Emoji: r.Emoji, On: r.On}
	case "history":
		return meeting.Browse{ID: me}
	case "closing":
		return meeting.Closing{ID: me}
	case "leave":
		return meeting.Leave{ID: me}
	case "hand":
		return meeting.Hand{ID: me, Target: r.ID, Up: r.Up}
	case "react":
		return meeting.React{ID: me, Emoji: r.Emoji}
	case "rename":
		return meeting.Rename{ID: me, Target: r.ID, Name: r.Name}
	case "mute":
		return meeting.Mute{ID: me, Target: r.ID, Kind: kind}
	case "mute_all":
		return meeting.MuteAll{ID: me}
	case "ask":
		return meeting.Ask{ID: me, Target: r.ID, Kind: kind}
	case "role":
		return meeting.Appoint{ID: me, Target: r.ID, Role: r.Role}
	case "remove":
		return meeting.Remove{ID: me, Target: r.ID, Ban: r.Ban}
	case "admit":
		return meeting.Admit{ID: me, IDs: r.IDs}
	case "refuse":
		return meeting.Refuse{ID: me, IDs: r.IDs}
	case "lock":
		return meeting.Lock{ID: me, Locked: r.Locked}
	case "spotlight":
		return meeting.Spotlight{ID: me, IDs: r.IDs}
	case "timer":
		return meeting.SetTimer{ID: me, Seconds: r.Seconds}
	case "settings":
		return meeting.ChangeSettings{ID: me, Change: r.Settings}
	case "link":
		return meeting.MakeLink{ID: me, Role: r.Role}
	case "end":
		return meeting.End{ID: me}
	}
	return nil // no command of the meeting
}

// newTeam is a made room without a lobby, in which two of each role are: host1, host2, cohost1, … One has left.
func newTeam(t *testing.T) *table {
	b := newTable(t)
	settings := meeting.Fresh()
	settings.Lobby = false
	b.apply(meeting.Record{Settings: settings})
	for i := 1; i <= 2; i++ {
		for _, role := range protocol.Roles {
			name := fmt.Sprint(role, i)
			b.links[name] = meeting.Role(role)
			b.join(name)
			b.apply(meeting.Publish{ID: b.ids[name], Kind: meeting.Microphone, State: meeting.On})
			b.apply(meeting.Publish{ID: b.ids[name], Kind: meeting.Screen, State: meeting.On})
		}
	}
	b.join("gone")
	b.apply(meeting.Leave{ID: b.ids["gone"]})
	b.ids["elsewhere"] = "p_elsewhere"
	return b
}

// everybody is what the meeting knows of each.
func (b *table) everybody() map[string]meeting.Participant {
	all := map[string]meeting.Participant{}
	for name, id := range b.ids {
		if p, ok := b.meeting.Find(id); ok {
			all[name] = p
		}
	}
	return all
}

// judged tells how an amendment of somebody's message is refused; the host finds none that is absent.
func judged(a meeting.Amendment, author string, absent bool) meeting.Code {
	if absent {
		return meeting.NotFound
	}
	if _, err := a.Apply(meeting.Message{Seq: a.Seq, From: meeting.Sender{Who: meeting.Who(author)}, Text: "hello"}); err != nil {
		return err.Code
	}
	return ""
}

func TestEveryCommandOfEveryRoleOnEverybodyIsAsInTheTable(t *testing.T) {
	cases, err := protocol.Cases()
	if err != nil {
		t.Fatal(err)
	}
	walked := 0
	for _, c := range cases {
		for _, role := range protocol.Roles {
			for target, want := range c.Outcome[role] {
				names := map[string][]string{"self": {role + "1"}, "elsewhere": {"elsewhere", "gone"}, "left": {"speaker2"}}[target]
				if names == nil {
					names = []string{target + "2"}
				}
				for _, name := range names {
					b := newTeam(t)
					if target == "left" {
						b.apply(meeting.Leave{ID: b.ids[role+"1"]})
					}
					data := strings.NewReplacer("NAME", fmt.Sprintf("%q", b.ids[name]), "SEQ", "7").Replace(c.Data)
					command := command(t, b.ids[role+"1"], c.Event, data)
					if command == nil {
						continue
					}
					walked++
					before := b.everybody()
					got := meeting.Code("")
					effects := b.apply(command)
					if len(effects) > 0 {
						switch e := effects[0].(type) {
						case meeting.Refused:
							got = e.Err.Code
						case meeting.Amend: // judged when the message is there
							got = judged(e.Amendment, name, target == "elsewhere")
						}
					}
					if string(got) != want {
						t.Errorf("%s %s by a %s on %s (%s): %q, want %q", c.Event, c.Data, role, target, name, got, want)
					}
					if d := cmp.Diff(before, b.everybody()); got != "" && d != "" {
						t.Errorf("%s by a %s on %s was refused and changed (-before +after):\n%s", c.Event, role, target, d)
					}
				}
			}
		}
	}
	if walked < 700 {
		t.Errorf("only %d outcomes were walked", walked)
	}
}
