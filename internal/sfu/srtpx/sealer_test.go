package srtpx

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/pion/srtp/v3"
	"pgregory.net/rapid"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSessionKeysAreDerivedAsInRFC3711B3(t *testing.T) {
	d, err := newDerivation(unhex(t, "E1F97A0D3E018BE0D64FA32C06DE4139"), unhex(t, "0EC675AD498AFEEBB6960B3AABE6"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.bytes(labelMediaKey), unhex(t, "C61E7A93744F39EE10734AFE3FF7A087"); !bytes.Equal(got, want) {
		t.Errorf("the key is %X, want %X", got, want)
	}
	if got, want := d.bytes(labelMediaSalt)[:14], unhex(t, "30CBBC08863D8C85D49DB34A9AE1"); !bytes.Equal(got, want) {
		t.Errorf("the salt is %X, want %X", got, want)
	}
}

// rfc7714 is a sealer with the session keys of RFC 7714 §16 and §17, which the RFC gives underived.
func rfc7714(t *testing.T) *Sealer {
	t.Helper()
	block, err := aes.NewCipher(unhex(t, "000102030405060708090a0b0c0d0e0f"))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	s := &Sealer{media: gcm, control: gcm}
	copy(s.mediaSalt[:], unhex(t, "517569642070726f2071756f"))
	s.controlSalt = s.mediaSalt
	return s
}

// roomy copies a packet into a buffer that has room for what sealing adds.
func roomy(packet []byte) []byte {
	return append(make([]byte, 0, len(packet)+ControlOverhead), packet...)
}

// seal seals a copy of a packet in place; nil when it is refused.
func seal(s *Sealer, packet []byte, header int, in *Stream) []byte {
	p := roomy(packet)
	sealed, _ := s.RTP(p[:header], p[header:], in)
	return sealed
}

func TestOnePayloadIsSealedForMany(t *testing.T) {
	plain, header := packet(7, 500)
	payload := bytes.Clone(plain[header:])
	for i := range 3 {
		s, err := New(masterKey, append(bytes.Clone(masterSalt[:11]), byte(i)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.RTP(roomy(plain)[:header], payload, new(Stream))
		if err != nil {
			t.Fatal(err)
		}
		if want := seal(s, plain, header, new(Stream)); !bytes.Equal(got, want) {
			t.Errorf("sealed from elsewhere to %x, in place to %x", got, want)
		}
	}
	if !bytes.Equal(payload, plain[header:]) {
		t.Error("the payload was written to")
	}
}

func TestRTPIsSealedAsInRFC7714(t *testing.T) {
	plain := unhex(t, "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573")
	want := unhex(t, `8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a
		51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`)
	if got := seal(rfc7714(t), plain, 12, new(Stream)); !bytes.Equal(got, want) {
		t.Errorf("sealed to %x, want %x", got, want)
	}
}

func TestRTCPIsSealedAsInRFC7714(t *testing.T) {
	s := rfc7714(t)
	s.controls = 0x5d4
	plain := unhex(t, "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef")
	want := unhex(t, `81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda
		4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4`)
	if got, err := s.RTCP(roomy(plain)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("sealed to %x, %v, want %x", got, err, want)
	}
}

var masterKey, masterSalt = []byte("sixteen bytes ok"), []byte("twelve bytes")

func newPair(t testing.TB) (*Sealer, *srtp.Context) {
	t.Helper()
	s, err := New(masterKey, masterSalt)
	if err != nil {
		t.Fatal(err)
	}
	c, err := srtp.CreateContext(masterKey, masterSalt, srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// packet is an RTP packet with a CSRC and a header extension, and the length of its header.
func packet(sequence uint16, payload int) ([]byte, int) {
	p := []byte{0x91, 96, byte(sequence >> 8), byte(sequence), 1, 2, 3, 4, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 9, 0xbe, 0xde, 0, 1, 0x10, 20, 0, 0}
	return append(p, bytes.Repeat([]byte{byte(sequence)}, payload)...), len(p)
}

// TestAnotherStackOpensWhatWeSeal walks three rounds of sequence numbers, with packets left out and out of order. What the other
// stack seals under the same numbers is the very same, and no number is sealed twice.
func TestAnotherStackOpensWhatWeSeal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(masterKey, masterSalt)
		if err != nil {
			t.Fatal(err)
		}
		opens, err := srtp.CreateContext(masterKey, masterSalt, srtp.ProtectionProfileAeadAes128Gcm)
		if err != nil {
			t.Fatal(err)
		}
		seals, err := srtp.CreateContext(masterKey, masterSalt, srtp.ProtectionProfileAeadAes128Gcm)
		if err != nil {
			t.Fatal(err)
		}
		var in Stream
		before := map[int]bool{}
		at := int(rapid.Uint16Range(0, 1<<15).Draw(t, "first"))
		for first := at; at < first+3<<16; at += rapid.IntRange(1, 12000).Draw(t, "step") {
			for _, sequence := range []int{at + 1, at} { // the later one first
				if sequence < first+1 && sequence != at+1 {
					continue
				}
				plain, header := packet(uint16(sequence), sequence%1200)
				sealed := seal(s, plain, header, &in)
				if before[sequence] {
					if sealed != nil {
						t.Fatalf("packet %d was sealed again", sequence)
					}
					continue
				}
				before[sequence] = true
				got, err := opens.DecryptRTP(nil, sealed, nil)
				if err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("packet %d opened to %x, %v", sequence, got, err)
				}
				if theirs, err := seals.EncryptRTP(nil, plain, nil); err != nil || !bytes.Equal(theirs, sealed) {
					t.Fatalf("packet %d is sealed to %x by the other stack, %v, and to %x by ours", sequence, theirs, err, sealed)
				}
			}
		}
	})
}

// TestNoIndexIsClaimedTwice takes any numbers in any order. Those that the window knows not to be sealed yet are never refused.
func TestNoIndexIsClaimedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Stream
		sealed := map[uint64]bool{}
		at := rapid.Uint16().Draw(t, "first")
		var highest int64
		for n := range rapid.IntRange(1, 2000).Draw(t, "packets") {
			known := s.Sealed(at)
			index, ok := s.Claim(at)
			if known == ok {
				t.Fatalf("number %d is said to be sealed: %v; claimed: %v", at, known, ok)
			}
			if ok && (sealed[index] || uint16(index) != at) {
				t.Fatalf("number %d was given index %#x", at, index)
			}
			want := int64(at)
			if n > 0 {
				want = highest + int64(int16(at-uint16(highest)))
			}
			if fresh := want >= 0 && want > highest-Window && !sealed[uint64(want)]; ok != fresh || ok && int64(index) != want {
				t.Fatalf("number %d after %#x: index %#x, %v, want %#x, %v", at, highest, index, ok, want, fresh)
			}
			if ok {
				sealed[index] = true
				highest = max(highest, int64(index))
			}
			if rapid.IntRange(0, 20).Draw(t, "far") == 0 {
				at = rapid.Uint16().Draw(t, "number")
			} else {
				at = uint16(highest) + uint16(rapid.IntRange(-Window-2, 600).Draw(t, "step"))
			}
		}
	})
}

