package rtpx

import "testing"

func TestTheFirstBytesTellWhatADatagramIs(t *testing.T) {
	for _, c := range []struct {
		first, second byte
		want          Class
	}{
		{0, 1, STUN},
		{3, 0, STUN},
		{4, 0, Unknown},
		{19, 0, Unknown},
		{20, 0xFE, DTLS},
		{22, 0xFE, DTLS},
		{63, 0, DTLS},
		{64, 0, ChannelData},
		{79, 0, ChannelData},
		{80, 0, Unknown},
		{127, 0, Unknown},
		{128, 96, RTP},
		{0x90, 0x80 | 96, RTP},
		{191, 0, RTP},
		{128, 63, RTP},
		{128, 0x80 | 63, RTP},
		{0x80, 200, RTCP},
		{0x81, 201, RTCP},
		{0x8F, 205, RTCP},
		{0x81, 206, RTCP},
		{0x80, 192, RTCP},
		{0x80, 223, RTCP},
		{0x80, 191, RTP},
		{0x80, 224, RTP},
		{192, 0, Unknown},
		{255, 200, Unknown},
	} {
		if got := Classify([]byte{c.first, c.second}); got != c.want {
			t.Errorf("%d, %d is class %d, want %d", c.first, c.second, got, c.want)
		}
	}
	if Classify(nil) != Unknown || Classify([]byte{128}) != Unknown {
		t.Error("a datagram of less than two bytes has a class")
	}
}
