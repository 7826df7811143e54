//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used of CPU, and uses of memory.
type usage struct {
	cpu          time.Duration // of all threads that live, as the scheduler counts it
	user, system time.Duration // of the process, in ticks of 10 ms
	kb           float64       // resident
}

// ticks is the unit of CPU times in /proc (proc(5), USER_HZ): 100 a second on every Linux that Go runs on.
const tick = 10 * time.Millisecond

func usageOf(pid int) (u usage, err error) {
	root := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(root + "/stat")
	if err != nil {
		return u, err
	}
	// The name stands in parentheses and may hold anything; the times are fields 14 and 15 (proc(5)).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for i, d := range []*time.Duration{&u.user, &u.system} {
		n, err := strconv.ParseInt(fields[11+i], 10, 64)
		if err != nil {
			return u, err
		}
		*d = time.Duration(n) * tick
	}
	tasks, err := filepath.Glob(root + "/task/*/schedstat")
	if err != nil {
		return u, err
	}
	for _, name := range tasks {
		var n int64
		text, err := os.ReadFile(name)
		if err != nil { // the thread has ended
			continue
		}
		if _, err := fmt.Sscan(string(text), &n); err != nil {
			return u, err
		}
		u.cpu += time.Duration(n)
	}
	status, err := os.ReadFile(root + "/status")
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			u.kb, err = strconv.ParseFloat(strings.Fields(value)[0], 64)
			return u, err
		}
	}
	return u, fmt.Errorf("no VmRSS in %s/status", root)
}
