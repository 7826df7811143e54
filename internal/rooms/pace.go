package rooms

import "time"

const (
	// messageEvery and messageBurst let four messages through at once and sixteen a second in the long run: in no
	// second more than twenty. What comes while there is none left is collected and told together.
	messageEvery = time.Second / 16
	messageBurst = 4
	// maxDebt bounds how long a client waits for events after messages that could not wait.
	maxDebt = 4 * messageEvery
)

// pace says when a client's next message may go. Its zero value lets one go at once.
type pace struct {
	until time.Time // when what has gone is paid for
}

// sent notes that a message goes. One that could not wait until it was due has the next ones wait the longer.
func (p *pace) sent(now time.Time) {
	if p.until.Before(now) {
		p.until = now
	}
	p.until = p.until.Add(messageEvery)
	if most := now.Add(messageBurst*messageEvery + maxDebt); p.until.After(most) {
		p.until = most
	}
}

// due is when the next message may go.
func (p *pace) due() time.Time { return p.until.Add(-(messageBurst - 1) * messageEvery) }
