// Command noom is a video-meeting server: the page, the signalling and the media router in one program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"noom/internal/app"
	"noom/internal/config"
	"noom/internal/load"
)

// version is set by the linker: git describe.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

const usage = `Noom: video meetings on your own server

  noom [serve] [flags]   run the server (noom serve --help)
  noom load [flags]      send bots into a room and report (noom load --help)
  noom version           print the version
`

// run is the program without its process: it returns the exit status, 2 for a mistake in how it was called.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	command := "serve"
	if len(args) > 0 && slices.Contains([]string{"--help", "-help", "-h"}, args[0]) {
		fmt.Fprint(stdout, usage, "\n") // the help of serve follows
	}
	if len(args) > 0 && (!strings.HasPrefix(args[0], "-") || args[0] == "--version") {
		command, args = strings.TrimPrefix(args[0], "--"), args[1:]
	}
	switch command {
	case "serve":
		return serve(ctx, args, environ, stdout, stderr)
	case "load":
		err := load.Run(ctx, args, stdout, stderr)
		if errors.Is(err, load.ErrUsage) {
			complain(stderr, err)
			return 2
		}
		return status(stderr, err)
	case "version":
		fmt.Fprintf(stdout, "noom %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	case "help":
		fmt.Fprint(stdout, usage)
		return 0
	}
	fmt.Fprintf(stderr, "noom: unknown command %q\n\n%s", command, usage)
	return 2
}

// gcPercent trades garbage for memory. Media makes none, so next to nothing is collected in a meeting, while what joins
// leave behind stays until the heap has doubled: at 50, viewers take a sixth less and CPU stays the same.
const gcPercent = 50

func serve(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	if !slices.ContainsFunc(environ, func(e string) bool { return strings.HasPrefix(e, "GOGC=") }) {
		debug.SetGCPercent(gcPercent)
	}
	c, err := config.Load(args, environ, stdout)
	if errors.Is(err, config.ErrHelp) {
		return 0
	}
	if err != nil {
		complain(stderr, err)
		return 2
	}
	a, err := app.New(c, version, logger(stderr, c.LogLevel))
	if err != nil {
		complain(stderr, err)
		return 1
	}
	fmt.Fprintln(stdout, a.Greeting())
	return status(stderr, a.Run(ctx))
}

// status is the exit status of a command that ended with err, which it prints.
func status(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	complain(stderr, err)
	return 1
}

// complain prints an error for people, each of several on a line of its own.
func complain(stderr io.Writer, err error) {
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintln(stderr, "noom:", line)
	}
}

// logger writes lines for people to a terminal, and one JSON object per event to anything else.
func logger(stderr io.Writer, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if f, ok := stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return slog.New(slog.NewTextHandler(stderr, options))
		}
	}
	return slog.New(slog.NewJSONHandler(stderr, options))
}
