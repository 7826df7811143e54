package sfu

import (
	"fmt"
	"testing"
	"time"

	"github.com/pion/srtp/v3"
)

// TestNumbersGoRoundUnderOldAndNewKeys: whoever opens with new keys has seen no round of the sequence numbers yet.
func TestNumbersGoRoundUnderOldAndNewKeys(t *testing.T) {
	for _, profile := range []srtp.ProtectionProfile{srtp.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAes128CmHmacSha1_80} {
		t.Run(fmt.Sprintf("profile %#x", uint16(profile)), func(t *testing.T) {
			c := newCall(t, 1)
			c.profile = profile
			alice, bob := c.join("alice", 0), c.join("bob", 0)
			sound := alice.microphone(20)
			c.run(time.Second)
			for range 5 { // two rounds and a half
				sound.sequence += 30000
				c.run(time.Second)
			}
			before := len(bob.slot(0))
			if before < 290 {
				t.Fatalf("bob opened %d packets, want 300", before)
			}
			bob.key()
			if err := bob.router().SetKeys(c.now, bob.id, bob.keys); err != nil {
				t.Fatal(err)
			}
			c.run(time.Second)
			if got := len(bob.slot(0)) - before; got < 45 {
				t.Errorf("bob opened %d packets under the new keys, want 50", got)
			}
		})
	}
}
