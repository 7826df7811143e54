package meeting

// Event is something a session is told. Its JSON is the event's data in the protocol.
type Event interface {
	// EventName is the event's name in the protocol.
	EventName() string
}

type (
	// Joined: somebody entered.
	Joined struct {
		Participant Participant `json:"participant"`
	}
	// Left: somebody gave up a seat or lost it.
	Left struct {
		ID     ID         `json:"id"`
		Reason LeftReason `json:"reason"`
	}
	// Updated: somebody's name, tracks or connection changed.
	Updated struct {
		Participant Participant `json:"participant"`
	}
	// Inside tells those outside who is in the meeting.
	Inside struct {
		Inside []Present `json:"inside"`
	}
	// Said is a chat message.
	Said struct {
		Message Message `json:"message"`
	}
	// Speaking tells who is heard now, the loudest first.
	Speaking struct {
		Speaking []ID `json:"speaking"`
	}
	// SettingsChanged tells the room's settings.
	SettingsChanged struct {
		Settings Settings `json:"settings"`
	}
	// MeetingChanged tells what holds for the whole meeting.
	MeetingChanged struct {
		Meeting State `json:"meeting"`
	}
	// WaitingChanged tells hosts and cohosts who waits to be let in.
	WaitingChanged struct {
		Waiting []Waiter `json:"waiting"`
	}
	// Admitted tells one who waits to join again.
	Admitted struct{}
	// Asked: a host asks me to turn a track on.
	Asked struct {
		By    Present `json:"by"`
		Track string  `json:"track"`
	}
	// Silenced: a host has muted my microphone or turned another of my tracks off.
	Silenced struct {
		By    Present `json:"by"`
		Track string  `json:"track"`
	}
	// Reacted tells who reacted with what, in order.
	Reacted struct {
		Reactions []Flying `json:"reactions"`
	}
	// Ended: this session is over.
	Ended struct {
		Reason EndReason `json:"reason"`
	}
)

// The words of the protocol.

func (Joined) EventName() string          { return "joined" }
func (Left) EventName() string            { return "left" }
func (Updated) EventName() string         { return "updated" }
func (Inside) EventName() string          { return "inside" }
func (Said) EventName() string            { return "chat" }
func (Amended) EventName() string         { return "chat_changed" }
func (Speaking) EventName() string        { return "speaker" }
func (SettingsChanged) EventName() string { return "settings" }
func (MeetingChanged) EventName() string  { return "meeting" }
func (WaitingChanged) EventName() string  { return "waiting" }
func (Admitted) EventName() string        { return "admitted" }
func (Asked) EventName() string           { return "asked" }
func (Silenced) EventName() string        { return "silenced" }
func (Reacted) EventName() string         { return "reactions" }
func (Ended) EventName() string           { return "ended" }

// LeftReason says why somebody is no longer in the meeting.
type LeftReason string

const (
	LeftByChoice LeftReason = "left"
	LeftLost     LeftReason = "lost" // the connection did not come back in time
	LeftRemoved  LeftReason = "removed"
)

// EndReason says why a session is over.
type EndReason string

const (
	EndReplaced EndReason = "replaced" // another connection took the seat
	EndRemoved  EndReason = "removed"
	EndBanned   EndReason = "banned"
	EndRefused  EndReason = "refused" // it waited to be let in
	EndMeeting  EndReason = "ended"
	EndShutdown EndReason = "shutdown" // the server stops; sessions may come back to the next one
)
