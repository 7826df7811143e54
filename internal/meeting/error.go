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

// Error is a refusal fit to show to the one who asked.
type Error struct {
	Code Code   `json:"code"`
	Text string `json:"text"`
}

func (e *Error) Error() string { return e.Text }
