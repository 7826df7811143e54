package rooms

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestNoSecondHasMoreThanTwentyMessages(t *testing.T) {
	for seed := range uint64(20) {
		chance := rand.New(rand.NewPCG(seed, 0))
		now := time.UnixMilli(1795425300000)
		var p pace
		var sent []time.Time
		for range 5000 {
			now = now.Add(time.Duration(chance.IntN(1<<chance.IntN(28)+1)) * time.Nanosecond)
			if !p.due().After(now) {
				p.sent(now)
				sent = append(sent, now)
			} else if wait := p.due().Sub(now); wait <= 0 || wait > messageEvery {
				t.Fatalf("seed %d: the next may go in %v", seed, wait)
			}
		}
		for i := 20; i < len(sent); i++ {
			if apart := sent[i].Sub(sent[i-20]); apart < time.Second {
				t.Fatalf("seed %d: 21 messages in %v", seed, apart)
			}
		}
	}
}

func TestFourMessagesGoAtOnceAfterAPause(t *testing.T) {
	now := time.UnixMilli(1795425300000)
	var p pace
	for pause := range 3 {
		for i := range messageBurst {
			if p.due().After(now) {
				t.Fatalf("message %d after pause %d has to wait", i+1, pause)
			}
			p.sent(now)
		}
		if !p.due().After(now) {
			t.Error("a fifth may go too")
		}
		now = now.Add(time.Second)
	}
}

func TestMessagesThatCannotWaitHoldTheOthersUpForAWhileOnly(t *testing.T) {
	now := time.UnixMilli(1795425300000)
	var p pace
	for range 1000 {
		p.sent(now)
	}
	if wait := p.due().Sub(now); wait <= messageEvery || wait > time.Second/2 {
		t.Errorf("the next has to wait %v", wait)
	}
}
