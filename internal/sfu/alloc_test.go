package sfu

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"noom/internal/sfu/codec"
)

// audience is one sender and n viewers who are past every start: all that is left is forwarding.
type audience struct {
	call    *call
	sender  *testPeer
	picture *testStream
	sound   *testStream
	skip    int // of sound with copies: how many packets are lost before each
	sealed  []byte
	header  rtp.Header
	plain   []byte
	out     *Out
}

func newAudience(t testing.TB, n int, profile srtp.ProtectionProfile) *audience {
	t.Helper()
	c := newCall(t, 1)
	c.profile, c.tells = profile, true
	a := &audience{call: c, sender: c.joinWith("sender", 0, takesRED), out: new(Out)}
	a.sound = a.sender.microphone(20)
	a.picture = a.sender.camera()[0]
	for i := range n {
		offer := func(p *PeerParams) { takesRED(p); asksForSound(p) }
		if i%2 == 1 { // as many browsers have RED and ask for sound as do not
			offer = nil
		}
		viewer := c.joinWith(fmt.Sprintf("viewer%d", i), 0, offer)
		viewer.view(Wish{Track: a.sender.track(Camera)})
	}
	c.run(2 * time.Second)
	for _, s := range a.sender.streams {
		s.next = time.Time{}
	}
	for _, p := range c.peers[1:] {
		if len(p.slot(0)) < 50 || len(p.slot(4)) < 50 {
			t.Fatalf("%s got %d packets of sound and %d of the picture", p.name, len(p.slot(0)), len(p.slot(4)))
		}
	}
	return a
}

// next seals the sender's next packet into memory that is used again.
func (a *audience) next(s *testStream) []byte {
	a.call.now = a.call.now.Add(time.Millisecond)
	h := rtp.Header{Version: 2, Marker: true, PayloadType: ptOpus, SequenceNumber: s.sequence, Timestamp: s.timestamp, SSRC: s.ssrc}
	payload := s.fixed
	if payload == nil {
		payload = make([]byte, 80)
		if !s.kind.Audio() {
			payload = vp8Payload(true, false, 0, 0, 0, 0, 1100)
		}
		if s.copies > 0 {
			block := make([]byte, 80)
			payload, _ = codec.AppendRED(nil, ptOpus, []codec.Block{{Age: 960, Data: block}}, block)
		}
		s.fixed = payload
	}
	if len(payload) > 0 && s.copies > 0 {
		h.PayloadType = ptRED
		s.sequence += uint16(a.skip) // lost, and in the copies that come
		s.timestamp += 960 * uint32(a.skip)
		h.SequenceNumber, h.Timestamp = s.sequence, s.timestamp
	}
	if !s.kind.Audio() {
		h.PayloadType = ptVP8
		binary.BigEndian.PutUint16(payload[2:], 0x8000|s.picture)
		payload[4] = s.tl0
	}
	_ = h.SetExtension(extLevel, []byte{20})
	_ = h.SetExtension(extTWCC, binary.BigEndian.AppendUint16(nil, a.sender.twcc))
	a.sender.twcc++
	s.sequence++
	s.timestamp += 960
	s.picture = (s.picture + 1) & 0x7fff
	s.tl0++
	var err error
	if a.plain, err = (&rtp.Packet{Header: h, Payload: payload}).Marshal(); err != nil {
		a.call.t.Fatal(err)
	}
	if a.sealed, err = a.sender.seals.EncryptRTP(a.sealed[:0], a.plain, &a.header); err != nil {
		a.call.t.Fatal(err)
	}
	return a.sealed
}

