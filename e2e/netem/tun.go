//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// openTUN attaches to a TUN device, which is made unless it is there, in the network namespace of this path. The device then belongs
// to this process wherever it is. A read or write is one IP packet.
func openTUN(name, namespace string) (*os.File, error) {
	if namespace == "" {
		return attach(name)
	}
	type result struct {
		tun *os.File
		err error
	}
	done := make(chan result)
	go func() { // ends with the device open, or an error; a thread that could not go back ends with it
		tun, err := attachIn(name, namespace)
		done <- result{tun, err}
	}()
	r := <-done
	return r.tun, r.err
}

// attachIn attaches in another namespace. Which one a thread is in is its own matter.
func attachIn(name, namespace string) (*os.File, error) {
	runtime.LockOSThread()
	here, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, err
	}
	defer here.Close()
	there, err := os.Open(namespace)
	if err != nil {
		return nil, err
	}
	defer there.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("entering the network namespace %s: %w", namespace, err)
	}
	tun, err := attach(name)
	if back := unix.Setns(int(here.Fd()), unix.CLONE_NEWNET); back != nil {
		return tun, errors.Join(err, back) // still locked: the thread ends with its goroutine
	}
	runtime.UnlockOSThread()
	return tun, err
}

// attach opens the device in the namespace of this thread.
func attach(name string) (*os.File, error) {
	const clone = "/dev/net/tun"
	// The runtime may poll it only once it is attached: before, it is in error.
	fd, err := unix.Open(clone, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", clone, err)
	}
	request, err := unix.NewIfreq(name)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("attaching to the TUN device %s: %w", name, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}
