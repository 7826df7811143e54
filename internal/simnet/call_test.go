package simnet_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet"
)

// asked is how many seeds each fault is to be run with (make sim); 0: it is not a run of many.
func asked(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("SIM_SEEDS")
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		t.Fatalf("SIM_SEEDS is %q: %v", text, err)
	}
	return n
}

// seeds is how many seeds a test of its own runs with: ten times as many as each fault, or a few.
func seeds(t *testing.T, few uint64) uint64 {
	t.Helper()
	if n := asked(t); n > 0 {
		return 10 * n
	}
	return few
}

// gather brings n people into a call who all talk, film and look at one another.
func gather(call *simnet.Call, n int) []*simnet.Peer {
	var people []*simnet.Peer
	for i := range n {
		people = append(people, call.Join(fmt.Sprintf("peer %d", i+1)))
	}
	for _, p := range people {
		p.Talk()
		p.Film()
	}
	lookAround(people, 320)
	return people
}

// lookAround makes everybody look at everybody else.
func lookAround(people []*simnet.Peer, width int) {
	for _, p := range people {
		var cameras []sfu.Track
		for _, other := range people {
			if other != p && len(cameras) < 10 { // as many as there are slots
				cameras = append(cameras, other.Track(sfu.Camera))
			}
		}
		p.Show(width, cameras...)
	}
}

// sees checks that from now on a decodes b's picture and hears b for a while, whole and under the right name.
func sees(t *testing.T, call *simnet.Call, a, b *simnet.Peer, d time.Duration, frames float64) {
	t.Helper()
	picture, sound := a.Got(b.Track(sfu.Camera)), a.Got(b.Track(sfu.Microphone))
	if want := int(frames * simnet.CameraFrames * d.Seconds()); picture.Frames < want {
		t.Errorf("%s decoded %d frames of %s in %v, want %d or more", a.Name, picture.Frames, b.Name, d, want)
	}
	if want := int(0.9 * 50 * d.Seconds()); sound.Packets < want {
		t.Errorf("%s heard %d packets of %s in %v, want %d or more", a.Name, sound.Packets, b.Name, d, want)
	}
	if picture.Wrong+sound.Wrong > 0 {
		t.Errorf("%s had %s's picture %d times and sound %d times under a wrong name", a.Name, b.Name, picture.Wrong, sound.Wrong)
	}
}

func TestEverybodySeesAndHearsEverybody(t *testing.T) {
	for workers := 1; workers <= 2; workers++ {
		t.Run(fmt.Sprintf("on %d workers", workers), func(t *testing.T) {
			call := simnet.NewCallOn(t, 1, workers)
			people := gather(call, 4)
			call.Run(2 * time.Second)
			for _, p := range people {
				p.Forget()
			}
			call.Run(5 * time.Second)
			for _, a := range people {
				for _, b := range people {
					if a != b {
						sees(t, call, a, b, 5*time.Second, 0.95)
					}
				}
			}
		})
	}
}

func TestMediaFlowsSoonAfterJoining(t *testing.T) {
	call := simnet.NewCall(t, 2)
	people := gather(call, 2)
	call.Run(500 * time.Millisecond)
	for i, p := range people {
		if got := p.Got(people[1-i].Track(sfu.Camera)); got.Frames == 0 {
			t.Errorf("%s sees nothing after half a second", p.Name)
		}
	}
}

func TestTheLayerFollowsTheSizeOfTheTile(t *testing.T) {
	call := simnet.NewCall(t, 3)
	people := gather(call, 2)
	camera := people[1].Track(sfu.Camera)
	for _, want := range []int{320, 640, 1280, 320} {
		people[0].Show(want, camera)
		before := people[0].Got(camera).Frames
		call.Run(6 * time.Second)
		got := people[0].Got(camera)
		if got.Width != want {
			t.Errorf("a tile %d pixels wide shows a picture %d wide", want, got.Width)
		}
		if frames := got.Frames - before; frames < 160 {
			t.Errorf("on a tile %d pixels wide: %d frames in 6 s", want, frames)
		}
	}
}

func TestALayerThatStopsIsLeftForOneThatFlows(t *testing.T) {
	call := simnet.NewCall(t, 4)
	people := gather(call, 2)
	people[0].Show(1280, people[1].Track(sfu.Camera))
	call.Run(4 * time.Second)
	people[1].Drop("f")
	call.Run(3 * time.Second)
	people[0].Forget()
	call.Run(3 * time.Second)
	if got := people[0].Got(people[1].Track(sfu.Camera)); got.Frames < 80 {
		t.Errorf("%d frames in the 3 s after the large layer went away", got.Frames)
	}
}

