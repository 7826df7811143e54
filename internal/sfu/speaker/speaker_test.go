package speaker

import (
	"slices"
	"testing"
	"time"
)

// conversation plays microphones into a detector: one packet each 20 ms, an Update each 20 ms.
type conversation struct {
	t        *testing.T
	d        *Detector
	now      time.Time
	levels   map[uint32]uint8
	switches int // how often somebody lost a place to another
}

// The levels of things, in −dBov.
const (
	shout, talk, murmur, noise, none = 10, 30, 44, 66, 127
)

func converse(t *testing.T, people int) *conversation {
	c := &conversation{t: t, d: New(), now: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC), levels: map[uint32]uint8{}}
	for id := range uint32(people) {
		c.levels[id+1] = noise
	}
	return c
}

// run lets time pass; changed sums up what Update said.
func (c *conversation) run(lasting time.Duration) (changed Changed) {
	for end := c.now.Add(lasting); c.now.Before(end); {
		c.now = c.now.Add(20 * time.Millisecond)
		before := c.d.Placed()
		for id := uint32(1); id <= 100; id++ {
			if level, there := c.levels[id]; there {
				c.d.Level(c.now, id, level)
			}
		}
		step := c.d.Update(c.now)
		changed.Placed = changed.Placed || step.Placed
		changed.Speaking = changed.Speaking || step.Speaking
		for place, id := range c.d.Placed() {
			if before[place] != 0 && id != 0 && id != before[place] {
				c.switches++
			}
		}
	}
	return changed
}

// say sets who makes which sound from now on.
func (c *conversation) say(level uint8, ids ...uint32) {
	for _, id := range ids {
		c.levels[id] = level
	}
}

// heard expects exactly these to have places, in any order.
func (c *conversation) heard(want ...uint32) {
	c.t.Helper()
	placed := c.d.Placed()
	got := slices.DeleteFunc(placed[:], func(id uint32) bool { return id == 0 })
	slices.Sort(got)
	if !slices.Equal(got, want) {
		c.t.Errorf("heard are %v, want %v", got, want)
	}
}

// speak expects this list of speakers.
func (c *conversation) speak(want ...uint32) {
	c.t.Helper()
	speaking := c.d.Speaking()
	got := slices.DeleteFunc(speaking[:], func(id uint32) bool { return id == 0 })
	if !slices.Equal(got, want) {
		c.t.Errorf("speaking are %v, want %v", got, want)
	}
}

const ms = time.Millisecond

func TestTheFirstSoundIsHeardAtOnceWhereAPlaceIsFree(t *testing.T) {
	d, now := New(), time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	if d.Level(now, 7, noise) {
		t.Error("noise took a place")
	}
	if !d.Level(now, 7, murmur) || d.Placed() != [Places]uint32{7} {
		t.Error("the first sound was lost")
	}
	if d.Level(now, 7, talk) {
		t.Error("the place was taken twice")
	}
	if changed := d.Update(now); !changed.Placed || changed.Speaking {
		t.Errorf("Update said %+v", changed)
	}
	if changed := d.Update(now); changed.Placed {
		t.Error("Update said it twice")
	}
}

func TestACoughTakesNobodysPlace(t *testing.T) {
	c := converse(t, 10)
	c.say(talk, 1, 2, 3)
	c.run(2 * time.Second)
	c.heard(1, 2, 3)
	c.say(shout, 4)
	c.run(200 * ms)
	c.say(noise, 4)
	c.run(3 * time.Second)
	c.heard(1, 2, 3)
	if c.switches != 0 {
		t.Errorf("%d lost their places", c.switches)
	}
}

func TestALastingSpeakerIsHeardWithin300msWhileOthersAreSilent(t *testing.T) {
	c := converse(t, 10)
	c.say(talk, 1, 2, 3)
	c.run(5 * time.Second)
	c.say(noise, 2)
	c.run(600 * ms)
	c.say(murmur, 9) // even one who speaks low
	c.run(300 * ms)
	c.heard(1, 3, 9)
}

func TestALouderSpeakerIsHeardWithin300msWhileThreeSpeak(t *testing.T) {
	c := converse(t, 10)
	c.say(talk, 1, 2)
	c.say(murmur, 3)
	c.run(5 * time.Second)
	c.say(talk, 4)
	c.run(300 * ms)
	c.heard(1, 2, 4)
}

func TestFourWhoSpeakAlikeDoNotTakeTurns(t *testing.T) {
	c := converse(t, 10)
	c.say(talk, 1, 2, 3)
	c.run(2 * time.Second)
	for n := range 200 { // each a little louder at times
		c.say(uint8(talk-n%4), 1)
		c.say(uint8(talk-(n+1)%4), 2)
		c.say(uint8(talk-(n+2)%4), 3)
		c.say(uint8(talk-(n+3)%4), 4)
		c.run(100 * ms)
	}
	if c.switches != 0 {
		t.Errorf("%d lost their places", c.switches)
	}
}

