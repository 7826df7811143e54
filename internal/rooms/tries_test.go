package rooms

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
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
