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

// Choose gives the best layer for a tile of this size in pixels: the smallest that fills it, of those that are live. A width
// and height of 0 ask for the smallest. current (or None) is kept unless another is clearly better. None when nothing is live.
func Choose(layers []Layer, width, height uint16, current int) int { panic("not written") }

// Selector follows one subscription's layer. Start with NewSelector.
type Selector struct{}

// NewSelector gives a selector that forwards nothing yet.
func NewSelector() Selector { panic("not written") }

// Aim sets the layer wanted (None: nothing). wait tells that a keyframe of it is needed.
func (s *Selector) Aim(layer int) (wait bool) { panic("not written") }

// Current is the layer being forwarded, or None. Target is the one wanted.
func (s *Selector) Current() int { panic("not written") }

// Target is the layer wanted, or None.
func (s *Selector) Target() int { panic("not written") }

// Offer tells whether a packet of layer is forwarded. switched: it is the first of its layer, the keyframe that the
// subscription passes over at; what the layer sent before it must not be forwarded (seqmap refuses it).
func (s *Selector) Offer(layer int, keyframe bool) (forward, switched bool) { panic("not written") }
