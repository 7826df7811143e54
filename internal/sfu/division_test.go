package sfu

import (
	"fmt"
	"testing"
	"time"
)

// gallery is somebody who looks at nine cameras over a path of so many bit/s, and hears one of them.
func gallery(t *testing.T, rate float64) (c *call, bob *testPeer, tiles []*testPeer) {
	t.Helper()
	c = newCall(t, 1)
	for i := range 9 {
		p := c.join(fmt.Sprintf("tile%d", i), 0)
		for j, s := range p.camera() { // about 130, 310 and 680 kb/s on the wire
			s.size = []int{450, 560, 850}[j]
		}
		tiles = append(tiles, p)
	}
	tiles[0].microphone(20)
	c.tells = true
	bob = c.join("bob", 0)
	bob.rate = rate
	var wishes []Wish
	for _, p := range tiles {
		wishes = append(wishes, Wish{Track: p.track(Camera), Width: 1280, Height: 720})
	}
	bob.view(wishes...)
	return c, bob, tiles
}

// layers are those that bob gets of each tile at the end of a run: 0, 1, 2, or −1 for nothing.
func layers(c *call, bob *testPeer, tiles []*testPeer) (got []int) {
	p := c.workers[0].peers[bob.id]
	for _, tile := range tiles {
		sl := p.videoSlotOf(p.room.tracks[tile.track(Camera)])
		got = append(got, sl.selector.Current())
	}
	return got
}

// resting lists whose pictures are said to rest.
func (c *call) resting(p *testPeer) map[Track]bool {
	slots, tracks := map[int]Track{}, map[Track]bool{}
	for _, e := range c.events {
		if e.Kind == SlotRests && e.Peer == p.id {
			slots[e.Slot] = e.Track
		}
	}
	for _, t := range slots {
		if t != 0 {
			tracks[t] = true
		}
	}
	return tracks
}

// gap is the longest time between two packets on a slot.
func gap(got []received) (longest time.Duration) {
	for i := 1; i < len(got); i++ {
		longest = max(longest, got[i].at.Sub(got[i-1].at))
	}
	return longest
}

func sum(layers []int) (n int) {
	for _, l := range layers {
		n += l + 1
	}
	return n
}

func TestOnANarrowPathTheLastPicturesRestAndTheVoiceGoesOn(t *testing.T) {
	c, bob, tiles := gallery(t, 2_500_000)
	c.run(10 * time.Second)
	wide := layers(c, bob, tiles)
	if sum(wide) < 12 || wide[8] < 0 || len(c.resting(bob)) != 0 {
		t.Fatalf("at 2.5 Mb/s the layers are %v, and %v rest", wide, c.resting(bob))
	}
	for i := 1; i < 9; i++ {
		if wide[i] > wide[i-1] {
			t.Errorf("the order is lost: %v", wide)
		}
	}

	bob.rate = 500_000
	c.run(3 * time.Second)
	bob.clear()
	c.run(20 * time.Second)
	narrow := layers(c, bob, tiles)
	if narrow[0] != 0 || narrow[1] != 0 || narrow[8] != -1 {
		t.Errorf("at 0.5 Mb/s the layers are %v", narrow)
	}
	rest := c.resting(bob)
	for i, l := range narrow {
		if (l < 0) != rest[tiles[i].track(Camera)] {
			t.Errorf("tile %d gets layer %d, and those said to rest are %v", i, l, rest)
		}
	}
	sound := bob.slot(0)
	if g := gap(sound); g > 150*time.Millisecond || len(sound) < 995 {
		t.Errorf("%d packets of sound in 20 s, with gaps of up to %v", len(sound), g)
	}
	if s, _ := bob.router().PeerStats(bob.id); s.Estimate < 300_000 || s.Estimate > 700_000 {
		t.Errorf("the estimate is %d", s.Estimate)
	}

	bob.rate = 2_500_000
	c.run(8 * time.Second)
	if again := layers(c, bob, tiles); sum(again) < sum(wide)-1 || len(c.resting(bob)) != 0 {
		t.Errorf("8 s after the rate came back the layers are %v, before they were %v; %v rest", again, wide, c.resting(bob))
	}
}

