package store

import "testing"

// kill -9 leaves the page cache alone, so no test here can see a write that never reached the disk. This one holds
// the option that makes it reach.
func TestWritesAreSynchronous(t *testing.T) {
	s, err := Open(t.Context(), Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !s.server.JetStreamConfig().SyncAlways {
		t.Fatal("an acknowledged message might not be on the disk")
	}
}
