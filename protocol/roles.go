// Package protocol gives tests the part of the protocol that is a table: who may do what to whom (roles.txt). Package
// meeting's tests hold the rules to it, package signal's the whole server, through its sockets. Programs do not use it.
package protocol

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"
)

//go:embed roles.txt
var roles string

// Roles are those of the columns.
var Roles = []string{"host", "cohost", "speaker", "viewer"}

// Targets are what an outcome may depend on, in their order.
var Targets = []string{"self", "host", "cohost", "speaker", "viewer", "elsewhere", "left"}

// Codes says what the outcomes mean: the code of a refusal, or "".
var Codes = map[rune]string{'+': "", '-': "forbidden", '?': "not_found", '!': "invalid"}

// Case is one request in the table.
type Case struct {
	Event string
	Data  string // JSON, with NAME where a participant's id belongs
	// Outcome is the code with which the request is refused, "" when it is granted, by the role of the one who asks and
	// the target. What does not apply is not there.
	Outcome map[string]map[string]string
}

// Cases reads the table.
func Cases() ([]Case, error) {
	var all []Case
	for line := range strings.Lines(roles) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(fields) != 2+len(Roles) {
			return nil, fmt.Errorf("%q has %d fields", line, len(fields))
		}
		c := Case{Event: fields[0], Data: fields[1], Outcome: make(map[string]map[string]string)}
		for i, role := range Roles {
			outcomes := fields[2+i]
			if utf8.RuneCountInString(outcomes) != len(Targets) {
				return nil, fmt.Errorf("%q: %s is no row of outcomes", line, outcomes)
			}
			c.Outcome[role] = make(map[string]string)
			for j, mark := range outcomes {
				code, known := Codes[mark]
				if !known && mark != '.' {
					return nil, fmt.Errorf("%q: %c means nothing", line, mark)
				}
				if known {
					c.Outcome[role][Targets[j]] = code
				}
			}
		}
		all = append(all, c)
	}
	return all, nil
}