func TestNothingChangesAtAConstantRate(t *testing.T) {
	for _, rate := range []float64{300_000, 1_500_000, 2_500_000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			c, bob, tiles := gallery(t, rate)
			c.run(20 * time.Second)
			changes, before := 0, layers(c, bob, tiles)
			for range 600 {
				c.run(100 * time.Millisecond)
				now := layers(c, bob, tiles)
				for i := range now {
					if now[i] != before[i] {
						changes++
					}
				}
				before = now
			}
			if changes > 2 {
				t.Errorf("%d changes in a minute, now %v", changes, before)
			}
		})
	}
}

func TestAScreenComesBeforeFaces(t *testing.T) {
	c, bob, tiles := gallery(t, 900_000)
	s := tiles[8].stream(Screen, "", 0x8_0001, 0x8_0002)
	s.width, s.height, s.interval, s.packets, s.size, s.key = 1920, 1080, 66*time.Millisecond, 4, 1000, true
	c.publish(tiles[8], Screen, On)
	bob.view(Wish{Track: tiles[0].track(Camera), Width: 320, Height: 180}, Wish{Track: tiles[1].track(Camera), Width: 320, Height: 180},
		Wish{Track: tiles[2].track(Camera), Width: 320, Height: 180}, Wish{Track: tiles[8].track(Screen), Width: 1920, Height: 1080})
	c.run(15 * time.Second)
	bob.clear()
	c.run(5 * time.Second)
	shown := map[Track]int{}
	for _, got := range bob.got {
		for _, g := range got {
			shown[g.csrc]++
		}
	}
	if n := shown[tiles[8].track(Screen)]; n < 250 {
		t.Errorf("%d packets of the screen in 5 s", n)
	}
	if n := shown[tiles[0].track(Camera)]; n < 100 {
		t.Errorf("%d packets of the first face", n)
	}
}

func TestAPictureThatNobodyWantsAnyLongerDoesNotRest(t *testing.T) {
	c, bob, _ := gallery(t, 300_000)
	c.run(5 * time.Second)
	if len(c.resting(bob)) == 0 {
		t.Fatal("nothing rests")
	}
	bob.view()
	if rest := c.resting(bob); len(rest) != 0 {
		t.Errorf("%v rest", rest)
	}
}

// choir is somebody who hears three people that sing, with copies where there is room, and sees one of them.
func choir(t *testing.T, rate float64) (c *call, bob, alice *testPeer) {
	t.Helper()
	c = newCall(t, 1)
	for _, name := range []string{"alice", "carol", "dave"} {
		p := c.join(name, 0)
		s := p.microphone(20)
		s.size, s.numbered = 160, true // about 64 kb/s, and as much again with headers and what is on the wire
	}
	alice = c.peers[0]
	for i, s := range alice.camera() {
		s.size = []int{450, 560, 850}[i]
	}
	c.tells = true
	bob = c.joinWith("bob", 0, takesRED)
	bob.rate = rate
	bob.view(Wish{Track: alice.track(Camera), Width: 1280, Height: 720})
	c.run(20 * time.Second)
	return c, bob, alice
}

func TestVoicesAreCountedWithTheirCopies(t *testing.T) {
	c, bob, _ := choir(t, 0)
	bob.clear()
	c.run(5 * time.Second)
	came := 0
	for i := range 3 {
		for _, g := range bob.slot(i) {
			came += (g.size + 28) * 8 / 5
		}
	}
	voices, copies := bob.router().peers[bob.id].voices()
	if copies < 150_000 || voices+copies < came*95/100 || voices+copies > came*105/100 {
		t.Errorf("voices are said to take %d bit/s and copies %d, and %d come", voices, copies, came)
	}
}

func TestCopiesDoNotComeAndGoWhereOnlyTheyDoNotFit(t *testing.T) {
	without := 0
	for rate := 1_000_000; rate <= 1_200_000; rate += 50_000 {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			c, bob, alice := choir(t, float64(rate))
			p := bob.router().peers[bob.id]
			changes, before := 0, p.paced
			for range 300 {
				c.run(100 * time.Millisecond)
				if p.paced != before {
					changes, before = changes+1, p.paced
				}
			}
			if changes > 2 {
				t.Errorf("copies came and went %d times in 30 s", changes)
			}
			if p.paced && layers(c, bob, []*testPeer{alice})[0] == 2 {
				without++
			}
		})
	}
	if without == 0 {
		t.Error("copies never went for a picture")
	}
}

