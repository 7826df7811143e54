package media

import (
	"sync"

	"noom/internal/sfu"
)

// wish is what one worker's router wants of another worker, in sfu's words.
type wish struct {
	kind   sfu.EventKind // KeyframeWanted, PipeWanted, PipeUnwanted or LayersWanted
	worker int           // whose router
	track  sfu.Track
	layer  uint8 // of a keyframe
	layers uint8
}

// nobody leads a room in which nobody is.
const nobody = -1

// mailbox takes what workers tell a room, without making them wait.
type mailbox struct {
	mu     sync.Mutex
	lead   int          // index of the worker whose router speaks for the room about speakers, or nobody
	told   [3]sfu.Track // the speakers that were posted last
	queue  queue
	wishes []wish
	bell   chan struct{} // holds one ring while something waits
}

func newMailbox() *mailbox {
	return &mailbox{lead: nobody, queue: queue{waiting: make(map[thing]waiting)}, bell: make(chan struct{}, 1)}
}

// post leaves an event.
func (m *mailbox) post(e Event) {
	m.mu.Lock()
	m.queue.put(e)
	m.mu.Unlock()
	m.ring()
}

// speakers leaves what a worker has found of who speaks, if it is the one that leads.
func (m *mailbox) speakers(worker int, s [3]sfu.Track) {
	m.mu.Lock()
	if worker == m.lead && s != m.told {
		m.told = s
		m.queue.put(Event{Kind: SpeakersChanged, Speakers: s})
	}
	m.mu.Unlock()
	m.ring()
}

// appoint makes a worker the one that leads. s is who speaks as its router finds: the one before may have said otherwise.
func (m *mailbox) appoint(worker int, s [3]sfu.Track) {
	m.mu.Lock()
	m.lead = worker
	m.mu.Unlock()
	m.speakers(worker, s)
}

// next takes the oldest event, if any.
func (m *mailbox) next() (Event, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.queue.take()
}

// want leaves a wish. A pipe that is wanted and then unwanted must stay so: the later of the two replaces the earlier, as do layers.
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
	return w.worker == o.worker && w.track == o.track && w.layer == o.layer && w.about() == o.about()
}

// about is the kind of a wish, or the one that a later wish of the kind takes back.
func (w wish) about() sfu.EventKind {
	if w.kind == sfu.PipeUnwanted {
		return sfu.PipeWanted
	}
	return w.kind
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

// thing is what an event is about.
type thing struct {
	kind  EventKind
	peer  sfu.PeerID
	slot  int
	track sfu.Track // of layers
}

func (e *Event) thing() thing {
	about := thing{kind: e.Kind, peer: e.Peer, slot: e.Slot}
	if e.Kind == LayersWanted {
		about.track = e.Track
	}
	return about
}

// switchesKept is how many switches of one slot may wait, each the label of a range of timestamps: a slot switches
// once per keyframe at most, so this many are two seconds of a room that is late.
const switchesKept = 4

// waiting is what waits about a thing.
type waiting struct {
	count  int
	newest int // number of its newest event
}

// queue is the events of a mailbox. It is bounded by what there is to know: of two events about the same thing that wait
// here, the newer takes the older's place. Only the switches of a slot are kept, up to switchesKept.
type queue struct {
	events  []Event
	taken   int // events that have left, so that the numbers hold
	waiting map[thing]waiting
}

func (q *queue) put(e Event) {
	about, most := e.thing(), 1
	if e.Kind == SlotSwitched {
		most = switchesKept
	}
	w := q.waiting[about]
	if w.count == most {
		q.events[w.newest-q.taken] = e
		return
	}
	q.waiting[about] = waiting{w.count + 1, q.taken + len(q.events)}
	q.events = append(q.events, e)
}

func (q *queue) take() (Event, bool) {
	if len(q.events) == 0 {
		return Event{}, false
	}
	e := q.events[0]
	q.events = q.events[1:] // append moves to new memory in time
	q.taken++
	about := e.thing()
	if w := q.waiting[about]; w.count > 1 {
		q.waiting[about] = waiting{w.count - 1, w.newest}
	} else {
		delete(q.waiting, about)
	}
	return e, true
}
