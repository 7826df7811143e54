//go:build linux

package main

import (
	"testing"
	"time"
)

func TestAPacketCountsOnceAndAGapIsMissed(t *testing.T) {
	s := &incoming{}
	for _, c := range []struct {
		sequence uint16
		fresh    bool
	}{{65534, true}, {65535, true}, {65535, false}, {1, true}, {2, true}, {1, false}} {
		if got := s.add(c.sequence); got != c.fresh {
			t.Errorf("%d is new: %v, want %v", c.sequence, got, c.fresh)
		}
	}
	if s.missing() != 1 || s.unique != 4 {
		t.Errorf("%d missing of %d, want 1 of 4", s.missing(), s.unique)
	}
}

func TestTheTimeOfDepartureIsReadBehindEveryHeader(t *testing.T) {
	payload := make([]byte, framePayload)
	depart(payload[descriptor+keyframeStart:])
	for _, header := range [][]byte{
		{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0},
		{0x91, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0xbe, 0xde, 0, 1, 0x10, 1, 0, 0},
	} {
		left, ok := departure(payloadOf(append(header, payload...)), vp8PT)
		if age := time.Since(left); !ok || age < 0 || age > time.Minute {
			t.Errorf("behind % x: %v, %v", header, age, ok)
		}
	}
	if _, ok := departure(payload[:20], vp8PT); ok {
		t.Error("a time was read beyond the packet")
	}
}

func TestAServersDescriptionIsRead(t *testing.T) {
	r, err := readRemote("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:efgh\r\n" +
		"a=candidate:1 1 TCP 1 192.0.2.1 9 typ host\r\na=candidate:1 1 udp 1 fe80::1 4 typ host\r\na=candidate:2 1 udp 1 192.0.2.7 3000 typ host\r\n" +
		"a=ssrc:7 cname:x\r\na=ssrc:7 msid:y\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=ssrc:8 cname:x\r\n")
	if err != nil || r.address.String() != "192.0.2.7:3000" || r.ufrag != "abcd" || r.pwd != "efgh" || len(r.ssrcs) != 2 || r.ssrcs[1] != 8 || len(r.media) != 2 {
		t.Errorf("read %+v, %v", r, err)
	}
	if _, err := readRemote("v=0\r\n"); err == nil {
		t.Error("a description without a candidate was read")
	}
}
