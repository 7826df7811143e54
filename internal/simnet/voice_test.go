package simnet_test

import (
	"testing"
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet"
)

// madeUp is the share of what one of two people says that the other has to make up, in percent, over links of 20 ms that lose as
// much each way.
func madeUp(t *testing.T, seed uint64, loss float64, browser simnet.Browser) float64 {
	call := simnet.NewCall(t, seed)
	call.Browser = browser
	lossy := simnet.Link{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: loss}
	alice, bob := call.JoinOver("alice", lossy, lossy), call.JoinOver("bob", lossy, lossy)
	alice.Talk()
	bob.Talk()
	call.Run(8 * time.Second)
	bob.Forget()
	call.Run(60 * time.Second)
	if got := bob.Got(alice.Track(sfu.Microphone)); got.Wrong > 0 {
		t.Errorf("seed %d: %d words under a wrong name", seed, got.Wrong)
	}
	return hears(bob, []*simnet.Peer{alice})
}

// TestCopiesAndRequestsKeepAVoiceWholeWhereATenthIsLost tells what each means does. The bar of RELIABILITY is 2 %.
func TestCopiesAndRequestsKeepAVoiceWholeWhereATenthIsLost(t *testing.T) {
	n := seeds(t, 5)
	for _, c := range []struct {
		name    string
		browser simnet.Browser
		least   float64 // p95: what there is to repair
		most    float64
	}{
		{"neither", simnet.Browser{}, 5, 25},
		{"copies", simnet.Browser{RED: true}, 0, 2},
		{"requests", simnet.Browser{Asks: true, Answers: true}, 0, 2},
		{"Firefox", simnet.Firefox, 0, 15},
		{"Chromium", simnet.Chromium, 0, 2},
	} {
		var shares []float64
		for seed := range n {
			shares = append(shares, madeUp(t, 700+seed, 0.1, c.browser))
		}
		got := quantile(shares, 0.95)
		t.Logf("%s: p95 %.2f %% made up", c.name, got)
		if got < c.least || got > c.most {
			t.Errorf("with %s %.2f %% are made up, want %.1f to %.1f", c.name, got, c.least, c.most)
		}
	}
}
