//go:build linux

// Command profiled is Noom's server with a door for the profiler: SIGUSR1 starts a CPU profile, SIGUSR2 ends it and writes it to
// the file that the first argument names, and says on standard error how long inputs waited for the media loops meanwhile. With
// the null device as that file it says this alone. The rest of the command line is that of noom serve. It exists so that the
// program people run needs no such door.
package main

import (
	"context"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"syscall"

	"noom/internal/app"
	"noom/internal/config"
	"noom/internal/media"
)

// hertz samples a second of CPU time: at the default of 100, a server that needs 5 % of a core gives 5 samples a second.
const hertz = 1000

func main() {
	debug.SetGCPercent(50) // as cmd/noom does
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, os.Args[1], os.Args[2:]); err != nil {
		log.Fatalf("profiled: %v", err)
	}
}

func serve(ctx context.Context, to string, args []string) error {
	c, err := config.Load(args, os.Environ(), os.Stdout)
	if err != nil {
		return err
	}
	a, err := app.New(c, "profiled", slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go profile(a, to, signals) // ends with the process
	return a.Run(ctx)
}

func profile(a *app.App, to string, signals <-chan os.Signal) {
	var file *os.File
	var before media.Lags
	for s := range signals {
		if s == syscall.SIGUSR1 && file == nil {
			file = begin(to)
			before = a.MediaStats().Lags
		} else if s == syscall.SIGUSR2 && file != nil {
			pprof.StopCPUProfile()
			if err := file.Close(); err != nil {
				log.Fatalf("profiled: %v", err)
			}
			file = nil
			lags := a.MediaStats().Lags.Since(before)
			log.Printf("loop lag p50 %.3f ms, p99 %.3f ms", lags.Quantile(0.5).Seconds()*1000, lags.Quantile(0.99).Seconds()*1000)
		}
	}
}

func begin(to string) *os.File {
	file, err := os.Create(to)
	if err != nil {
		log.Fatalf("profiled: %v", err)
	}
	if to == os.DevNull {
		return file
	}
	runtime.SetCPUProfileRate(hertz) // StartCPUProfile then keeps this rate, and says so on standard error
	if err := pprof.StartCPUProfile(file); err != nil {
		log.Fatalf("profiled: %v", err)
	}
	return file
}
