package sfu

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"noom/internal/sfu/rtpx"
)

func TestAViewMovesToAnotherLayerAtAKeyframe(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	layers := alice.camera()
	for _, s := range layers {
		s.probe = true // duplicates over RTX must not disturb
	}
	camera := alice.track(Camera)
	bob.view(Wish{camera, 320, 180})
	c.run(2 * time.Second)
	sizes := []Wish{{camera, 1280, 720}, {camera, 640, 360}, {camera, 320, 180}, {camera, 1280, 720}}
	for i, w := range sizes {
		keys := [3]int{layers[0].keys, layers[1].keys, layers[2].keys}
		bob.view(w)
		c.run(2 * time.Second)
		at := slices.Index([]uint16{320, 640, 1280}, w.Width)
		if got := layers[at].keys - keys[at]; got != 1 {
			t.Errorf("switch %d: layer %d sent %d keyframes, want 1", i, at, got)
		}
		got := bob.slot(4)
		second := 0 // packets of the last second
		for _, g := range got {
			if c.now.Sub(g.at) < time.Second {
				second++
			}
		}
		if want := 30 * layers[at].packets; second < want-layers[at].packets || second > want+layers[at].packets {
			t.Errorf("switch %d: %d packets in a second, want %d", i, second, want)
		}
	}
	continuous(t, bob.slot(4))
	steady(t, bob.slot(4), 100*time.Millisecond)
	if got := c.switches(bob, 4); len(got) != 1 {
		t.Errorf("the rooms were told of %v; layers are not their business", got)
	}
	if c.workers[0].Counters().Duplicates == 0 {
		t.Error("no probe was recognised")
	}
}

// steady fails when the RTP clock and the clock on the wall drift apart.
func steady(t *testing.T, got []received, most time.Duration) {
	t.Helper()
	for _, g := range got {
		wall := g.at.Sub(got[0].at)
		media := time.Duration(g.packet.Timestamp-got[0].packet.Timestamp) * time.Second / videoRate
		if d := media - wall; d > most || d < -most {
			t.Fatalf("after %v the timestamps are %v off", wall, d)
		}
	}
}

func TestASlotNamesTheExactTimestampOfItsNewSource(t *testing.T) {
	c := newCall(t, 1)
	bob := c.join("bob", 0)
	var senders []*testPeer
	for i := range 3 {
		p := c.join(fmt.Sprintf("sender%d", i), 0)
		p.camera()
		senders = append(senders, p)
	}
	only := bob.params.Slots[4].SSRC
	for i := range 9 {
		bob.view(Wish{senders[i%3].track(Camera), 320, 180})
		c.run(1500 * time.Millisecond)
	}
	// With one wish at a time, each sender goes to a slot and comes back to it. Whatever the slots: by their events,
	// each packet must belong to the track the event named.
	labelled := 0
	for i := 4; i < len(bob.params.Slots); i++ {
		got := bob.slot(i)
		continuous(t, got)
		for _, g := range got {
			var owner Track
			for _, e := range c.events {
				if e.Kind == SlotSwitched && e.Peer == bob.id && e.Slot == i && int32(g.packet.Timestamp-e.FromTS) >= 0 {
					owner = e.Track
				}
			}
			if owner != g.csrc {
				t.Fatalf("slot %d: a packet of %d is labelled %d: %v", i, g.csrc, owner, g)
			}
			labelled++
		}
	}
	if labelled < 300 {
		t.Errorf("only %d packets came (slot 4 is %d)", labelled, only)
	}
}

func TestALayerThatFallsSilentIsLeft(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	layers := alice.camera()
	bob.view(Wish{alice.track(Camera), 1280, 720})
	c.run(2 * time.Second)
	layers[2].next = time.Time{}
	before := len(bob.slot(4))
	c.run(500 * time.Millisecond)
	if len(bob.slot(4)) == before {
		t.Error("the picture stands still for half a second")
	}
	c.run(2500 * time.Millisecond)
	before = len(bob.slot(4))
	c.run(time.Second)
	if got := len(bob.slot(4)) - before; got < 58 || got > 62 {
		t.Errorf("%d packets/s after the largest layer stopped, want the middle layer's 60", got)
	}
	layers[2].next, layers[2].key = c.now, true
	c.run(2 * time.Second)
	before = len(bob.slot(4))
	c.run(time.Second)
	if got := len(bob.slot(4)) - before; got < 88 || got > 92 {
		t.Errorf("%d packets/s after it came back, want 90", got)
	}
	continuous(t, bob.slot(4))
}

func TestEverySwitchIsFollowedByASenderReportOfOneClock(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(5 * time.Second)
	for _, slot := range []int{0, 4} {
		ssrc, rate := bob.params.Slots[slot].SSRC, time.Duration(audioRate)
		if slot == 4 {
			rate = videoRate
		}
		first := bob.slot(slot)[0]
		reports := 0
		for _, r := range bob.controls {
			if r.kind != rtpx.SenderReportKind || r.report.SSRC != ssrc {
				continue
			}
			if reports++; reports == 1 && r.at.Sub(first.at) > 10*time.Millisecond {
				t.Errorf("slot %d: the first report came %v after the first packet", slot, r.at.Sub(first.at))
			}
			wall := ntpTime(r.report.NTP).Sub(first.at)
			media := time.Duration(int32(r.report.RTP-first.packet.Timestamp)) * time.Second / rate
			if d := media - wall; d > 2*time.Millisecond || d < -2*time.Millisecond {
				t.Errorf("slot %d: a report is %v off the server's clock", slot, d)
			}
		}
		if reports < 5 || reports > 7 {
			t.Errorf("slot %d: %d reports in 5 s", slot, reports)
		}
	}
}

func TestSoundGoesOnByOneFrameAtASwitchAndAfterAPause(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	voice := alice.microphone(20)
	c.run(time.Second)
	voice.next = time.Time{}
	c.publish(alice, Microphone, Off)
	c.run(10 * time.Second)
	carol := c.join("carol", 0)
	carol.microphone(20)
	c.run(time.Second)
	got := bob.slot(0)
	continuous(t, got)
	for i := 1; i < len(got); i++ {
		if d := got[i].packet.Timestamp - got[i-1].packet.Timestamp; d != 960 {
			t.Errorf("packet %d advances by %d ticks", i, d)
		}
	}
	if len(got) < 98 {
		t.Errorf("%d packets", len(got))
	}
	if want := []Track{alice.track(Microphone), 0, carol.track(Microphone)}; !slices.Equal(c.switches(bob, 0), want) {
		t.Errorf("the slot was said to carry %v, want %v", c.switches(bob, 0), want)
	}
}

func TestAMutedTrackIsNotForwardedAndItsSlotIsEmptied(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(time.Second)
	c.publish(alice, Microphone, Off)
	c.publish(alice, Camera, Off)
	bob.clear()
	c.run(2 * time.Second)
	if len(bob.got) != 0 {
		t.Errorf("bob still gets %d streams", len(bob.got))
	}
	for _, slot := range []int{0, 4} {
		if got := c.switches(bob, slot); len(got) != 2 || got[1] != 0 {
			t.Errorf("slot %d was said to carry %v", slot, got)
		}
	}
	if bob.of(rtpx.SenderReportKind, 0) > 2 {
		t.Error("empty slots are reported")
	}
	c.publish(alice, Microphone, On)
	c.publish(alice, Camera, On)
	c.run(time.Second)
	if len(bob.slot(0)) < 45 || len(bob.slot(4)) < 25 {
		t.Errorf("after unmuting %d packets of sound and %d of pictures", len(bob.slot(0)), len(bob.slot(4)))
	}
}
