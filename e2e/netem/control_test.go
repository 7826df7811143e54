//go:build linux

package main

import (
	"strings"
	"testing"
	"time"
)

func TestACommandIsTakenWholeOrNotAtAll(t *testing.T) {
	for line, want := range map[string]string{
		`{}`: "",
		`{"seed":7,"up":{"delay":50},"down":{"delay":50,"loss":0.05,"burst":4}}`: "",
		`{"rebind":"ports"}`:              "",
		`{"rebind":"elsewhere"}`:          "want address or ports",
		`{"down":{"lost":0.05}}`:          `unknown field "lost"`,
		`{"down":{"loss":5}}`:             "want a share",
		`{"down":{"loss":0.9,"burst":2}}`: "cannot make up",
		`{"up":{"delay":-1}}`:             "want milliseconds",
		`{"up":{"delay":1e9}}`:            "want milliseconds",
		`{"up":{"rate":-1}}`:              "no negative ones",
		`{} {}`:                           "more than one command",
		`{"down":{"copies":2}}`:           "want a share",
		`{"down":{"copies":1}`:            "unexpected EOF",
		``:                                "EOF",
	} {
		_, err := parse([]byte(line))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

func TestCountsAreThoseSinceTheLastReply(t *testing.T) {
	var c counts
	c.Sent = 3
	for ms := range 100 {
		c.waited(time.Duration(ms) * time.Millisecond)
	}
	c.waited(time.Hour)
	if got := c.take(); got.Sent != 3 || got.Wait95 != 95 || got.WaitMax != longestWait {
		t.Errorf("took %d sent, waiting %d and %d ms", got.Sent, got.Wait95, got.WaitMax)
	}
	if got := c.take(); got.Sent != 0 || got.WaitMax != 0 {
		t.Errorf("took %d sent and %d ms a second time", got.Sent, got.WaitMax)
	}
}
