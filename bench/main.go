// Command bench measures a running Noom from outside: CPU per forwarded packet, memory per viewer, delay and join time. The
// server has one core to itself and the bots another; each point is run several times, and medians are reported.
//
//	go run ./bench -noom bin/noom
//
// It needs Linux (taskset, /proc) and two cores. Figures of one machine compare with nothing but figures of the same machine.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// point is one situation to measure.
type point struct {
	Name     string
	Senders  int
	Viewers  int
	Kbps     int           // of each camera
	Audio    bool          // the bots speak
	Duration time.Duration // of the measurement, after the last join
}

// points are what bench/results tells of; 1.5 Mb/s is what a 720p camera sends.
var points = []point{
	{Name: "broadcast to 10", Senders: 1, Viewers: 10, Kbps: 1500, Audio: true, Duration: 10 * time.Second},
	{Name: "broadcast to 50", Senders: 1, Viewers: 50, Kbps: 1500, Audio: true, Duration: 10 * time.Second},
	{Name: "100 viewers", Senders: 1, Viewers: 100, Kbps: 300, Audio: true, Duration: 10 * time.Second},
	{Name: "meeting of 8", Senders: 8, Viewers: 0, Kbps: 300, Audio: true, Duration: 10 * time.Second},
}

func main() {
	noom := flag.String("noom", "bin/noom", "the program to measure")
	runs := flag.Int("runs", 3, "runs per point; medians are reported")
	only := flag.String("only", "", "measure only points whose name contains this")
	results := flag.String("results", "bench/results", "folder for the report")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *noom, *runs, *only, *results); err != nil {
		log.Fatalf("bench: %v", err)
	}
}

func run(ctx context.Context, noom string, runs int, only, folder string) error {
	if runtime.NumCPU() < 2 {
		return fmt.Errorf("two cores are needed, one for the server and one for the bots; this machine has %d", runtime.NumCPU())
	}
	var rows []row
	for _, p := range points {
		if !strings.Contains(p.Name, only) {
			continue
		}
		var all []figures
		for i := range runs {
			f, err := measure(ctx, noom, p)
			if err != nil {
				return fmt.Errorf("%s, run %d: %w", p.Name, i+1, err)
			}
			fmt.Fprintf(os.Stderr, "%s, run %d: %s\n", p.Name, i+1, f)
			all = append(all, f)
		}
		rows = append(rows, row{point: p, runs: all})
	}
	name := filepath.Join(folder, time.Now().Format("2006-01-02")+".md")
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(io.MultiWriter(file, os.Stdout), rows, runs); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "written to", name)
	return file.Close()
}

// report is what `noom load --json` says.
type report struct {
	Joins           int
	Failures        int
	PacketsReceived uint64
	LossPercent     float64
	JoinMillis      quantiles
	DelayMillis     quantiles
}

type quantiles struct{ P50, P99 float64 }

func parse(output []byte) (report, error) {
	var r report
	if err := json.Unmarshal(output, &r); err != nil {
		return report{}, fmt.Errorf("reading what noom load reported: %w", err)
	}
	return r, nil
}
