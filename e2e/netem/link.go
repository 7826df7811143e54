//go:build linux

package main

import (
	"fmt"
	"time"

	"noom/internal/simnet/chance"
)

// Link is what one direction of the network does. The zero Link delivers everything at once. A packet meets its parts in this
// order: outage and block, loss, the queue in front of the rate, delay and jitter, copies.
type Link struct {
	Down  bool `json:"down"`  // nothing passes
	NoUDP bool `json:"noUDP"` // no UDP passes

	Loss  float64 `json:"loss"`  // share of packets that vanish, 0–1
	Burst float64 `json:"burst"` // how many in a row are lost on average (Gilbert-Elliott); 0 and 1: each for itself

	Rate       int    `json:"rate"`       // bits per second; 0 is unlimited
	Queue      millis `json:"queue"`      // how long what waits may take to leave at the rate; 0 is 300 where QueueBytes is 0 too
	QueueBytes int    `json:"queueBytes"` // how much may wait

	Delay   millis  `json:"delay"`   // of every packet
	Jitter  millis  `json:"jitter"`  // a packet takes up to this much longer or shorter, drawn for each; never less than no time
	Ordered bool    `json:"ordered"` // no packet overtakes another: one that is late holds up those behind it
	Late    float64 `json:"late"`    // share of packets that are held back, so that those of LateBy behind them overtake them
	LateBy  millis  `json:"lateBy"`  // 0 is 20
	Copies  float64 `json:"copies"`  // share of packets that arrive twice
}

// millis is a time in milliseconds.
type millis float64

func (m millis) duration() time.Duration {
	return time.Duration(float64(m) * float64(time.Millisecond))
}

const (
	defaultQueue  = 300 * time.Millisecond // RFC 8867 §4.2 tests with it
	defaultLateBy = 20
	mostDelay     = 60_000 // ms: more is a slip of the pen
)

// check says what is wrong with a link, if anything is.
func (l *Link) check() error {
	for name, share := range map[string]float64{"loss": l.Loss, "late": l.Late, "copies": l.Copies} {
		if share < 0 || share > 1 {
			return fmt.Errorf("%s is %v, want a share from 0 to 1", name, share)
		}
	}
	for name, time := range map[string]millis{"queue": l.Queue, "delay": l.Delay, "jitter": l.Jitter, "lateBy": l.LateBy} {
		if time < 0 || time > mostDelay {
			return fmt.Errorf("%s is %v, want milliseconds from 0 to %v", name, time, mostDelay)
		}
	}
	if l.Rate < 0 || l.QueueBytes < 0 {
		return fmt.Errorf("rate is %v and queueBytes %v, want no negative ones", l.Rate, l.QueueBytes)
	}
	if l.Burst < 0 || l.Burst > 1 && l.Loss > l.Burst/(l.Burst+1) {
		return fmt.Errorf("runs of %v packets cannot make up %v of all", l.Burst, l.Loss)
	}
	return nil
}

// draws are a flow's: by a packet's number in it and a purpose.
type draws struct{ chance.Flow }

// What is drawn for a packet.
const (
	forLoss = iota
	forJitter
	forLate
	forCopy
	purposes
)

// draw gives a number in [0, 1).
func (d draws) draw(number, purpose uint64) float64 { return d.Draw(number*purposes + purpose) }
