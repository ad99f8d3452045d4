package graphtest

import (
	"math"
	"slices"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// Reference checks that a Program computes the outputs, all of one graph without updates, as the
// TapeMachine does: the same shapes and, NaN being equal to NaN, the same bits. It returns their
// values.
func Reference(t T, step uint64, feed graph.Feed, outputs ...*graph.Node) [][]float64 {
	t.Helper()
	return ReferenceWithin(t, 0, step, feed, outputs...)
}

// ReferenceWithin is Reference with a tolerance relative to the largest element of an output.
func ReferenceWithin(t T, tolerance float64, step uint64, feed graph.Feed, outputs ...*graph.Node) [][]float64 {
	t.Helper()
	g := outputs[0].Graph()
	want, err := g.Reference(step, feed, outputs...)
	require.NoError(t, err)
	prog, err := g.Compile(outputs...)
	require.NoError(t, err)
	got, err := prog.Run(step, feed)
	require.NoError(t, err)
	values := make([][]float64, len(outputs))
	for i, a := range got {
		sameShape(t, want[i].Shape(), a.Shape(), outputs[i].String())
		values[i] = a.Float64s()
		near(t, want[i].Float64s(), values[i], tolerance, outputs[i])
	}
	return values
}

func near(t T, want, got []float64, tolerance float64, n *graph.Node) {
	t.Helper()
	scale := 0.0
	for _, v := range want {
		if !math.IsInf(v, 0) {
			scale = max(scale, math.Abs(v))
		}
	}
	for j, w := range want {
		v := got[j]
		same := v == w || v != v && w != w || math.Abs(v-w) <= tolerance*scale
		if !same {
			require.Failf(t, "program differs from reference", "%v, element %d: the reference has %v, the program %v", n, j, w, v)
		}
	}
}

func sameShape(t T, want, got []int, what string) {
	t.Helper()
	require.True(t, slices.Equal(want, got), "shape of %s: want %v, got %v", what, want, got)
}

// Eval returns f of the operands, computed in the given precision.
func Eval(t T, p graph.Precision, f Func, args ...Arg) []float64 {
	t.Helper()
	prog, err := New(p, f, args...).compile()
	require.NoError(t, err)
	out, err := prog.Run(0, nil)
	require.NoError(t, err)
	return out[0].Float64s()
}

func (b *Bench) compile() (*graph.Program, error) { return b.Graph.Compile(b.Y) }

// Finite checks, in both precisions, that f and its gradient with respect to each operand are finite.
func Finite(t T, f Func, args ...Arg) {
	t.Helper()
	for _, p := range []graph.Precision{graph.Float32, graph.Float64} {
		b := New(p, f, args...)
		outputs := append([]*graph.Node{b.Y}, graph.Grad(b.Y.Sum(), trainable(b.Graph)...)...)
		prog, err := b.Graph.Compile(outputs...)
		require.NoError(t, err)
		out, err := prog.Run(0, nil)
		require.NoError(t, err)
		for i, a := range out {
			for j, v := range a.Float64s() {
				if v-v != 0 {
					require.Failf(t, "not finite", "%v: element %d of %v is %v", p, j, outputs[i], v)
				}
			}
		}
	}
}
