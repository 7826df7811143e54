package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"noom/internal/sfu"
)

// routerFigures are what routers count that is no drop. What they receive the node counts already.
var routerFigures = []struct {
	desc *prometheus.Desc
	of   func(*sfu.Counters) uint64
}{
	{desc("forwarded_packets_total", "Packets of sound and pictures sent to receivers."), func(c *sfu.Counters) uint64 { return c.PacketsForwarded }},
	{desc("forwarded_bytes_total", "Bytes of them."), func(c *sfu.Counters) uint64 { return c.BytesForwarded }},
	{desc("retransmitted_packets_total", "Packets sent again to receivers that lost them."), func(c *sfu.Counters) uint64 { return c.Retransmitted }},
	{desc("restored_packets_total", "Packets of sound that were lost, and came as copies in later ones."), func(c *sfu.Counters) uint64 { return c.Restored }},
	{desc("probe_packets_total", "Packets of padding, sent to find out what a path carries."), func(c *sfu.Counters) uint64 { return c.Probes }},
	{desc("piped_packets_total", "Copies of packets handed from one media loop to another."), func(c *sfu.Counters) uint64 { return c.PacketsPiped }},
	{desc("checks_total", "Valid STUN checks."), func(c *sfu.Counters) uint64 { return c.Checks }},
	{desc("keyframes_asked_total", "Keyframes asked of senders."), func(c *sfu.Counters) uint64 { return c.KeyframesAsked }},
}

// drops are the routers' reasons not to pass something on; sfu.Counters explains them.
var drops = []struct {
	reason string
	of     func(*sfu.Counters) uint64
}{
	{"too_large", func(c *sfu.Counters) uint64 { return c.TooLarge }},
	{"unknown", func(c *sfu.Counters) uint64 { return c.Unknown }},
	{"strangers", func(c *sfu.Counters) uint64 { return c.Strangers }},
	{"bad_checks", func(c *sfu.Counters) uint64 { return c.BadChecks }},
	{"early", func(c *sfu.Counters) uint64 { return c.Early }},
	{"malformed", func(c *sfu.Counters) uint64 { return c.Malformed }},
	{"unauthentic", func(c *sfu.Counters) uint64 { return c.Unauthentic }},
	{"ssrc_flood", func(c *sfu.Counters) uint64 { return c.SSRCFlood }},
	{"unmapped", func(c *sfu.Counters) uint64 { return c.Unmapped }},
	{"unknown_format", func(c *sfu.Counters) uint64 { return c.UnknownFormat }},
	{"padding", func(c *sfu.Counters) uint64 { return c.Padding }},
	{"duplicates", func(c *sfu.Counters) uint64 { return c.Duplicates }},
	{"late", func(c *sfu.Counters) uint64 { return c.Late }},
	{"muted", func(c *sfu.Counters) uint64 { return c.Muted }},
	{"not_piped", func(c *sfu.Counters) uint64 { return c.NotPiped }},
	{"no_codec", func(c *sfu.Counters) uint64 { return c.NoCodec }},
	{"outdated", func(c *sfu.Counters) uint64 { return c.Outdated }},
	{"sealed_before", func(c *sfu.Counters) uint64 { return c.SealedBefore }},
	{"unwritable", func(c *sfu.Counters) uint64 { return c.Unwritable }},
	{"no_memory", func(c *sfu.Counters) uint64 { return c.NoMemory }},
	{"not_kept", func(c *sfu.Counters) uint64 { return c.NotKept }},
	{"repair_limited", func(c *sfu.Counters) uint64 { return c.RepairLimited }},
	{"repair_repeated", func(c *sfu.Counters) uint64 { return c.RepairRepeated }},
	{"too_old", func(c *sfu.Counters) uint64 { return c.TooOld }},
	{"abandoned", func(c *sfu.Counters) uint64 { return c.Abandoned }},
}
