package main

import (
	"strings"
	"testing"
)

func TestRunsThatLostPacketsAreNotAveragedIn(t *testing.T) {
	r := row{point: point{Name: "p"}, runs: []figures{
		{MicrosPerPacket: 3}, {MicrosPerPacket: 100, Loss: 2}, {MicrosPerPacket: 5}, {MicrosPerPacket: 4}, {MicrosPerPacket: 100, Failures: 1},
	}}
	got, ok := r.median(func(f figures) float64 { return f.MicrosPerPacket })
	if !ok || got != 4 {
		t.Errorf("the median is %v (%v), want 4", got, ok)
	}
	var report strings.Builder
	if err := write(&report, []row{r}, 5); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.String(), "| p | 4.00 |") || !strings.Contains(report.String(), "3 of 5") {
		t.Errorf("the report reads:\n%s", report.String())
	}
}

func TestARowWithoutAValidRunHasNoFigures(t *testing.T) {
	r := row{runs: []figures{{Loss: 50}}}
	if _, ok := r.median(func(f figures) float64 { return f.Loss }); ok {
		t.Error("a figure was taken from an invalid run")
	}
}

func TestTheReportOfNoomLoadIsRead(t *testing.T) {
	r, err := parse([]byte(`{"joins":11,"failures":1,"packetsReceived":6723,"lossPercent":0.5,"joinMillis":{"count":10,"p50":26.6,"p99":28.1},"delayMillis":{"p50":0.4,"p99":2}}`))
	if err != nil || r.PacketsReceived != 6723 || r.Failures != 1 || r.JoinMillis.P99 != 28.1 || r.DelayMillis.P50 != 0.4 {
		t.Errorf("read %+v, %v", r, err)
	}
	if _, err := parse([]byte("no JSON")); err == nil {
		t.Error("what is not JSON was read")
	}
}
