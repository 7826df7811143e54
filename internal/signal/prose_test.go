package signal

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"noom/internal/meeting"
)

// word is something in code's letters.
var word = regexp.MustCompile("`([a-z_]+)`")

// proseRows gives the rows of the tables between two headings of PROTOCOL.md, by the names in their first columns.
func proseRows(t *testing.T, text, from, to string) map[string][]string {
	t.Helper()
	_, text, found := strings.Cut(text, from)
	text, _, ends := strings.Cut(text, to)
	if !found || !ends {
		t.Fatalf("PROTOCOL.md has nothing between %q and %q", from, to)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(text) {
		columns := strings.Split(strings.ReplaceAll(line, `\|`, "/"), "|")
		if len(columns) < 4 {
			continue
		}
		for _, name := range word.FindAllStringSubmatch(columns[1], -1) {
			rows[name[1]] = columns[2:]
		}
	}
	return rows
}

// fields are those of an example, but for ok.
func fields(t *testing.T, path string) []string {
	t.Helper()
	var kept map[string]any
	if err := json.Unmarshal(example(t, path), &kept); err != nil {
		t.Fatal(err)
	}
	delete(kept, "ok")
	names := make([]string, 0, len(kept))
	for name := range kept {
		names = append(names, name)
	}
	return names
}

// TestTheProtocolsProseNamesAllThatThereIs holds PROTOCOL.md's tables to the examples, which are held to the code.
func TestTheProtocolsProseNamesAllThatThereIs(t *testing.T) {
	data, err := os.ReadFile("../../protocol/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	asked := proseRows(t, text, "### Requests", "### Events")
	told := proseRows(t, text, "### Events", "### Objects")
	for _, c := range []struct {
		rows   map[string][]string
		dir    string
		column int
	}{{asked, "client", 0}, {asked, "ack", 1}, {told, "server", 0}} {
		known := names(t, c.dir)
		for _, name := range known {
			event, _, _ := strings.Cut(name, "-") // join-wait is another answer to join
			if event == "error" {
				continue
			}
			row, named := c.rows[event]
			if !named {
				t.Errorf("PROTOCOL.md has no row of %s", event)
				continue
			}
			for _, field := range fields(t, c.dir+"/"+name+".json") {
				if event != "settings" && !regexp.MustCompile(`\b`+field+`\b`).MatchString(row[c.column]) {
					t.Errorf("PROTOCOL.md says nothing of %s in %s/%s: %s", field, c.dir, event, row[c.column])
				}
			}
		}
		for name := range c.rows {
			if !slices.Contains(known, name) {
				t.Errorf("PROTOCOL.md has a row of %s, which is in no example of %s", name, c.dir)
			}
		}
	}
	for event := range requests {
		if _, named := asked[event]; !named {
			t.Errorf("PROTOCOL.md has no row of %s", event)
		}
	}
	words := []meeting.Code{meeting.NotFound, meeting.Forbidden, meeting.Full, meeting.Invalid, meeting.Conflict, meeting.Limited, meeting.Internal}
	for _, reason := range []meeting.Reason{meeting.ByLock, meeting.ByPasscode, meeting.ByBan, meeting.BySize, meeting.ByLobbySize, meeting.ByRole, meeting.BySettings, meeting.ByRefusal, meeting.ByNeighbours, meeting.ByName} {
		words = append(words, meeting.Code(reason))
	}
	for _, w := range words {
		if !regexp.MustCompile("`[a-z_ ]*\\b" + string(w) + "\\b[a-z_ ]*`").MatchString(text) {
			t.Errorf("PROTOCOL.md does not know the word %q", w)
		}
	}
}
