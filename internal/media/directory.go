package media

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"noom/internal/sfu"
)

// directory tells readers which worker owns the sender of a datagram. Readers never wait: they walk immutable chains
// behind atomic pointers. Writers, a few per join, rebuild one short chain under a lock.
type directory struct {
	seed   maphash.Seed
	addrs  table // proven remote addresses
	ufrags table // local ufrags, for STUN checks (RFC 8445 §7.3)
}

// owner is who a datagram belongs to.
type owner struct {
	peer   sfu.PeerID
	worker int
}

func newDirectory() *directory { return &directory{seed: maphash.MakeSeed()} }

// find tells whose datagram this is. A STUN check goes by its USERNAME, for its address may be new (roaming);
// all else by address.
func (d *directory) find(from netip.AddrPort, datagram []byte) (owner, bool) {
	if ufrag := checkedUfrag(datagram); ufrag != nil {
		return d.ufrags.get(maphash.Bytes(d.seed, ufrag))
	}
	return d.addrs.get(maphash.Comparable(d.seed, from))
}

func (d *directory) addUfrag(ufrag string, o owner) {
	d.ufrags.put(maphash.String(d.seed, ufrag), o)
}

func (d *directory) removeUfrag(ufrag string, id sfu.PeerID) {
	d.ufrags.remove(maphash.String(d.seed, ufrag), id)
}

// claimAddr says that a valid check of o came from the address. Whoever proved it first has it as long as checks of theirs
// come from there too, then the next, at once: who can forge the source of a check must not turn off another's media, but
// who was given the port of somebody gone must not wait until that one is given up. The routers hold it so among the
// peers of each.
func (d *directory) claimAddr(a netip.AddrPort, o owner, now time.Time) {
	d.addrs.claim(maphash.Comparable(d.seed, a), o, now)
}

// removeAddr forgets that this peer has proven the address.
func (d *directory) removeAddr(a netip.AddrPort, id sfu.PeerID) {
	d.addrs.remove(maphash.Comparable(d.seed, a), id)
}

// moveAddr says that o, who has proven the address, is with another worker now, and moveUfrag that checks for o go there.
func (d *directory) moveAddr(a netip.AddrPort, o owner) {
	d.addrs.move(maphash.Comparable(d.seed, a), o)
}

func (d *directory) moveUfrag(ufrag string, o owner) {
	d.ufrags.move(maphash.String(d.seed, ufrag), o)
}

// first tells whether the datagrams from an address are this peer's.
func (d *directory) first(a netip.AddrPort, id sfu.PeerID) bool {
	o, ok := d.addrs.get(maphash.Comparable(d.seed, a))
	return ok && o.peer == id
}

// tableSize is the number of chains: at 4 096 peers on a node a chain holds one link.
const tableSize = 4096

// table maps 64-bit keyed hashes to owners, the earliest of each first unless it was passed. The seed is secret, so nobody can aim for a collision, and by chance
// one happens among a million keys with probability 3e-8.
type table struct {
	write  sync.Mutex
	chains [tableSize]atomic.Pointer[link]
}

// link is immutable once it is in a chain.
type link struct {
	key   uint64
	owner owner
	claim time.Time // the last
	next  *link
}

func (t *table) get(key uint64) (owner, bool) {
	if l := t.chains[key%tableSize].Load().first(key); l != nil {
		return l.owner, true
	}
	return owner{}, false
}

// first is the first link of the key in a chain, or nil.
func (l *link) first(key uint64) *link {
	for l != nil && l.key != key {
		l = l.next
	}
	return l
}

// put adds an owner of the key, behind those that it has.
func (t *table) put(key uint64, o owner) {
	t.write.Lock()
	defer t.write.Unlock()
	chain := &t.chains[key%tableSize]
	chain.Store(with(without(chain.Load(), key, o.peer), link{key: key, owner: o}))
}

// claim is put for an owner that may have to come again, and passes those that have not for sfu.AddressHold.
func (t *table) claim(key uint64, o owner, now time.Time) {
	t.write.Lock()
	defer t.write.Unlock()
	chain := &t.chains[key%tableSize]
	renewed := with(without(chain.Load(), key, o.peer), link{key: key, owner: o, claim: now})
	if l := chain.Load().first(key); l != nil && (l.owner.peer == o.peer || now.Sub(l.claim) >= sfu.AddressHold) {
		renewed = &link{key: key, owner: o, claim: now, next: without(chain.Load(), key, o.peer)}
	}
	chain.Store(renewed)
}

// remove takes away one owner of the key.
func (t *table) remove(key uint64, id sfu.PeerID) {
	t.write.Lock()
	defer t.write.Unlock()
	chain := &t.chains[key%tableSize]
	chain.Store(without(chain.Load(), key, id))
}

// move changes the worker of an owner that the key has, in its place.
func (t *table) move(key uint64, o owner) {
	t.write.Lock()
	defer t.write.Unlock()
	chain := &t.chains[key%tableSize]
	chain.Store(moved(chain.Load(), key, o))
}

// moved copies the chain with another worker in the link of this key and peer.
func moved(l *link, key uint64, o owner) *link {
	if l == nil {
		return nil
	}
	twin := &link{key: l.key, owner: l.owner, claim: l.claim, next: moved(l.next, key, o)}
	if l.key == key && l.owner.peer == o.peer {
		twin.owner = o
	}
	return twin
}

// with copies the chain and ends it with one more link.
func with(l *link, last link) *link {
	if l == nil {
		return &last
	}
	return &link{key: l.key, owner: l.owner, claim: l.claim, next: with(l.next, last)}
}

// without copies the chain, leaving out the link of this key and peer.
func without(l *link, key uint64, id sfu.PeerID) *link {
	if l == nil {
		return nil
	}
	if l.key == key && l.owner.peer == id {
		return l.next
	}
	return &link{key: l.key, owner: l.owner, claim: l.claim, next: without(l.next, key, id)}
}

const (
	stunHeader    = 20         // bytes, RFC 8489 §5
	stunCookie    = 0x2112A442 // RFC 8489 §5
	stunBinding   = 0x0001     // binding request, RFC 8489 §18.2
	stunUsername  = 0x0006     // RFC 8489 §14.3
	usernameColon = ':'        // parts our ufrag from the peer's, RFC 8445 §7.2.2
)

// checkedUfrag gives our ufrag from the USERNAME of a STUN binding request, or nil if the datagram is none.
// Nothing is verified here: it only chooses a worker, whose router then checks all of it.
func checkedUfrag(b []byte) []byte {
	if len(b) < stunHeader || b[0] > 3 || // RFC 7983 §7
		binary.BigEndian.Uint16(b) != stunBinding || binary.BigEndian.Uint32(b[4:]) != stunCookie {
		return nil
	}
	for rest := b[stunHeader:]; len(rest) >= 4; {
		kind, size := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		rest = rest[4:]
		if size > len(rest) {
			return nil
		}
		if kind == stunUsername {
			for i, c := range rest[:size] {
				if c == usernameColon {
					return rest[:i]
				}
			}
			return nil
		}
		rest = rest[min((size+3)&^3, len(rest)):]
	}
	return nil
}
