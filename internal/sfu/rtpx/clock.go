package rtpx

import "time"

// AudioLevel reads RFC 6464 §3: level is in −dBov, 0 loudest, 127 silence. ok is false when the element is absent.
func AudioLevel(element []byte) (level uint8, voice bool, ok bool) {
	if len(element) == 0 {
		return 127, false, false
	}
	return element[0] & 0x7F, element[0]&0x80 != 0, true
}

// AbsSendTime gives the three bytes of the abs-send-time extension: seconds in 6.18 fixed point.
func AbsSendTime(now time.Time) [3]byte {
	// The middle of an NTP timestamp: 6 bits of seconds, 18 of fraction.
	fixed := NTP(now) >> 14
	return [3]byte{byte(fixed >> 16), byte(fixed >> 8), byte(fixed)}
}

// ntpEpoch is how many seconds 1970 lies after 1900, where NTP begins (RFC 5905 §6).
const ntpEpoch = 2_208_988_800

// NTP gives a time as an NTP timestamp (RFC 3550 §4): seconds since 1900 in 32.32 fixed point.
func NTP(t time.Time) uint64 {
	seconds := uint64(t.Unix() + ntpEpoch)
	return seconds<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// MiddleNTP are the bits that LSR and DLSR count in (RFC 3550 §6.4.1): 16.16 seconds.
func MiddleNTP(ntp uint64) uint32 { return uint32(ntp >> 16) }

// RoundTrip is what a report block about our stream tells of the path (RFC 3550 §6.4.1). 0: the block names no report of
// ours, or its numbers make no sense.
func RoundTrip(now time.Time, b ReportBlock) time.Duration {
	if b.LastSR == 0 {
		return 0
	}
	fixed := int32(MiddleNTP(NTP(now)) - b.LastSR - b.Delay)
	if fixed <= 0 {
		return 0
	}
	return time.Duration(int64(fixed) * int64(time.Second) >> 16)
}
