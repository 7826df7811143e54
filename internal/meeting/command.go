package meeting

// Command is something that a participant asks for or that happened to the meeting. Apply has a rule for each.
type Command interface{ command() }

type (
	// Connect opens a session, or returns to the one that Key names. An unknown key opens a new session.
	Connect struct {
		Name string
		Key  Key  // empty for a new session
		Who  Who  // the browser
		Link Role // what the link that it came by gives; empty without one
	}
	// Disconnect says that the session's connection was lost. A seat is kept for SeatGrace.
	Disconnect struct{ ID ID }
	// Join enters the meeting; for one who is inside it asks for a fresh Snapshot. An empty name keeps the one given.
	Join struct {
		ID   ID
		Name string
	}
	// Leave gives up the seat; the session goes on, outside.
	Leave struct{ ID ID }
	// Rename changes the participant's name.
	Rename struct {
		ID   ID
		Name string
	}
	// Publish says what a participant lets out of one of its tracks.
	Publish struct {
		ID    ID
		Kind  Kind
		State TrackState
	}
	// Chat asks for a message to be kept and told. ClientID is the sender's own name for it.
	Chat struct {
		ID       ID
		ClientID string
		Text     string
	}
	// Stored says that the store has made a message durable. It may come twice for the same message.
	Stored struct{ Message Message }
	// Recall brings what the store kept of the room's chat, oldest first.
	Recall struct{ Messages []Message }
	// Record brings what the store keeps of the room, when it has been read and whenever it has changed.
	Record struct {
		Settings Settings
		Banned   []Who
	}
	// Speak says whose voices are heard, the loudest first.
	Speak struct{ Seats []uint32 }
	// Expire says that time has passed; it is due at Deadline and harmless at any other time.
	Expire struct{}
)

func (Connect) command()    {}
func (Disconnect) command() {}
func (Join) command()       {}
func (Leave) command()      {}
func (Rename) command()     {}
func (Publish) command()    {}
func (Chat) command()       {}
func (Stored) command()     {}
func (Recall) command()     {}
func (Record) command()     {}
func (Speak) command()      {}
func (Expire) command()     {}
