package simnet_test

import (
	"fmt"
	"testing"
	"time"

	"noom/internal/simnet"
)

// BenchmarkCall tells how much faster than real time a call runs, on one core.
func BenchmarkCall(b *testing.B) {
	for _, n := range []int{2, 3, 6, 12} {
		b.Run(fmt.Sprintf("of %d", n), func(b *testing.B) {
			call := simnet.NewCall(b, 1)
			gather(call, n)
			call.Run(5 * time.Second)
			before := call.Arrived
			for b.Loop() {
				call.Run(time.Second)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
			b.ReportMetric(float64(call.Arrived-before)/float64(b.N), "datagrams/s")
		})
	}
}
