package rtpx

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
)

func TestAPacketWrittenByAnotherStackIsReadTheSame(t *testing.T) {
	for name, profile := range map[string]uint16{"one-byte": 0xBEDE, "two-byte": 0x1000} {
		t.Run(name, func(t *testing.T) {
			in := rtp.Packet{
				Header: rtp.Header{
					Version: 2, Marker: true, PayloadType: 96, SequenceNumber: 65535, Timestamp: 4_000_000_000, SSRC: 0xCAFEBABE,
					CSRC: []uint32{7, 0xFFFFFFFF}, Extension: true, ExtensionProfile: profile, Padding: true, PaddingSize: 5,
				},
				Payload: []byte("payload"),
			}
			for id, value := range map[uint8]string{1: "mid", 4: "\x00\x01", 14: "0123456789abcdef"} {
				if err := in.Header.SetExtension(id, []byte(value)); err != nil {
					t.Fatal(err)
				}
			}
			data, err := in.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			var p Packet
			if err := p.Parse(data); err != nil {
				t.Fatal(err)
			}
			if !p.Marker || p.PayloadType != 96 || p.Sequence != 65535 || p.Timestamp != 4_000_000_000 || p.SSRC != 0xCAFEBABE {
				t.Errorf("the fixed header was read as %+v", p)
			}
			if p.CSRCs() != 2 || p.CSRC(0) != 7 || p.CSRC(1) != 0xFFFFFFFF {
				t.Errorf("%d CSRCs", p.CSRCs())
			}
			if string(p.Payload) != "payload" || p.Padding != 5 {
				t.Errorf("payload %q and %d bytes of padding", p.Payload, p.Padding)
			}
			for id, want := range map[uint8]string{1: "mid", 4: "\x00\x01", 14: "0123456789abcdef"} {
				if got := p.Extension(id); string(got) != want {
					t.Errorf("extension %d is %q, want %q", id, got, want)
				}
			}
			if p.Extension(2) != nil || p.Extension(0) != nil || p.Extension(15) != nil {
				t.Error("an absent extension was found")
			}
			if ssrc, seq, ok := PeekSSRC(data); ssrc != p.SSRC || seq != p.Sequence || !ok {
				t.Error("PeekSSRC differs from Parse")
			}
		})
	}
}

