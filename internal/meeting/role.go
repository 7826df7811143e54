package meeting

// Role is what a participant may do: the protocol's word.
type Role string

const (
	Host    Role = "host"    // everything
	Cohost  Role = "cohost"  // runs the meeting, and cannot touch a host
	Speaker Role = "speaker" // sends and is heard
	Viewer  Role = "viewer"  // sees and hears, and publishes nothing
)

// IsRole tells whether this is a role's word.
func IsRole(r Role) bool { return r.rank() > 0 }

// rank orders the roles by power; 0 for what is none.
func (r Role) rank() int {
	switch r {
	case Host:
		return 4
	case Cohost:
		return 3
	case Speaker:
		return 2
	case Viewer:
		return 1
	}
	return 0
}

// leads tells whether the role runs the meeting.
func (r Role) leads() bool { return r == Host || r == Cohost }

// Who is a browser's name in one room: the same in each of its sessions there, and another in every other room. Everybody
// in the meeting knows it.
type Who string
