// Command dev is `make dev`: it runs Noom and restarts it when a Go file changes, beside Vite, which puts a change of the
// page onto the open page at once. Its arguments go to noom serve.
package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// poll is how often the sources are looked at. A look takes about 2 ms; nobody notices a third of a second.
	poll = 300 * time.Millisecond
	// patience is how long the old server may take to end before it is killed. Noom ends in 2 s.
	patience = 3 * time.Second
	program  = ".bin/noom-dev"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var children sync.WaitGroup
	children.Go(func() { // ends with ctx
		// Not by npm, which does not pass on being asked to end.
		page := command(ctx, "node", filepath.Join("node_modules", "vite", "bin", "vite.js"))
		page.Dir = "ui"
		if err := page.Run(); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "dev: Vite ended:", err)
			stop()
		}
	})
	children.Go(func() { serve(ctx, os.Args[1:]) }) // ends with ctx
	fmt.Println("dev: open http://localhost:5173: it shows every change at once")
	children.Wait()
}

// serve builds and runs the server again and again, each time the sources have changed.
func serve(ctx context.Context, args []string) {
	for ctx.Err() == nil {
		built := newest()
		if err := command(ctx, "go", "build", "-o", program, "./cmd/noom").Run(); err != nil {
			fmt.Fprintln(os.Stderr, "dev: waiting for a change that builds")
			waitForChange(ctx, built)
			continue
		}
		life, end := context.WithCancel(ctx)
		ended := make(chan struct{})
		server := command(life, program, append([]string{"serve"}, args...)...)
		go func() { // ends with life
			defer close(ended)
			if err := server.Run(); err != nil && life.Err() == nil {
				fmt.Fprintln(os.Stderr, "dev: the server ended:", err)
			}
		}()
		waitForChange(ctx, built)
		end()
		<-ended
	}
}

// command is a child that shares our terminal and is asked to end, not killed, when ctx does.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = patience
	return c
}

func waitForChange(ctx context.Context, since time.Time) {
	for newest() == since {
		select {
		case <-ctx.Done():
			return
		case <-time.After(poll):
		}
	}
}

// newest is when the server's sources changed last. A file that vanishes changes its folder's time.
func newest() time.Time {
	var last time.Time
	for _, root := range []string{"go.mod", "cmd", "internal", "protocol", "ui/embed.go"} {
		_ = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil // it has just vanished, or an editor keeps it to itself
			}
			if entry.IsDir() && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if !entry.IsDir() && (!strings.HasSuffix(name, ".go") && root != "go.mod" || strings.HasSuffix(name, "_test.go")) {
				return nil
			}
			if info, err := entry.Info(); err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
			return nil
		})
	}
	return last
}