func TestNothingIsSaidToRestBeforeThereIsAPath(t *testing.T) {
	c, bob, tiles := gallery(t, 0)
	late := c.add("late", 0, nil)
	late.router().Enter(c.now, late.id, testRoom, late.seat)
	late.view(bob.router().peers[bob.id].wishes...)
	c.run(5 * time.Second)
	if n, p := c.resting(late), late.router().peers[late.id]; len(n) != 0 || p.paced {
		t.Errorf("%v are said to rest, paced: %v", n, p.paced)
	}
	late.connect()
	c.run(8 * time.Second)
	if got := layers(c, late, tiles); sum(got) != 27 || c.of(SlotRests) != 0 {
		t.Errorf("once it is connected the layers are %v", got)
	}
}

func TestWhoNeverTellsArrivalsIsSentEverything(t *testing.T) {
	c, bob, tiles := gallery(t, 0)
	bob.mum = true
	c.run(5 * time.Second)
	if got := layers(c, bob, tiles); sum(got) != 27 || len(c.resting(bob)) != 0 {
		t.Errorf("the layers are %v", got)
	}
}

func TestOnAWidePathEverythingComesAtOnce(t *testing.T) {
	c, bob, tiles := gallery(t, 0)
	c.run(3 * time.Second)
	if got := layers(c, bob, tiles); sum(got) != 27 {
		t.Errorf("after 3 s the layers are %v", got)
	}
	if n := c.of(SlotRests); n != 0 {
		t.Errorf("pictures were said to rest %d times while the path was measured", n)
	}
	if bob.padding == 0 {
		t.Error("nothing was probed")
	}
	before := bob.padding
	c.run(10 * time.Second)
	if n := bob.padding - before; n != 0 {
		t.Errorf("%d packets of padding though there is room for everything", n)
	}
}

// Once all pictures rest nothing numbered may be left to leave, where nobody speaks or sound has no numbers: the path must be found free
// all the same.
func TestAllPicturesRestNoLongerThanThePathIsBad(t *testing.T) {
	const wide = 5_000_000
	for _, to := range []struct {
		name  string
		rate  float64 // 0: nothing comes through
		lasts time.Duration
		voice bool // without numbers
	}{
		{"an outage", 0, 5 * time.Second, false},
		{"an outage, and a voice", 0, 5 * time.Second, true},
		{"a long outage", 0, 20 * time.Second, false},
		{"40 kb/s", 40_000, 2 * time.Second, false},
		{"40 kb/s for long", 40_000, 15 * time.Second, false},
		{"80 kb/s", 80_000, 5 * time.Second, false},
		{"120 kb/s, and a voice", 120_000, 5 * time.Second, true},
		{"120 kb/s for long", 120_000, 15 * time.Second, false},
		{"200 kb/s", 200_000, 5 * time.Second, false},
	} {
		t.Run(to.name, func(t *testing.T) {
			c := newCall(t, 1)
			alice := c.join("alice", 0)
			for i, s := range alice.camera() {
				s.size = []int{450, 560, 850}[i]
			}
			if to.voice {
				alice.microphone(20)
			}
			c.tells = true
			bob := c.joinWith("bob", 0, func(p *PeerParams) {
				for i := range p.Slots {
					p.Slots[i].TransportCC = !p.Slots[i].Audio
				}
			})
			bob.rate = wide
			bob.view(Wish{Track: alice.track(Camera), Width: 1280, Height: 720})
			c.run(10 * time.Second)
			if got := layers(c, bob, []*testPeer{alice}); got[0] != 2 {
				t.Fatalf("at %d bit/s the layer is %d", wide, got[0])
			}
			if bob.rate = to.rate; to.rate == 0 {
				c.lost = func(p *testPeer, _ bool, _ []byte) bool { return p == bob }
			}
			c.run(to.lasts)
			bob.rate, c.lost = wide, nil
			bob.check(true)
			c.run(15 * time.Second)
			p := bob.router().peers[bob.id]
			if got := layers(c, bob, []*testPeer{alice}); got[0] != 2 || len(c.resting(bob)) != 0 {
				t.Errorf("15 s later the layer is %d, and the estimate %d", got[0], p.bandwidth.Estimate())
			}
			before := bob.padding
			if c.run(5 * time.Second); bob.padding > before {
				t.Errorf("%d packets of padding though there is room for everything", bob.padding-before)
			}
		})
	}
}
