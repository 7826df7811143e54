package sfu

import (
	"testing"
	"time"

	"github.com/pion/rtp"

	"noom/internal/sfu/rtpx"
)

func TestASenderThatGoesOnUnderAnotherSSRCIsFollowed(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	voice, layers := alice.microphone(20), alice.camera()
	bob.view(Wish{alice.track(Camera), 320, 180})
	c.run(2 * time.Second)
	for _, s := range []*testStream{voice, layers[0]} {
		s.ssrc += 0x1000
		s.sequence += 9999
		s.timestamp -= 77
		s.picture = 9
	}
	layers[0].key = true
	c.run(3 * time.Second)
	if sound, picture := len(bob.slot(0)), len(bob.slot(4)); sound < 245 || picture < 145 {
		t.Errorf("%d packets of sound and %d of the picture in 5 s", sound, picture)
	}
	continuous(t, bob.slot(0))
	continuous(t, bob.slot(4))
}

func TestASenderMayChangeItsCodecAtAKeyframe(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	s := alice.stream(Screen, "", 0x5001, 0x5002)
	s.next = time.Time{}
	c.publish(alice, Screen, On)
	bob.view(Wish{alice.track(Screen), 0, 0})
	send := func(pt uint8, payload []byte) {
		s.packet(pt, true, payload)
		s.timestamp += 3000
		s.picture++
		c.run(33 * time.Millisecond)
	}
	sps := []byte{0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0xbf, 0xe5}
	send(ptVP8, vp8Payload(true, true, s.picture, 0, 640, 360, 100))
	send(ptVP8, vp8Payload(true, false, s.picture, 1, 0, 0, 100))
	send(ptH264, []byte{0x41, 1, 2, 3}) // of no use before its keyframe
	send(ptH264, sps)
	send(ptH264, []byte{0x41, 1, 2, 3})
	send(ptVP8, vp8Payload(true, true, s.picture, 0, 640, 360, 100))
	var got []uint8
	for _, g := range bob.slot(7) {
		got = append(got, g.packet.PayloadType)
	}
	if want := []uint8{ptVP8, ptVP8, ptH264, ptH264, ptVP8}; string(got) != string(want) {
		t.Errorf("came in formats %v, want %v", got, want)
	}
	for i, g := range bob.slot(7) {
		if g.packet.Sequence != bob.slot(7)[0].packet.Sequence+uint16(i) {
			t.Errorf("packet %d breaks the sequence", i)
		}
	}
}

func TestPaddingAloneIsLeftOutWithoutAGap(t *testing.T) {
	c := newCall(t, 1)
	alice, bob := c.join("alice", 0), c.join("bob", 0)
	q := alice.camera()[0]
	bob.view(Wish{alice.track(Camera), 320, 180})
	for range 20 {
		c.run(100 * time.Millisecond)
		h := rtp.Header{Version: 2, Padding: true, PaddingSize: 200, PayloadType: ptVP8, SequenceNumber: q.sequence, Timestamp: q.timestamp, SSRC: q.ssrc}
		q.sequence++
		plain, err := (&rtp.Packet{Header: h}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		alice.sealed(plain)
	}
	if got := c.workers[0].Counters().Padding; got != 20 {
		t.Errorf("%d packets of padding were found", got)
	}
	if got := len(bob.slot(4)); got < 58 {
		t.Errorf("%d packets", got)
	}
	continuous(t, bob.slot(4))
}

// TestSoundAndPictureStayTogetherWhateverTheSendersClock holds our reports to what the sender's reports said, on our clock.
func TestSoundAndPictureStayTogetherWhateverTheSendersClock(t *testing.T) {
	const skew, late = -3 * time.Hour, 200 * time.Millisecond
	for workers := 1; workers <= 2; workers++ { // a pipe must not lose it
		c := newCall(t, workers)
		alice, bob := c.join("alice", 0), c.join("bob", workers-1)
		voice, q := alice.microphone(20), alice.camera()[0]
		bob.view(Wish{alice.track(Camera), 320, 180})
		for range 40 { // what is sent of the picture now was taken 200 ms ago
			c.run(100 * time.Millisecond)
			theirs := rtpx.NTP(c.now.Add(skew))
			alice.rtcp(rtpx.AppendSenderReport(nil, rtpx.SenderReport{
				SSRC: voice.ssrc, NTP: theirs, RTP: voice.timestamp - ticks(voice.next.Sub(c.now), audioRate),
			}))
			alice.rtcp(rtpx.AppendSenderReport(nil, rtpx.SenderReport{
				SSRC: q.ssrc, NTP: theirs, RTP: q.timestamp - ticks(q.next.Sub(c.now), videoRate) + ticks(late, videoRate),
			}))
		}
		// When was the newest packet of each slot taken, by the newest report?
		age := func(slot int, rate time.Duration) time.Duration {
			g := bob.slot(slot)[len(bob.slot(slot))-1]
			for i := len(bob.controls) - 1; i >= 0; i-- {
				if r := bob.controls[i].report; r.SSRC == g.packet.SSRC {
					taken := ntpTime(r.NTP).Add(time.Duration(int32(g.packet.Timestamp-r.RTP)) * time.Second / rate)
					return g.at.Sub(taken)
				}
			}
			t.Fatalf("slot %d has no report", slot)
			return 0
		}
		sound, picture := age(0, audioRate), age(4, videoRate)
		if sound < -5*time.Millisecond || sound > 5*time.Millisecond {
			t.Errorf("%d workers: the sound is said to be %v old", workers, sound)
		}
		if d := picture - sound - late; d < -5*time.Millisecond || d > 5*time.Millisecond {
			t.Errorf("%d workers: the picture is said to be %v older than the sound, it is %v", workers, picture-sound, late)
		}
	}
}
