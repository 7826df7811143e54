// Package meeting is the pure core of a meeting: who is inside, what they send, what they said, and who is told.
//
// A Meeting owns the live gathering in one room. Its host, package rooms, calls Apply on one goroutine with the time
// and a Command, and carries out the Effects that come back: events to sessions, peers into and out of media, chat
// into the store. The core imports nothing of ours, knows no clock and draws its chance from a function, so that a
// whole meeting can be replayed in a test.
package meeting

import (
	"slices"
	"time"
)

const (
	// SeatGrace is how long a seat outlives its connection: long enough for a change of network or a server
	// behind a proxy to come back, short enough that nobody talks to an empty tile for long.
	SeatGrace = 30 * time.Second
	// ClosingGrace is how long the seat of a page outlives it that said it was closing: long enough to load the page
	// anew, short enough that a closed one leaves no empty tile.
	ClosingGrace = 5 * time.Second
	// MaxParticipants bounds the seats taken at one time. A roster of 500 is about 100 kB of JSON, what one
	// message may reasonably weigh.
	MaxParticipants = 500
	// MaxOutside bounds the sessions that have connected but not joined: each hears of every coming and going. Hosts and
	// cohosts connect beyond it, so that nobody can keep them out of their room.
	MaxOutside = 500
	// insideEvery is how often those outside hear who is inside, at most: every telling is a whole list.
	insideEvery = 250 * time.Millisecond
)

// Config is what a meeting begins with.
type Config struct {
	Room   string        // its name as RoomName gives it
	Chance func() uint64 // unguessable: ids and resume keys are drawn from it
}

// Meeting is the state of one live gathering.
type Meeting struct {
	room     string
	chance   func() uint64
	members  map[ID]*member
	keys     map[Key]*member
	seated   []*member // in the order of their seats
	lastSeat uint32
	arrivals uint64 // sessions that ever connected
	tail     tail

	settings Settings
	banned   map[Who]bool // by the room's record
	state    State

	// Of this meeting alone, see over.
	given    map[Who]Role // roles given in it
	known    map[Who]bool // who has been let in
	expelled map[Who]bool // who has been banned in it
	turned   map[Who]turned

	waiters     []*member         // in the order in which they came
	waited      map[Who]time.Time // until when; see remember
	waitingTold time.Time         // as with inside
	waitingDue  time.Time

	reactions     []Flying // not told yet
	reactionsTold time.Time
	reactionsDue  time.Time

	inside     []Present // what those outside see; rebuilt when somebody enters, leaves or is renamed
	insideTold time.Time // when they were last told
	insideDue  time.Time // when they must be told next; zero: they know
}

// member is one session that the meeting knows: outside, or inside with a seat.
type member struct {
	Participant
	key   Key
	lost  time.Time // when its connection dropped; zero while connected
	going bool      // its page said that it is closing
	order uint64    // of arrival

	link   Role // what its link gives; "" without one
	linkID string

	passed   bool    // has given the passcode
	admitted bool    // has been let in
	waiting  WaitFor // to be let in
	since    int64   // when the wait began, in milliseconds since 1970
	asked    bool    // may turn the microphone on once
}

func (p *member) isInside() bool { return p.Seat != 0 }

// grace is how long the seat outlives the connection.
func (p *member) grace() time.Duration {
	if p.going {
		return ClosingGrace
	}
	return SeatGrace
}

// New makes an empty meeting.
func New(c Config) *Meeting {
	return &Meeting{
		room:    c.Room,
		chance:  c.Chance,
		members: make(map[ID]*member),
		keys:    make(map[Key]*member),
		inside:  []Present{},

		settings: Unmade(),
		state:    quiet(),
		given:    make(map[Who]Role),
		known:    make(map[Who]bool),
		expelled: make(map[Who]bool),
		turned:   make(map[Who]turned),
		waited:   make(map[Who]time.Time),
	}
}

// Apply carries out one command at the time now, which never runs backwards, and returns what has to be done about
// it, in order. A command that the rules refuse changes nothing and returns only Refused.
func (m *Meeting) Apply(now time.Time, c Command) []Effect {
	t := &turn{m: m, now: now}
	if err := t.apply(c); err != nil {
		return []Effect{Refused{Err: err}}
	}
	return t.effects
}

// turn is one call of Apply: its time, and the effects so far.
type turn struct {
	m       *Meeting
	now     time.Time
	effects []Effect
}

// Deadline is when Expire is next due; zero: not until something else happens.
func (m *Meeting) Deadline() time.Time {
	due := earliest(m.insideDue, m.waitingDue, m.reactionsDue)
	for _, p := range m.seated {
		if p.lost.IsZero() {
			continue
		}
		due = earliest(due, p.lost.Add(p.grace()))
	}
	return due
}

// earliest gives the first of these times, zero ones apart.
func earliest(times ...time.Time) (first time.Time) {
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// Empty tells whether nobody is left, neither inside nor outside: the host may forget the meeting.
func (m *Meeting) Empty() bool { return len(m.members) == 0 }

// Inside lists who is in the meeting, in the order of their seats. The caller must not change it.
func (m *Meeting) Inside() []Present { return m.inside }

// InsideFor lists who is in the meeting, as one outside may know it: nobody to who has yet to give the passcode. The
// caller must not change it.
func (m *Meeting) InsideFor(id ID) []Present {
	if m.Door(id).Passcode {
		return []Present{}
	}
	return m.inside
}

// Find gives the participant with this id; false when the meeting does not know it.
func (m *Meeting) Find(id ID) (Participant, bool) {
	p, ok := m.members[id]
	if !ok {
		return Participant{}, false
	}
	return p.Participant, true
}

func (t *turn) effect(e Effect) { t.effects = append(t.effects, e) }

// tell tells an event to one session.
func (t *turn) tell(p *member, e Event) { t.effect(Tell{To: []ID{p.ID}, Event: e}) }

// tellInside tells an event to everybody in the meeting but except.
func (t *turn) tellInside(except ID, e Event) {
	t.tellThose(func(p *member) bool { return p.ID != except }, e)
}

// tellThose tells an event to those in the meeting of whom it is true.
func (t *turn) tellThose(who func(*member) bool, e Event) {
	to := make([]ID, 0, len(t.m.seated))
	for _, p := range t.m.seated {
		if who(p) {
			to = append(to, p.ID)
		}
	}
	if len(to) > 0 {
		t.effect(Tell{To: to, Event: e})
	}
}

// insideChanged rebuilds the list of those inside and tells it outside, now or when it is due.
func (t *turn) insideChanged() {
	m := t.m
	m.inside = make([]Present, 0, len(m.seated))
	for _, p := range m.seated {
		m.inside = append(m.inside, Present{ID: p.ID, Name: p.Name})
	}
	if due := m.insideTold.Add(insideEvery); t.now.Before(due) {
		m.insideDue = due
		return
	}
	t.tellOutside()
}

// tellOutside tells those outside who is inside, as InsideFor does.
func (t *turn) tellOutside() {
	m := t.m
	m.insideDue = time.Time{}
	outside := make([]*member, 0, len(m.members)-len(m.seated))
	for _, p := range m.members {
		if !p.isInside() && !m.Door(p.ID).Passcode {
			outside = append(outside, p)
		}
	}
	if len(outside) == 0 {
		return
	}
	slices.SortFunc(outside, func(a, b *member) int { return int(a.order) - int(b.order) })
	to := make([]ID, len(outside))
	for i, p := range outside {
		to[i] = p.ID
	}
	m.insideTold = t.now
	t.effect(Tell{To: to, Event: Inside{Inside: m.inside}})
}
