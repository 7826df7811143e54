// Package allot divides what may be sent to one receiver among the pictures that it wants to see. It is one pure function; the
// router calls it for each receiver whose path is estimated, with what its voices leave over.
package allot

import "noom/internal/sfu/layer"

// Want is one picture that a receiver wants to see.
type Want struct {
	Rates  [layer.Max]int // of its layers on the wire, in bit/s; 0: it does not come
	Best   int            // the largest layer that is of use to the tile, or layer.None
	Now    int            // the layer that is sent at present, or layer.None
	Screen bool           // a shared screen: it comes before faces
}

// Caution is how much room there must be for what is not sent yet, in percent.
type Caution struct {
	First int // for the smallest layer of a picture that rests
	More  int // for a larger one of a picture that is seen
}

// Divide gives the layer of each want, or layer.None where there is not enough for even its smallest. Shared screens come first,
// then what stands first; the smallest layer of everything before the second of anything. The rates of all together
// never exceed the budget in bit/s. What is not sent yet is only let in where so many percent of all that would be sent then fit, so
// that what fits barely is not tried again and again. to has room for all wants.
func Divide(budget int, caution Caution, wants []Want, to []int) {
	spent, short := 0, false
	inOrder(wants, func(i int) {
		w := &wants[i]
		to[i] = w.Next(layer.None)
		if to[i] == layer.None {
			return
		}
		if !w.fits(to[i], spent, budget, caution.First) {
			// What would not fit alone either need not hold up the others.
			short = short || w.fits(to[i], 0, budget, caution.First)
			to[i] = layer.None
			return
		}
		spent += w.Rates[to[i]]
	})
	for step := 1; step < layer.Max && !short; step++ {
		inOrder(wants, func(i int) {
			w := &wants[i]
			if to[i] == layer.None {
				return
			}
			next := w.Next(to[i])
			if without := spent - w.Rates[to[i]]; next != layer.None && w.fits(next, without, budget, caution.More) {
				to[i], spent = next, without+w.Rates[next]
			}
		})
	}
}

// Whole is what all wants together would take, in bit/s, if there were room.
func Whole(wants []Want) (rate int) {
	for i := range wants {
		w := &wants[i]
		best := layer.None
		for l := w.Next(layer.None); l != layer.None; l = w.Next(l) {
			best = l
		}
		if best != layer.None {
			rate += w.Rates[best]
		}
	}
	return rate
}

// inOrder calls f for each want, shared screens first.
func inOrder(wants []Want, f func(i int)) {
	for _, screens := range [...]bool{true, false} {
		for i := range wants {
			if wants[i].Screen == screens {
				f(i)
			}
		}
	}
}

// Next is the next layer that comes and is of use above another, or layer.None.
func (w *Want) Next(l int) int {
	for l++; l <= w.Best && l < layer.Max; l++ {
		if w.Rates[l] > 0 {
			return l
		}
	}
	return layer.None
}

// fits tells whether a layer finds room beside what is spent.
func (w *Want) fits(l, spent, budget, caution int) bool {
	need := spent + w.Rates[l]
	if l > w.Now {
		need = need * caution / 100
	}
	return need <= budget
}
