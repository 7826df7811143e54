package sdp

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	pion "github.com/pion/sdp/v3"
)

// FuzzAnswer checks that whatever is offered, what we answer is a session description of as many m-lines whose first
// offer's slots survive the same offer again.
func FuzzAnswer(f *testing.F) {
	f.Add(offering("0 1 2", opusLine("0", "a=sendonly\n"), vp8Line("1", "a=sendonly\na=rid:q send\na=simulcast:send q\n"), vp8Line("2", "a=recvonly\n")))
	f.Add(offering("0", video("0", "a=recvonly\n", h264baseline, vp8, rtx)))
	for _, name := range []string{"chromium-plain", "firefox-plain"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".offer.sdp"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, offer string) {
		answer, params, err := Answer(offer, local, nil, counting())
		if err != nil {
			var e Error
			if !errors.As(err, &e) || answer != "" {
				t.Fatalf("%v is no sentence", err)
			}
			return
		}
		var in, out pion.SessionDescription
		if err := in.UnmarshalString(offer); err != nil {
			t.Fatal(err)
		}
		if err := out.UnmarshalString(answer); err != nil {
			t.Fatalf("%v:\n%s", err, answer)
		}
		if len(in.MediaDescriptions) != len(out.MediaDescriptions) {
			t.Errorf("%d m-lines were answered with %d", len(in.MediaDescriptions), len(out.MediaDescriptions))
		}
		again, same, err := Answer(offer, local, &params, counting())
		if err != nil || len(same.Slots) != len(params.Slots) {
			t.Fatalf("the same offer again: %v", err)
		}
		for i := range same.Slots {
			if same.Slots[i].SSRC != params.Slots[i].SSRC || same.Slots[i].RTX != params.Slots[i].RTX {
				t.Errorf("slot %d has other SSRCs in\n%s", i, again)
			}
		}
	})
}