// meetOverLoss has so many people see and hear one another for 3 s, over networks that lose a packet in twenty each way. What they got
// is forgotten.
func meetOverLoss(call *simnet.Call, many int) (people []*simnet.Peer) {
	lossy := simnet.Link{Delay: 25 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.05}
	for i := range many {
		people = append(people, call.JoinOver(fmt.Sprintf("peer %d", i+1), lossy, lossy))
	}
	for _, p := range people {
		p.Talk()
		p.Film()
	}
	lookAround(people, 640)
	call.Run(3 * time.Second)
	for _, p := range people {
		p.Forget()
	}
	return people
}

// allSee fails unless everybody decoded so many frames of everybody else, under the right name.
func allSee(t *testing.T, seed uint64, people []*simnet.Peer, want int) {
	t.Helper()
	for _, a := range people {
		for _, b := range people {
			if a == b {
				continue
			}
			got := a.Got(b.Track(sfu.Camera))
			if got.Frames < want {
				t.Errorf("seed %d: %s decoded %d frames of %s, want %d", seed, a.Name, got.Frames, b.Name, want)
			}
			if got.Wrong > 0 {
				t.Errorf("seed %d: %d wrong names", seed, got.Wrong)
			}
		}
	}
}

func TestLossIsRepairedOnBothWays(t *testing.T) {
	for seed := range seeds(t, 5) {
		call := simnet.NewCall(t, 100+seed)
		people := meetOverLoss(call, 3)
		call.Run(20 * time.Second)
		allSee(t, 100+seed, people, 20*simnet.CameraFrames*95/100)
	}
}

// TestWhoMovesBetweenWorkersIsSeenAndSeesOverBadNetworks: no move stops a picture. What such networks lose
// for good costs some of these calls a second of somebody's, with moves or without; that a move loses no packet is for package sfu.
func TestWhoMovesBetweenWorkersIsSeenAndSeesOverBadNetworks(t *testing.T) {
	for seed := range seeds(t, 5) {
		call := simnet.NewCallOn(t, 300+seed, 3)
		people := meetOverLoss(call, 4)
		for turn := range 100 {
			people[(turn+int(seed))%4].Move((turn*7 + int(seed)) % 3)
			call.Run(200 * time.Millisecond)
		}
		allSee(t, 300+seed, people, 20*simnet.CameraFrames*80/100)
	}
}

func TestReorderedAndCopiedPacketsDoNoHarm(t *testing.T) {
	call := simnet.NewCall(t, 5)
	wild := simnet.Link{Delay: 20 * time.Millisecond, Jitter: 15 * time.Millisecond, Copies: 0.05}
	a, b := call.JoinOver("a", wild, wild), call.JoinOver("b", wild, wild)
	for _, p := range []*simnet.Peer{a, b} {
		p.Talk()
		p.Film()
	}
	lookAround([]*simnet.Peer{a, b}, 320)
	call.Run(2 * time.Second)
	a.Forget()
	call.Run(10 * time.Second)
	if got := a.Got(b.Track(sfu.Camera)); got.Frames < 285 || got.Wrong > 0 {
		t.Errorf("%d frames of 300, %d wrong", got.Frames, got.Wrong)
	}
}

func TestAPeerThatRoamsIsHeardAgainAtOnce(t *testing.T) {
	call := simnet.NewCall(t, 6)
	people := gather(call, 3)
	call.Run(3 * time.Second)
	people[0].Roam()
	call.Run(200 * time.Millisecond)
	for _, p := range people {
		p.Forget()
	}
	call.Run(5 * time.Second)
	for _, other := range people[1:] {
		sees(t, call, other, people[0], 5*time.Second, 0.95)
		sees(t, call, people[0], other, 5*time.Second, 0.95)
	}
}

func TestWhoLeavesIsGoneAndNobodyElseNotices(t *testing.T) {
	call := simnet.NewCall(t, 7)
	people := gather(call, 4)
	call.Run(3 * time.Second)
	people[3].Leave()
	for _, p := range people {
		p.Forget()
	}
	call.Run(5 * time.Second)
	for _, a := range people[:3] {
		for _, b := range people[:3] {
			if a == b {
				continue
			}
			sees(t, call, a, b, 5*time.Second, 0.97)
			if gap := a.Got(b.Track(sfu.Camera)).LongestGap; gap > 200*time.Millisecond {
				t.Errorf("%s missed %s for %v", a.Name, b.Name, gap)
			}
		}
		if got := a.Got(people[3].Track(sfu.Camera)); got.Frames > 2 {
			t.Errorf("%s still sees %s: %d frames", a.Name, people[3].Name, got.Frames)
		}
	}
}

