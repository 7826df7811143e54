package archtest

// module is the path our own imports begin with.
const module = "noom/"

// diagram says which of our own packages a package may import. A package that is not here may not exist: a new room in
// the house needs a line here and an ADR. Keys and values are paths below the module; "x/…" is everything below x, and
// stands for x's line where x has parts without lines of their own.
var diagram = map[string][]string{
	"cmd/noom":     {"internal/app", "internal/config", "internal/load"},
	"internal/app": {"internal/config", "internal/httpd", "internal/socketio", "internal/signal", "internal/rooms", "internal/meeting", "internal/sdp", "internal/media", "internal/sfu", "internal/store", "internal/loop", "ui"},

	"internal/config":   {},
	"internal/httpd":    {"internal/signal", "internal/socketio", "ui"},
	"internal/socketio": {},
	"internal/signal":   {"internal/socketio", "internal/rooms", "internal/meeting", "internal/sdp", "internal/sfu", "internal/loop"},
	"internal/rooms":    {"internal/meeting", "internal/sdp", "internal/media", "internal/sfu", "internal/store", "internal/loop"},
	"internal/meeting":  {},
	"internal/sdp":      {"internal/sfu", "internal/sfu/…"},
	"internal/media":    {"internal/sfu", "internal/loop"},
	"internal/sfu":      {"internal/sfu/…"},
	"internal/sfu/…":    {"internal/sfu/…"},
	"internal/store":    {"internal/meeting"},
	"internal/loop":     {},

	// Tests and load: they may look at the cores, and nothing of the server may look at them.
	"internal/simnet":   {"internal/simnet/…", "internal/sfu", "internal/sfu/…", "internal/meeting", "internal/sdp"},
	"internal/simnet/…": {},
	"internal/load":     {"internal/simnet", "internal/sfu/…"},
	"internal/load/…":   {"internal/load/…", "internal/simnet", "internal/sfu/…"},
	"internal/archtest": {},
	"protocol":          {},
	"ui":                {},
	"bench/…":           {"internal/…", "ui"},
	"e2e/…":             {"internal/simnet/…"},
}

// testsMayImport are packages for tests, which any test file may import beside what its package may. External test
// packages (package x_test) stand outside and may import anything.
var testsMayImport = []string{"internal/simnet", "internal/loop", "protocol"}

// only says which packages may import a dependency. Everybody else reaches what it does through them. Test files are
// free: they bring independent clients.
var only = map[string][]string{
	"github.com/nats-io/":        {"internal/store"},
	"github.com/pion/dtls/":      {"internal/media", "internal/load", "bench/…"},
	"github.com/pion/turn/":      {"internal/media"},
	"github.com/pion/webrtc/":    {"internal/load", "internal/load/…", "bench/…"},
	"github.com/pion/ice/":       {"internal/load"},
	"github.com/coder/websocket": {"internal/socketio", "internal/signal", "internal/load", "internal/load/…", "bench/…"},
	"github.com/goccy/go-yaml":   {"internal/config"},
	"github.com/google/go-cmp":   {},
	"pgregory.net/rapid":         {},
	"testing":                    {"internal/simnet"},
	"net/http/pprof":             {},
	"expvar":                     {},
	"unsafe":                     {"internal/media", "bench/…"},
	"golang.org/x/image/":        {"internal/store"},
	"golang.org/x/sys/":          {"internal/media", "internal/store", "bench/…", "e2e/…"},
}

// cores are pure: input and a time go in, output comes out.
var cores = []string{"internal/sfu", "internal/sfu/…", "internal/meeting", "internal/sdp"}

// impure packages bring a clock, chance, the network or concurrency, which a core's host keeps for it.
var impure = []string{
	"context", "crypto/rand", "log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/signal",
	"sync", "sync/atomic", "syscall", "golang.org/x/net/", "golang.org/x/sys/", "golang.org/x/sync/",
}

// impureCalls are the functions of package time that read or wait for the real clock.
var impureCalls = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

// maxLines is how long a Go file that is not a test may be. 100 to 300 read best; beyond this nobody reads on.
const maxLines = 400

// refusedNames say nothing about what is inside.
var refusedNames = []string{"util", "utils", "common", "types", "helpers", "helper", "misc", "shared", "base", "lib"}
