//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// command is a line of JSON on standard input. Each is answered by one line, a reply; {} only asks for the counts.
type command struct {
	Up     *Link   `json:"up"`     // puts another link in place from the far side to the server
	Down   *Link   `json:"down"`   // and from the server to the far side
	Seed   *uint64 `json:"seed"`   // begins the draws anew
	Rebind string  `json:"rebind"` // "address" or "ports": the far side is seen at another one from now on
}

// reply is a line of JSON on standard output. The first one, before any command, says that packets are carried.
type reply struct {
	Error string `json:"error,omitempty"` // and nothing was done
	Up    counts `json:"up"`              // since the last reply
	Down  counts `json:"down"`
}

// counts is what a direction did. Each packet that was not delivered is in one of the counts.
type counts struct {
	Sent    uint64 `json:"sent"`    // packets that came
	Arrived uint64 `json:"arrived"` // and were delivered, copies among them
	Lost    uint64 `json:"lost"`    // by the link's loss
	Refused uint64 `json:"refused"` // there was no room in the queue, or in the device
	Blocked uint64 `json:"blocked"` // by an outage, or UDP is
	Foreign uint64 `json:"foreign"` // no IPv4, or the NAT knows no way for them
	Late    uint64 `json:"late"`    // held back
	Copies  uint64 `json:"copies"`  // delivered twice

	// What packets waited in the queue and in sending, in milliseconds: nineteen of twenty no longer than Wait95.
	Wait95  int `json:"wait95"`
	WaitMax int `json:"waitMax"`

	waits [longestWait + 1]uint32 // packets by milliseconds, the last for all that is longer
}

// longestWait in milliseconds is told apart from longer ones.
const longestWait = 5000

// waited counts a packet that has left the queue.
func (c *counts) waited(d time.Duration) {
	c.waits[min(int(d.Milliseconds()), longestWait)]++
}

// take gives the counts and begins them anew.
func (c *counts) take() counts {
	var all, seen uint64
	for _, n := range c.waits {
		all += uint64(n)
	}
	for ms, n := range c.waits {
		if n == 0 {
			continue
		}
		if seen*20 < all*19 {
			c.Wait95 = ms
		}
		c.WaitMax = ms
		seen += uint64(n)
	}
	taken := *c
	*c = counts{}
	return taken
}

// parse reads a command and checks it whole.
func parse(line []byte) (command, error) {
	var c command
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	if d.More() {
		return c, errors.New("more than one command in a line")
	}
	for _, l := range []*Link{c.Up, c.Down} {
		if l == nil {
			continue
		}
		if err := l.check(); err != nil {
			return c, err
		}
	}
	switch c.Rebind {
	case "", "address", "ports":
		return c, nil
	}
	return c, fmt.Errorf("rebind is %q, want address or ports", c.Rebind)
}
