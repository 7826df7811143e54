package load

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// Track kinds as in protocol/PROTOCOL.md: a track's number is seat*4 + kind.
const kindCamera = 1

// joinTimeout ends an attempt to join that gets nowhere.
const joinTimeout = 30 * time.Second

// participant is the part of the protocol's object that a bot needs.
type participant struct {
	ID     string
	Seat   uint32
	Tracks struct{ Camera string }
}

// camera is the number of the participant's camera.
func (p participant) camera() uint32 { return p.Seat<<2 | kindCamera }

// bot is one participant.
type bot struct {
	group  *group
	number int // from 1
	sends  bool

	signalling *signalling
	started    time.Time
	connected  sync.Once
	first      sync.Once
	you        participant
	others     map[string]participant
	view       []uint32 // cameras asked for last

	mu      sync.Mutex // pion brings tracks when it likes
	ended   bool
	running sync.WaitGroup
}

// stay joins the room and takes part until ctx ends, which is no error. The session outlives ctx by a goodbye.
func (b *bot) stay(ctx context.Context) error {
	session, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer b.wait()
	defer end(nil)
	b.started = time.Now()
	s, err := dial(ctx, b.group.o.url)
	if err != nil {
		return err
	}
	defer s.close()
	b.signalling = s
	b.spawn(func() { end(s.read(session)) }) // ends with the session
	c, err := b.join(ctx)
	if c != nil {
		defer c.pc.Close()
	}
	if err != nil {
		return fmt.Errorf("bot %d: %w", b.number, err)
	}
	b.group.tally.joins.Add(1)
	b.group.tally.present.Add(1)
	defer b.group.tally.present.Add(-1)
	media, stop := context.WithCancel(ctx)
	defer stop()
	b.send(media, c)
	b.follow(ctx, session)
	if session.Err() != nil {
		return fmt.Errorf("bot %d: %w", b.number, context.Cause(session))
	}
	b.leave(session)
	return nil
}

// spawn runs f on a goroutine that wait waits for. It does nothing once the bot has ended.
func (b *bot) spawn(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.running.Go(f)
	}
}

func (b *bot) wait() {
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
	b.running.Wait()
}

// join takes a seat and negotiates the media.
func (b *bot) join(ctx context.Context) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	name := fmt.Sprintf("%s %d", b.group.o.name, b.number)
	auth := map[string]any{"room": b.group.o.room, "name": name}
	if err := b.signalling.request(ctx, "connect", auth, nil); err != nil {
		return nil, err
	}
	c, err := b.group.connect(b.sends)
	if err != nil {
		return nil, err
	}
	c.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		b.spawn(func() { b.group.receive(t, b.firstPacket) }) // end with the peer connection
		b.spawn(func() { drain(r) })
	})
	c.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			b.connected.Do(func() { b.group.tally.connect.add(time.Since(b.started)) })
		}
	})
	if err := b.negotiate(ctx, c); err != nil {
		return c, err
	}
	var snapshot struct {
		You          participant
		Participants []participant
		Wait         string
	}
	if err := b.signalling.request(ctx, "join", struct{}{}, &snapshot); err != nil {
		return c, err
	}
	if snapshot.Wait != "" { // bots are guests, and nobody lets them in
		return c, fmt.Errorf("join: guests have to wait in this room (%s)", snapshot.Wait)
	}
	b.you, b.others = snapshot.You, make(map[string]participant)
	for _, p := range snapshot.Participants {
		b.others[p.ID] = p
	}
	return c, b.announce(ctx, c)
}

// negotiate sends the offer, before any candidate is known: an ICE-lite server needs none.
func (b *bot) negotiate(ctx context.Context, c *connection) error {
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := c.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	var answer struct{ SDP string }
	if err := b.signalling.request(ctx, "offer", map[string]string{"sdp": offer.SDP}, &answer); err != nil {
		return err
	}
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		return err
	}
	b.spawn(func() { hurry(c.pc) }) // ends once connected, closed, or after hurryCount times
	return nil
}

// announce tells the room what the bot shows and wants to see.
func (b *bot) announce(ctx context.Context, c *connection) error {
	tracks := map[string]bool{"microphone": c.microphone != nil, "camera": len(c.camera) > 0}
	for track, on := range tracks {
		if on {
			if err := b.signalling.request(ctx, "publish", map[string]string{"track": track, "state": "on"}, nil); err != nil {
				return err
			}
		}
	}
	return b.look(ctx)
}

// look asks for the cameras that are on, up to the number of tiles, if they are others than before.
func (b *bot) look(ctx context.Context) error {
	var want []uint32
	for _, p := range b.others {
		if p.Tracks.Camera == "on" {
			want = append(want, p.camera())
		}
	}
	slices.Sort(want)
	want = want[:min(len(want), b.group.o.tiles)]
	if slices.Equal(want, b.view) {
		return nil
	}
	b.view = want
	type tile struct {
		Track  uint32 `json:"track"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
	}
	tiles := []tile{}
	for _, t := range want {
		tiles = append(tiles, tile{t, b.group.o.width, b.group.o.height})
	}
	return b.signalling.request(ctx, "view", map[string]any{"tracks": tiles}, nil)
}

// follow keeps up with who is there until ctx or the session ends.
func (b *bot) follow(ctx, session context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-session.Done():
			return
		case e, ok := <-b.signalling.events:
			if !ok {
				<-session.Done() // read is about to say why
				return
			}
			if b.note(e) {
				// Not with ctx: a write that is given up half-way ends the connection. It fails only when the session ends.
				_ = b.look(session)
			}
		}
	}
}

// note takes in an event and reports whether the cameras may have changed.
func (b *bot) note(e event) bool {
	var data struct {
		ID          string
		Participant participant
	}
	switch e.name {
	case "joined", "updated":
		if json.Unmarshal(e.data, &data) != nil || data.Participant.ID == b.you.ID {
			return false
		}
		b.others[data.Participant.ID] = data.Participant
		return true
	case "left":
		if json.Unmarshal(e.data, &data) != nil {
			return false
		}
		delete(b.others, data.ID)
		return true
	}
	return false
}

// send starts what the bot publishes.
func (b *bot) send(ctx context.Context, c *connection) {
	g := b.group
	if s := c.microphone; s != nil && s.prepare() == nil {
		b.spawn(func() { s.speak(ctx, g.tone, b.number, &g.tally) })
		b.spawn(func() { s.hear(&g.tally) })
	}
	if len(c.camera) == 0 {
		return
	}
	for _, s := range c.camera {
		if s.prepare() != nil {
			return
		}
		b.spawn(func() { s.hear(&g.tally) })
	}
	times := newDepartures(g.clipsOf(b.number))
	g.board.put(b.you.camera(), times)
	b.spawn(func() {
		defer g.board.remove(b.you.camera())
		film(ctx, c.camera, times, &g.tally)
	})
}

func (b *bot) firstPacket() {
	b.first.Do(func() { b.group.tally.join.add(time.Since(b.started)) })
}

// leaveTimeout is how long a bot says goodbye; the server notices the closed socket anyway.
const leaveTimeout = time.Second

// leave gives the seat up at once.
func (b *bot) leave(session context.Context) {
	ctx, cancel := context.WithTimeout(session, leaveTimeout)
	defer cancel()
	_ = b.signalling.request(ctx, "leave", struct{}{}, nil)
}

// drain keeps the receiver's interceptors fed, until the peer connection ends.
func drain(r *webrtc.RTPReceiver) {
	buf := make([]byte, 1500)
	for {
		if _, _, err := r.Read(buf); err != nil {
			return
		}
	}
}
