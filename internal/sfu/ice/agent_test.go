package ice

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"

	"github.com/pion/stun/v3"
)

const password = "a password of at least 128 bits"

var sender = netip.MustParseAddrPort("192.0.2.7:51234")

// attr is an attribute with any value.
type attr struct {
	kind  stun.AttrType
	value []byte
}

func (a attr) AddTo(m *stun.Message) error { m.Add(a.kind, a.value); return nil }

// check builds a browser's check by another stack, with more attributes before its integrity.
func check(t testing.TB, pwd string, more ...stun.Setter) []byte {
	t.Helper()
	setters := []stun.Setter{
		stun.TransactionID, stun.BindingRequest, stun.NewUsername("ours:theirs"),
		attr{0xC057, []byte{0, 0, 0, 10}},
		attr{0x802A, make([]byte, 8)},
		attr{stun.AttrPriority, []byte{0, 0, 1, 2}},
	}
	setters = append(setters, more...)
	setters = append(setters, stun.NewShortTermIntegrity(pwd), stun.Fingerprint)
	return stun.MustBuild(setters...).Raw
}

func parse(t testing.TB, data []byte) *Request {
	t.Helper()
	r := new(Request)
	if err := r.Parse(data); err != nil {
		t.Fatal(err)
	}
	return r
}

// read decodes our reply by another stack and checks its integrity and fingerprint.
func read(t *testing.T, reply []byte, request *Request) *stun.Message {
	t.Helper()
	m := &stun.Message{Raw: reply}
	if err := m.Decode(); err != nil {
		t.Fatal(err)
	}
	if err := stun.NewShortTermIntegrity(password).Check(m); err != nil {
		t.Error(err)
	}
	if err := stun.Fingerprint.Check(m); err != nil {
		t.Error(err)
	}
	if m.TransactionID != request.Transaction {
		t.Error("the transaction id is another")
	}
	return m
}

func TestACheckIsReadAndAnswered(t *testing.T) {
	for _, from := range []string{"192.0.2.7:51234", "[2001:db8::1]:9", "[::ffff:192.0.2.7]:51234"} {
		t.Run(from, func(t *testing.T) {
			r := parse(t, check(t, password, attr{stun.AttrUseCandidate, nil}))
			if string(r.Local) != "ours" || string(r.Remote) != "theirs" || r.Priority != 0x102 || !r.UseCandidate || r.Controlled {
				t.Errorf("read as %+v", r)
			}
			addr := netip.MustParseAddrPort(from)
			reply, ok := NewAgent(password, "theirs").Answer([]byte("before"), r, addr)
			if !ok {
				t.Fatal("the check failed")
			}
			m := read(t, reply[len("before"):], r)
			var mapped stun.XORMappedAddress
			if err := mapped.GetFrom(m); err != nil || m.Type != stun.BindingSuccess {
				t.Fatalf("%v, %v", m.Type, err)
			}
			got, _ := netip.AddrFromSlice(mapped.IP)
			if got.Unmap() != addr.Addr().Unmap() || mapped.Port != int(addr.Port()) {
				t.Errorf("the address was given as %v", mapped)
			}
		})
	}
}

func TestStrangersGetNotOneByte(t *testing.T) {
	for name, c := range map[string]struct {
		agent *Agent
		data  []byte
	}{
		"the wrong password":   {NewAgent(password, "theirs"), check(t, "guess")},
		"another peer's ufrag": {NewAgent(password, "somebody"), check(t, password)},
		"a role conflict under the wrong password": {
			NewAgent(password, "theirs"),
			check(t, "guess", attr{stun.AttrICEControlled, make([]byte, 8)}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if reply, ok := c.agent.Answer(nil, parse(t, c.data), sender); ok || reply != nil {
				t.Errorf("answered %x", reply)
			}
		})
	}
}

func TestAnAgentStaysTrueAfterAStranger(t *testing.T) {
	a := NewAgent(password, "theirs")
	for range 3 {
		if _, ok := a.Answer(nil, parse(t, check(t, password)), sender); !ok {
			t.Fatal("a true check failed")
		}
		if _, ok := a.Answer(nil, parse(t, check(t, "guess")), sender); ok {
			t.Fatal("a false check held")
		}
	}
}

