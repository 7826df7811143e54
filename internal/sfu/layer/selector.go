package layer

// Selector follows one subscription's layer. Start with NewSelector.
type Selector struct{ current, target int8 }

// NewSelector gives a selector that forwards nothing yet.
func NewSelector() Selector { return Selector{None, None} }

// Aim sets the layer wanted (None: nothing, at once). wait tells that a keyframe of it is needed; until it comes,
// the present layer is forwarded.
func (s *Selector) Aim(layer int) (wait bool) {
	s.target = int8(layer)
	if layer == None {
		s.current = None
	}
	return s.target != s.current
}

// Current is the layer being forwarded, or None.
func (s *Selector) Current() int { return int(s.current) }

// Target is the layer wanted, or None.
func (s *Selector) Target() int { return int(s.target) }

// Waiting tells whether a keyframe of the target is awaited.
func (s *Selector) Waiting() bool { return s.target != s.current }

// Offer tells whether a packet of layer is forwarded. switched: it is the first of its layer, the keyframe that the
// subscription passes over at; what the layer sent before it must not be forwarded (seqmap refuses it).
func (s *Selector) Offer(layer int, keyframe bool) (forward, switched bool) {
	if keyframe && layer == int(s.target) && s.target != s.current {
		s.current = s.target
		return true, true
	}
	return layer == int(s.current) && layer != None, false
}
