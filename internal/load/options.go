package load

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"time"
)

// options are what the command line says.
type options struct {
	url      string
	room     string
	name     string // bots are called this and their number
	senders  int
	viewers  int
	duration time.Duration
	interval time.Duration // between two joins
	stay     time.Duration // how long a bot stays before it leaves and comes anew; 0: to the end

	pictures  string // "clip" or "coded"
	size      string // "q", "h" or "f": of the clip where there is one stream
	simulcast bool
	bitrate   int // kb/s of video that each sender pads to; 0: the clip's own
	audio     bool
	video     bool
	tiles     int // cameras that each bot asks to see
	width     int // pixels of each tile
	height    int

	json bool
}

const usage = `Usage: noom load [flags]

Sends bots into a room of a running server and reports what they received.

`

// ErrUsage is what Run returns when the flags are wrong.
var ErrUsage = errors.New("wrong flags")

func parse(args []string, stdout io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("noom load", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.url, "url", "http://localhost:3000", "address of the server")
	f.StringVar(&o.room, "room", "load", "room to enter")
	f.StringVar(&o.name, "name", "Bot", "what the bots are called, before their number")
	f.IntVar(&o.senders, "senders", 1, "bots that publish and receive")
	f.IntVar(&o.viewers, "viewers", 0, "bots that only receive")
	f.DurationVar(&o.duration, "duration", 10*time.Second, "how long after the last join (0: until interrupted)")
	f.DurationVar(&o.interval, "interval", 20*time.Millisecond, "time between two joins")
	f.DurationVar(&o.stay, "stay", 0, "how long a bot stays before it leaves and comes anew (0: to the end)")
	f.StringVar(&o.pictures, "pictures", "clip", "what cameras show: clip (a moving test picture) or coded (the bot's number as bars)")
	f.StringVar(&o.size, "size", "h", "of the test picture without simulcast: q (320x180), h (640x360) or f (1280x720)")
	f.BoolVar(&o.simulcast, "simulcast", false, "send the test picture in three layers")
	f.IntVar(&o.bitrate, "bitrate", 0, "kb/s that each video stream is padded to (0: as the clip is, 120 to 430)")
	f.BoolVar(&o.audio, "audio", true, "publish a microphone")
	f.BoolVar(&o.video, "video", true, "publish a camera")
	f.IntVar(&o.tiles, "tiles", 10, "cameras that each bot asks to see, at most 50")
	f.IntVar(&o.width, "width", 640, "width in pixels at which they are asked for")
	f.IntVar(&o.height, "height", 360, "height in pixels")
	f.BoolVar(&o.json, "json", false, "report as JSON on standard output")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(stdout)
			fmt.Fprint(stdout, usage)
			f.PrintDefaults()
			return o, err
		}
		return o, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("%w: unexpected %q", ErrUsage, f.Arg(0))
	}
	return o, o.check()
}

func (o *options) check() error {
	u, err := url.Parse(o.url)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return fmt.Errorf("%w: --url %q is no http or https address", ErrUsage, o.url)
	case o.senders < 0 || o.viewers < 0 || o.senders+o.viewers == 0:
		return fmt.Errorf("%w: --senders and --viewers must make at least one bot", ErrUsage)
	case o.duration < 0 || o.interval < 0 || o.stay < 0:
		return fmt.Errorf("%w: --duration, --interval and --stay are not negative", ErrUsage)
	case o.pictures != "clip" && o.pictures != "coded":
		return fmt.Errorf("%w: --pictures %q is neither clip nor coded", ErrUsage, o.pictures)
	case o.pictures == "coded" && o.simulcast:
		return fmt.Errorf("%w: coded pictures have no layers, so not with --simulcast", ErrUsage)
	case o.size != "q" && o.size != "h" && o.size != "f":
		return fmt.Errorf("%w: --size %q is none of q, h, f", ErrUsage, o.size)
	case o.tiles < 0 || o.tiles > 50:
		return fmt.Errorf("%w: --tiles %d is not between 0 and 50", ErrUsage, o.tiles)
	case o.width < 0 || o.width > 7680 || o.height < 0 || o.height > 4320:
		return fmt.Errorf("%w: tiles of %d×%d pixels", ErrUsage, o.width, o.height)
	case o.bitrate < 0 || o.bitrate > 20_000:
		return fmt.Errorf("%w: --bitrate %d is not between 0 and 20000 kb/s", ErrUsage, o.bitrate)
	}
	return nil
}