func TestALateNumberOfTheRoundBeforeTheKeysIsRefused(t *testing.T) {
	var s Stream
	s.Claim(3) // the first under new keys, just after the numbers went round
	if index, ok := s.Claim(65534); ok {
		t.Errorf("index %#x, which comes again at the end of this round", index)
	}
	for n := 4; n < 65534; n += 1000 {
		s.Claim(uint16(n))
	}
	if index, ok := s.Claim(65534); !ok || index != 65534 {
		t.Errorf("at the end of the round: index %#x, %v", index, ok)
	}
}

func TestAKeySealsNoMoreRTPThanItMay(t *testing.T) {
	s := Stream{highest: mostMedia - 1, started: true}
	if index, ok := s.Claim(0xffff); !ok || index != mostMedia {
		t.Errorf("the last one: index %#x, %v", index, ok)
	}
	if index, ok := s.Claim(0); ok {
		t.Errorf("index %#x after the last", index)
	}
}

func TestAnotherStackOpensTheRTCPThatWeSeal(t *testing.T) {
	s, c := newPair(t)
	for i := range 100 {
		compound := append([]byte{0x80, 201, 0, 1, 0, 0, 0, 7}, bytes.Repeat([]byte{0x80, 201, 0, 0}, i)...)
		sealed, err := s.RTCP(roomy(compound))
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(compound)+ControlOverhead {
			t.Fatalf("%d bytes became %d", len(compound), len(sealed))
		}
		if got, err := c.DecryptRTCP(nil, sealed, nil); err != nil || !bytes.Equal(got, compound) {
			t.Fatalf("opened to %x, %v", got, err)
		}
	}
}

func TestAKeySealsNoMoreRTCPThanItMay(t *testing.T) {
	s, _ := newPair(t)
	s.controls = mostControl - 1
	if _, err := s.RTCP(roomy(make([]byte, 8))); err != nil {
		t.Errorf("the last one: %v", err)
	}
	if _, err := s.RTCP(roomy(make([]byte, 8))); err == nil {
		t.Error("an index was used again")
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	s, _ := newPair(t)
	for _, compound := range [][]byte{nil, make([]byte, 7, 100), make([]byte, 8, 8+ControlOverhead-1)} {
		if _, err := s.RTCP(compound); err == nil {
			t.Errorf("%d bytes with room for %d were sealed", len(compound), cap(compound))
		}
	}
	for _, sizes := range [][2]int{{15, 12}, {16, 14}, {32, 12}, {0, 0}} {
		if _, err := New(make([]byte, sizes[0]), make([]byte, sizes[1])); err == nil {
			t.Errorf("a key of %d bytes with a salt of %d was taken", sizes[0], sizes[1])
		}
	}
}

func TestSealingAllocatesNothing(t *testing.T) {
	s, _ := newPair(t)
	plain, header := packet(1, 1100)
	buf := roomy(plain)
	var in Stream
	sequence, refused := uint16(0), 0
	if n := testing.AllocsPerRun(100, func() {
		sequence++
		binary.BigEndian.PutUint16(buf[2:], sequence)
		for range 2 {
			if _, err := s.RTP(buf[:header], buf[header:len(plain)], &in); err != nil {
				refused++
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations per RTP packet", n)
	}
	if refused != int(sequence) {
		t.Errorf("%d packets of %d were refused the second time", refused, sequence)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = s.RTCP(buf[:100]) }); n != 0 {
		t.Errorf("%v allocations per RTCP packet", n)
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, size := range []int{80, 1160} {
		plain, header := packet(1, size)
		b.Run(fmt.Sprintf("ours/bytes=%d", size), func(b *testing.B) {
			s, _ := newPair(b)
			buf := roomy(plain)
			var in Stream
			for b.Loop() {
				binary.BigEndian.PutUint16(buf[2:], binary.BigEndian.Uint16(buf[2:])+1)
				if _, err := s.RTP(buf[:header], buf[header:len(plain)], &in); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("pion/bytes=%d", size), func(b *testing.B) {
			_, c := newPair(b)
			buf := roomy(plain)
			for b.Loop() {
				_, _ = c.EncryptRTP(buf[:0], buf[:len(plain)], nil)
			}
		})
	}
}
