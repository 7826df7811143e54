package layer

import "testing"

// camera are the layers of a 720p camera: q, h, f.
var camera = []Layer{{320, 180, true}, {640, 360, true}, {1280, 720, true}}

// with gives the camera's layers with only these live.
func with(live ...int) []Layer {
	layers := append([]Layer(nil), camera...)
	for i := range layers {
		layers[i].Live = false
	}
	for _, i := range live {
		layers[i].Live = true
	}
	return layers
}

func TestTheSmallestLayerThatFillsTheTileIsChosen(t *testing.T) {
	unknown := []Layer{{Live: true}, {Live: true}, {Live: true}}
	portrait := []Layer{{180, 320, true}, {360, 640, true}, {720, 1280, true}}
	for name, c := range map[string]struct {
		layers        []Layer
		width, height uint16
		current, want int
	}{
		"no size asks for the smallest":              {camera, 0, 0, None, 0},
		"a thumbnail":                                {camera, 160, 90, None, 0},
		"a quarter larger than q":                    {camera, 400, 225, None, 0},
		"a little more":                              {camera, 402, 227, None, 1},
		"a tile":                                     {camera, 640, 360, None, 1},
		"the stage":                                  {camera, 1280, 720, None, 2},
		"larger than all":                            {camera, 3840, 2160, None, 2},
		"the largest tile there can be":              {camera, 65535, 65535, None, 2},
		"a portrait camera in a landscape tile":      {portrait, 640, 360, None, 1},
		"sizes are not known yet":                    {unknown, 640, 360, None, 1},
		"the best is not live: the next above":       {with(0, 2), 640, 360, None, 2},
		"nothing above is live: the largest below":   {with(0), 640, 360, None, 0},
		"only the largest is live":                   {with(2), 0, 0, None, 2},
		"nothing is live":                            {with(), 640, 360, 1, None},
		"a track without layers yet":                 {nil, 640, 360, None, None},
		"grows at once when the tile has outgrown":   {camera, 500, 281, 0, 1},
		"stays when a smaller one would just do":     {camera, 390, 219, 1, 1},
		"shrinks when a smaller one surely does":     {camera, 340, 191, 1, 0},
		"shrinks by two":                             {camera, 160, 90, 2, 0},
		"shrinks by one where two would be in doubt": {camera, 390, 219, 2, 1},
		"leaves a dead layer for a smaller one":      {with(0, 1), 1280, 720, 2, 1},
		"the present layer is no longer there":       {camera[:1], 640, 360, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Choose(c.layers, c.width, c.height, c.current); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestATileThatTremblesAtASizeKeepsItsLayer(t *testing.T) {
	current, changes := None, 0
	for n := range 100 {
		width := 380 + n%7*8
		next := Choose(camera, uint16(width), uint16(width*9/16), current)
		if next != current {
			current, changes = next, changes+1
		}
	}
	if changes > 2 {
		t.Errorf("%d changes", changes)
	}
}

func TestLayersChangeAtKeyframesOnly(t *testing.T) {
	s := NewSelector()
	offer := func(layer int, keyframe, forward, switched bool) {
		t.Helper()
		if f, sw := s.Offer(layer, keyframe); f != forward || sw != switched {
			t.Errorf("layer %d, keyframe %v: forwarded %v, switched %v", layer, keyframe, f, sw)
		}
	}
	offer(0, true, false, false) // nothing is wanted yet
	if !s.Aim(0) || !s.Waiting() {
		t.Error("no keyframe is needed to begin")
	}
	offer(0, false, false, false)
	offer(1, true, false, false)
	offer(0, true, true, true)
	offer(0, false, true, false)
	offer(0, true, true, false) // a later keyframe switches nothing
	if s.Aim(0) || s.Current() != 0 {
		t.Error("a keyframe is needed to stay")
	}

	if !s.Aim(2) || s.Target() != 2 || s.Current() != 0 {
		t.Error("the aim was not taken")
	}
	offer(2, false, false, false)
	offer(0, false, true, false) // the old layer goes on
	offer(2, true, true, true)
	offer(0, true, false, false)

	s.Aim(1)
	if s.Aim(2) {
		t.Error("a keyframe is needed to stay after all")
	}
	offer(1, true, false, false)
	offer(2, false, true, false)

	if s.Aim(None) || s.Current() != None {
		t.Error("nothing needs a keyframe")
	}
	offer(2, true, false, false)
	offer(None, true, false, false)
	s.Aim(2)
	offer(2, false, false, false) // back only at a keyframe
	offer(2, true, true, true)
}
