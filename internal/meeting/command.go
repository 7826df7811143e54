package meeting

import "time"

// Command is something that a participant asks for or that happened to the meeting. Apply has a rule for each.
type Command interface{ command() }

type (
	// Connect opens a session, or returns to the one that Key names. An unknown key opens a new session.
	Connect struct {
		Name string
		Key  Key // empty for a new session
		Who  Who // the browser

		Link   Role   // what the link that it came by gives; empty without one
		LinkID string // that link
	}
	// Closing says that the page is being closed or loaded anew: a seat is then kept for ClosingGrace only.
	Closing struct{ ID ID }
	// Disconnect says that the session's connection was lost. A seat is kept for SeatGrace.
	Disconnect struct{ ID ID }
	// Join enters the meeting; for one who is inside it asks for a fresh Snapshot. An empty name keeps the one given.
	// Held is how long those who come from the same network are to wait before they knock, because hosts turned others
	// from there away.
	Join struct {
		ID       ID
		Name     string
		Passcode string
		Held     time.Duration
		Busy     bool // the node has no room for anybody new
	}
	// Leave gives up the seat, or the wait for one; the session goes on, outside.
	Leave struct{ ID ID }
	// Rename changes the name of Target, or one's own when that is empty.
	Rename struct {
		ID     ID
		Target ID
		Name   string
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
		To       ID     // private, to one inside; empty: to all
		Reply    uint64 // Seq of the message it answers; 0: none
		File     string // id of a file that it carries; empty: none
	}
	// ChatEdit gives one's own message another text.
	ChatEdit struct {
		ID   ID
		Seq  uint64
		Text string
	}
	// ChatDelete deletes one's own message, or as a host or cohost anybody's.
	ChatDelete struct {
		ID  ID
		Seq uint64
	}
	// ChatReact puts one's reaction to a message, or takes it back.
	ChatReact struct {
		ID    ID
		Seq   uint64
		Emoji string
		On    bool
	}
	// Browse asks for earlier messages.
	Browse struct{ ID ID }
	// Amended says that the store has made a change of a message durable. It is told as it is.
	Amended struct {
		Message Message `json:"message"`
	}
	// Stored says that the store has made a message durable. It may come twice for the same message.
	Stored struct{ Message Message }
	// Recall brings what the store kept of the room's chat, oldest first.
	Recall struct{ Messages []Message }
	// Record brings what the store keeps of the room, when it has been read and whenever it has changed.
	Record struct {
		Settings Settings
		Banned   []Who
		Links    []string // ids of those that give power
	}
	// Speak says whose voices are heard, the loudest first.
	Speak struct{ Seats []uint32 }
	// Hand raises one's own hand or lowers Target's, or one's own when that is empty.
	Hand struct {
		ID     ID
		Target ID
		Up     bool
	}
	// React shows everybody a reaction.
	React struct {
		ID    ID
		Emoji string
	}
	// Mute mutes Target's microphone, or turns another of their tracks off.
	Mute struct {
		ID     ID
		Target ID
		Kind   Kind
	}
	// MuteAll mutes every microphone but those of hosts and cohosts.
	MuteAll struct{ ID ID }
	// Ask asks Target to turn a track on.
	Ask struct {
		ID     ID
		Target ID
		Kind   Kind
	}
	// Appoint gives Target a role. Who makes another a host becomes a cohost.
	Appoint struct {
		ID     ID
		Target ID
		Role   Role
	}
	// Remove ends Target's session; with Ban their browser may not come back.
	Remove struct {
		ID     ID
		Target ID
		Ban    bool
	}
	// Admit lets those of IDs in who wait, or all for nil.
	Admit struct {
		ID  ID
		IDs []ID
	}
	// Refuse sends those of IDs away who wait, or all for nil.
	Refuse struct {
		ID  ID
		IDs []ID
	}
	// Lock lets nobody new in, or again.
	Lock struct {
		ID     ID
		Locked bool
	}
	// Spotlight says whom everybody is to see; nobody ends it.
	Spotlight struct {
		ID  ID
		IDs []ID
	}
	// SetTimer starts a countdown for all; 0 seconds ends it.
	SetTimer struct {
		ID      ID
		Seconds int
	}
	// ChangeSettings asks for other settings of the room.
	ChangeSettings struct {
		ID     ID
		Change SettingsChange
	}
	// MakeLink asks for a further link to the room.
	MakeLink struct {
		ID   ID
		Role Role
	}
	// End ends the meeting for all.
	End struct{ ID ID }
	// Dissolve says that the room is no more.
	Dissolve struct{}
	// Expire says that time has passed; it is due at Deadline and harmless at any other time.
	Expire struct{}
)

func (Connect) command()        {}
func (Closing) command()        {}
func (Disconnect) command()     {}
func (Join) command()           {}
func (Leave) command()          {}
func (Rename) command()         {}
func (Publish) command()        {}
func (Chat) command()           {}
func (ChatEdit) command()       {}
func (ChatDelete) command()     {}
func (ChatReact) command()      {}
func (Browse) command()         {}
func (Amended) command()        {}
func (Stored) command()         {}
func (Recall) command()         {}
func (Record) command()         {}
func (Speak) command()          {}
func (Hand) command()           {}
func (React) command()          {}
func (Mute) command()           {}
func (MuteAll) command()        {}
func (Ask) command()            {}
func (Appoint) command()        {}
func (Remove) command()         {}
func (Admit) command()          {}
func (Refuse) command()         {}
func (Lock) command()           {}
func (Spotlight) command()      {}
func (SetTimer) command()       {}
func (ChangeSettings) command() {}
func (MakeLink) command()       {}
func (End) command()            {}
func (Dissolve) command()       {}
func (Expire) command()         {}
