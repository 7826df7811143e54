package sfu

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// carrying lists what each slot was last said to carry.
func (c *call) carrying(p *testPeer) []Track {
	state := make([]Track, len(p.params.Slots))
	for _, e := range c.events {
		if e.Kind == SlotSwitched && e.Peer == p.id {
			state[e.Slot] = e.Track
		}
	}
	return state
}

func TestATrackThatGoesOnBeingWishedKeepsItsSlot(t *testing.T) {
	c := newCall(t, 1)
	bob := c.join("bob", 0)
	var senders []*testPeer
	for i := range 14 {
		p := c.join(fmt.Sprintf("sender%d", i), 0)
		p.camera()
		senders = append(senders, p)
	}
	wish := func(which ...int) {
		var wishes []Wish
		for _, i := range which {
			wishes = append(wishes, Wish{senders[i].track(Camera), 320, 180})
		}
		bob.view(wishes...)
		c.run(time.Second)
	}
	where := func(i int) int { return slices.Index(c.carrying(bob), senders[i].track(Camera)) }
	wish(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
	before := map[int]int{}
	for i := range 14 {
		if at := where(i); (at >= 4) != (i < 10) {
			t.Errorf("sender %d of 14 is in slot %d of 10", i, at)
		} else {
			before[i] = at
		}
	}
	wish(9, 3, 12, 1, 5) // others leave, the order changes, one is new
	for _, i := range []int{9, 3, 1, 5} {
		if where(i) != before[i] {
			t.Errorf("sender %d moved from slot %d to %d", i, before[i], where(i))
		}
	}
	if where(12) < 4 {
		t.Error("the new one has no slot")
	}
	if where(0) != -1 || where(2) != -1 {
		t.Error("a track that is wished no more is still carried")
	}
	wish(2, 9, 3, 12, 1, 5)
	if where(2) != before[2] {
		t.Errorf("sender 2 came back to slot %d, it was in %d", where(2), before[2])
	}
}

func TestAWishWaitsForItsTrack(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	bob.view(Wish{alice.track(Screen), 0, 0}, Wish{alice.track(Camera), 320, 180}, Wish{bob.track(Camera), 320, 180}, Wish{alice.track(Microphone), 1, 1})
	c.run(time.Second)
	alice.camera()
	bob.camera()
	c.run(time.Second)
	state := c.carrying(bob)
	if !slices.Contains(state, alice.track(Camera)) {
		t.Error("the track came and nobody looked")
	}
	if slices.Contains(state, bob.track(Camera)) {
		t.Error("bob is sent himself")
	}
}

func TestSoundAndPictureOfOneGoIntoOnePair(t *testing.T) {
	c := newCall(t, 1)
	bob := c.join("bob", 0)
	var senders []*testPeer
	for i := range 3 {
		p := c.join(fmt.Sprintf("sender%d", i), 0)
		senders = append(senders, p)
	}
	view := func(order ...int) {
		var wishes []Wish
		for _, i := range order {
			wishes = append(wishes, Wish{senders[i].track(Camera), 320, 180})
		}
		bob.view(wishes...)
	}
	view(2, 0, 1)
	senders[0].camera() // pictures and voices come in any order
	senders[1].microphone(20)
	senders[2].microphone(20)
	senders[1].camera()
	senders[2].camera()
	senders[0].microphone(20)
	c.run(time.Second)
	state := c.carrying(bob)
	for i, p := range senders {
		sound, picture := slices.Index(state, p.track(Microphone)), slices.Index(state, p.track(Camera))
		if sound < 0 || picture != sound+4 {
			t.Errorf("sender %d is heard in slot %d and seen in slot %d", i, sound, picture)
		}
	}
}

func TestAScreenAndItsSoundGoIntoOnePair(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.microphone(20)
	bob.view(Wish{alice.track(Screen), 1280, 720}, Wish{alice.track(Camera), 320, 180})
	screen := alice.stream(Screen, "", 0x5001, 0x5002)
	screen.width, screen.height, screen.interval, screen.packets, screen.size, screen.key = 1280, 720, 100*time.Millisecond, 3, 900, true
	sound := alice.stream(ScreenAudio, "", 0x5003, 0)
	sound.interval, sound.packets, sound.size = 20*time.Millisecond, 1, 100
	c.publish(alice, ScreenAudio, On)
	c.publish(alice, Screen, On)
	alice.camera()
	c.run(time.Second)
	state := c.carrying(bob)
	if state[3] != alice.track(ScreenAudio) || state[7] != alice.track(Screen) || state[0] != alice.track(Microphone) || state[4] != alice.track(Camera) {
		t.Errorf("the slots carry %v", state)
	}
	if len(bob.slot(7)) < 25 || len(bob.slot(3)) < 45 {
		t.Errorf("%d packets of the screen, %d of its sound", len(bob.slot(7)), len(bob.slot(3)))
	}
}

func TestUpToThreeOthersAreHeardWithoutSwitching(t *testing.T) {
	c := newCall(t, 1)
	var peers []*testPeer
	for i := range 4 {
		p := c.join(fmt.Sprintf("peer%d", i), 0)
		p.microphone(20)
		peers = append(peers, p)
	}
	c.run(time.Second)
	for turn := range 40 { // they speak by turns, with silences
		for i, p := range peers {
			p.streams[0].level = 127
			if turn%5 == i {
				p.streams[0].level = 15
			}
		}
		c.run(700 * time.Millisecond)
	}
	for i, p := range peers {
		heard := map[Track]bool{}
		for slot := range 4 {
			if n := len(c.switches(p, slot)); n > 1 {
				t.Errorf("peer %d: slot %d switched %d times", i, slot, n)
			}
			for _, g := range p.slot(slot) {
				heard[g.csrc] = true
			}
		}
		if len(heard) != 3 || heard[p.track(Microphone)] {
			t.Errorf("peer %d heard %v", i, heard)
		}
	}
}

func TestOfManyVoicesTheLoudestThreeAreHeard(t *testing.T) {
	c := newCall(t, 1)
	var peers []*testPeer
	for i := range 8 {
		p := c.join(fmt.Sprintf("peer%d", i), 0)
		p.microphone(127)
		peers = append(peers, p)
	}
	c.run(2 * time.Second)
	speak := func(who ...int) {
		for i, p := range peers {
			p.streams[0].level = 127
			if slices.Contains(who, i) {
				p.streams[0].level = 10
			}
		}
		c.run(4 * time.Second)
		for _, p := range peers {
			p.clear()
		}
		c.run(time.Second)
		for i, p := range peers {
			for _, w := range who {
				heard := 0
				for slot := range 4 {
					for _, g := range p.slot(slot) {
						if g.csrc == peers[w].track(Microphone) {
							heard++
						}
					}
				}
				if want := 49; (i == w) != (heard == 0) || i != w && heard < want {
					t.Errorf("%v speak: peer %d got %d packets of peer %d", who, i, heard, w)
				}
			}
		}
	}
	speak(5, 6, 7)
	speak(0, 6)
	speak(1, 2, 3)
	var last Event
	for _, e := range c.events {
		if e.Kind == SpeakersChanged {
			last = e
		}
	}
	got := last.Speakers[:]
	slices.Sort(got)
	if want := []Track{peers[1].track(Microphone), peers[2].track(Microphone), peers[3].track(Microphone)}; !slices.Equal(got, want) {
		t.Errorf("the speakers are said to be %v, want %v", got, want)
	}
}

func TestAReceiverWithoutTheCodecIsSkipped(t *testing.T) {
	c := newCall(t, 1)
	alice := c.join("alice", 0)
	bob := c.add("bob", 0, func(p *PeerParams) { p.PayloadTypes = []PayloadType{{Opus, 120, 0}, {H264, ptH264, ptH264RTX}} })
	bob.connect()
	c.workers[0].Enter(c.now, bob.id, testRoom, bob.seat)
	alice.microphone(20)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(2 * time.Second)
	if got := bob.slot(0); len(got) < 95 || got[0].packet.PayloadType != 120 {
		t.Errorf("%d packets of sound", len(got))
	}
	if len(bob.slot(4)) != 0 {
		t.Error("pictures came in a codec that bob does not know")
	}
	if got := c.workers[0].Counters().KeyframesAsked; got > 2 {
		t.Errorf("%d keyframes asked for nobody", got)
	}
}

func TestMoreSlotsCanBeAddedLater(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(time.Second)
	for i := 14; i < 30; i++ {
		bob.params.Slots = append(bob.params.Slots, Slot{SSRC: bob.slotSSRC(i), RTX: bob.slotSSRC(i) + 1, Codecs: []Codec{VP8}})
	}
	if err := c.workers[0].UpdatePeer(c.now, bob.id, bob.params); err != nil {
		t.Fatal(err)
	}
	c.run(time.Second)
	if got := c.switches(bob, 4); len(got) != 1 {
		t.Errorf("the running slot was disturbed: %v", got)
	}
	continuous(t, bob.slot(4))
	if got := len(c.workers[0].peers[bob.id].video); got != 26 {
		t.Errorf("%d video slots", got)
	}
}

func TestSlotsThatExistStayWhatTheyAre(t *testing.T) {
	c := newCall(t, 1)
	bob := c.join("bob", 0)
	for what, change := range map[string]func([]Slot) []Slot{
		"one fewer":          func(s []Slot) []Slot { return s[:len(s)-1] },
		"one in the middle":  func(s []Slot) []Slot { return slices.Insert(s, 5, Slot{SSRC: 77, RTX: 78}) },
		"another SSRC":       func(s []Slot) []Slot { s[4].SSRC++; return s },
		"another RTX stream": func(s []Slot) []Slot { s[4].RTX++; return s },
	} {
		params := bob.params
		params.Slots = change(slices.Clone(bob.params.Slots))
		if err := c.workers[0].UpdatePeer(c.now, bob.id, params); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
	if err := c.workers[0].UpdatePeer(c.now, bob.id, bob.params); err != nil {
		t.Errorf("the same: %v", err)
	}
}
