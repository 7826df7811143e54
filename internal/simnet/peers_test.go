package simnet_test

import (
	"bytes"
	"testing"
	"time"

	"noom/internal/sfu"
	"noom/internal/simnet"
)

func TestTheSendersRateFollowsTheNetworkDownAndUp(t *testing.T) {
	call := simnet.NewCall(t, 21)
	people := gather(call, 2)
	call.Run(5 * time.Second)
	if all := people[0].Layers(); all[0] == 0 || all[1] == 0 || all[2] == 0 {
		t.Fatalf("layers %v on a good network", all)
	}
	people[0].Uplink(simnet.Link{Delay: 20 * time.Millisecond, Rate: 400_000})
	call.Run(10 * time.Second)
	if all := people[0].Layers(); all[0] == 0 || all[2] > 0 || people[0].Rate() > 450_000 {
		t.Errorf("layers %v and %.0f b/s on a link of 400 kb/s", all, people[0].Rate())
	}
	people[0].Uplink(simnet.Link{Delay: 20 * time.Millisecond})
	call.Run(30 * time.Second)
	if all := people[0].Layers(); all[2] == 0 {
		t.Errorf("layers %v half a minute after the link is good again", all)
	}
}

func TestOpusRepairsSingleLossesItIsToldOfOnTheWayUp(t *testing.T) {
	made := func(up, down simnet.Link) float64 {
		call := simnet.NewCall(t, 22)
		call.Browser = simnet.Browser{} // which has nothing else
		a, b := call.JoinOver("a", up, simnet.Link{}), call.JoinOver("b", simnet.Link{}, down)
		a.Talk()
		call.Run(10 * time.Second)
		b.Forget()
		call.Run(60 * time.Second)
		got := b.Got(a.Track(sfu.Microphone))
		return 100 * float64(got.Concealed) / float64(got.Played)
	}
	lossy := simnet.Link{Loss: 0.05}
	if up, down := made(lossy, simnet.Link{}), made(simnet.Link{}, lossy); up > 1 || down < 3 {
		t.Errorf("%.2f %% are made up with 5 %% lost on the way up, %.2f %% with it on the way down, where nobody tells the sender", up, down)
	}
}

func TestAFreezeIsWhatWebRTCCallsOne(t *testing.T) {
	call := simnet.NewCall(t, 23)
	people := gather(call, 2)
	call.Run(5 * time.Second)
	people[0].Forget()
	people[0].Downlink(simnet.Link{Down: true})
	call.Run(600 * time.Millisecond)
	people[0].Downlink(simnet.Link{})
	call.Run(3 * time.Second)
	got := people[0].Got(people[1].Track(sfu.Camera))
	if got.Freezes != 1 || got.Frozen < 600*time.Millisecond || got.Frozen > time.Second {
		t.Errorf("%d freezes of %v together after 600 ms without anything", got.Freezes, got.Frozen)
	}
	sound := people[0].Got(people[1].Track(sfu.Microphone))
	if sound.Concealed < 500*time.Millisecond || sound.Concealed > 700*time.Millisecond {
		t.Errorf("%v of sound made up", sound.Concealed)
	}
}

func TestARecordedCallIsReplayedPacketByPacket(t *testing.T) {
	play := func(call *simnet.Call) uint64 {
		b := call.NewBottleneck(simnet.Link{Rate: 2_000_000})
		call.AddRival(b, 50*time.Millisecond)
		bad := simnet.Link{Delay: 20 * time.Millisecond, Jitter: 7 * time.Millisecond, Loss: 0.05, Copies: 0.02}
		one, two := call.JoinOver("one", bad, bad), call.Join("two")
		one.UpThrough(b)
		for _, p := range []*simnet.Peer{one, two} {
			p.Talk()
			p.Film()
		}
		lookAround([]*simnet.Peer{one, two}, 320)
		call.Run(5 * time.Second)
		return call.Trace()
	}
	call := simnet.NewCall(t, 24)
	recorder := call.Record()
	want := play(call)
	var trace bytes.Buffer
	if err := recorder.Write(&trace, "a call, replayed", call); err != nil {
		t.Fatal(err)
	}
	replay, err := simnet.ReadReplay(bytes.NewReader(trace.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if replay.Scenario != "a call, replayed" || replay.Seed != 24 || replay.Trace != want {
		t.Errorf("read %q, seed %d, trace %x", replay.Scenario, replay.Seed, replay.Trace)
	}
	again := simnet.NewCall(t, replay.Seed)
	again.Replay(replay)
	if got := play(again); got != want {
		t.Errorf("the trace is %x, was %x", got, want)
	}
	for _, wrong := range []string{"", "x 1 2 y\n", "noom-simnet-trace 1 a s\n1 2 x\n"} {
		if _, err := simnet.ReadReplay(bytes.NewReader([]byte(wrong))); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
}
