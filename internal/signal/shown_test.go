package signal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"noom/internal/meeting"
)

func TestWhatPeopleMayNotSeeIsLoggedUnlessTheyWentAway(t *testing.T) {
	for _, c := range []struct {
		err    error
		logged bool
	}{
		{fmt.Errorf("reading: %w", context.Canceled), false}, // anybody can ask and go
		{fmt.Errorf("reading: %w", context.DeadlineExceeded), true},
		{errors.New("the disk is on fire"), true},
		{&meeting.Error{Code: meeting.Internal, Text: "told"}, false},
	} {
		var log bytes.Buffer
		s := &Server{log: slog.New(slog.NewTextHandler(&log, nil))}
		if refusal := s.shown(c.err); refusal.Code != meeting.Internal || refusal.Text == c.err.Error() != (refusal.Text == "told") {
			t.Errorf("%v: shown as %+v", c.err, refusal)
		}
		if logged := log.Len() > 0; logged != c.logged {
			t.Errorf("%v: logged %v", c.err, logged)
		}
	}
}
