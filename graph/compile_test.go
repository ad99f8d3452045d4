package graph_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// listing returns the instructions that a program prints, with values numbered in order of appearance
// and without shapes and places: "v0 = Exp x".
func listing(t *testing.T, outputs ...*graph.Node) []string {
	t.Helper()
	var prog *graph.Program
	var err error
	graph.WithoutFusion(func() { prog, err = outputs[0].Graph().Compile(outputs...) })
	require.NoError(t, err)
	names := map[string]string{}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(prog.String()), "\n")[1:] {
		line = regexp.MustCompile(`\bv\d+\b`).ReplaceAllStringFunc(line, func(v string) string {
			if names[v] == "" {
				names[v] = string(rune('a' + len(names)))
			}
			return names[v]
		})
		lines = append(lines, strings.SplitN(line, "  ", 2)[0])
	}
	return lines
}

func TestPasses(t *testing.T) {
	type nodes = []*graph.Node
	for _, c := range []struct {
		name  string
		build func(g *graph.Graph, x, y *graph.Node) nodes // x is [2 3], y [3]
		want  []string
	}{
		{"prune", func(_ *graph.Graph, x, y *graph.Node) nodes {
			x.MatMul(y).Sum()
			return nodes{x.Exp()}
		}, []string{"a = Exp x", "output 0: a"}},
		{"prune the gradient that nobody asked for", func(_ *graph.Graph, x, y *graph.Node) nodes {
			w := x.Exp().StopGradient()
			return nodes{graph.Grad(x.Mul(w).Sum(), x, w, y)[0]}
		}, []string{"a = Exp x", "output 0: a"}},
		{"fold", func(g *graph.Graph, x, _ *graph.Node) nodes {
			return nodes{x.Mul(g.Const(2).Exp().Log().AddScalar(3))}
		}, []string{"a = Mul x, 5", "output 0: a"}},
		{"fold arrays", func(g *graph.Graph, x, _ *graph.Node) nodes {
			return nodes{x.Add(g.ConstArray([]float64{1, 2, 3}, 3).Square().Broadcast(2, 3))}
		}, []string{"a = Add x, const[3]", "output 0: a"}},
		{"do not fold into large arrays", func(g *graph.Graph, _, _ *graph.Node) nodes {
			return nodes{g.Const(2).Broadcast(100, 100).Transpose().Sum(0)}
		}, []string{"a = Broadcast[100 100] 2", "b = Transpose[1 0] a", "c = Sum[0:1] b", "output 0: c"}},
		{"do not fold noise", func(g *graph.Graph, _, _ *graph.Node) nodes {
			return nodes{g.Normal().Exp()}
		}, []string{"a = Normal#0", "b = Exp a", "output 0: b"}},
		{"merge", func(_ *graph.Graph, x, y *graph.Node) nodes {
			return nodes{x.Add(y).Exp().Mul(x.Add(y).Exp())}
		}, []string{"a = Add x, y", "b = Exp a", "c = Mul b, b", "output 0: c"}},
		{"merge what becomes equal", func(_ *graph.Graph, x, y *graph.Node) nodes {
			return nodes{x.Reshape(6).Exp().Reshape(2, 3).Scale(1), x.Reshape(3, 2).Reshape(6).Exp().Reshape(2, 3)}
		}, []string{"a = Exp b", "output 0: a", "output 1: a"}},
		{"merge neither draws nor what is done with them", func(g *graph.Graph, _, _ *graph.Node) nodes {
			return nodes{g.Normal(2).Exp(), g.Normal(2).Exp()}
		}, []string{"a = Normal#0", "b = Exp a", "c = Normal#1", "d = Exp c", "output 0: b", "output 1: d"}},
		{"neutral elements", func(_ *graph.Graph, x, _ *graph.Node) nodes {
			return nodes{x.Exp().AddScalar(0).Scale(1).Div(x.Graph().Const(1)).Sub(x.Graph().Const(0))}
		}, []string{"a = Exp x", "output 0: a"}},
		{"a neutral element that broadcasts is kept", func(g *graph.Graph, _, y *graph.Node) nodes {
			return nodes{y.Exp().Add(g.ConstArray(make([]float64, 6), 2, 3))}
		}, []string{"a = Exp y", "b = Add a, const[2 3]", "output 0: b"}},
		{"double negation", func(_ *graph.Graph, x, _ *graph.Node) nodes {
			return nodes{x.Exp().Neg().Neg()}
		}, []string{"a = Exp x", "output 0: a"}},
		{"rows that repeat are multiplied once", func(_ *graph.Graph, x, _ *graph.Node) nodes {
			return nodes{x.Broadcast(5, 2, 3).MatMul(x.Exp().Transpose())}
		}, []string{"a = Exp x", "b = Transpose[1 0] a", "c = MatMul(A·B) x, b", "d = Broadcast[5 2 2] c", "output 0: d"}},
		{"rows that repeat each by itself are not", func(_ *graph.Graph, x, _ *graph.Node) nodes {
			return nodes{x.ExpandDims(1).Broadcast(2, 5, 3).MatMul(x.Exp().Transpose())}
		}, []string{"a = Broadcast[2 5 3] b", "c = Exp x", "d = Transpose[1 0] c", "e = MatMul(A·B) f, d", "output 0: e"}},
		{"stopped gradients", func(_ *graph.Graph, x, _ *graph.Node) nodes {
			return nodes{x.Exp().StopGradient()}
		}, []string{"a = Exp x", "output 0: a"}},
		{"what repeats is computed once", func(_ *graph.Graph, x, y *graph.Node) nodes {
			return nodes{x.Add(y.Broadcast(2, 3).Exp().Square())}
		}, []string{"a = Exp y", "b = Square a", "c = Add x, b", "output 0: c"}},
		{"broadcasts are read, not written", func(_ *graph.Graph, x, y *graph.Node) nodes {
			return nodes{x.Sub(x.Max(1).ExpandDims(1).Broadcast(2, 3))}
		}, []string{"a = Max[1:2] x", "b = Sub x, c", "output 0: b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGraph(graph.Float32)
			x, y := g.Input("x", 2, 3), g.Input("y", 3)
			outputs := c.build(g, x, y)
			require.Equal(t, c.want, listing(t, outputs...))
			both(t, graph.Feed{x: []float64{1, 2, 3, -4, 5, 6}, y: []float64{-1, 0.5, 2}}, outputs...)
		})
	}
}

