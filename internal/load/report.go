package load

import (
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// tally is what all bots count together.
type tally struct {
	joins, failures atomic.Int64 // of sessions
	present         atomic.Int64 // bots in the room now

	sent, received, bytes       atomic.Uint64
	lost, duplicates, recovered atomic.Uint64
	keyframes                   atomic.Uint64 // asked of bots

	connect histogram // signalling start to media transport ready
	join    histogram // signalling start to first media packet
	delay   histogram // one-way, of video packets
}

// Report is what Run has found out. Times are milliseconds.
type Report struct {
	Senders  int     `json:"senders"`
	Viewers  int     `json:"viewers"`
	Seconds  float64 `json:"seconds"`
	Joins    int64   `json:"joins"`
	Failures int64   `json:"failures"`
	// FirstError is that of the first session that failed.
	FirstError string `json:"firstError,omitempty"`

	PacketsSent     uint64  `json:"packetsSent"`
	PacketsReceived uint64  `json:"packetsReceived"`
	BytesReceived   uint64  `json:"bytesReceived"`
	PacketsLost     uint64  `json:"packetsLost"` // for good, after retransmission
	LossPercent     float64 `json:"lossPercent"`
	Duplicates      uint64  `json:"duplicates"`
	Recovered       uint64  `json:"recovered"` // by retransmission
	KeyframesAsked  uint64  `json:"keyframesAsked"`

	ConnectMillis Spread `json:"connectMillis"` // signalling start to media transport ready (ICE and DTLS)
	JoinMillis    Spread `json:"joinMillis"`    // signalling start to first media packet; of bots that received any
	DelayMillis   Spread `json:"delayMillis"`   // one-way, sender's application to receiver's, of video packets
}

// Spread is a distribution's middle and tail.
type Spread struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
}

func spread(h *histogram) Spread {
	return Spread{Count: h.count(), P50: millis(h.quantile(0.5)), P99: millis(h.quantile(0.99))}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (g *group) report(took time.Duration) Report {
	t := &g.tally
	r := Report{
		Senders: g.o.senders, Viewers: g.o.viewers, Seconds: took.Seconds(),
		Joins: t.joins.Load(), Failures: t.failures.Load(),
		PacketsSent: t.sent.Load(), PacketsReceived: t.received.Load(), BytesReceived: t.bytes.Load(),
		PacketsLost: t.lost.Load(), Duplicates: t.duplicates.Load(), Recovered: t.recovered.Load(),
		KeyframesAsked: t.keyframes.Load(),
		ConnectMillis:  spread(&t.connect), JoinMillis: spread(&t.join), DelayMillis: spread(&t.delay),
	}
	if expected := r.PacketsReceived - r.Duplicates + r.PacketsLost; expected > 0 {
		r.LossPercent = 100 * float64(r.PacketsLost) / float64(expected)
	}
	if err := g.firstError.Load(); err != nil {
		r.FirstError = (*err).Error()
	}
	return r
}

// write prints the report for people, or as JSON.
func (r *Report) write(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	_, err := fmt.Fprintf(w, `bots       %d senders, %d viewers, %d joins, %d failed
packets    %d sent, %d received (%.0f/s), %.1f Mb/s
loss       %.3f %% (%d packets), %d recovered, %d duplicates
connect    p50 %.1f ms, p99 %.1f ms (signalling start to media transport ready, %d joins)
join       p50 %.1f ms, p99 %.1f ms (signalling start to first media packet, %d joins)
delay      p50 %.2f ms, p99 %.2f ms (one-way, video)
keyframes  %d asked for
`,
		r.Senders, r.Viewers, r.Joins, r.Failures,
		r.PacketsSent, r.PacketsReceived, float64(r.PacketsReceived)/r.Seconds, float64(r.BytesReceived)*8/1e6/r.Seconds,
		r.LossPercent, r.PacketsLost, r.Recovered, r.Duplicates,
		r.ConnectMillis.P50, r.ConnectMillis.P99, r.ConnectMillis.Count,
		r.JoinMillis.P50, r.JoinMillis.P99, r.JoinMillis.Count,
		r.DelayMillis.P50, r.DelayMillis.P99, r.KeyframesAsked)
	if err == nil && r.FirstError != "" {
		_, err = fmt.Fprintf(w, "error      %s\n", r.FirstError)
	}
	return err
}

// progress writes a line each second while the bots run.
func (g *group) progress(w io.Writer, since time.Time, last *uint64) {
	t := &g.tally
	received := t.received.Load()
	fmt.Fprintf(w, "%4.0f s  %d bots  %d packets/s  delay p50 %.2f p99 %.2f ms  %d failed\n",
		time.Since(since).Seconds(), t.present.Load(), received-*last,
		millis(t.delay.quantile(0.5)), millis(t.delay.quantile(0.99)), t.failures.Load())
	*last = received
}