// TestForwardAllocs holds the whole way of a packet, from Receive to fifty sealed copies in Out, to no allocation at all.
func TestForwardAllocs(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates")
	}
	for _, profile := range profiles {
		t.Run(fmt.Sprintf("profile %#x", uint16(profile)), func(t *testing.T) {
			a := newAudience(t, 50, profile)
			router := a.call.workers[0]
			for _, of := range []struct {
				stream *testStream
				copies int
				lost   int
			}{{a.picture, 0, 0}, {a.sound, 0, 0}, {a.sound, 1, 0}, {a.sound, 1, 1}} {
				s := of.stream
				s.copies, s.fixed, a.skip = of.copies, nil, of.lost
				each := uint64(50 * (1 + of.lost))
				for range videoCache { // Out and the ring of the cache have their memory after this
					a.out.Reset()
					router.Receive(a.call.now, a.sender.address, a.next(s), a.out)
				}
				const runs = 600
				var sealed [][]byte
				for range runs + 1 {
					sealed = append(sealed, append([]byte(nil), a.next(s)...))
				}
				before := router.Counters().PacketsForwarded
				i := 0
				allocs := testing.AllocsPerRun(runs, func() {
					a.out.Reset()
					router.Gather(a.call.now, a.sender.address, sealed[i], a.out)
					for router.Forward(a.out) {
						a.out.Reset()
					}
					i++
				})
				if got := router.Counters().PacketsForwarded - before; got != each*(runs+1) {
					t.Fatalf("%v: forwarded %d packets, want %d", of, got, each*(runs+1))
				}
				if allocs != 0 {
					t.Errorf("%v, %d copies, %d lost: %v allocations per packet received and forwarded to 50", s.kind, of.copies, of.lost, allocs)
				}
			}
		})
	}
}

// BenchmarkSound measures a packet of sound that comes with copies or without, given to 50 who take RED and ask for sound, or do not.
func BenchmarkSound(b *testing.B) {
	for _, sent := range []int{0, 1} {
		for _, taken := range []bool{false, true} {
			b.Run(fmt.Sprintf("sent=%d/taken=%v", sent, taken), func(b *testing.B) {
				a := newAudience(b, 50, srtp.ProtectionProfileAeadAes128Gcm)
				for _, p := range a.call.peers[1:] {
					if params := p.params; taken != (p.router().peers[p.id].types[RED].PT != 0) {
						params.PayloadTypes = slices.Clone(params.PayloadTypes[:3])
						if taken {
							params.PayloadTypes = append(params.PayloadTypes, PayloadType{Codec: RED, PT: ptRED})
						}
						if err := p.router().UpdatePeer(a.call.now, p.id, params); err != nil {
							b.Fatal(err)
						}
						for _, sl := range p.router().peers[p.id].audio {
							sl.redundant, sl.params.NACK = taken, taken
						}
					}
				}
				a.sound.copies, a.sound.fixed = sent, nil
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					data := a.next(a.sound)
					b.StartTimer()
					a.out.Reset()
					a.call.workers[0].Receive(a.call.now, a.sender.address, data, a.out)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*50), "ns/packet")
			})
		}
	}
}

// BenchmarkForward measures five packets of a picture given to n viewers: packet by packet, and receiver by receiver.
// ns/packet counts each sealed copy.
func BenchmarkForward(b *testing.B) {
	for _, viewers := range []int{10, 50, 200, 500} {
		for _, by := range []string{"packet", "receiver"} {
			b.Run(fmt.Sprintf("viewers=%d/by=%s", viewers, by), func(b *testing.B) { benchmarkForward(b, viewers, by == "receiver") })
		}
	}
}

func benchmarkForward(b *testing.B, viewers int, gather bool) {
	const burst = 5
	a := newAudience(b, viewers, srtp.ProtectionProfileAeadAes128Gcm)
	router := a.call.workers[0]
	var data [burst][]byte
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for i := range data {
			data[i] = append(data[i][:0], a.next(a.picture)...)
		}
		b.StartTimer()
		a.out.Reset()
		for i := range data {
			if gather {
				router.Gather(a.call.now, a.sender.address, data[i], a.out)
			} else {
				router.Receive(a.call.now, a.sender.address, data[i], a.out)
			}
		}
		for gather && router.Forward(a.out) {
			a.out.Reset()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*viewers*burst), "ns/packet")
}
