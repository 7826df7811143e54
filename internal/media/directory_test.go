package media

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"noom/internal/sfu"
)

// bindingRequest is a STUN check with this USERNAME, and nothing that would pass as authentic.
func bindingRequest(username string) []byte {
	padded := (len(username) + 3) &^ 3
	b := make([]byte, stunHeader+4+padded)
	binary.BigEndian.PutUint16(b, stunBinding)
	binary.BigEndian.PutUint16(b[2:], uint16(4+padded))
	binary.BigEndian.PutUint32(b[4:], stunCookie)
	binary.BigEndian.PutUint16(b[20:], stunUsername)
	binary.BigEndian.PutUint16(b[22:], uint16(len(username)))
	copy(b[24:], username)
	return b
}

func TestMediaGoesByAddressAndChecksGoByUfrag(t *testing.T) {
	d := newDirectory()
	addr := netip.MustParseAddrPort("192.0.2.1:4000")
	other := netip.MustParseAddrPort("192.0.2.1:4001")
	d.claimAddr(addr, owner{peer: 1, worker: 3}, time.Time{})
	d.addUfrag("abcd", owner{peer: 2, worker: 5})
	tests := []struct {
		name     string
		from     netip.AddrPort
		datagram []byte
		want     owner
		ok       bool
	}{
		{"media from a known address", addr, []byte{0x80, 96}, owner{1, 3}, true},
		{"media from an unknown address", other, []byte{0x80, 96}, owner{}, false},
		{"a check from an unknown address", other, bindingRequest("abcd:efgh"), owner{2, 5}, true},
		{"a check from another peer's address", addr, bindingRequest("abcd:efgh"), owner{2, 5}, true},
		{"a check with an unknown ufrag", addr, bindingRequest("abce:efgh"), owner{}, false},
		{"a check without a colon", addr, bindingRequest("abcdefgh"), owner{1, 3}, true},
	}
	for _, tt := range tests {
		if got, ok := d.find(tt.from, tt.datagram); got != tt.want || ok != tt.ok {
			t.Errorf("%s belongs to %v %v, want %v %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func TestAnAddressIsItsFirstOwnersUntilThatOneIsGone(t *testing.T) {
	d := newDirectory()
	addr := netip.MustParseAddrPort("192.0.2.1:4000")
	for i := range 3 {
		d.claimAddr(addr, owner{peer: sfu.PeerID(i + 1), worker: i}, time.Time{})
	}
	d.removeAddr(addr, 2)
	if got, ok := d.find(addr, []byte{0x80}); !ok || got.peer != 1 {
		t.Errorf("address belongs to %v %v, want peer 1", got, ok)
	}
	d.removeAddr(addr, 1)
	if got, ok := d.find(addr, []byte{0x80}); !ok || got.peer != 3 {
		t.Errorf("address belongs to %v %v, want peer 3", got, ok)
	}
	d.removeAddr(addr, 3)
	if got, ok := d.find(addr, []byte{0x80}); ok {
		t.Errorf("address still belongs to %v", got)
	}
}

func TestAnAddressPassesAtOnceFromOneWhoseChecksHaveStopped(t *testing.T) {
	d := newDirectory()
	addr := netip.MustParseAddrPort("192.0.2.1:4000")
	start := time.Now()
	for _, tt := range []struct {
		at     time.Duration
		checks owner
		want   sfu.PeerID
	}{
		{0, owner{1, 0}, 1},
		{5 * time.Second, owner{2, 1}, 1},
		{10 * time.Second, owner{1, 0}, 1},
		{sfu.AddressHold + 5*time.Second, owner{2, 1}, 1}, // the first was there 10 s ago
		{sfu.AddressHold + 10*time.Second, owner{2, 1}, 2},
		{sfu.AddressHold + 11*time.Second, owner{1, 0}, 2}, // comes back, too late
		{sfu.AddressHold + 12*time.Second, owner{3, 2}, 2},
	} {
		d.claimAddr(addr, tt.checks, start.Add(tt.at))
		if got, ok := d.find(addr, []byte{0x80}); !ok || got.peer != tt.want {
			t.Errorf("after %v the address belongs to %v %v, want peer %d", tt.at, got, ok, tt.want)
		}
	}
	d.removeAddr(addr, 2)
	if got, ok := d.find(addr, []byte{0x80}); !ok || got.peer != 1 {
		t.Errorf("the address belongs to %v %v, want the one that proved it first of those who are left", got, ok)
	}
}

func TestManyOwnersShareAChain(t *testing.T) {
	var tb table
	const count = 3 * tableSize
	for i := range uint64(count) {
		tb.put(i, owner{worker: int(i)})
	}
	for i := uint64(0); i < count; i += 2 {
		tb.remove(i, 0)
	}
	for i := range uint64(count) {
		if o, ok := tb.get(i); ok != (i%2 == 1) || ok && o.worker != int(i) {
			t.Fatalf("key %d: %v %v", i, o, ok)
		}
	}
}

func TestFindingAnOwnerAllocatesNothing(t *testing.T) {
	d := newDirectory()
	addr := netip.MustParseAddrPort("[2001:db8::1]:4000")
	d.claimAddr(addr, owner{peer: 1}, time.Time{})
	d.addUfrag("abcd", owner{peer: 2})
	media, check := []byte{0x80, 96}, bindingRequest("abcd:efgh")
	n := testing.AllocsPerRun(100, func() {
		if _, ok := d.find(addr, media); !ok {
			t.Fatal("media not found")
		}
		if _, ok := d.find(addr, check); !ok {
			t.Fatal("check not found")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzCheckedUfrag(f *testing.F) {
	f.Add(bindingRequest("abcd:efgh"))
	f.Add(bindingRequest(":"))
	f.Add(bindingRequest("abcd:efgh")[:27])
	f.Add([]byte{0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if u := checkedUfrag(b); len(u) > len(b)-stunHeader && u != nil {
			t.Errorf("ufrag of %d bytes in a datagram of %d", len(u), len(b))
		}
	})
}

func BenchmarkDirectory(b *testing.B) {
	d := newDirectory()
	var addrs []netip.AddrPort
	for i := range 1000 {
		a := netip.MustParseAddrPort(fmt.Sprintf("10.0.%d.%d:4000", i/250, i%250))
		addrs = append(addrs, a)
		d.claimAddr(a, owner{worker: i}, time.Time{})
	}
	media := []byte{0x80, 96}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.find(addrs[i%len(addrs)], media)
	}
}