func TestPausesBetweenWordsCostNoPlace(t *testing.T) {
	c := converse(t, 10)
	for range 10 { // four people, each speaking 400 ms of every 800
		c.say(talk, 1, 2)
		c.say(noise, 3, 4)
		c.run(400 * ms)
		c.say(noise, 1, 2)
		c.say(talk, 3, 4)
		c.run(400 * ms)
	}
	if c.switches != 0 {
		t.Errorf("%d lost their places", c.switches)
	}
}

func TestSilenceFreesAPlace(t *testing.T) {
	c := converse(t, 4)
	c.say(talk, 1, 2)
	c.run(time.Second)
	c.say(noise, 1)
	c.run(1900 * ms)
	c.heard(1, 2)
	c.run(200 * ms)
	c.heard(2)
	delete(c.levels, 2) // DTX or mute: nothing comes any more
	c.run(2200 * ms)
	c.heard()
	c.speak()
}

func TestAVoiceKeepsItsPlaceWhileOthersComeAndGo(t *testing.T) {
	c := converse(t, 10)
	c.say(talk, 5)
	c.run(500 * ms)
	place := slices.Index(placedOf(c.d), 5)
	for id := uint32(6); id < 10; id++ {
		c.say(talk, id)
		c.run(time.Second)
		c.say(noise, id)
		c.run(time.Second)
		if got := slices.Index(placedOf(c.d), 5); got != place {
			t.Fatalf("moved from place %d to %d", place, got)
		}
	}
}

func placedOf(d *Detector) []uint32 {
	p := d.Placed()
	return p[:]
}

func TestRemovedVoicesAreForgotten(t *testing.T) {
	c := converse(t, 4)
	c.say(talk, 1, 2, 3, 4)
	c.run(time.Second)
	c.heard(1, 2, 3)
	c.d.Remove(1)
	delete(c.levels, 1)
	c.d.Remove(99)
	if changed := c.run(20 * ms); !changed.Placed || !changed.Speaking {
		t.Errorf("Update said %+v", changed)
	}
	c.heard(2, 3, 4)
	c.d.Remove(4)
	c.d.Remove(2)
	c.d.Remove(3)
	if c.d.Update(c.now); c.d.Placed() != [Places]uint32{} || c.d.Speaking() != [Places]uint32{} {
		t.Error("somebody is left")
	}
}

func TestSpeakersAreListedTheLoudestFirst(t *testing.T) {
	c := converse(t, 10)
	c.say(murmur, 1)
	c.run(500 * ms)
	c.speak(1)
	c.say(shout, 2)
	c.run(500 * ms)
	c.speak(2, 1)
	c.say(noise, 2)
	c.run(500 * ms) // a pause
	if c.run(20 * ms); !slices.Contains(speakingOf(c.d), 2) {
		t.Error("a pause ended the speech")
	}
	c.run(200 * ms)
	c.speak(1)
}

func speakingOf(d *Detector) []uint32 {
	s := d.Speaking()
	return s[:]
}

func TestShortSoundsAreNoSpeech(t *testing.T) {
	c := converse(t, 3)
	c.say(shout, 1)
	if changed := c.run(100 * ms); changed.Speaking {
		t.Error("a knock is speech")
	}
	c.say(noise, 1)
	if changed := c.run(time.Second); changed.Speaking {
		t.Error("a knock became speech")
	}
}

func TestTwoWhoSpeakTogetherDoNotMakeTheListFlicker(t *testing.T) {
	c := converse(t, 3)
	c.say(talk, 1, 2)
	c.run(2 * time.Second)
	changes := 0
	for n := range 100 {
		c.say(uint8(talk+n%5), 1)
		c.say(uint8(talk+(n+2)%5), 2)
		if c.run(100 * ms).Speaking {
			changes++
		}
	}
	if changes != 0 {
		t.Errorf("the list changed %d times", changes)
	}
}

func TestListeningAllocatesNothing(t *testing.T) {
	d, now := New(), time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	n := 0
	step := func() {
		now = now.Add(20 * ms)
		n++
		for id := uint32(1); id <= 20; id++ {
			d.Level(now, id, uint8((n*int(id))%80))
		}
		d.Update(now)
	}
	step()
	if allocs := testing.AllocsPerRun(100, step); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkLevel(b *testing.B) {
	d, now := New(), time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	n := uint32(0)
	for b.Loop() {
		n++
		now = now.Add(ms)
		d.Level(now, 1+n%100, uint8(n%80))
	}
}
