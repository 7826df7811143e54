package media

import (
	"net/netip"
	"sync"
	"time"

	"noom/internal/sfu"
)

// EventKind names what a room is told.
type EventKind uint8

const (
	// PeerConnected: the handshake is done; media flows once the peer has entered.
	PeerConnected EventKind = iota + 1
	// PeerLost: the peer has ended for Reason, and is removed.
	PeerLost
	// SlotSwitched: from RTP timestamp FromTS on, Slot of Peer carries Track (0: nothing).
	SlotSwitched
	// SpeakersChanged: Speakers, the loudest first.
	SpeakersChanged
	// PathFound: Peer's media goes to Address over Proto. Comes again when either changes or RTT becomes known.
	PathFound
)

// Event is something a room must know. Which fields are set depends on Kind.
type Event struct {
	Kind     EventKind
	Peer     sfu.PeerID
	Slot     int // index in PeerParams.Slots
	Track    sfu.Track
	FromTS   uint32 // RTP timestamp in the slot's clock
	Speakers [3]sfu.Track
	Address  netip.AddrPort
	Proto    string        // "udp"
	RTT      time.Duration // 0: not known
	Reason   string
}

// wish is what one worker's router wants of another worker, in sfu's words.
type wish struct {
	kind   sfu.EventKind // KeyframeWanted, PipeWanted or PipeUnwanted
	worker int           // whose router
	track  sfu.Track
	layer  uint8
}

// thing is what an event is about.
type thing struct {
	kind EventKind
	peer sfu.PeerID
	slot int
}

// mailbox takes what workers tell a room, without making them wait. It is bounded by what there is to know: of two
// events about the same thing that wait here, the newer takes the older's place.
type mailbox struct {
	mu     sync.Mutex
	events []Event
	taken  int           // events that have left, so that waiting's numbers hold
	index  map[thing]int // number of the event that waits about a thing
	wishes []wish
	bell   chan struct{} // holds one ring while something waits
}

func newMailbox() *mailbox {
	return &mailbox{index: make(map[thing]int), bell: make(chan struct{}, 1)}
}

// post leaves an event.
func (m *mailbox) post(e Event) {
	about := thing{e.Kind, e.Peer, e.Slot}
	m.mu.Lock()
	if i, waits := m.index[about]; waits {
		m.events[i-m.taken] = e
	} else {
		m.index[about] = m.taken + len(m.events)
		m.events = append(m.events, e)
	}
	m.mu.Unlock()
	m.ring()
}

// next takes the oldest event, if any.
func (m *mailbox) next() (Event, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.events) == 0 {
		return Event{}, false
	}
	e := m.events[0]
	m.events = m.events[1:] // append moves to new memory in time
	m.taken++
	delete(m.index, thing{e.Kind, e.Peer, e.Slot})
	return e, true
}

// want leaves a wish. A pipe that is wanted and then unwanted must stay so: the later of the two replaces the earlier.
// Their number is bounded by tracks × workers × layers.
func (m *mailbox) want(w wish) {
	m.mu.Lock()
	i := 0
	for i < len(m.wishes) && !m.wishes[i].sameAs(w) {
		i++
	}
	if i < len(m.wishes) {
		m.wishes[i] = w
	} else {
		m.wishes = append(m.wishes, w)
	}
	m.mu.Unlock()
	m.ring()
}

func (w wish) sameAs(o wish) bool {
	return w.worker == o.worker && w.track == o.track && w.layer == o.layer &&
		(w.kind == sfu.KeyframeWanted) == (o.kind == sfu.KeyframeWanted)
}

// takeWishes takes all wishes, oldest first.
func (m *mailbox) takeWishes() []wish {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.wishes
	m.wishes = nil
	return w
}

func (m *mailbox) ring() {
	select {
	case m.bell <- struct{}{}:
	default:
	}
}
