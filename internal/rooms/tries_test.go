package rooms

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"noom/internal/meeting"
)

func key(address, room string) try { return try{Network(netip.MustParseAddr(address)), room} }

func TestTenTriesAMinuteFromOneAddressInOneRoom(t *testing.T) {
	now := time.UnixMilli(1795425300000)
	tries := newTries(6*time.Second, 10)
	me := key("192.0.2.7", "team")
	for i := range 10 {
		if left := tries.take(now, me); left > 0 {
			t.Fatalf("try %d has to wait %v", i+1, left)
		}
	}
	if left := tries.take(now, me); left != 6*time.Second {
		t.Errorf("the eleventh has to wait %v", left)
	}
	for _, other := range []try{key("192.0.2.8", "team"), key("192.0.2.7", "other"), key("2001:db8::1", "team")} {
		if tries.take(now, other) > 0 {
			t.Errorf("%v is held back by others", other)
		}
	}
	if tries.wait(now, key("::ffff:192.0.2.7", "team")) == 0 || tries.wait(now.Add(6*time.Second), me) > 0 {
		t.Error("the address in another form is another, or its time does not come")
	}
	made := 0
	for s := range 600 {
		if tries.take(now.Add(time.Duration(s)*100*time.Millisecond), me) == 0 {
			made++
		}
	}
	if made > 10 {
		t.Errorf("%d tries in the next minute", made)
	}
}

func TestAHomeIsOneAddress(t *testing.T) {
	if Network(netip.MustParseAddr("2001:db8:0:1::1")) != Network(netip.MustParseAddr("2001:db8:0:1:ffff::2")) {
		t.Error("one network counts twice")
	}
	if Network(netip.MustParseAddr("2001:db8:0:1::1")) == Network(netip.MustParseAddr("2001:db8:0:2::1")) {
		t.Error("two networks are one")
	}
}

func TestTriesOfManyAddressesTakeNoMoreThanTheirMemory(t *testing.T) {
	now := time.UnixMilli(1795425300000)
	tries := newTries(6*time.Second, 2)
	tries.max = 100
	for i := range 1000 {
		tries.take(now, key(fmt.Sprintf("10.0.%d.%d", i/256, i%256), "r"))
	}
	if len(tries.until) != 100 {
		t.Errorf("%d are remembered", len(tries.until))
	}
	if tries.take(now.Add(time.Minute), key("192.0.2.1", "r")) > 0 || len(tries.until) != 1 {
		t.Errorf("%d are remembered a minute later", len(tries.until))
	}
}

func TestWhatIsSpentIsWaitedFor(t *testing.T) {
	now := time.UnixMilli(1795425300000)
	tries := newTries(time.Second, 10)
	tries.max = 1
	me := key("192.0.2.7", "")
	tries.spend(now, me, 9)
	if wait := tries.wait(now, me); wait != 0 {
		t.Errorf("the tenth has to wait %v", wait)
	}
	tries.spend(now, me, 100) // what was more than anybody could know
	if wait := tries.wait(now, me); wait != 100*time.Second {
		t.Errorf("then %v", wait)
	}
	if tries.wait(now.Add(100*time.Second), me) != 0 {
		t.Error("its time does not come")
	}
	tries.spend(now, key("192.0.2.8", ""), 100)
	if len(tries.until) != 1 {
		t.Errorf("%d are remembered", len(tries.until))
	}
}

func TestWaitingHasACeilingAndIsForgiven(t *testing.T) {
	now := time.UnixMilli(1795425300000)
	tries := newTries(time.Second, 10)
	tries.most = time.Minute
	me := key("192.0.2.7", "")
	tries.spend(now, me, 1000)
	if wait := tries.wait(now, me); wait != time.Minute {
		t.Errorf("waits for %v", wait)
	}
	tries.forgive(me)
	if wait := tries.wait(now, me); wait != 0 || len(tries.until) != 0 {
		t.Errorf("forgiven, waits for %v", wait)
	}
}

func TestPicturesOfOneAddressTakeATenthOfACore(t *testing.T) {
	now := time.UnixMilli(1795425300000)
	r := &Rooms{looks: newTries(lookEvery, lookBurst), now: func() time.Time { return now }}
	here, there := r.look(netip.MustParseAddr("2001:db8::1")), r.look(netip.MustParseAddr("2001:db8:0:1::1"))
	spent := time.Duration(0)
	work := func() { now, spent = now.Add(2*time.Second), spent+2*time.Second }
	for end := now.Add(time.Hour); now.Before(end); now = now.Add(100 * time.Millisecond) {
		var refusal *meeting.Error
		if err := here(work); errors.As(err, &refusal) && (refusal.Code != meeting.Limited || refusal.Retry < 1) {
			t.Fatalf("refused with %+v", refusal)
		}
	}
	if spent < 5*time.Minute || spent > 6*time.Minute+12*time.Second {
		t.Errorf("pictures were looked at for %v in an hour", spent)
	}
	if err := there(work); err != nil {
		t.Errorf("a neighbour: %v", err)
	}
}