func TestAPeerThatVanishesIsGivenUpAfterHalfAMinute(t *testing.T) {
	call := simnet.NewCall(t, 8)
	people := gather(call, 2)
	call.Run(3 * time.Second)
	people[1].Vanish()
	call.Run(25 * time.Second)
	if people[1].LostFor != "" {
		t.Fatalf("given up too early: %s", people[1].LostFor)
	}
	call.Run(10 * time.Second)
	if people[1].LostFor == "" {
		t.Error("never given up")
	}
}

func TestAMutedMicrophoneIsNotForwarded(t *testing.T) {
	call := simnet.NewCall(t, 9)
	people := gather(call, 2)
	call.Run(2 * time.Second)
	people[1].Mute()
	call.Run(100 * time.Millisecond)
	people[0].Forget()
	call.Run(2 * time.Second)
	if got := people[0].Got(people[1].Track(sfu.Microphone)); got.Packets > 0 {
		t.Errorf("%d packets of a muted microphone", got.Packets)
	}
	people[1].Talk()
	call.Run(time.Second)
	if got := people[0].Got(people[1].Track(sfu.Microphone)); got.Packets < 40 {
		t.Errorf("%d packets in the second after unmuting", got.Packets)
	}
}

func TestTheLoudestThreeOfTwelveAreHeard(t *testing.T) {
	call := simnet.NewCall(t, 10)
	people := gather(call, 12)
	for _, p := range people {
		p.Hush()
	}
	for _, p := range people[4:7] {
		p.Talk()
	}
	call.Run(4 * time.Second)
	people[0].Forget()
	call.Run(3 * time.Second)
	for _, p := range people[4:7] {
		if got := people[0].Got(p.Track(sfu.Microphone)); got.Packets < 140 {
			t.Errorf("%s, who talks, was heard for %d packets of 150", p.Name, got.Packets)
		}
	}
	speaking := map[sfu.Track]bool{}
	for _, s := range call.Speakers {
		speaking[s] = true
	}
	for _, p := range people[4:7] {
		if !speaking[p.Track(sfu.Microphone)] {
			t.Errorf("%s is not among the speakers %v", p.Name, call.Speakers)
		}
	}
}

func TestAWrongNameNeverStandsUnderAPicture(t *testing.T) {
	for seed := range seeds(t, 5) {
		call := simnet.NewCallOn(t, 200+seed, 1+int(seed%2))
		people := gather(call, 12)
		watcher := people[0]
		call.Run(time.Second)
		for turn := range 30 {
			var wishes []sfu.Track
			for i := range 1 + turn%7 {
				wishes = append(wishes, people[1+(turn*5+i*3)%11].Track(sfu.Camera))
			}
			watcher.Show([]int{320, 640, 1280}[turn%3], wishes...)
			people[1+turn%11].Speak(uint8(15 + turn%60))
			call.Run(300 * time.Millisecond)
		}
		frames := 0
		for _, p := range people[1:] {
			picture, sound := watcher.Got(p.Track(sfu.Camera)), watcher.Got(p.Track(sfu.Microphone))
			frames += picture.Frames
			if picture.Wrong+sound.Wrong > 0 {
				t.Errorf("seed %d: %s: %d pictures and %d sounds under a wrong name", 200+seed, p.Name, picture.Wrong, sound.Wrong)
			}
		}
		if frames < 200 {
			t.Errorf("seed %d: only %d frames were decoded", 200+seed, frames)
		}
	}
}

func TestASharedScreenArrives(t *testing.T) {
	call := simnet.NewCallOn(t, 11, 2)
	people := gather(call, 3)
	people[1].Share()
	people[0].Show(1920, people[1].Track(sfu.Screen), people[2].Track(sfu.Camera))
	call.Run(5 * time.Second)
	if got := people[0].Got(people[1].Track(sfu.Screen)); got.Frames < 60 || got.Width != 1920 {
		t.Errorf("%d frames of the screen, %d wide", got.Frames, got.Width)
	}
}

func TestTheSameSeedGivesTheSameCall(t *testing.T) {
	run := func(seed uint64) uint64 {
		call := simnet.NewCallOn(t, seed, 2)
		people := gather(call, 3)
		people[0].Downlink(simnet.Link{Delay: 30 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.1})
		call.Run(3 * time.Second)
		return call.Trace()
	}
	if run(12) != run(12) {
		t.Error("two calls of one seed went different ways")
	}
	if run(12) == run(13) {
		t.Error("two seeds gave one call")
	}
}
