// Package twcc writes transport-wide congestion control feedback for one sender
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). The router owns one Recorder for each peer that sends.
package twcc

import "time"

// Interval is how often feedback is due, at most: often enough for the browser's controller to react within a few round
// trips, rare enough to cost under 1 % of a stream.
const Interval = 100 * time.Millisecond

// Recorder notes when each transport-wide sequence number arrived. The zero Recorder is ready.
type Recorder struct{}

// Record notes an arrival. Every authentic packet that carries the extension is recorded, padding and duplicates too.
func (r *Recorder) Record(sequence uint16, arrived time.Time) { panic("not written") }

// Pending tells whether something arrived since the last feedback.
func (r *Recorder) Pending() bool { panic("not written") }

// AppendFeedback appends one feedback packet from sender about media to dst. It is at most 1 200 bytes long: call it while
// Pending. It appends nothing when nothing is pending.
func (r *Recorder) AppendFeedback(dst []byte, sender, media uint32) []byte { panic("not written") }