func TestNegationOfWhatRepeatsKeepsItsShape(t *testing.T) {
	g := newGraph(graph.Float64)
	y := g.Input("y", 3)
	twice := y.Neg().Broadcast(2, 3).Neg()
	values := both(t, graph.Feed{y: []float64{1, 2, 3}}, twice, twice.Sum(0), twice.Reshape(6).Exp())
	require.Equal(t, []float64{2, 4, 6}, values[1])
}

func TestProgramListsPlacesAndUpdates(t *testing.T) {
	g := newGraph(graph.Float32)
	w := g.Params().New("w", graph.Zeros, 2, 3)
	x := g.Input("x", 4, 2)
	loss := x.MatMul(g.Param(w)).Square().Sum()
	g.Update(w, g.Param(w).Sub(graph.Grad(loss, g.Param(w))[0]))
	prog, err := g.Compile(loss)
	require.NoError(t, err)
	s := prog.String()
	require.True(t, strings.HasPrefix(s, "program in float32: 1 inputs, "), s)
	require.Contains(t, s, "MatMul(A·B) x, w  [4 3] @0")
	require.Regexp(t, `-- the results must be finite from here on\nv\d+ = Sub w, v\d+  \[2 3\] over w\n`, s)
}

func TestOutputsAsTheyStand(t *testing.T) {
	g := newGraph(graph.Float64)
	w := g.Params().New("w", graph.Constant(3), 2)
	x := g.Input("x", 2)
	e := x.Exp()
	g.Update(w, g.Param(w).Add(x))
	prog, err := g.Compile(g.Param(w), x, g.ConstArray([]float64{7, 8}, 2), e, e, g.Param(w).Reshape(2, 1), e.Reshape(1, 2), g.Const(1))
	require.NoError(t, err)
	out, err := prog.Run(0, graph.Feed{x: []float64{1, 2}})
	require.NoError(t, err)
	exp := []float64{math.E, math.Exp(2)}
	for i, want := range [][]float64{{3, 3}, {1, 2}, {7, 8}, exp, exp, {3, 3}, exp, {1}} {
		require.Equal(t, want, out[i].Float64s(), "output %d", i)
	}
	require.Equal(t, []int{2, 1}, out[5].Shape())
	require.Equal(t, []int{1, 2}, out[6].Shape())
	require.Equal(t, []float64{4, 5}, w.Value().Float64s(), "the output is the old value, the parameter the new")
	w.Value().Fill(0)
	require.Equal(t, []float64{3, 3}, out[0].Float64s(), "the output is no view of the parameter")

	again, err := prog.Run(1, graph.Feed{x: []float64{0, 0}})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0}, out[0].Float64s(), "outputs are views that the next run overwrites")
	require.True(t, slices.Equal(out, again))
}

