package meeting

// Message is one chat message as it is now.
type Message struct {
	ID        string     `json:"id"`  // the sender's own name for it
	Seq       uint64     `json:"seq"` // grows with every message of the room
	From      Sender     `json:"from"`
	Text      string     `json:"text"`
	At        int64      `json:"at"`                  // milliseconds since 1970
	To        *Sender    `json:"to,omitempty"`        // private: only the two see it; nil: everybody
	Reply     uint64     `json:"reply,omitempty"`     // Seq of the message it answers; 0: none
	Edited    int64      `json:"edited,omitempty"`    // when it was last edited, in milliseconds since 1970; 0: never
	Deleted   bool       `json:"deleted,omitempty"`   // nothing is left but that it was there
	Reactions []Reaction `json:"reactions,omitempty"` // in the order in which the first of each kind came
	File      *File      `json:"file,omitempty"`
}

// Sender is who wrote a message or is written to, under the name they had then.
type Sender struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	Who  Who    `json:"who"` // empty in messages from before browsers had pseudonyms
}

// Reaction is an emoji and whose it is.
type Reaction struct {
	Emoji string `json:"emoji"`
	By    []Who  `json:"by"`
}

// File is what a message carries. Its content is asked for by HTTP.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	Type   string `json:"type"` // what the server has verified; else Octets
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// Octets is the type of a file of which nothing is known.
const Octets = "application/octet-stream"

// SeenBy tells whether a browser may see the message. Those without a pseudonym are of a time before private messages.
func (m Message) SeenBy(who Who) bool {
	return m.To == nil || who != "" && (who == m.From.Who || who == m.To.Who)
}

// Size is about what the message weighs in a snapshot beyond what every message does, in bytes.
func (m Message) Size() int {
	n := len(m.Text)
	for _, r := range m.Reactions {
		n += reactionWeight + len(r.By)*whoWeight
	}
	if m.File != nil {
		n += fileWeight + len(m.File.Name)
	}
	return n
}

const (
	reactionWeight = 32
	whoWeight      = 19 // 96 bits in base64url, with quotes and a comma
	fileWeight     = 128
)
