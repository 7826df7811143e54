package rtpx

import "time"

// Header is what we write in front of a payload.
type Header struct {
	Marker      bool
	PayloadType uint8 // 0–127
	Sequence    uint16
	Timestamp   uint32
	SSRC        uint32
	CSRC        uint32 // 0: the packet names no contributing source
}

// Element is one header extension element to write (RFC 8285). Elements with ID 0 are left out, so that a peer
// which did not agree to an extension costs no branch at the caller.
type Element struct {
	ID   uint8
	Data []byte // at most 255 bytes
}

// AppendHeader appends the header with exactly these extension elements. The same elements give the same size,
// so packets of one frame stay equal for UDP GSO. One-byte elements are used where all fit (ids 1–14 with
// 1–16 bytes), else two-byte ones.
func AppendHeader(dst []byte, h Header, elements []Element) []byte { panic("not written") }

// AudioLevel reads RFC 6464 §3: level is in −dBov, 0 loudest, 127 silence. ok is false when the element is absent.
func AudioLevel(element []byte) (level uint8, voice bool, ok bool) { panic("not written") }

// AbsSendTime gives the three bytes of the abs-send-time extension: seconds in 6.18 fixed point.
func AbsSendTime(now time.Time) [3]byte { panic("not written") }

// NTP gives a time as an NTP timestamp (RFC 3550 §4): seconds since 1900 in 32.32 fixed point.
func NTP(t time.Time) uint64 { panic("not written") }

// MiddleNTP are the bits that LSR and DLSR count in (RFC 3550 §6.4.1): 16.16 seconds.
func MiddleNTP(ntp uint64) uint32 { return uint32(ntp >> 16) }

// RoundTrip is what a report block tells about the path (RFC 3550 §6.4.1): 0 when the block names no report.
func RoundTrip(now time.Time, b ReportBlock) time.Duration { panic("not written") }
