package metrics

import (
	"encoding/json"
	"net/http"
	"time"

	"noom/internal/media"
)

// peers tells the page of all peers, each time anew.
type peers struct{ media *media.Engine }

// peersAnswer is what the page reads.
type peersAnswer struct {
	At    int64        `json:"at"` // when, in milliseconds
	Peers []peerAnswer `json:"peers"`
}

// peerAnswer is a peer in numbers. Counts are since it came.
type peerAnswer struct {
	Peer     uint64  `json:"peer"`
	Room     uint32  `json:"room"`
	Worker   int     `json:"worker"`
	Estimate int     `json:"estimate"` // bit/s; 0 while it is not known
	Queue    float64 `json:"queue"`    // ms
	Loss     float64 `json:"loss"`     // 0–1
	RTT      float64 `json:"rtt"`      // ms; 0 while it is not known
	Sent     uint64  `json:"sent"`     // bytes
	Received uint64  `json:"received"`
	Slots    int     `json:"slots"`    // that carry something
	Pictures [3]int  `json:"pictures"` // among them, by layer
	Resting  int     `json:"resting"`  // pictures
}

func (p peers) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	answer := peersAnswer{At: time.Now().UnixMilli(), Peers: []peerAnswer{}}
	for _, s := range p.media.Peers() {
		answer.Peers = append(answer.Peers, peerAnswer{
			Peer: uint64(s.Peer), Room: uint32(s.Room), Worker: s.Worker, Estimate: s.Estimate, Queue: milliseconds(s.Queue), Loss: s.Loss,
			RTT: milliseconds(s.RTT), Sent: s.BytesSent, Received: s.BytesReceived, Slots: s.Carrying, Pictures: s.Pictures, Resting: s.Resting,
		})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
