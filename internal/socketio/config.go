package socketio

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"
)

// Config is what a Server may be told. The zero value of a field means the default that stands beside it.
type Config struct {
	// Origins says whether a page of another origin than the server's own may connect; nil: none may. It is not asked
	// about requests without an Origin, which are not a page's.
	Origins func(r *http.Request) bool
	Log     *slog.Logger // slog.Default()

	PingInterval   time.Duration // 15 s. With PingTimeout: a client that vanished is noticed within 25 s
	PingTimeout    time.Duration // 10 s
	ConnectTimeout time.Duration // 10 s from opening a connection to the first accepted namespace
	PollTimeout    time.Duration // 20 s between two polls, and for reading the answer to one
	WriteTimeout   time.Duration // 10 s for one WebSocket frame to leave
	BodyTimeout    time.Duration // 15 s for the body of a POST: 320 KiB at 175 kb/s
	UpgradeTimeout time.Duration // 10 s from WebSocket's opening to the end of the upgrade

	MaxPayload     int      // 320 KiB: one POST, one WebSocket message, or one event with all its attachments. An SDP of 256 KiB fits
	MaxEvent       int      // 64 KiB: one event with its attachments, unless named in LargeEvents
	LargeEvents    []string // {"offer"}: events that may reach MaxPayload
	MaxQueue       int      // 3 MiB waiting for one client
	MaxConnections int      // 20 000

	EventRate    float64 // 200 messages a second in the long run
	EventBurst   int     // 6 000 messages at once: a client's buffer of 5 000 and some
	RefusalBurst int     // 500 refusals before the connection ends; 10 a second come back
}

// maxAttachments bounds the binary parts of one event (CVE-2026-33151).
const maxAttachments = 10

// refusalRate is how many refusals a second are forgiven in the long run.
const refusalRate = 10

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.LargeEvents == nil {
		c.LargeEvents = []string{"offer"}
	}
	c.PingInterval = cmp.Or(c.PingInterval, 15*time.Second)
	c.PingTimeout = cmp.Or(c.PingTimeout, 10*time.Second)
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, 10*time.Second)
	c.PollTimeout = cmp.Or(c.PollTimeout, 20*time.Second)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, 10*time.Second)
	c.BodyTimeout = cmp.Or(c.BodyTimeout, 15*time.Second)
	c.UpgradeTimeout = cmp.Or(c.UpgradeTimeout, 10*time.Second)
	c.MaxPayload = cmp.Or(c.MaxPayload, 320<<10)
	c.MaxEvent = cmp.Or(c.MaxEvent, 64<<10)
	c.MaxQueue = cmp.Or(c.MaxQueue, 3<<20)
	c.MaxConnections = cmp.Or(c.MaxConnections, 20_000)
	c.EventRate = cmp.Or(c.EventRate, 200)
	c.EventBurst = cmp.Or(c.EventBurst, 6_000)
	c.RefusalBurst = cmp.Or(c.RefusalBurst, 500)
	return c
}
