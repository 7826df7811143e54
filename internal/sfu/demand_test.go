package sfu

import (
	"testing"
	"time"
)

func TestLayersThatNobodyHasUseForAreNotSent(t *testing.T) {
	for name, worker := range map[string]int{"on one worker": 0, "over a pipe": 1} {
		t.Run(name, func(t *testing.T) {
			c := newCall(t, 2)
			alice, bob := c.join("alice", 0), c.join("bob", worker)
			c.join("carol", 1) // both workers have somebody, who may look at nothing
			camera := alice.track(Camera)
			layers := alice.camera()
			alice.obeys = true
			sends := func(want uint8, when string) {
				t.Helper()
				var got uint8
				for i, s := range layers {
					if !s.next.IsZero() {
						got |= 1 << i
					}
				}
				if got != want {
					t.Errorf("%s: layers %03b are sent, want %03b", when, got, want)
				}
			}
			c.run(4 * time.Second)
			sends(0b111, "just begun")
			c.run(2 * time.Second)
			sends(0, "nobody looks")

			bob.view(Wish{camera, 320, 180})
			c.run(200 * time.Millisecond)
			sends(0b001, "a thumbnail")
			bob.clear()
			c.run(time.Second)
			if n := len(bob.slot(4)); n < 28 {
				t.Errorf("%d packets of the thumbnail in a second", n)
			}

			bob.view(Wish{camera, 1280, 720})
			bob.clear()
			c.run(500 * time.Millisecond)
			sends(0b101, "large")
			if got := bob.router().peers[bob.id].slots[4].selector.Current(); got != 2 {
				t.Errorf("layer %d is carried after half a second", got)
			}

			bob.view(Wish{camera, 320, 180})
			c.run(4 * time.Second)
			sends(0b101, "small for a moment")
			bob.view(Wish{camera, 1280, 720})
			c.run(7 * time.Second)
			sends(0b101, "large again")
			bob.view()
			c.run(6 * time.Second)
			sends(0, "nobody looks any more")
			c.publish(alice, Camera, Off)
			c.publish(alice, Camera, On)
			c.run(200 * time.Millisecond)
			sends(0b111, "begun anew")
		})
	}
}

func TestWhereTheLargeLayerNeverComesTheBestThereIsWanted(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	layers := alice.camera()
	c.run(6 * time.Second)
	alice.obeys = true
	c.obey(alice.track(Camera))
	layers[2].interval = time.Hour // a small camera
	layers[2].next = time.Time{}
	bob.view(Wish{alice.track(Camera), 1280, 720})
	c.run(3 * time.Second)
	bob.clear()
	c.run(6 * time.Second)
	if layers[1].next.IsZero() {
		t.Fatal("the middle layer is not sent")
	}
	if got := bob.slot(4); len(got) == 0 || len(got) < 6*30*2*95/100 {
		t.Errorf("%d packets of the middle layer", len(got))
	}
}

func TestAScreenIsSentWhileAnybodySeesIt(t *testing.T) {
	c := newCall(t, 2)
	alice, bob := c.join("alice", 0), c.join("bob", 1)
	c.publish(alice, Screen, On)
	c.run(6 * time.Second)
	if got := c.layers(alice.track(Screen)); got != 0 {
		t.Errorf("layers %03b are wanted of what nobody sees", got)
	}
	bob.view(Wish{alice.track(Screen), 1920, 1080})
	c.run(200 * time.Millisecond)
	if got := c.layers(alice.track(Screen)); got&1 == 0 {
		t.Error("the screen is not wanted")
	}
}

func TestAScreenOfTwoLayersIsWantedAsLargeAsItIsSeen(t *testing.T) {
	c := newCall(t, 1)
	c.offered = func(p *PeerParams) { p.Sources[2].RIDs = []string{"q", "h"} }
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	screen := alice.track(Screen)
	c.publish(alice, Screen, On)
	bob.view(Wish{screen, 300, 170})
	c.run(6 * time.Second)
	if got := c.layers(screen); got&0b010 == 0 {
		t.Errorf("layers %03b are wanted of one that never came", got)
	}
	for i, s := range []*testStream{alice.stream(Screen, "q", 0x7000, 0x7001), alice.stream(Screen, "h", 0x7002, 0x7003)} {
		s.width, s.height, s.interval, s.packets, s.size, s.key = 640<<i, 360<<i, 100*time.Millisecond, 1, 900, true
	}
	alice.obeys = true
	c.run(7 * time.Second)
	if got := c.layers(screen); got != 0b001 {
		t.Errorf("layers %03b are wanted for a small tile", got)
	}
	bob.view(Wish{screen, 1280, 720})
	c.run(500 * time.Millisecond)
	r := bob.router()
	if got := holding(r.peers[bob.id].video, r.rooms[testRoom].tracks[screen]).selector.Current(); got != 1 {
		t.Errorf("layer %d is shown large", got)
	}
}
