package signal

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"noom/internal/socketio"
)

func TestAListOfRoomsIsBoundedWhateverTheyAreCalled(t *testing.T) {
	for _, tt := range []struct {
		name, letter string
		least        int // rooms that are listed
	}{
		{"a name as people give them", "room", 1000},
		{"long names", strings.Repeat("\u4f1a", 90), 100},
		{"names that JSON must escape", strings.Repeat("\x01", 90), 50},
	} {
		h := newClassicHall()
		for i := range maxClassicRoomList {
			if _, ok := h.enter(new(socketio.Socket), chatPlace(fmt.Sprintf("%s %d", tt.letter, i))); !ok {
				t.Fatalf("%s: room %d cannot be entered", tt.name, i)
			}
		}
		list, err := json.Marshal(h.list())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) > maxClassicListSize+len("[]") {
			t.Errorf("%s: a list of %d bytes", tt.name, len(list))
		}
		if n := len(h.list()); n < tt.least {
			t.Errorf("%s: %d rooms are listed, want at least %d", tt.name, n, tt.least)
		}
	}
}
