// Package speaker finds who speaks in a meeting from the levels that packets carry (RFC 6464), and keeps the loudest three in
// stable places. It is pure: times are passed in. The router owns one Detector for each meeting.
package speaker

import "time"

// Places is how many voices are heard at once.
const Places = 3

// Detector weighs voices. ids are microphone track numbers, never 0.
type Detector struct{}

// New gives a detector of nobody.
func New() *Detector { panic("not written") }

// Level notes one packet's level in −dBov (0 loudest, 127 silence). It allocates only for a new id.
func (d *Detector) Level(now time.Time, id uint32, level uint8) { panic("not written") }

// Remove forgets a voice that left or was switched off; its place is free at once (Update reports it).
func (d *Detector) Remove(id uint32) { panic("not written") }

// Update weighs everybody again. Call it every 20–100 ms. changed tells what became different.
func (d *Detector) Update(now time.Time) (changed Changed) { panic("not written") }

// Changed says what Update changed.
type Changed struct{ Placed, Speaking bool }

// Placed tells whose voice is in which place; 0 is nobody. A voice keeps its place while it has one.
func (d *Detector) Placed() [Places]uint32 { panic("not written") }

// Speaking lists who speaks now, the loudest first; 0 where fewer do.
func (d *Detector) Speaking() [Places]uint32 { panic("not written") }