func TestErrorsAreAnsweredToThoseWhoProveThemselves(t *testing.T) {
	for name, c := range map[string]struct {
		more stun.Setter
		want stun.ErrorCode
	}{
		"a peer that wants us to control": {attr{stun.AttrICEControlled, make([]byte, 8)}, 487},
		"an unknown required attribute":   {attr{0x7001, []byte("abc")}, 420},
	} {
		t.Run(name, func(t *testing.T) {
			r := parse(t, check(t, password, c.more))
			reply, ok := NewAgent(password, "theirs").Answer(nil, r, sender)
			if ok {
				t.Error("the check succeeded")
			}
			m := read(t, reply, r)
			var code stun.ErrorCodeAttribute
			if err := code.GetFrom(m); err != nil || code.Code != c.want || m.Type != stun.BindingError {
				t.Errorf("%v: %v, %v", m.Type, code, err)
			}
			var unknown stun.UnknownAttributes
			if c.want == 420 {
				if err := unknown.GetFrom(m); err != nil || len(unknown) != 1 || unknown[0] != 0x7001 {
					t.Errorf("unknown attributes %v, %v", unknown, err)
				}
			}
		})
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	good := check(t, password)
	change := func(f func(data []byte) []byte) []byte { return f(append([]byte(nil), good...)) }
	build := func(setters ...stun.Setter) []byte {
		return stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, setters...)...).Raw
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":               {nil, ErrNotRequest},
		"a cut header":          {good[:19], ErrNotRequest},
		"another cookie":        {change(func(d []byte) []byte { d[4] = 0; return d }), ErrNotRequest},
		"an indication":         {change(func(d []byte) []byte { d[1] = 0x11; return d }), ErrNotRequest},
		"a response":            {change(func(d []byte) []byte { d[0] = 1; return d }), ErrNotRequest},
		"a cut message":         {good[:len(good)-4], ErrMalformed},
		"more than it says":     {change(func(d []byte) []byte { return append(d, 0, 0, 0, 0) }), ErrMalformed},
		"an attribute too long": {change(func(d []byte) []byte { binary.BigEndian.PutUint16(d[22:], 9999); return d }), ErrMalformed},
		"a changed byte":        {change(func(d []byte) []byte { d[10] ^= 1; return d }), ErrFingerprint},
		"no username":           {build(stun.NewShortTermIntegrity(password)), ErrCredentials},
		"half a username":       {build(stun.NewUsername("ours"), stun.NewShortTermIntegrity(password)), ErrCredentials},
		"no integrity":          {build(stun.NewUsername("ours:theirs"), stun.Fingerprint), ErrCredentials},
		"a short integrity":     {build(stun.NewUsername("ours:theirs"), attr{stun.AttrMessageIntegrity, make([]byte, 8)}), ErrMalformed},
		"a short priority":      {build(attr{stun.AttrPriority, []byte{1, 2}}, stun.NewUsername("ours:theirs"), stun.NewShortTermIntegrity(password)), ErrMalformed},
		"a fingerprint within":  {build(stun.NewUsername("ours:theirs"), stun.Fingerprint, attr{stun.AttrMessageIntegrity, make([]byte, 20)}), ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			if err := new(Request).Parse(c.data); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestWhatFollowsTheIntegrityCountsForNothing(t *testing.T) {
	m := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername("ours:theirs"), stun.NewShortTermIntegrity(password))
	m.Add(stun.AttrUseCandidate, nil)
	r := parse(t, m.Raw)
	if r.UseCandidate {
		t.Error("an unprotected nomination was taken")
	}
	if _, ok := NewAgent(password, "theirs").Answer(nil, r, sender); !ok {
		t.Error("the check failed")
	}
}

func TestAnsweringAllocatesNothing(t *testing.T) {
	a, data, dst := NewAgent(password, "theirs"), check(t, password), make([]byte, 0, 256)
	var r Request
	if n := testing.AllocsPerRun(100, func() {
		if r.Parse(data) != nil {
			t.Fatal("not parsed")
		}
		if _, ok := a.Answer(dst[:0], &r, sender); !ok {
			t.Fatal("not answered")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAnswer(b *testing.B) {
	a, data, dst := NewAgent(password, "theirs"), check(b, password), make([]byte, 0, 256)
	var r Request
	b.ReportAllocs()
	for b.Loop() {
		_ = r.Parse(data)
		a.Answer(dst[:0], &r, sender)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add(check(f, password, attr{stun.AttrUseCandidate, nil}))
	f.Add(check(f, password, attr{0x7001, []byte("abc")}, attr{stun.AttrICEControlled, make([]byte, 8)}))
	f.Add(check(f, "guess"))
	// A check without a fingerprint, so that the fuzzer gets past the CRC.
	f.Add(stun.MustBuild(stun.NewTransactionIDSetter([12]byte{1}), stun.BindingRequest, stun.NewUsername("ours:theirs"), stun.NewShortTermIntegrity(password)).Raw)
	a := NewAgent(password, "theirs")
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Request
		if r.Parse(data) != nil {
			return
		}
		reply, ok := a.Answer(nil, &r, sender)
		if ok && reply == nil {
			t.Error("a check succeeded without a reply")
		}
		if reply == nil {
			return
		}
		m := &stun.Message{Raw: reply}
		if err := m.Decode(); err != nil {
			t.Error(err)
		}
		// What we take for authentic, another stack must.
		in := &stun.Message{Raw: data}
		if err := in.Decode(); err != nil {
			t.Errorf("we answered what another stack cannot read: %v", err)
		} else if err := stun.NewShortTermIntegrity(password).Check(in); err != nil {
			t.Errorf("we answered what another stack refuses: %v", err)
		}
	})
}
