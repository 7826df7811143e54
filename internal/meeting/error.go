package meeting

// Code is the kind of a refusal: the protocol's word.
type Code string

const (
	NotFound  Code = "not_found"
	Forbidden Code = "forbidden"
	Full      Code = "full"
	Invalid   Code = "invalid"
	Conflict  Code = "conflict"
	Limited   Code = "limited"
	Internal  Code = "internal"
)

// Reason says more than the code of a refusal, where a page does something else for each: the protocol's word.
type Reason string

const (
	ByLock      Reason = "locked"
	ByPasscode  Reason = "passcode" // missing or wrong
	ByBan       Reason = "banned"
	BySize      Reason = "full"
	ByLobbySize Reason = "lobby_full"
	ByLoad      Reason = "busy" // of the node, with Full
	ByRole      Reason = "role"
	BySettings  Reason = "settings"
	ByRefusal   Reason = "refused" // a moment ago
	// ByNeighbours: others of the same network were refused a moment ago.
	ByNeighbours Reason = "neighbours"
	ByName       Reason = "name" // a person's
)

// Error is a refusal fit to show to the one who asked.
type Error struct {
	Code   Code   `json:"code"`
	Text   string `json:"text"`
	Reason Reason `json:"reason,omitempty"`
	Retry  int    `json:"retry,omitempty"` // with Limited, and with Full where the node is busy: seconds until it is worth trying again
}

func (e *Error) Error() string { return e.Text }
