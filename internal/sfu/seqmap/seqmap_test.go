package seqmap

import (
	"testing"

	"pgregory.net/rapid"
)

// forward expects an output number.
func forward(t *testing.T, m *Map, sequence, want uint16) {
	t.Helper()
	if got, ok := m.Forward(sequence); !ok || got != want {
		t.Errorf("packet %d got %d, %v; want %d", sequence, got, ok, want)
	}
}

// refuse expects none.
func refuse(t *testing.T, m *Map, sequence uint16) {
	t.Helper()
	if got, ok := m.Forward(sequence); ok {
		t.Errorf("packet %d got %d; want none", sequence, got)
	}
}

// lookup expects the packet that an output number was given to.
func lookup(t *testing.T, m *Map, output uint16, generation uint32, sequence uint16) {
	t.Helper()
	if g, s, ok := m.Lookup(output); !ok || g != generation || s != sequence {
		t.Errorf("output %d is packet %d of %d, %v; want %d of %d", output, s, g, ok, sequence, generation)
	}
}

func TestLossStaysALossAndLatePacketsFindTheirPlace(t *testing.T) {
	var m Map
	m.Start(999)
	m.Switch()
	forward(t, &m, 65534, 1000)
	forward(t, &m, 2, 1004) // 65535, 0 and 1 are missing
	forward(t, &m, 0, 1002)
	forward(t, &m, 3, 1005)
	forward(t, &m, 0, 1002) // again, the same
	lookup(t, &m, 1001, 1, 65535)
	lookup(t, &m, 1004, 1, 2)
	if m.Last() != 1005 {
		t.Errorf("last is %d", m.Last())
	}
}

func TestLookingAtAPacketsPlaceChangesNothing(t *testing.T) {
	var m Map
	if _, ok, ahead := m.Placed(5); ok || ahead {
		t.Error("a map without a source has a place")
	}
	m.Start(999)
	m.Switch()
	if _, ok, ahead := m.Placed(5); ok || ahead {
		t.Error("the first packet of a source has a place before it came")
	}
	forward(t, &m, 65534, 1000)
	forward(t, &m, 2, 1004)
	m.Drop(3)
	for _, tt := range []struct {
		sequence, output uint16
		ok, ahead        bool
	}{{65534, 1000, true, false}, {0, 1002, true, false}, {2, 1004, true, false}, {65533, 0, false, false}, {4, 0, false, true}, {900, 0, false, true}} {
		output, ok, ahead := m.Placed(tt.sequence)
		if ok != tt.ok || ahead != tt.ahead || ok && output != tt.output {
			t.Errorf("packet %d: %d, %v, ahead %v", tt.sequence, output, ok, ahead)
		}
	}
	if _, ok, ahead := m.Placed(3); ok || ahead {
		t.Error("a packet that was left out has a place")
	}
	forward(t, &m, 4, 1005)
}

func TestDroppedPacketsLeaveNoGap(t *testing.T) {
	var m Map
	m.Start(0)
	m.Switch()
	forward(t, &m, 10, 1)
	m.Drop(11)
	m.Drop(12)
	forward(t, &m, 13, 2)
	m.Drop(15) // 14 is missing and may still come
	forward(t, &m, 16, 4)
	forward(t, &m, 14, 3)
	refuse(t, &m, 12)
	refuse(t, &m, 15)
	m.Drop(13) // too late: it was sent
	forward(t, &m, 17, 5)
	for out, in := range map[uint16]uint16{1: 10, 2: 13, 3: 14, 4: 16, 5: 17} {
		lookup(t, &m, out, 1, in)
	}
}

func TestASwitchContinuesTheOutput(t *testing.T) {
	var m Map
	m.Start(65533)
	if m.Switch() != 1 {
		t.Error("the first generation is not 1")
	}
	m.Drop(3) // nothing forwarded yet: nothing to close
	forward(t, &m, 500, 65534)
	refuse(t, &m, 499)
	if m.Switch() != 2 {
		t.Error("the second generation is not 2")
	}
	forward(t, &m, 40000, 65535)
	refuse(t, &m, 39999) // before the keyframe
	forward(t, &m, 40002, 1)
	forward(t, &m, 40001, 0)
	lookup(t, &m, 65534, 1, 500)
	lookup(t, &m, 65535, 2, 40000)
	lookup(t, &m, 0, 2, 40001)
}

func TestNothingIsKnownBeforeOrBeyond(t *testing.T) {
	var m Map
	refuse(t, &m, 1)
	m.Drop(1)
	if _, _, ok := m.Lookup(0); ok {
		t.Error("an output was found in an empty map")
	}
	m.Start(7)
	m.Switch()
	forward(t, &m, 1, 8)
	for _, out := range []uint16{7, 9, 40000} {
		if _, _, ok := m.Lookup(out); ok {
			t.Errorf("output %d was never given", out)
		}
	}
}

func TestOldRunsAreForgottenNotMistaken(t *testing.T) {
	var m Map
	m.Start(0)
	m.Switch()
	for n := uint16(0); n < 4*remembered; n += 2 {
		m.Forward(n)
		m.Drop(n + 1)
	}
	if _, _, ok := m.Lookup(1); ok {
		t.Error("a forgotten output was found")
	}
	refuse(t, &m, 0)
	lookup(t, &m, m.Last(), 1, 4*remembered-2)
	lookup(t, &m, m.Last()-remembered/2, 1, 4*remembered-2-remembered)
}

// Whatever is forwarded, dropped, lost and switched, in order or not: outputs rise by one for what was not lost, are
// never given twice and lead back to their packet.
func TestTheMapHoldsForAnyTraffic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type origin struct {
			generation uint32
			sequence   uint16
		}
		var m Map
		m.Start(rapid.Uint16().Draw(t, "start"))
		given := map[uint16]origin{}
		generation, next := m.Switch(), rapid.Uint16().Draw(t, "first")
		var missing []uint16
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			before := m.Last()
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				generation, next, missing = m.Switch(), rapid.Uint16().Draw(t, "switch"), nil
				continue
			case 1:
				missing = append(missing, next)
				if m.waiting {
					missing = nil
				}
				next++
				continue
			case 2:
				m.Drop(next)
				next++
				continue
			case 3:
				if len(missing) == 0 {
					continue
				}
				late := missing[0]
				missing = missing[1:]
				if out, ok := m.Forward(late); ok {
					if _, twice := given[out]; twice {
						t.Fatalf("late packet %d got %d, given already", late, out)
					}
					given[out] = origin{generation, late}
				}
				continue
			}
			out, ok := m.Forward(next)
			if !ok || int16(out-before) < 1 || out != m.Last() {
				t.Fatalf("packet %d got %d, %v after %d", next, out, ok, before)
			}
			given[out] = origin{generation, next}
			next++
		}
		for out, want := range given {
			if g, s, ok := m.Lookup(out); ok && (g != want.generation || s != want.sequence) {
				t.Fatalf("output %d leads to %d of %d, want %v", out, s, g, want)
			} else if !ok && m.head < remembered {
				t.Fatalf("output %d is forgotten", out)
			}
		}
	})
}

func TestMappingAllocatesNothing(t *testing.T) {
	var m Map
	m.Start(0)
	m.Switch()
	n := uint16(0)
	if allocs := testing.AllocsPerRun(1000, func() {
		m.Forward(n)
		m.Drop(n + 1)
		m.Lookup(m.Last() - 3)
		n += 2
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkForward(b *testing.B) {
	var m Map
	m.Start(0)
	m.Switch()
	n := uint16(0)
	for b.Loop() {
		m.Forward(n)
		n++
	}
}
