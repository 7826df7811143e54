package media

import (
	"math"
	"testing"

	"noom/internal/sfu"
)

func TestAPeerMovesWhenAWorkerHasHadMuchMoreToDoForLong(t *testing.T) {
	type second struct {
		busy     []float64
		from, to int // from −1: nobody moves
		most     float64
	}
	none := func(times int, busy ...float64) (all []second) {
		for range times {
			all = append(all, second{busy: busy, from: -1})
		}
		return all
	}
	move := func(from, to int, most float64, busy ...float64) []second { return []second{{busy, from, to, most}} }
	tests := []struct {
		name    string
		seconds [][]second
	}{
		{"idle workers are let be", [][]second{none(30, 0.3, 0)}},
		{"as are those that have about as much to do", [][]second{none(30, 0.9, 0.7)}},
		{"the fifth second", [][]second{none(4, 0.8, 0.2), move(0, 1, 0.375, 0.8, 0.2)}},
		{"a storm is not long", [][]second{none(4, 0.9, 0.1), none(1, 0.5, 0.4), none(4, 0.9, 0.1)}},
		{"nor are two that take turns", [][]second{none(4, 0.9, 0.1), none(4, 0.1, 0.9), none(4, 0.9, 0.1), none(4, 0.1, 0.9)}},
		{"from the busiest to the one with the least to do", [][]second{none(4, 0.5, 0.9, 0.1, 0.6), move(1, 2, 0.8/2/0.9, 0.5, 0.9, 0.1, 0.6)}},
		{"whoever has the least by then", [][]second{none(3, 0.3, 0.9, 0.1), none(1, 0, 0.9, 0.2), move(1, 0, 0.5, 0, 0.9, 0.2)}},
		{"and on until they are even", [][]second{
			none(4, 0.8, 0.2), move(0, 1, 0.375, 0.8, 0.2), none(2, 0.7, 0.3), move(0, 1, 0.2/0.7, 0.7, 0.3), none(2, 0.6, 0.45),
			move(0, 1, 0.125, 0.6, 0.45), none(20, 0.54, 0.46), none(20, 0.6, 0.4),
		}},
		{"which the other may be too", [][]second{
			none(4, 0.8, 0.2), move(0, 1, 0.375, 0.8, 0.2), none(1, 0.7, 0.3), none(20, 0.45, 0.55), none(4, 0.2, 0.8), move(1, 0, 0.375, 0.2, 0.8),
		}},
		{"and nothing is moved about when there is nothing left to do", [][]second{none(4, 0.8, 0.2), move(0, 1, 0.375, 0.8, 0.2), none(9, 0.35, 0)}},
	}
	for _, tt := range tests {
		var b balancer
		n := 0
		for _, part := range tt.seconds {
			for _, s := range part {
				n++
				from, to, most, ok := b.weigh(s.busy)
				switch {
				case ok != (s.from >= 0):
					t.Errorf("%s: in second %d, a move is asked for: %v", tt.name, n, ok)
				case ok && (from != s.from || to != s.to || math.Abs(most-s.most) > 1e-9):
					t.Errorf("%s: in second %d, %.3f of %d to %d, want %.3f of %d to %d", tt.name, n, most, from, to, s.most, s.from, s.to)
				}
			}
		}
	}
}

// TestEveningOutComesToRest moves what choose says between workers whose peers differ a thousandfold, with measurements that are
// off by some and a second late. However they begin, the moves end, and hardly any peer moves twice.
func TestEveningOutComesToRest(t *testing.T) {
	random := uint64(88172645463325252)
	next := func() uint64 {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		return random
	}
	all := 0
	for range 200 {
		workers := 2 + int(next()%6)
		at := make([]int, 3+next()%60)
		cost := make([]float64, len(at))
		for i := range at {
			at[i] = int(next() % uint64(workers) * (next() % 2))
			cost[i] = 0.9 / float64(len(at)) * math.Pow(1000, float64(next()%1000)/1000-0.5)
		}
		busy := func() []float64 {
			b := make([]float64, workers)
			for i, w := range at {
				b[w] += cost[i] * (0.97 + 0.06*float64(next()%1000)/1000)
			}
			for w := range b {
				b[w] = min(b[w], 1)
			}
			return b
		}
		var b balancer
		before := busy()
		moves, last := 0, 0
		for second := range 3000 {
			now := busy()
			from, to, most, ok := b.weigh(before)
			before = now
			if !ok {
				continue
			}
			var all []work
			for i, w := range at {
				if w == from {
					all = append(all, work{sfu.PeerID(i + 1), uint64(cost[i] * 1e6), false})
				}
			}
			if id := choose(all, most); id != 0 {
				at[id-1] = to
				moves++
				last = second
			}
		}
		all += moves
		if moves > 2*len(at) || last > 1500 {
			t.Errorf("%d workers, %d peers: %d moves, the last in second %d", workers, len(at), moves, last)
		}
	}
	if all < 200 {
		t.Errorf("only %d moves in all", all)
	}
}

func TestThePeerThatMovesIsTheLargestThatFits(t *testing.T) {
	all := []work{{1, 500, false}, {2, 200, false}, {3, 250, false}, {4, 45, false}, {5, 5, false}}
	for _, tt := range []struct {
		most float64
		want sfu.PeerID
	}{{1, 1}, {0.4, 3}, {0.25, 3}, {0.24, 2}, {0.1, 4}, {0.02, 0}, {0, 0}} {
		if got := choose(all, tt.most); got != tt.want {
			t.Errorf("at most %.2f: peer %d, want %d", tt.most, got, tt.want)
		}
	}
	all[2].stays = true
	if got := choose(all, 0.4); got != 2 {
		t.Errorf("peer %d moves, and peer 3 cannot", got)
	}
	if got := choose(nil, 1); got != 0 {
		t.Errorf("of nobody, peer %d", got)
	}
}
