//go:build !race

package sfu

// raced: see race_test.go.
const raced = false
