package signal

import (
	"encoding/json"
	"math"
	"net/http"
	"testing"
	"unicode/utf8"

	"noom/internal/meeting"
	"noom/internal/rooms"
)

// FuzzFrame holds /ws frames to this: whatever comes, it is refused, or its answer is a frame of our own.
func FuzzFrame(f *testing.F) {
	for _, event := range names(f, "client") {
		f.Add([]byte(`["` + event + `",` + string(example(f, "client/"+event+".json")) + `,1]`))
	}
	f.Add([]byte(`["connect",` + string(example(f, "connect.json")) + `,"a"]`))
	for _, text := range []string{``, `[]`, `["leave"]`, `["x",null,null]`, `["x",1,1e99]`, `[["x"]]`, `["x",{},{}]`, "[\"\\ud800\",{},1]", `["x",{},"\u2028"]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		frame, err := parseFrame(text)
		if err != nil {
			return
		}
		if frame.event == "" || len(frame.id) > maxFrameID {
			t.Fatalf("accepted %+v", frame)
		}
		var answer []json.RawMessage
		if err := json.Unmarshal(ackFrame(ackDone{OK: true}, frame.id), &answer); err != nil || len(answer) != 3 {
			t.Fatalf("id %s makes the answer %s: %v", frame.id, answer, err)
		}
		if r, refusal := decodeRequest(frame.event, frame.data); refusal == nil {
			checkRequest(t, r)
		}
	})
}

// FuzzRequest holds the requests' data to what the rooms may rely on.
func FuzzRequest(f *testing.F) {
	for _, event := range names(f, "client") {
		f.Add(event, example(f, "client/"+event+".json"))
	}
	f.Add("view", []byte(`{"tracks":[{"track":4294967295,"width":1e308,"height":-0.5}]}`))
	f.Add("publish", []byte(`{"TRACK":"camera","state":"on","state":"off"}`))
	f.Add("chat", []byte(`{"id":"\ud800","text":"\u0000"}`))
	f.Add("join", []byte(`{"name":null,"passcode":"\u0000"}`))
	f.Add("settings", []byte(`{"lobby":null,"max":1e3,"passcode":"\ud800","guests":"host","made":false,"hasPasscode":true}`))
	f.Add("admit", []byte(`{"ids":[]}`))
	f.Add("spotlight", []byte(`{"ids":["","","","",""]}`))
	f.Add("timer", []byte(`{"seconds":-9223372036854775808}`))
	f.Add("mute", []byte(`{"id":"p_x","track":"Camera"}`))
	f.Fuzz(func(t *testing.T, event string, data []byte) {
		if r, refusal := decodeRequest(event, data); refusal == nil {
			checkRequest(t, r)
		} else if refusal.Text == "" || refusal.Code != meeting.Invalid && refusal.Code != meeting.NotFound {
			t.Fatalf("refused as %+v", refusal)
		}
		_, _ = decodeHello(data)
	})
}

func checkRequest(t *testing.T, r request) {
	switch r := r.(type) {
	case *viewRequest:
		if len(r.wishes) > maxWishes || len(r.wishes) != len(r.Tracks) {
			t.Fatalf("%d wishes", len(r.wishes))
		}
		for i, w := range r.wishes {
			if w.Track.Seat() == 0 || w.Track.Kind().Audio() || math.Abs(r.Tracks[i].Width-float64(w.Width)) > 0.5 && w.Width != 0 && w.Width != math.MaxUint16 {
				t.Fatalf("wish %+v of %+v", w, r.Tracks[i])
			}
		}
	case *settingsRequest:
		if s, refusal := r.Apply(meeting.Fresh()); refusal == nil {
			if !s.Made || s.Max < 2 || s.Max > meeting.MaxParticipants || s.HasPasscode != (s.Passcode != "") || len(s.Passcode) > 256 || !utf8.ValidString(s.Passcode) {
				t.Fatalf("settings %+v", s)
			}
		}
	case *admitRequest:
		if len(r.IDs) > maxIDs {
			t.Fatalf("%d ids", len(r.IDs))
		}
	case *muteRequest:
		if r.kind.String() != r.Track {
			t.Fatalf("track %q is %s", r.Track, r.kind)
		}
	case *askRequest:
		if r.kind.String() != r.Track {
			t.Fatalf("track %q is %s", r.Track, r.kind)
		}
	case *publishRequest:
		if r.State != meeting.On && r.State != meeting.Muted && r.State != meeting.Off {
			t.Fatalf("state %q", r.State)
		}
	case *chatRequest:
		if !utf8.ValidString(r.Text) || !utf8.ValidString(r.ID) {
			t.Fatalf("broken text %q", r.Text)
		}
	}
}

// FuzzAddress: whatever a proxy or a stranger says, an address is one, or none; only who is on this machine is believed.
func FuzzAddress(f *testing.F) {
	f.Add("127.0.0.1:4000", "198.51.100.1")
	f.Add("[::1]:4000", "10.0.0.1, 2001:db8::1%eth0")
	f.Add("192.0.2.7:4000", "nonsense,")
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		with := clientAddr(&http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {forwarded}}})
		without := clientAddr(&http.Request{RemoteAddr: peer, Header: http.Header{}})
		if with.Is4In6() || with != without && !without.IsLoopback() {
			t.Fatalf("%q, forwarded for %q: %v", peer, forwarded, with)
		}
		if p := rooms.Network(with); with.IsValid() && !p.IsValid() {
			t.Fatalf("%v is in no network", with)
		}
	})
}
