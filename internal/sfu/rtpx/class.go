package rtpx

// Class is what a datagram on the shared port carries, told by its first bytes.
type Class uint8

// The classes of RFC 7983 §7; RTP and RTCP are told apart as RFC 5761 §4 says.
const (
	Unknown Class = iota
	STUN
	DTLS
	ChannelData // TURN (RFC 8656 §12.4)
	RTP
	RTCP
)

// Classify tells what the datagram carries. It reads at most two bytes and promises nothing about the rest.
func Classify(datagram []byte) Class {
	if len(datagram) < 2 {
		return Unknown
	}
	switch first := datagram[0]; {
	case first <= 3:
		return STUN
	case first >= 20 && first <= 63:
		return DTLS
	case first >= 64 && first <= 79:
		return ChannelData
	case first >= 128 && first <= 191:
		// RTCP packet types 192–223 are RTP's marker with payload types 64–95, which nobody may use (RFC 5761 §4).
		if datagram[1] >= 192 && datagram[1] <= 223 {
			return RTCP
		}
		return RTP
	}
	return Unknown
}
