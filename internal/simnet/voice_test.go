package simnet_test

import (
	"slices"
	"testing"
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet"
)

// concealed is the share of what one of two people says that the other does not hear in time, over links that lose as much each way.
func concealed(t *testing.T, seed uint64, loss float64, sound simnet.Sound) float64 {
	call := simnet.NewCall(t, seed)
	call.Sound = sound
	lossy := simnet.Link{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: loss}
	alice, bob := call.JoinOver("alice", lossy, lossy), call.JoinOver("bob", lossy, lossy)
	alice.Talk()
	bob.Talk()
	call.Run(5 * time.Second)
	bob.Forget()
	before := alice.Said()
	call.Run(60 * time.Second)
	said := alice.Said() - before
	got := bob.Got(alice.Track(sfu.Microphone))
	if got.Wrong > 0 {
		t.Errorf("seed %d: %d words under a wrong name", seed, got.Wrong)
	}
	return 1 - min(1, float64(got.Words)/float64(said-3)) // the last are under way
}

// TestCopiesAndRequestsKeepAVoiceWholeWhereATenthIsLost holds p95 of the seeds to the bar for 10 % of loss each way, 2 %, and
// tells what each means does.
func TestCopiesAndRequestsKeepAVoiceWholeWhereATenthIsLost(t *testing.T) {
	type means struct {
		name  string
		sound simnet.Sound
		bar   float64
	}
	all := []means{
		{"neither", simnet.Sound{}, 1},
		{"RED", simnet.Sound{RED: true}, 0.02},
		{"NACK", simnet.Sound{NACK: true}, 0.02},
		{"both", simnet.Sound{RED: true, NACK: true}, 0.005},
	}
	mean := map[string]float64{}
	n := seeds(t, 5)
	for _, m := range all {
		var shares []float64
		for seed := range n {
			share := concealed(t, 700+seed, 0.1, m.sound)
			shares = append(shares, share)
			mean[m.name] += share / float64(n)
		}
		slices.Sort(shares)
		p95 := shares[(len(shares)*95+99)/100-1]
		t.Logf("%s: %.2f %% concealed, p95 %.2f %%", m.name, 100*mean[m.name], 100*p95)
		if p95 > m.bar {
			t.Errorf("with %s more than %.1f %% are concealed", m.name, 100*m.bar)
		}
	}
	if factor := mean["neither"] / mean["RED"]; factor < 10 {
		t.Errorf("RED makes loss only %.1f times smaller", factor)
	}
}
