// Package archtest checks the shape of the house: who may import whom, what the pure cores must not touch, how long a
// file may be, and that every package says what it is for. It has tests only; ARCHITECTURE.md draws what it checks.
package archtest
