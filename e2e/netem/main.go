//go:build linux

// Command netem is a bad network between two network namespaces: it opens a TUN device in each and carries IPv4 packets from one
// to the other, late, out of order, twice or not at all, as it is told. e2e/netem.mjs starts it, with the server on the near side and
// a browser on the far side, and says over its standard input what the network does (see control.go).
//
// Kernels have such a thing (tc-netem), but not every kernel, and none that loses the same packets every time.
package main

import (
	"flag"
	"log"
	"os"
)

func main() {
	near := flag.String("near", "near0", "TUN device on the server's side")
	nearNet := flag.String("near-net", "", "network namespace of the server's side, as a path; empty: this one")
	far := flag.String("far", "far0", "TUN device on the other side, in this network namespace")
	flag.Parse()
	log.SetFlags(0)
	log.SetPrefix("netem: ")
	if err := run(*near, *nearNet, *far); err != nil {
		log.Fatal(err)
	}
}

// run returns when standard input ends, or a device does.
func run(near, nearNet, far string) error {
	nearTUN, err := openTUN(near, nearNet)
	if err != nil {
		return err
	}
	defer nearTUN.Close()
	farTUN, err := openTUN(far, "")
	if err != nil {
		return err
	}
	defer farTUN.Close()
	return newEmulator(nearTUN, farTUN).run(os.Stdin, os.Stdout)
}
