package socketio

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func textPacket(s string) packet { return packet{data: []byte(s)} }

func TestMessagesAreReadAsTheyWereWritten(t *testing.T) {
	for _, c := range []struct {
		text string
		want message
	}{
		{`0`, message{kind: kindConnect, namespace: "/"}},
		{`0{"token":"x"}`, message{kind: kindConnect, namespace: "/", data: []byte(`{"token":"x"}`)}},
		{`0/team,{"a":1}`, message{kind: kindConnect, namespace: "/team", data: []byte(`{"a":1}`)}},
		{`0/team`, message{kind: kindConnect, namespace: "/team"}},
		{`0/team?x=y,`, message{kind: kindConnect, namespace: "/team"}},
		{`1/team,`, message{kind: kindDisconnect, namespace: "/team"}},
		{`2["a"]`, message{kind: kindEvent, namespace: "/", data: []byte(`["a"]`)}},
		{`212["a",1]`, message{kind: kindEvent, namespace: "/", id: 12, hasID: true, data: []byte(`["a",1]`)}},
		{`2/n,0["a"]`, message{kind: kindEvent, namespace: "/n", hasID: true, data: []byte(`["a"]`)}},
		{`3/n,7[]`, message{kind: kindAck, namespace: "/n", id: 7, hasID: true, data: []byte(`[]`)}},
		{`51-["a",{"_placeholder":true,"num":0}]`, message{kind: kindBinaryEvent, attachments: 1, namespace: "/", data: []byte(`["a",{"_placeholder":true,"num":0}]`)}},
		{`610-/n,5[]`, message{kind: kindBinaryAck, attachments: 10, namespace: "/n", id: 5, hasID: true, data: []byte(`[]`)}},
	} {
		got, err := parseMessage([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(message{})); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
}

// malformedMessages break socket.io-protocol 5, each in a way of its own. They are what follows Engine.IO's "4".
var malformedMessages = []string{
	``, ` `, `x`, `7`, `9["a"]`, `4{"message":"x"}`, "\x00", `-1`, `{"a":1}`, `["a"]`,
	`05`, `0[]`, `0"x"`, `0{`, `0{"a":}`, `0null`, `0/team,[]`,
	`1[]`, `11`, `1{"a":1}`,
	`2`, `2"a"`, `2{}`, `2[]`, `2[`, `2["a"`, `2["a",]`, `2["a"]]`, `2[1]`, `2[null]`, `2[["a"]]`, `2[{}]`,
	`2[{"toString":"x"}]`, `2[{"toString":{}}]`, `2["connect"]`, `2["disconnect"]`, `2["connect_error"]`, `2["disconnecting"]`,
	`2["newListener"]`, `2["removeListener"]`, `2` + strings.Repeat("1", 400) + `["a"]`, `21234567890123456["a"]`, `2-1["a"]`,
	"2[\"a\x1f\"]", `2["\ud800` + "\x00" + `"]`,
	`3[]`, `3`, `31`, `31{}`, `31"x"`,
	`5["a"]`, `5-["a"]`, `5x-["a"]`, `511-["a"]`, `599999999999-["a"]`, `5-1-["a"]`, `51["a"]`, `51.5-["a"]`, `51e3-["a"]`, `5+1-["a"]`, `51-`, `50-`,
	`50-["a",{"_placeholder":true,"num":0}]`,
	`2/nowhere,["a"]`, `2/` + strings.Repeat("n", 200) + `,["a"]`, "2/a\x01b,[\"a\"]", `61-[]`,
}

func TestMalformedMessagesAreRefused(t *testing.T) {
	if len(malformedMessages) < 40 {
		t.Fatalf("only %d malformed messages", len(malformedMessages))
	}
	for _, text := range malformedMessages {
		if text == `2/nowhere,["a"]` { // well-formed, but nobody is there
			continue
		}
		m, err := parseMessage([]byte(text))
		if err != nil {
			continue
		}
		if m.kind == kindEvent || m.kind == kindBinaryEvent {
			_, _, err = m.event()
		} else {
			_, err = m.arguments()
		}
		if err == nil {
			t.Errorf("%q was taken for %+v", text, m)
		}
	}
}

func TestPlaceholdersPointAtAttachments(t *testing.T) {
	for data, ok := range map[string]bool{
		`["a",{"_placeholder":true,"num":0}]`:                                     true,
		`["a",{"deep":[{"_placeholder":true,"num":1}]}]`:                          true,
		`["a",{"_placeholder":false,"num":"splice"}]`:                             true, // not one
		`["a",{"_placeholder":true,"num":2}]`:                                     false,
		`["a",{"_placeholder":true,"num":-1}]`:                                    false,
		`["a",{"_placeholder":true,"num":0.5}]`:                                   false,
		`["a",{"_placeholder":true,"num":1e99}]`:                                  false,
		`["a",{"_placeholder":true,"num":"0"}]`:                                   false,
		`["a",{"_placeholder":true,"num":"splice"}]`:                              false, // CVE-2022-2421
		`["a",{"_placeholder":true,"num":{"__proto__":1}}]`:                       false,
		`["a",{"_placeholder":true}]`:                                             false,
		`["a",[{"x":{"_placeholder":true,"num":9}}]]`:                             false,
		`["a",` + strings.Repeat("[", 11_000) + strings.Repeat("]", 11_000) + `]`: false, // deeper than JSON may be
	} {
		_, _, err := message{kind: kindBinaryEvent, attachments: 2, data: []byte(data)}.event()
		if (err == nil) != ok {
			t.Errorf("%.80s: %v", data, err)
		}
	}
}

func TestEventsAreEncodedOnceForEveryTransport(t *testing.T) {
	packets, err := encodeArgs(kindEvent, "/n", 5, true, []any{"name", []byte{1, 2}, map[string]int{"<a>": 1}, []byte{3}})
	if err != nil {
		t.Fatal(err)
	}
	want := []packet{
		textPacket(`452-/n,5["name",{"_placeholder":true,"num":0},{"<a>":1},{"_placeholder":true,"num":1}]`),
		{data: []byte{1, 2}, binary: true},
		{data: []byte{3}, binary: true},
	}
	if diff := cmp.Diff(want, packets, cmp.AllowUnexported(packet{})); diff != "" {
		t.Error(diff)
	}
	payload := appendPayload(nil, packets)
	if want := string(want[0].data) + "\x1ebAQI=\x1ebAw=="; string(payload) != want {
		t.Errorf("payload %q, want %q", payload, want)
	}
	for _, p := range packets {
		if size := len(appendPayload(nil, []packet{p})) + 1; size != p.polledSize() {
			t.Errorf("%q takes %d bytes of a payload, not %d", p.data, size, p.polledSize())
		}
	}
	if _, err := encodeArgs(kindEvent, "/", 0, false, []any{"name", func() {}}); err == nil {
		t.Error("a function was encoded")
	}
}

// FuzzPacket reads a payload as a POST's body: it must not panic, and what was read must come out again the same.
func FuzzPacket(f *testing.F) {
	for _, seed := range []string{"40", "3", "42[\"a\"]\x1ebAQID\x1e1", "\x1e", "b", "b*", "", "2probe", "4\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		var packets []packet
		for rest, more := payload, true; more; {
			var p packet
			var err error
			if p, rest, more, err = nextPacket(rest); err != nil {
				return
			}
			_, _, _ = parsePacket(p)
			packets = append(packets, p)
		}
		again := appendPayload(nil, packets)
		for i, rest, more := 0, again, true; more; i++ {
			var p packet
			var err error
			if p, rest, more, err = nextPacket(rest); err != nil {
				t.Fatalf("%q became %q: %v", payload, again, err)
			}
			if p.binary != packets[i].binary || string(p.data) != string(packets[i].data) {
				t.Fatalf("packet %d of %q became %q", i, payload, p.data)
			}
		}
	})
}

// FuzzMessage reads a message as the receiving side does: it must not panic, and stay within the limits.
func FuzzMessage(f *testing.F) {
	for _, text := range malformedMessages {
		f.Add([]byte(text))
	}
	for _, text := range []string{`0/team,{"a":1}`, `2/n,12["a",{"b":[1,null]}]`, `51-["a",{"_placeholder":true,"num":0}]`, `310["x"]`, `1/team,`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseMessage(text)
		if err != nil {
			return
		}
		if m.attachments > maxAttachments || len(m.namespace) > maxNamespace || m.id > 1<<53 || m.namespace[0] != '/' {
			t.Fatalf("%q: %+v", text, m)
		}
		switch m.kind {
		case kindEvent, kindBinaryEvent:
			name, args, err := m.event()
			if err != nil {
				return
			}
			again := []any{name}
			for _, arg := range args {
				again = append(again, arg)
			}
			if _, err := encodeArgs(kindEvent, m.namespace, m.id, m.hasID, again); err != nil {
				t.Fatalf("%q cannot be sent on: %v", text, err)
			}
		case kindAck, kindBinaryAck:
			_, _ = m.arguments()
		}
	})
}
