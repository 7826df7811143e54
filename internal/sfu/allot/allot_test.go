package allot

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"noom/internal/sfu/layer"
)

const kb = 1000

// camera has three layers, screen one.
func camera(now int) Want {
	return Want{Rates: [3]int{150 * kb, 500 * kb, 1500 * kb}, Best: 2, Now: now}
}
func screen(now int) Want { return Want{Rates: [3]int{800 * kb}, Best: 0, Now: now, Screen: true} }

const none = layer.None

func TestWhatThereIsIsDividedInOrder(t *testing.T) {
	four := []Want{camera(none), camera(none), camera(none), camera(none)}
	held := []Want{camera(1), camera(1), camera(0), camera(0)}
	for _, c := range []struct {
		name   string
		budget int
		wants  []Want
		want   []int
	}{
		{"nothing is wanted", 1000 * kb, nil, []int{}},
		{"room for everything", 8000 * kb, four, []int{2, 2, 2, 2}},
		{"room for nothing", 100 * kb, four, []int{none, none, none, none}},
		{"the first see first", 360 * kb, four, []int{0, 0, none, none}},
		{"the smallest of everything before the second of anything", 1000 * kb, four, []int{0, 0, 0, 0}},
		{"then the second of the first", 1250 * kb, four, []int{1, 0, 0, 0}},
		{"the second of everything before the third of anything", 2400 * kb, four, []int{1, 1, 1, 1}},
		{"then the third", 3800 * kb, four, []int{2, 1, 1, 1}},
		{"screens before faces", 1100 * kb, append(slices.Clone(four), screen(none)), []int{0, none, none, none, 0}},
		{"a screen that does not fit does not stop faces", 700 * kb, []Want{camera(none), screen(none)}, []int{1, none}},
		{"what is sent already needs no more than it takes", 1300 * kb, held, []int{1, 1, 0, 0}},
		{"but no less either", 1299 * kb, held, []int{1, 0, 0, 0}},
		{"what is not sent needs more", 1550 * kb, []Want{camera(none)}, []int{1}},
		{"a tile that needs less gets less", 8000 * kb, []Want{{Rates: camera(none).Rates, Best: 1, Now: none}}, []int{1}},
		{"a layer that does not come is passed over", 8000 * kb, []Want{{Rates: [3]int{150 * kb, 0, 1500 * kb}, Best: 2, Now: none}}, []int{2}},
		{"nor is one that would be too large", 400 * kb, []Want{{Rates: [3]int{150 * kb, 0, 1500 * kb}, Best: 2, Now: 0}}, []int{0}},
		{"nothing comes", 8000 * kb, []Want{{Best: 2, Now: none}, {Best: none, Now: none, Rates: camera(none).Rates}}, []int{none, none}},
	} {
		t.Run(c.name, func(t *testing.T) {
			to := make([]int, len(c.wants))
			Divide(c.budget, Caution{115, 115}, c.wants, to)
			if !slices.Equal(to, c.want) {
				t.Errorf("got %v, want %v", to, c.want)
			}
		})
	}
	if got := Whole([]Want{camera(none), screen(0), {Rates: [3]int{1, 2, 0}, Best: 2}, {Rates: [3]int{1, 2, 3}, Best: none}}); got != 2300*kb+2 {
		t.Errorf("all of it would take %d", got)
	}
}

// drawn is any receiver's wishes.
func drawn(t *rapid.T) (wants []Want) {
	for range rapid.IntRange(0, 12).Draw(t, "wants") {
		w := Want{
			Best: rapid.IntRange(none, 2).Draw(t, "best"), Now: rapid.IntRange(none, 2).Draw(t, "now"),
			Screen: rapid.Bool().Draw(t, "screen"),
		}
		for i := range w.Rates {
			w.Rates[i] = rapid.IntRange(0, 2000*kb).Draw(t, "rate")
		}
		wants = append(wants, w)
	}
	return wants
}

func TestTheBudgetIsNeverExceeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wants, budget := drawn(t), rapid.IntRange(0, 10_000*kb).Draw(t, "budget")
		to := make([]int, len(wants))
		Divide(budget, Caution{115, 115}, wants, to)
		sum := 0
		for i, l := range to {
			if l == none {
				continue
			}
			if l > wants[i].Best || wants[i].Rates[l] == 0 {
				t.Fatalf("want %d got layer %d", i, l)
			}
			sum += wants[i].Rates[l]
		}
		if sum > budget {
			t.Fatalf("%v take %d of %d", to, sum, budget)
		}
	})
}

// Of two that want the same and get the same now, the first does not get less; and a larger budget gives nobody nothing who had
// something, as long as layers cost more the larger they are.
func TestWhoComesFirstGetsNoLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := Want{Best: 2, Now: rapid.IntRange(none, 2).Draw(t, "now")}
		w.Rates[0] = rapid.IntRange(1, 300*kb).Draw(t, "q")
		w.Rates[1] = w.Rates[0] + rapid.IntRange(1, 700*kb).Draw(t, "h")
		w.Rates[2] = w.Rates[1] + rapid.IntRange(1, 2000*kb).Draw(t, "f")
		wants := slices.Repeat([]Want{w}, rapid.IntRange(1, 12).Draw(t, "wants"))
		budget := rapid.IntRange(0, 10_000*kb).Draw(t, "budget")
		to, more := make([]int, len(wants)), make([]int, len(wants))
		Divide(budget, Caution{115, 115}, wants, to)
		for i := range to[1:] {
			if to[i] < to[i+1] {
				t.Fatalf("the order is lost: %v", to)
			}
		}
		if slices.Contains(to, none) && slices.Max(to) > 0 {
			t.Fatalf("somebody gets a second layer while others see nothing: %v", to)
		}
		Divide(budget+rapid.IntRange(0, 5000*kb).Draw(t, "more"), Caution{115, 115}, wants, more)
		for i := range to {
			if more[i] < to[i] {
				t.Fatalf("with more to divide %v became %v", to, more)
			}
		}
	})
}

// What was divided stays so while nothing changes.
func TestADivisionIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wants, budget := drawn(t), rapid.IntRange(0, 10_000*kb).Draw(t, "budget")
		to, again := make([]int, len(wants)), make([]int, len(wants))
		Divide(budget, Caution{115, 115}, wants, to)
		for range 8 { // what is sent already needs less, so that it may rise for a while
			for i := range wants {
				wants[i].Now = to[i]
			}
			Divide(budget, Caution{115, 115}, wants, again)
			if slices.Equal(to, again) {
				return
			}
			copy(to, again)
		}
		t.Fatalf("it does not come to rest: %v", to)
	})
}

func TestDividingAllocatesNothing(t *testing.T) {
	wants := slices.Repeat([]Want{camera(none)}, 25)
	to := make([]int, len(wants))
	if allocs := testing.AllocsPerRun(100, func() { Divide(3000*kb, Caution{115, 115}, wants, to) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
