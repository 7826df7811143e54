// Package store keeps what has to outlive the process: the rooms' records and chat, and the server's secret. It embeds
// a NATS server with JetStream that listens on no port and writes under one data directory.
//
// A Store owns that directory (one process at a time), the embedded server and the one connection to it. Package
// rooms calls it from goroutines of its own, never from a room's loop: a write waits for the disk. What Append has
// acknowledged survives kill -9 and power loss, because every write is synchronous.
//
// All rooms' chat lies in the same streams, sealed message by message (see seal.go): what is edited or deleted loses its
// key, and can then not be read any more wherever its bytes still are. A stream for each room was measured against it, with
// 5 000 rooms of three messages each on two cores: 480 MB of heap against 9 MB, 15 000 goroutines against 5, 8.1 s to
// open again against 26 ms, and 7 ms more for a room's first message.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// openTimeout bounds the start of the embedded server. An empty directory takes 5 ms, 15 000 messages 30 ms;
	// a disk that needs longer than this is not fit to keep chat.
	openTimeout = 30 * time.Second
	// maxMemory bounds JetStream's memory streams, of which there are none: all state goes to files.
	maxMemory = 16 << 20
)

// Config says where to keep things.
type Config struct {
	Dir string           // made when it does not exist
	Log *slog.Logger     // slog.Default()
	Now func() time.Time // time.Now; how long files and uploads have been there, and since when the directory rests
	// Free tells how many bytes may still be written to Dir's disk; nil: what the system says.
	Free func() (uint64, error)
}

// Store is an open data directory.
type Store struct {
	lock   *os.File
	server *server.Server
	conn   *nats.Conn
	stream jetstream.JetStream
	rooms  jetstream.KeyValue
	secret []byte
	dir    string
	now    func() time.Time
	rested time.Duration

	messages, amendments, keys jetstream.Stream
	allotted                   allotments
	files                      *Files
}

// Open takes the data directory, starts the embedded server in it and waits until it can be written to. It fails when
// another process has the directory. The caller closes the Store.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Free == nil {
		c.Free = func() (uint64, error) { return freeSpace(c.Dir) }
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	rested := time.Duration(0)
	if before, err := os.Stat(lockPath(c.Dir)); err == nil {
		rested = max(0, c.Now().Sub(before.ModTime()))
	}
	lock, err := lockDir(c.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{lock: lock, dir: c.Dir, now: c.Now, rested: rested, allotted: allotments{pages: make(map[string]*allotment)}}
	if s.files, err = openFiles(c); err == nil {
		err = s.start(ctx, c)
	}
	if err == nil {
		err = s.migrate(ctx, c.Log)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the store in %s: %w", c.Dir, err), s.Close())
	}
	return s, nil
}

func (s *Store) start(ctx context.Context, c Config) error {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	var err error
	s.server, err = server.NewServer(&server.Options{
		ServerName:         "noom",
		DontListen:         true, // reached in process only
		NoSigs:             true, // signals are the application's
		JetStream:          true,
		StoreDir:           c.Dir,
		JetStreamMaxMemory: maxMemory,
		SyncAlways:         true, // an acknowledgement means: on the disk
		// JetStreamMaxStore stays 0: the server then takes at most three quarters of the free disk.
	})
	if err != nil {
		return fmt.Errorf("configuring the embedded server: %w", err)
	}
	s.server.SetLoggerV2(natsLog{c.Log}, false, false, false)
	s.server.Start() // returns once started; its goroutines end with Shutdown
	wait := openTimeout
	if deadline, ok := ctx.Deadline(); ok {
		wait = time.Until(deadline)
	}
	if !s.server.ReadyForConnections(wait) || !s.server.JetStreamEnabled() {
		return errors.New("the embedded server did not get ready; its log says why")
	}
	s.conn, err = nats.Connect("", nats.InProcessServer(s.server), nats.Name("noom"), nats.MaxReconnects(-1))
	if err != nil {
		return fmt.Errorf("connecting to the embedded server: %w", err)
	}
	if s.stream, err = jetstream.New(s.conn); err != nil {
		return fmt.Errorf("reaching JetStream: %w", err)
	}
	if s.rooms, err = s.stream.CreateOrUpdateKeyValue(ctx, roomBucket()); err != nil {
		return fmt.Errorf("making the bucket of rooms: %w", err)
	}
	if err := s.finishMoves(ctx); err != nil {
		return err
	}
	if err := s.readSecret(ctx); err != nil {
		return err
	}
	return s.openChat(ctx)
}

// openChat makes the streams of the chat and finishes what a process that was killed had begun to erase.
func (s *Store) openChat(ctx context.Context) error {
	for _, of := range []struct {
		stream *jetstream.Stream
		config jetstream.StreamConfig
	}{{&s.messages, messageStream()}, {&s.amendments, amendmentStream()}, {&s.keys, keyStream()}} {
		var err error
		if *of.stream, err = s.stream.CreateOrUpdateStream(ctx, of.config); err != nil {
			return fmt.Errorf("making the stream of %s: %w", of.config.Name, err)
		}
	}
	if err := s.burnLeft(ctx); err != nil {
		return err
	}
	return s.overwriteLeftKeys(ctx)
}

// Files are what people have sent, and are sending.
func (s *Store) Files() *Files { return s.files }

// Rested is how long nobody had the data directory before this Store, to within the time between two calls of Mark; 0
// when nobody ever had.
func (s *Store) Rested() time.Duration { return s.rested }

// Mark notes that the directory is still in use. What a later Rested says is the better for it, and nothing else.
func (s *Store) Mark() { _ = os.Chtimes(lockPath(s.dir), time.Time{}, s.now()) }

// Close ends the embedded server, waits until all is written and lets go of the directory. What is being appended
// meanwhile fails.
func (s *Store) Close() error {
	if s.conn != nil {
		s.conn.Close()
	}
	if s.server != nil {
		s.server.Shutdown()
		s.server.WaitForShutdown()
	}
	if s.files != nil {
		if err := s.files.close(); err != nil {
			return errors.Join(fmt.Errorf("letting go of the folders of files: %w", err), s.lock.Close())
		}
	}
	s.Mark()
	if err := s.lock.Close(); err != nil {
		return fmt.Errorf("letting go of the data directory: %w", err)
	}
	return nil
}

// lockPath is the file that says which process has the directory.
func lockPath(dir string) string { return filepath.Join(dir, "lock") }

// natsLog passes what the embedded server has to say on. Its notices are about itself, so they go to Debug.
type natsLog struct{ log *slog.Logger }

func (l natsLog) say(level slog.Level, format string, v ...any) {
	l.log.Log(context.Background(), level, "embedded store", "err", fmt.Sprintf(format, v...))
}

func (l natsLog) Noticef(format string, v ...any) { l.say(slog.LevelDebug, format, v...) }
func (l natsLog) Debugf(format string, v ...any)  { l.say(slog.LevelDebug, format, v...) }
func (l natsLog) Tracef(format string, v ...any)  { l.say(slog.LevelDebug, format, v...) }
func (l natsLog) Warnf(format string, v ...any)   { l.say(slog.LevelWarn, format, v...) }
func (l natsLog) Errorf(format string, v ...any)  { l.say(slog.LevelError, format, v...) }
func (l natsLog) Fatalf(format string, v ...any)  { l.say(slog.LevelError, format, v...) }
