package meeting

// Effect is something the host has to do, in the order in which Apply returned it.
type Effect interface{ effect() }

type (
	// Refused answers a command that the rules forbid. It is the only effect of its command.
	Refused struct{ Err *Error }
	// Connected answers Connect. Known is false for a new session; Joined tells whether it holds a seat.
	Connected struct {
		ID     ID
		Key    Key
		Known  bool
		Joined bool
	}
	// Replaced: another connection took this session over; the one it had is told and cut before Connected.
	Replaced struct{ ID ID }
	// Snapshot answers Join: all that the participant has to know now. Later events continue from it.
	Snapshot struct {
		You          Participant   `json:"you"`
		Participants []Participant `json:"participants"` // the others, in the order of their seats
		Chat         []Message     `json:"chat"`         // oldest first
		Settings     Settings      `json:"settings"`
		Meeting      State         `json:"meeting"`
		Waiting      []Waiter      `json:"waiting"` // empty to all but hosts and cohosts
	}
	// Waits answers Join instead of a Snapshot: For what one has to wait. Admitted tells when to ask again.
	Waits struct{ For WaitFor }
	// LetIn: a host has let this session in, which waited. It asks again.
	LetIn struct{ ID ID }
	// Dismissed: this session is over. Its client is told why, and cut off. Gone follows.
	Dismissed struct {
		ID     ID
		Reason EndReason
	}
	// KeepSettings changes the settings in the room's record; the host answers with Record once that is kept.
	KeepSettings struct{ Change SettingsChange }
	// KeepBan adds a ban to the room's record, as KeepSettings does.
	KeepBan struct {
		Who  Who
		Name string
		Link string // id of the link that gives no power any more; empty for none
	}
	// KeepLink adds a link to the room's record, as KeepSettings does.
	KeepLink struct{ Role Role }
	// Over: nobody is inside any more. The meeting has forgotten what it does not keep.
	Over struct{}
	// Tell sends an event to these sessions.
	Tell struct {
		To    []ID
		Event Event
	}
	// Entered: the participant's peer may send and receive, with the track numbers of Seat.
	Entered struct {
		ID   ID
		Seat uint32
	}
	// Gone: the participant's peer must end at once. Forgotten: its session is over too.
	Gone struct {
		ID        ID
		Forgotten bool
	}
	// TrackSet: media lets out or holds back a track.
	TrackSet struct {
		Seat  uint32
		Kind  Kind
		State TrackState
	}
	// Keep gives a message to the store; the host answers with Stored once it is durable. Seq is still 0, what it
	// answers has to be looked at (Message.CheckReply), and of the file there is only the id.
	Keep struct {
		Message Message
		File    string // empty: none
	}
	// Amend has the store change a message by Amendment.Apply; the host answers with Amended once that is durable.
	Amend struct{ Amendment Amendment }
	// Read lets messages be read that Who may see and that were said Since then.
	Read struct {
		Who   Who
		Since int64 // milliseconds since 1970
	}
)

func (Refused) effect()      {}
func (Connected) effect()    {}
func (Replaced) effect()     {}
func (Snapshot) effect()     {}
func (Waits) effect()        {}
func (LetIn) effect()        {}
func (Dismissed) effect()    {}
func (KeepSettings) effect() {}
func (KeepBan) effect()      {}
func (KeepLink) effect()     {}
func (Over) effect()         {}
func (Tell) effect()         {}
func (Entered) effect()      {}
func (Gone) effect()         {}
func (TrackSet) effect()     {}
func (Keep) effect()         {}
func (Amend) effect()        {}
func (Read) effect()         {}
