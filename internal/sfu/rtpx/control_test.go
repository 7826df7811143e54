package rtpx

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
)

// marshal writes packets by another stack.
func marshal(t testing.TB, packets ...rtcp.Packet) []byte {
	t.Helper()
	data, err := rtcp.Marshal(packets)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// walk reads a whole compound.
func walk(t *testing.T, data []byte) (all []Control) {
	t.Helper()
	for len(data) > 0 {
		c, rest, err := NextControl(data)
		if err != nil {
			t.Fatal(err)
		}
		all, data = append(all, c), rest
	}
	return all
}

func TestACompoundFromAnotherStackIsReadWhole(t *testing.T) {
	block := rtcp.ReceptionReport{SSRC: 3, FractionLost: 77, TotalLost: 0xFFFFFF, LastSequenceNumber: 1 << 20, Jitter: 4, LastSenderReport: 5, Delay: 6}
	all := walk(t, marshal(t,
		&rtcp.SenderReport{SSRC: 1, NTPTime: 1 << 40, RTPTime: 2, PacketCount: 3, OctetCount: 4, Reports: []rtcp.ReceptionReport{{SSRC: 9}, block}},
		&rtcp.ReceiverReport{SSRC: 2, Reports: []rtcp.ReceptionReport{block}},
		rtcp.NewCNAMESourceDescription(1, "someone"),
		&rtcp.TransportLayerNack{SenderSSRC: 5, MediaSSRC: 6, Nacks: []rtcp.NackPair{{PacketID: 65535, LostPackets: 0x8001}, {PacketID: 100}}},
		&rtcp.PictureLossIndication{SenderSSRC: 7, MediaSSRC: 8},
		&rtcp.FullIntraRequest{SenderSSRC: 9, MediaSSRC: 0, FIR: []rtcp.FIREntry{{SSRC: 10, SequenceNumber: 11}, {SSRC: 12, SequenceNumber: 255}}},
		&rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 1, Bitrate: 1e6, SSRCs: []uint32{1}},
		&rtcp.TransportLayerCC{
			SenderSSRC: 20, MediaSSRC: 21, PacketStatusCount: 1, Header: rtcp.Header{Count: 15, Type: 205, Length: 5},
			PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: 1, RunLength: 1}}, RecvDeltas: []*rtcp.RecvDelta{{Type: 1, Delta: 250}},
		},
		&rtcp.Goodbye{Sources: []uint32{30, 31}, Reason: "off"},
	))
	var kinds []Kind
	for _, c := range all {
		kinds = append(kinds, c.Kind)
	}
	if diff := cmp.Diff([]Kind{SenderReportKind, ReceiverReportKind, SourceDescription, NACK, PLI, FIR, OtherControl, TransportFeedback, Goodbye}, kinds); diff != "" {
		t.Fatal(diff)
	}
	want := ReportBlock{SSRC: 3, FractionLost: 77, TotalLost: -1, Highest: 1 << 20, Jitter: 4, LastSR: 5, Delay: 6}
	sr, _ := all[0].SenderReport()
	if diff := cmp.Diff(SenderReport{SSRC: 1, NTP: 1 << 40, RTP: 2, Packets: 3, Octets: 4}, sr); diff != "" {
		t.Error(diff)
	}
	if all[0].Blocks() != 2 || all[0].Block(1) != want || all[1].Blocks() != 1 || all[1].Block(0) != want || all[1].Sender != 2 {
		t.Errorf("blocks were read as %+v, %+v", all[0].Block(1), all[1].Block(0))
	}
	if diff := cmp.Diff([]uint16{65535, 0, 15, 100}, slices.Collect(all[3].Lost)); diff != "" {
		t.Error(diff)
	}
	if all[4].Sender != 7 || all[4].Media != 8 || all[3].Media != 6 || all[7].Sender != 20 {
		t.Error("the feedback's SSRCs are wrong")
	}
	targets := map[uint32]uint8{}
	for ssrc, number := range all[5].Targets {
		targets[ssrc] = number
	}
	if diff := cmp.Diff(map[uint32]uint8{10: 11, 12: 255}, targets); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]uint32{30, 31}, slices.Collect(all[8].Leaving)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWeWriteIsReadByAnotherStack(t *testing.T) {
	block := ReportBlock{SSRC: 3, FractionLost: 77, TotalLost: 70000, Highest: 1 << 20, Jitter: 4, LastSR: 5, Delay: 6}
	var data []byte
	data = AppendSenderReport(data, SenderReport{SSRC: 1, NTP: 1 << 40, RTP: 2, Packets: 3, Octets: 4})
	data = AppendCNAME(data, 1, "noom")
	data = AppendReceiverReport(data, 2, []ReportBlock{block, block})
	data = AppendNACK(data, 5, 6, []uint16{65534, 65535, 14, 15, 100})
	data = AppendNACK(data, 5, 6, nil)
	data = AppendPLI(data, 7, 8)
	got, err := rtcp.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	report := rtcp.ReceptionReport{SSRC: 3, FractionLost: 77, TotalLost: 70000, LastSequenceNumber: 1 << 20, Jitter: 4, LastSenderReport: 5, Delay: 6}
	want := []rtcp.Packet{
		&rtcp.SenderReport{SSRC: 1, NTPTime: 1 << 40, RTPTime: 2, PacketCount: 3, OctetCount: 4},
		rtcp.NewCNAMESourceDescription(1, "noom"),
		&rtcp.ReceiverReport{SSRC: 2, Reports: []rtcp.ReceptionReport{report, report}},
		&rtcp.TransportLayerNack{SenderSSRC: 5, MediaSSRC: 6, Nacks: []rtcp.NackPair{{PacketID: 65534, LostPackets: 0x8001}, {PacketID: 15}, {PacketID: 100}}},
		&rtcp.PictureLossIndication{SenderSSRC: 7, MediaSSRC: 8},
	}
	if !bytes.Equal(marshal(t, want...), marshal(t, got...)) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestACNAMEOfAnyLengthEndsOnABoundary(t *testing.T) {
	for n := range 300 {
		data := AppendCNAME(nil, 1, string(bytes.Repeat([]byte{'x'}, n)))
		got, err := rtcp.Unmarshal(data)
		if err != nil {
			t.Fatalf("%d characters: %v", n, err)
		}
		if text := got[0].(*rtcp.SourceDescription).Chunks[0].Items[0].Text; len(text) != min(n, 255) {
			t.Errorf("%d characters became %d", n, len(text))
		}
	}
}

func TestMalformedControlPacketsAreRefused(t *testing.T) {
	for name, in := range map[string][]byte{
		"nothing but a version":          {0x80, 201, 0},
		"version 1":                      {0x40, 201, 0, 1, 0, 0, 0, 1},
		"longer than the datagram":       {0x80, 201, 0, 2, 0, 0, 0, 1},
		"an RR without its sender":       {0x80, 201, 0, 0},
		"an RR without its block":        {0x81, 201, 0, 1, 0, 0, 0, 1},
		"an SR without its numbers":      {0x80, 200, 0, 1, 0, 0, 0, 1},
		"a BYE without its source":       {0x81, 203, 0, 0},
		"feedback without its subject":   {0x81, 205, 0, 1, 0, 0, 0, 1},
		"padding of length 0":            {0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0},
		"padding longer than the packet": {0xA0, 201, 0, 1, 0, 0, 0, 9},
		"padding over what is promised":  {0xA0, 201, 0, 1, 0, 0, 0, 4},
	} {
		t.Run(name, func(t *testing.T) {
			if _, rest, err := NextControl(in); err == nil || rest != nil {
				t.Error("it was read")
			}
		})
	}
}

func TestRoundTripsAreMeasuredByReports(t *testing.T) {
	sent := time.Date(2026, 11, 3, 4, 5, 6, 789_000_000, time.UTC)
	b := ReportBlock{LastSR: MiddleNTP(NTP(sent)), Delay: 65536 / 2}
	got := RoundTrip(sent.Add(580*time.Millisecond), b)
	if got < 79*time.Millisecond || got > 81*time.Millisecond {
		t.Errorf("got %v, want 80ms", got)
	}
	if RoundTrip(sent, ReportBlock{}) != 0 || RoundTrip(sent, b) != 0 {
		t.Error("a report that makes no sense gave a time")
	}
}

func TestTimesAreWrittenInTheirFixedPoint(t *testing.T) {
	// 2036-02-07T06:28:16Z is where NTP's seconds begin again.
	era := time.Date(2036, 2, 7, 6, 28, 16, 500_000_000, time.UTC)
	if got := NTP(era); got != 1<<31 {
		t.Errorf("NTP gives %x", got)
	}
	if got := AbsSendTime(era); got != [3]byte{0x02, 0, 0} {
		t.Errorf("AbsSendTime gives %x", got)
	}
}

func TestReadingAndWritingControlAllocatesNothing(t *testing.T) {
	data := AppendNACK(AppendReceiverReport(nil, 1, make([]ReportBlock, 3)), 1, 2, []uint16{1, 2, 3})
	dst, lost := make([]byte, 0, 1500), make([]uint16, 0, 32)
	if n := testing.AllocsPerRun(100, func() {
		dst, lost = dst[:0], lost[:0]
		for rest := data; len(rest) > 0; {
			var c Control
			var err error
			if c, rest, err = NextControl(rest); err != nil {
				t.Fatal(err)
			}
			for seq := range c.Lost {
				lost = append(lost, seq)
			}
			for i := range c.Blocks() {
				b := [...]ReportBlock{c.Block(i)}
				dst = AppendReceiverReport(dst, 1, b[:])
			}
		}
		dst = AppendNACK(dst, 1, 2, lost)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzControl(f *testing.F) {
	f.Add(AppendNACK(AppendReceiverReport(nil, 1, make([]ReportBlock, 2)), 1, 2, []uint16{1, 2, 30}))
	f.Add(AppendPLI(AppendCNAME(AppendSenderReport(nil, SenderReport{SSRC: 1}), 1, "noom"), 1, 2))
	f.Add(marshal(f, &rtcp.FullIntraRequest{SenderSSRC: 9, FIR: []rtcp.FIREntry{{SSRC: 10, SequenceNumber: 11}}}, &rtcp.Goodbye{Sources: []uint32{30}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for len(data) > 0 {
			c, rest, err := NextControl(data)
			if err != nil {
				return
			}
			if len(rest) >= len(data) {
				t.Fatal("no progress")
			}
			c.SenderReport()
			for i := range c.Blocks() {
				if b := c.Block(i); b.TotalLost < -1<<23 || b.TotalLost >= 1<<23 {
					t.Error("more than 24 bits lost")
				}
			}
			for range c.Lost {
			}
			for range c.Targets {
			}
			for range c.Leaving {
			}
			data = rest
		}
	})
}

func FuzzNACK(f *testing.F) {
	f.Add(uint16(65530), []byte{1, 0, 5, 16, 17, 200})
	f.Fuzz(func(t *testing.T, seq uint16, steps []byte) {
		var lost []uint16
		for _, step := range steps[:min(len(steps), 200)] {
			seq += uint16(step) + 1
			lost = append(lost, seq)
		}
		if len(lost) == 0 {
			return
		}
		c, _, err := NextControl(AppendNACK(nil, 1, 2, lost))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(lost, slices.Collect(c.Lost)); diff != "" {
			t.Error(diff)
		}
	})
}
