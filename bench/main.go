// Command bench measures servers from outside, side by side: CPU per forwarded packet, memory, delay and join time of Noom and of
// the floor program, which does nothing but seal and send (bench/floor). The server has one core to itself and the crowd
// (bench/crowd) another; each point is run several times, the servers in turn, and medians are reported. A run that lost packets or receivers is marked, and never averaged in.
//
//	make bench ARGS="-runs 1 -only 'to 50$$'"
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
	"regexp"
	"runtime"
	"strings"
	"time"
)

// point is one situation to measure.
type point struct {
	Name     string
	Senders  int
	Viewers  int
	FPS      float64 // of each camera, five packets a frame; 30 make 1.5 Mb/s
	Idle     bool    // nobody sends
	Storm    bool    // all join within a second
	Churn    int     // so many come and go each second
	Overload bool    // viewers come until the server is full, and then more
	Ceiling  bool    // FPS is raised until packets are lost or late
	Share    float64 // of the FPS that the server carried at most
	Seconds  int
	Everyone bool // the floor program too
	Spread   bool // Noom on two workers too
}

// A room holds 500.
var points = []point{
	{Name: "broadcast to 10", Senders: 1, Viewers: 10, FPS: 30, Seconds: 6, Everyone: true},
	{Name: "broadcast to 50", Senders: 1, Viewers: 50, FPS: 30, Seconds: 6, Everyone: true, Spread: true},
	{Name: "broadcast to 100", Senders: 1, Viewers: 100, FPS: 30, Seconds: 5, Everyone: true},
	{Name: "broadcast to 200", Senders: 1, Viewers: 200, FPS: 30, Seconds: 5, Everyone: true, Spread: true},
	{Name: "broadcast to 499", Senders: 1, Viewers: 499, FPS: 30, Seconds: 5, Everyone: true},
	{Name: "meeting of 4", Senders: 4, FPS: 30, Seconds: 5},
	{Name: "meeting of 8", Senders: 8, FPS: 30, Seconds: 5},
	{Name: "meeting of 16", Senders: 16, FPS: 30, Seconds: 5, Spread: true},
	{Name: "meeting of 32", Senders: 32, FPS: 30, Seconds: 5},
	{Name: "ceiling at 200", Senders: 1, Viewers: 200, FPS: 30, Seconds: 3, Ceiling: true, Everyone: true},
	{Name: "four fifths of the ceiling", Senders: 1, Viewers: 200, FPS: 30, Seconds: 4, Share: 0.8},
	{Name: "storm of 200 joins", Senders: 1, Viewers: 200, FPS: 30, Seconds: 3, Storm: true},
	{Name: "100, and 10 a second come and go", Senders: 1, Viewers: 100, FPS: 30, Churn: 10, Seconds: 6},
	{Name: "overload", Senders: 1, Viewers: 499, FPS: 150, Overload: true}, // 800 packets/s each: full long before the room is
	{Name: "100 idle", Senders: 1, Viewers: 99, Idle: true, Seconds: 2},
	{Name: "1000 idle", Senders: 1, Viewers: 999, Idle: true, Seconds: 2},
}

func main() {
	var o options
	flag.StringVar(&o.noom, "noom", "bin/noom", "the program to measure")
	flag.StringVar(&o.tools, "tools", ".bin", "folder of the programs floor and crowd")
	flag.IntVar(&o.runs, "runs", 3, "runs per point; medians are reported")
	flag.StringVar(&o.only, "only", "", "measure only points whose name this regular expression matches: 'to (10|50)$'")
	flag.StringVar(&o.servers, "servers", "floor,noom,noom-2,janus-tuned,janus", "what to measure; what is not installed is left out")
	flag.StringVar(&o.cores, "cores", "0", "the server's cores, as taskset takes them; the crowd has core 1 in any case")
	flag.StringVar(&o.clients, "clients", "127.1", "first two numbers of the clients' IPv4 addresses")
	flag.StringVar(&o.host, "host", "127.0.0.1", "the server's address")
	flag.StringVar(&o.crowd, "crowd", "", "command that runs the crowd elsewhere, such as in another network namespace")
	flag.StringVar(&o.results, "results", "bench/results", "folder for the report and the plot")
	flag.StringVar(&o.name, "name", time.Now().Format("2006-01-02"), "name of the report")
	flag.BoolVar(&o.profile, "profile", false, "leave a CPU profile and a flame graph of each point as Noom carries it")
	flag.Parse()
	o.ceilings = make(map[string]float64)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, &o); err != nil {
		log.Fatalf("bench: %v", err)
	}
}

type options struct {
	noom, tools, only, servers, cores, host, clients, crowd, results, name string
	runs                                                                   int
	profile                                                                bool
	ceilings                                                               map[string]float64 // FPS, by server
}

func run(ctx context.Context, o *options) error {
	if runtime.NumCPU() < 2 {
		return fmt.Errorf("two cores are needed, one for the server and one for the crowd; this machine has %d", runtime.NumCPU())
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	kinds, err := choose(o)
	if err != nil {
		return err
	}
	var rows []row
	for _, p := range points {
		if !only.MatchString(p.Name) {
			continue
		}
		all := make(map[string][]figures)
		for i := range o.runs {
			for _, k := range kinds {
				if k.name == "floor" && !p.Everyone || k.name == "noom-2" && !p.Spread || k.target != "noom" && p.Overload {
					continue
				}
				f := k.measure(ctx, o, p)
				fmt.Fprintf(os.Stderr, "%s, run %d, %s: %s\n", p.Name, i+1, k.name, f)
				all[k.name] = append(all[k.name], f)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		for _, k := range kinds {
			if len(all[k.name]) > 0 {
				rows = append(rows, row{Point: p.Name, Server: k.name, Runs: all[k.name]})
			}
		}
	}
	if o.profile { // figures with a profiler in the server are none
		return nil
	}
	return o.write(rows)
}

// write leaves the table, the plot and every run's figures. A report of the name that is there already keeps the points that
// were not measured anew.
func (o *options) write(rows []row) error {
	base := filepath.Join(o.results, o.name)
	old, err := os.ReadFile(base + ".json")
	if err == nil {
		var before []row
		if err := json.Unmarshal(old, &before); err != nil {
			return fmt.Errorf("%s.json: %w", base, err)
		}
		rows = merge(before, rows)
	}
	text, err := json.MarshalIndent(rows, "", "\t")
	if err != nil {
		return err
	}
	var table strings.Builder
	if err := writeTable(io.MultiWriter(&table, os.Stdout), rows, o.name); err != nil {
		return err
	}
	for ending, content := range map[string]string{".json": string(text) + "\n", ".md": table.String(), ".svg": plot(rows)} {
		if err := os.WriteFile(base+ending, []byte(content), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "written to %s.md, .svg and .json\n", base)
	return nil
}
