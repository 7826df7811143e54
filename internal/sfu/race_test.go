//go:build race

package sfu

// raced: the race detector drops what sync.Pool keeps, so allocations and memory tell nothing.
const raced = true
