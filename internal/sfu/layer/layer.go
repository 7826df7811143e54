// Package layer chooses which quality of a track a subscription gets, and passes from one to another at keyframes only.
// The router owns one Selector for each video slot.
package layer

// Max is the most layers a track has: q, h, f.
const Max = 3

// None is no layer.
const None = -1

// Layer is what is known of one quality of a track. Layers are listed from the smallest to the largest.
type Layer struct {
	Width, Height uint16 // pixels, 0 while unknown
	Live          bool   // packets are arriving
}

// A layer fills a tile when it has this share of the tile's pixels, in percent.
const (
	// enough: nobody sees moving pictures enlarged by a quarter in each direction (1/1.25²).
	enough = 64
	// surely: only then a smaller layer replaces a larger one, so that a tile at the edge of a size does not
	// change layers to and fro, each time at the price of a keyframe (1/1.1²).
	surely = 83
)

// Choose gives the best layer for a tile of this size in pixels: the smallest that fills it, of those that are live. A width
// and height of 0 ask for the smallest. current (or None) is kept unless another is clearly better. None when nothing is live.
func Choose(layers []Layer, width, height uint16, current int) int {
	best := smallest(layers, width, height, enough)
	if current < 0 || current >= len(layers) || !layers[current].Live || best >= current {
		return best
	}
	return min(smallest(layers, width, height, surely), current)
}

// smallest gives the smallest live layer with a share of the tile's pixels, else the largest live one.
func smallest(layers []Layer, width, height uint16, percent uint64) int {
	wanted := uint64(width) * uint64(height) * percent / 100
	best := None
	for i, l := range layers {
		if !l.Live {
			continue
		}
		best = i
		if l.pixels(i) >= wanted {
			break
		}
	}
	return best
}

// pixels gives the size of layer i. Until its first keyframe tells, it is what the page asks its camera for:
// 320×180 and twice that in each direction for each layer above.
func (l Layer) pixels(i int) uint64 {
	if l.Width == 0 || l.Height == 0 {
		return 320 * 180 << (2 * i)
	}
	return uint64(l.Width) * uint64(l.Height)
}
