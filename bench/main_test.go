package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestRunsThatLostPacketsAreNotAveragedIn(t *testing.T) {
	r := row{Point: "p", Server: "noom", Runs: []figures{
		{MicrosPerPacket: 3},
		{MicrosPerPacket: 100, LossPercent: 2},
		{MicrosPerPacket: 5},
		{MicrosPerPacket: 4},
		{MicrosPerPacket: 100, Failures: 1},
		{MicrosPerPacket: 100, Silent: 1},
		{MicrosPerPacket: 100, Sealed: 1},
		{Problem: "it fell"},
	}}
	got, ok := r.median(micros)
	if !ok || got != 4 {
		t.Errorf("the median is %v (%v), want 4", got, ok)
	}
	var report strings.Builder
	if err := writeTable(&report, []row{r}, "today"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.String(), "| p | noom | 4.00 |") || !strings.Contains(report.String(), "| 3.00–5.00 | 3 of 8 |") {
		t.Errorf("the report reads:\n%s", report.String())
	}
}

func TestARowWithoutAValidRunHasNoFigures(t *testing.T) {
	r := row{Runs: []figures{{LossPercent: 50}}}
	if _, ok := r.median(micros); ok {
		t.Error("a figure was taken from an invalid run")
	}
}

func TestPointsMeasuredAnewReplaceTheOldOnes(t *testing.T) {
	before := []row{{Point: "meeting of 4", Server: "noom"}, {Point: "broadcast to 50", Server: "noom", Runs: []figures{{MicrosPerPacket: 9}}}}
	got := merge(before, []row{{Point: "broadcast to 50", Server: "noom", Runs: []figures{{MicrosPerPacket: 4}}}, {Point: "broadcast to 10", Server: "floor"}})
	if len(got) != 3 || got[0].Point != "broadcast to 10" || got[1].Runs[0].MicrosPerPacket != 4 || got[2].Point != "meeting of 4" {
		t.Errorf("merged to %+v", got)
	}
}

func TestTheCrowdsReportIsRead(t *testing.T) {
	f, err := parse([]byte(`{"Failures":1,"Rate":6723,"LossPercent":0.5,"Join99":28.1,"Delay50":0.4,"MicrosPerPacket":3.5}`))
	if err != nil || f.Rate != 6723 || f.Failures != 1 || f.Join99 != 28.1 || f.Delay50 != 0.4 || f.valid() {
		t.Errorf("read %+v, %v", f, err)
	}
	if _, err := parse([]byte("no JSON")); err == nil {
		t.Error("what is not JSON was read")
	}
}

// wellFormed fails the test unless the text is XML.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestThePlotIsAPicture(t *testing.T) {
	text := plot([]row{{Point: "broadcast to 50", Server: "noom", Runs: []figures{{MicrosPerPacket: 4}}}, {Point: "lost", Server: "janus", Runs: []figures{{Problem: "it fell"}}}})
	wellFormed(t, text)
	if !strings.Contains(text, "broadcast to 50") || strings.Contains(text, "lost") {
		t.Errorf("drawn: %s", text)
	}
}

func TestAFlameGraphIsDrawnFromStacks(t *testing.T) {
	root, err := readTraces(strings.NewReader(`File: noom
Type: cpu
-----------+-------
  30000us   inner (inline)
             noom/internal/x.(*A).outer
-----------+-------
   9000us   other[go.shape.[]int, uint8]
             noom/internal/x.(*A).outer
-----------+-------
   1000us   runtime.main
-----------+-------
`))
	if err != nil {
		t.Fatal(err)
	}
	if root.spent != 40*time.Millisecond || len(root.calls) != 2 || root.calls[0].spent != 39*time.Millisecond || len(root.calls[0].calls) != 2 || root.calls[0].calls[0].name != "inner" {
		t.Errorf("read %+v", root)
	}
	text := drawFlames(root, "a < b")
	wellFormed(t, text)
	if !strings.Contains(text, "outer: 97.5 %") || !strings.Contains(text, "inner: 75.0 %") {
		t.Errorf("drawn: %s", text)
	}
	if _, err := readTraces(strings.NewReader("-----------+---\n   main.main\n")); err == nil {
		t.Error("a stack without its time was read")
	}
}
