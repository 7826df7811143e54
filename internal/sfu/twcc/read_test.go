package twcc

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"pgregory.net/rapid"
)

// information cuts the header and the padding off a feedback packet that was written, as rtpx does.
func information(packet []byte) []byte {
	if packet[0]&0x20 != 0 {
		packet = packet[:len(packet)-int(packet[len(packet)-1])]
	}
	return packet[12:]
}

// heard gives what feedback tells, in time since its reference.
func heard(f *Feedback) told {
	out := told{}
	for number, at := range f.Packets {
		if at == Missing {
			at = never
		}
		out[number] = at
	}
	return out
}

func TestFeedbackOfAnotherStackIsRead(t *testing.T) {
	cc := rtcp.TransportLayerCC{
		BaseSequenceNumber: 65533, PacketStatusCount: 23, ReferenceTime: 0xfffffe,
		PacketChunks: []rtcp.PacketStatusChunk{
			&rtcp.StatusVectorChunk{SymbolSize: rtcp.TypeTCCSymbolSizeTwoBit, SymbolList: []uint16{
				rtcp.TypeTCCPacketReceivedSmallDelta, rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketReceivedLargeDelta,
				rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketReceivedSmallDelta,
			}},
			&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketNotReceived, RunLength: 2},
			&rtcp.StatusVectorChunk{SymbolSize: rtcp.TypeTCCSymbolSizeOneBit, SymbolList: []uint16{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
		},
		RecvDeltas: []*rtcp.RecvDelta{
			{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 10_000},
			{Type: rtcp.TypeTCCPacketReceivedLargeDelta, Delta: -4_000},
			{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 250},
			{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 0},
			{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 2_000},
		},
	}
	cc.Header = rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: uint16(cc.MarshalSize()/4 - 1)}
	packet, err := cc.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var f Feedback
	if err := f.Parse(packet[12 : 12+headSize+6+6]); err != nil {
		t.Fatal(err)
	}
	want := told{65533: 10 * ms, 65534: never, 65535: 6 * ms, 0: never, 1: never, 2: never, 3: 6*ms + ms/4, 4: never, 5: never, 6: 6*ms + ms/4, 19: 8*ms + ms/4}
	for n := uint16(7); n < 19; n++ {
		want[n] = never
	}
	if diff := cmp.Diff(want, heard(&f)); diff != "" {
		t.Error(diff)
	}
	if f.Reference != 0xfffffe {
		t.Errorf("the reference is %#x", f.Reference)
	}
}

func TestFeedbackThatIsNotWellFormedIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"nothing":                          "",
		"a head cut off":                   "00010001000000",
		"of no packet":                     "0001000000000001",
		"of more packets than there are":   "0001ffff00000001" + "3fff3fff3fff3fff3fff3fff3fff3fff3fff",
		"without a chunk":                  "0001000100000001",
		"half a chunk":                     "000100010000000120",
		"a run of none":                    "0001000100000001200004",
		"the reserved symbol in a run":     "0001000100000001600104",
		"the reserved symbol in a vector":  "0001000100000001f00004",
		"fewer deltas than packets":        "0001000200000001200204",
		"half a large delta":               "0001000100000001400104",
		"four bytes that nothing tells of": "0001000100000001200104" + "00000000",
	} {
		t.Run(name, func(t *testing.T) {
			bytes, err := hex.DecodeString(data)
			if err != nil {
				t.Fatal(err)
			}
			var f Feedback
			if f.Parse(bytes) == nil {
				t.Error("it was taken")
			}
		})
	}
	whole := append([]byte(nil), 0, 1, 0, 1, 0, 0, 0, 1, 0x20, 1, 4, 0, 0, 0)
	var f Feedback
	if err := f.Parse(whole); err != nil || !cmp.Equal(heard(&f), told{1: ms}) {
		t.Errorf("padding that is not counted: %v, %v", err, heard(&f))
	}
}

// Whatever we write we read the same.
func TestFeedbackIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Recorder
		now, number := time.Duration(0), rapid.Uint16().Draw(t, "first")
		for range rapid.IntRange(1, 200).Draw(t, "arrivals") {
			r.Record(number, start.Add(now))
			number += uint16(rapid.SampledFrom([]int{1, 1, 1, 2, 30}).Draw(t, "step"))
			now += time.Duration(rapid.SampledFrom([]int{0, 1, 20, 300, 5000}).Draw(t, "ticks")) * tick
		}
		for r.Pending() {
			packet := r.AppendFeedback(nil, 1, 2)
			var theirs rtcp.TransportLayerCC
			if err := theirs.Unmarshal(packet); err != nil {
				t.Fatal(err)
			}
			var ours Feedback
			if err := ours.Parse(information(packet)); err != nil {
				t.Fatalf("%x: %v", packet, err)
			}
			got, want := heard(&ours), decode(t, &theirs)
			for n, at := range got {
				if at != never {
					got[n] = at + time.Duration(ours.Reference)*ReferenceUnit - time.Minute
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func FuzzFeedback(f *testing.F) {
	f.Add([]byte{0, 1, 0, 1, 0, 0, 0, 1, 0x20, 1, 4})
	f.Add([]byte{0xff, 0xfe, 0, 9, 0, 0, 0, 1, 0xd5, 0x55, 0x20, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte{0, 1, 0xff, 0xff, 0, 0, 0, 1, 0x1f, 0xff, 0x80, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		var feedback Feedback
		if feedback.Parse(data) != nil {
			return
		}
		n, next := 0, feedback.first
		for number := range feedback.Packets {
			if number != next {
				t.Fatalf("%d came for %d", number, next)
			}
			n++
			next++
		}
		if n != feedback.count || !bytes.Equal(before, data) {
			t.Errorf("%d packets of %d", n, feedback.count)
		}
	})
}

func TestReadingFeedbackAllocatesNothing(t *testing.T) {
	var r Recorder
	for n := range 100 {
		record(&r, [2]int{n + n%3, n})
	}
	data := information(r.AppendFeedback(nil, 1, 2))
	var f Feedback
	sum := time.Duration(0)
	if allocs := testing.AllocsPerRun(100, func() {
		if f.Parse(data) != nil {
			t.Fatal("refused")
		}
		for _, at := range f.Packets {
			sum += at
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