func TestCompilingTwiceFromOneGraph(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 3)
	e := g.Normal(3)
	first, err := g.Compile(x.Add(e))
	require.NoError(t, err)
	listed := first.String()
	y := x.Add(e).Square()
	second, err := g.Compile(y, e)
	require.NoError(t, err)
	feed := graph.Feed{x: []float64{1, 2, 3}}
	a, err := first.Run(4, feed)
	require.NoError(t, err)
	b, err := second.Run(4, feed)
	require.NoError(t, err)
	for i := range 3 {
		require.Equal(t, a[0].At(i)*a[0].At(i), b[0].At(i))
		require.Equal(t, float64(i+1)+b[1].At(i), a[0].At(i))
	}
	require.Equal(t, listed, first.String())
}

func TestGraphsShareParameters(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 3)
	w := ps.New("w", graph.Glorot, 3, 2)
	predict := func(mode graph.Mode, batch int) (*graph.Graph, *graph.Node, *graph.Node) {
		g := graph.New(ps, mode)
		x := g.Input("x", batch, 3)
		return g, x, x.MatMul(g.Param(w))
	}
	train, x, y := predict(graph.Train, 4)
	loss := y.Square().Mean()
	train.Update(w, train.Param(w).Sub(graph.Grad(loss, train.Param(w))[0].Scale(0.1)))
	step, err := train.Compile(loss)
	require.NoError(t, err)

	outputs := map[int]*graph.Array{}
	run := func(batch int) {
		g, x, y := predict(graph.Predict, batch)
		require.Equal(t, graph.Predict, g.Mode())
		prog, err := g.Compile(y)
		require.NoError(t, err)
		row := []float64{1, 2, 3}
		out, err := prog.Run(0, graph.Feed{x: slices.Repeat(row, batch)})
		require.NoError(t, err)
		outputs[batch] = out[0]
	}
	before := w.Value().Float64s()
	_, err = step.Run(0, graph.Feed{x: slices.Repeat([]float64{1, 2, 3}, 4)})
	require.NoError(t, err)
	require.NotEqual(t, before, w.Value().Float64s())
	run(1)
	run(5)
	for i := range 2 {
		want := w.Value().At(i) + 2*w.Value().At(2+i) + 3*w.Value().At(4+i)
		require.InDelta(t, want, outputs[1].At(i), 1e-6, "prediction sees what training stored")
		require.Equal(t, outputs[1].At(i), outputs[5].At(8+i), "a row does not depend on the batch")
	}
}