func TestMalformedPacketsAreRefused(t *testing.T) {
	fixed := []byte{0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}
	with := func(first byte, more ...byte) []byte {
		out := append(bytes.Clone(fixed), more...)
		out[0] = first
		return out
	}
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"nothing":                           {nil, ErrShort},
		"eleven bytes":                      {fixed[:11], ErrShort},
		"version 1":                         {with(0x40), ErrVersion},
		"two CSRCs, bytes for one":          {with(0x82, 1, 2, 3, 4), ErrShort},
		"an extension without its header":   {with(0x90, 0xBE, 0xDE, 0), ErrShort},
		"an extension longer than it all":   {with(0x90, 0xBE, 0xDE, 0, 2, 1, 2, 3, 4), ErrShort},
		"padding without a byte of it":      {with(0xA0), ErrPadding},
		"padding of length 0":               {with(0xA0, 1, 2, 0), ErrPadding},
		"padding longer than the payload":   {with(0xA0, 1, 2, 4), ErrPadding},
		"padding that reaches an extension": {with(0xB0, 0xBE, 0xDE, 0, 0, 2), ErrPadding},
	} {
		t.Run(name, func(t *testing.T) {
			if err := new(Packet).Parse(c.in); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestAPacketOfPaddingAloneHasAnEmptyPayload(t *testing.T) {
	var p Packet
	if err := p.Parse(append([]byte{0xA0, 97, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, append(make([]byte, 254), 255)...)); err != nil {
		t.Fatal(err)
	}
	if p.Payload == nil || len(p.Payload) != 0 || p.Padding != 255 {
		t.Errorf("payload %v, padding %d", p.Payload, p.Padding)
	}
}

func TestABrokenExtensionBlockHidesOnlyWhatFollowsTheBreak(t *testing.T) {
	head := []byte{0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}
	for name, c := range map[string]struct {
		block []byte
		want  map[uint8][]byte
	}{
		"one-byte, the second too long": {[]byte{0xBE, 0xDE, 0, 1, 0x10, 'a', 0x2F, 'b'}, map[uint8][]byte{1: {'a'}, 2: nil}},
		"one-byte, id 15 ends the walk": {[]byte{0xBE, 0xDE, 0, 1, 0xF0, 'a', 0x20, 'b'}, map[uint8][]byte{15: nil, 2: nil}},
		"one-byte, padding between":     {[]byte{0xBE, 0xDE, 0, 1, 0, 0, 0x20, 'b'}, map[uint8][]byte{2: {'b'}}},
		"two-byte, an empty element":    {[]byte{0x10, 0, 0, 1, 3, 0, 0, 0}, map[uint8][]byte{3: {}, 4: nil}},
		"two-byte, the length is cut":   {[]byte{0x10, 0, 0, 1, 0, 0, 0, 9}, map[uint8][]byte{9: nil}},
		"two-byte, application bits":    {[]byte{0x10, 0x0F, 0, 1, 200, 1, 'x', 0}, map[uint8][]byte{200: {'x'}}},
		"another profile":               {[]byte{0xAB, 0xCD, 0, 1, 0x10, 'a', 0, 0}, map[uint8][]byte{1: nil}},
	} {
		t.Run(name, func(t *testing.T) {
			var p Packet
			if err := p.Parse(append(bytes.Clone(head), c.block...)); err != nil {
				t.Fatal(err)
			}
			for id, want := range c.want {
				if diff := cmp.Diff(want, p.Extension(id)); diff != "" {
					t.Errorf("extension %d: %s", id, diff)
				}
			}
		})
	}
}

func TestHeadersWeWriteAreReadByAnotherStack(t *testing.T) {
	for name, c := range map[string]struct {
		elements []Element
		profile  uint16
	}{
		"no extensions": {nil, 0},
		"one-byte":      {[]Element{{3, []byte{1, 2}}, {0, []byte("left out")}, {10, []byte{0x85}}}, 0xBEDE},
		"a long one":    {[]Element{{3, []byte{1, 2}}, {12, bytes.Repeat([]byte{7}, 90)}}, 0x1000},
		"a high id":     {[]Element{{15, []byte{1}}}, 0x1000},
		"an empty one":  {[]Element{{2, []byte{}}}, 0x1000},
	} {
		t.Run(name, func(t *testing.T) {
			h := Header{Marker: true, PayloadType: 111, Sequence: 9, Timestamp: 10, SSRC: 11, CSRC: 12}
			data := append(AppendHeader([]byte("before"), h, c.elements), "payload"...)
			var got rtp.Packet
			if err := got.Unmarshal(data[len("before"):]); err != nil {
				t.Fatal(err)
			}
			if !got.Marker || got.PayloadType != 111 || got.SequenceNumber != 9 || got.Timestamp != 10 || got.SSRC != 11 {
				t.Errorf("read as %+v", got.Header)
			}
			if diff := cmp.Diff([]uint32{12}, got.CSRC); diff != "" {
				t.Error(diff)
			}
			if got.ExtensionProfile != c.profile || string(got.Payload) != "payload" {
				t.Errorf("profile %x, payload %q", got.ExtensionProfile, got.Payload)
			}
			for _, e := range c.elements {
				if e.ID != 0 && !bytes.Equal(got.GetExtension(e.ID), e.Data) {
					t.Errorf("extension %d is %v", e.ID, got.GetExtension(e.ID))
				}
			}
		})
	}
}

func TestWithoutACSRCTheHeaderNamesNone(t *testing.T) {
	var p Packet
	if err := p.Parse(AppendHeader(nil, Header{PayloadType: 96}, nil)); err != nil || p.CSRCs() != 0 {
		t.Errorf("%v, %d CSRCs", err, p.CSRCs())
	}
}

func TestReadingAndWritingPacketsAllocatesNothing(t *testing.T) {
	var twcc [2]byte
	level := []byte{5}
	data := append(AppendHeader(nil, Header{PayloadType: 96, CSRC: 4}, []Element{{3, twcc[:]}, {10, level}}), make([]byte, 1000)...)
	dst := make([]byte, 0, 1500)
	var p Packet
	if n := testing.AllocsPerRun(100, func() {
		if p.Parse(data) != nil || p.Extension(10) == nil {
			t.Fatal("not parsed")
		}
		elements := [...]Element{{3, twcc[:]}, {10, p.Extension(10)}}
		dst = AppendHeader(dst[:0], Header{PayloadType: 96, CSRC: p.CSRC(0)}, elements[:])
		dst = append(dst, p.Payload...)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(AppendHeader(nil, Header{PayloadType: 96, CSRC: 4}, []Element{{3, []byte{1, 2}}, {10, []byte{1}}}))
	f.Add(AppendHeader(nil, Header{PayloadType: 96}, []Element{{200, []byte{1, 2}}, {10, nil}}))
	f.Add(append([]byte{0xA0, 97, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, append(make([]byte, 254), 255)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p Packet
		Classify(data)
		_, _, peeked := PeekSSRC(data)
		if p.Parse(data) != nil {
			return
		}
		if !peeked {
			t.Error("parsed, but not peeked")
		}
		for i := range p.CSRCs() {
			p.CSRC(i)
		}
		var elements []Element
		for id := range 256 {
			if e := p.Extension(uint8(id)); e != nil {
				elements = append(elements, Element{uint8(id), e})
			}
		}
		// What we write of it must read back the same.
		h := Header{p.Marker, p.PayloadType, p.Sequence, p.Timestamp, p.SSRC, 5}
		var q Packet
		if err := q.Parse(append(AppendHeader(nil, h, elements), p.Payload...)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(p.Payload, q.Payload) || q.CSRC(0) != 5 || p.SSRC != q.SSRC {
			t.Error("the packet changed on its way")
		}
		for _, e := range elements {
			if !bytes.Equal(q.Extension(e.ID), e.Data) {
				t.Errorf("extension %d changed from %x to %x", e.ID, e.Data, q.Extension(e.ID))
			}
		}
	})
}
